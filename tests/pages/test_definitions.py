"""The definitions page: every metric with its latest month, whatever is there to show."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.pages.app import first_line, open_page, words
from tests.pages.conftest import NEW
from tests.pages.small_bureau import reseal
from warehouse.metrics import METRICS


def test_every_metric_is_listed_and_nothing_is_open(small: Path) -> None:
    app = open_page("definitions")
    assert len(app.expander) == len(METRICS)
    assert not app.code


def test_a_search_that_leaves_one_metric_opens_it_with_its_latest_month(small: Path) -> None:
    app = open_page("definitions", q="dispute_incident_count")
    assert first_line(app) == f"**{len(METRICS)} 个指标中找到 1 个。**"
    # 14 + 12 + 11 + 10 in October 2026, 4 x 10 in October 2025.
    shown = " ".join(words(app)).replace("\\", "")
    assert "2026年10月，全部单位接报纠纷警情47起，同比多7起" in shown
    assert app.code[0].value == (
        "select * from metric.dispute_incident_count(date '2026-10-01', date '2026-10-31', 'station');"
    )


def test_a_link_opens_a_metric_among_the_others(small: Path) -> None:
    app = open_page("definitions", lang="en", visit_count="true")
    assert len(app.expander) == len(METRICS)
    assert len(app.code) == 1
    assert "all organisations, October 2026: 120 visits" in " ".join(words(app)).replace("\\", "")


def test_a_feed_that_was_never_delivered_is_said_to_be_missing(small: Path) -> None:
    app = open_page("definitions", q="hukou_service_count")
    assert "业务工作尚未报送" in " ".join(words(app))
    # The example of the documentation, as there is no month to take it from.
    assert "date '2026-01-01', date '2026-03-31'" in app.code[0].value


def test_without_any_data_the_definitions_still_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(tmp_path))
    app = open_page("definitions", q="visit_count")
    assert "还没有数据" in " ".join(words(app))
    assert "公式" in " ".join(words(app))


def test_nothing_found_says_what_to_do(small: Path) -> None:
    app = open_page("definitions", q="没有这样的词")
    assert not app.expander
    assert app.info[0].value.startswith("没有这样的指标")


def test_a_break_of_the_series_stands_beside_its_metric_and_no_other(own: Path) -> None:
    with duckdb.connect(str(own / "generations" / NEW / "warehouse.duckdb")) as connection:
        connection.execute(
            "insert into core.annotation (noted_on, org_code, kind_code, metric_name, text_zh, text_en) values"
            " (date '2026-03-01', 'A1', 'series_break', 'visit_count', '改用新表', 'new form'),"
            " (date '2026-04-01', null, 'note', 'visit_count', '别的', 'other')"
        )
    reseal(own / "generations" / NEW)
    captions = [caption.value for caption in open_page("definitions", q="visit_count").caption]
    assert "2026年3月1日起口径有变（城关派出所）：改用新表。此前此后不作比较。" in captions
    other = [caption.value for caption in open_page("definitions", q="dispute_case_count").caption]
    assert "数据中没有登记过口径中断。" in other


def test_a_generation_of_an_older_release_says_so(own: Path) -> None:
    with duckdb.connect(str(own / "generations" / NEW / "warehouse.duckdb")) as connection:
        connection.execute("drop table mart.visit_day")
        connection.execute("drop table mart.signal")
    reseal(own / "generations" / NEW)
    app = open_page("definitions", q="visit_count")
    assert not app.error
    assert f"本代数据 {NEW} 由较早的版本构建" in " ".join(words(app)).replace("\\", "")
