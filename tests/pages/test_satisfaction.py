"""The satisfaction page on a bureau of its own: one fall, two modes, a survey of three points."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.components.data import open_board
from pages.components.export import panels_in
from pages.components.satisfaction import SatisfactionPage, read_satisfaction
from pages.components.view import View, view_of
from tests.pages.app import first_line, open_page
from tests.pages.small_bureau import archive, month_end, organisations, publish_generation
from warehouse.archive import ArchiveBatch
from warehouse.comparison import ask, compare, read_facts
from warehouse.connection import open_generation
from warehouse.generations import current_generation
from warehouse.metrics import METRICS
from warehouse.wording import format_value

Row = dict[str, Any]
MONTHS = pl.date_range(date(2024, 9, 1), date(2026, 10, 1), "1mo", eager=True).to_list()
# Answers by level, the worst first. 38 of 46 are satisfied, 25 very; in October 2026 26 and 15.
PHONE, SMS, PHONE_OF_OCTOBER = (1, 2, 3, 10, 20), (0, 1, 1, 3, 5), (4, 6, 8, 8, 10)


def answers(station: str, survey: str, mode: str, levels: tuple[int, ...], invited: int, day: date) -> Iterator[Row]:
    asked = {
        "org_code": station,
        "invited_on": day,
        "period_start": day,
        "period_end": day,
        "survey_code": survey,
        "mode_code": mode,
        "subject_code": "mediation" if survey == "callback_dispute" else "service",
        "scale_points": len(levels),
        "weight": 1.0,
    }
    for level, count in enumerate(levels, start=1):
        yield from [{**asked, "answer_status_code": "valid", "level": level}] * count
    yield from [{**asked, "answer_status_code": "no_contact", "level": None}] * (invited - sum(levels))


def batches(folder: Path) -> Iterator[ArchiveBatch]:
    yield archive(folder, "org", "org", organisations())
    for first in MONTHS:
        phone = PHONE_OF_OCTOBER if first == date(2026, 10, 1) else PHONE
        rows = [
            *answers("A1", "callback_dispute", "phone", phone, 40, first),
            *answers("B1", "callback_dispute", "sms", SMS, 60, first),
            *answers("B2", "counter", "device", (10, 10, 20), 40, first),
        ]
        window = [first.isoformat(), month_end(first).isoformat()]
        yield archive(folder, "satisfaction", f"satisfaction-{first:%Y%m}", rows, window=window)


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("surveyed")
    publish_generation(data, "20261106T021400", list(batches(data / "archive")))
    return data


@pytest.fixture
def bureau(surveyed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FENGQIAO_DATA", str(surveyed))
    return surveyed


def page_of(**chosen: Any) -> SatisfactionPage:
    view = view_of(open_board(), "zh")
    assert view
    found = read_satisfaction(View(**{**vars(view), **chosen}))
    assert found
    return found


def captions(app: AppTest) -> list[str]:
    return [str(text.value) for text in app.caption]


def test_the_answer_says_that_the_fall_is_beyond_sampling_error_and_that_most_were_silent(bureau: Path) -> None:
    app = open_page("satisfaction")
    # 26 / 46 = 56.52 %, 38 / 46 = 82.61 %; 46 of 100 answered: 26 % to 26 + 54 = 80 %.
    said = first_line(app)
    assert said.startswith("**2026年10月，全部单位满意率（非常满意＋满意）56.5%（26/46），同比下降26.1个百分点")
    assert said.endswith(
        "差异超出抽样误差，不只是换了一批人评价。有效应答率 46.0%（46/100），不足一半，没有回答的人可能另有看法："
        "未答者都不满意时满意率为 26.0%，都满意时为 80.0%。"
    )
    assert any(text.startswith("合并了 2 种调查方式：电话回访 36 份、短信评价 10 份。") for text in captions(app))


def test_the_definition_and_the_mode_are_kept_in_the_url(bureau: Path) -> None:
    assert "非常满意率32.6%（15/46）" in first_line(open_page("satisfaction", definition="top1"))
    assert "好评率（含基本满意）76.1%（35/46）" in first_line(open_page("satisfaction", definition="top3"))
    # By phone alone 18 of 36.
    phone = open_page("satisfaction", mode="phone")
    assert "50.0%（18/36）" in first_line(phone)
    assert not any(text.startswith("合并了") for text in captions(phone))
    assert "56.5%（26/46）" in first_line(open_page("satisfaction", definition="nonsense", mode="nobody"))


def test_a_switch_writes_what_is_chosen_and_leaves_the_default_out(bureau: Path) -> None:
    app = open_page("satisfaction", org="A1")
    app.button_group(key="switch-definition").set_value("top1").run()
    assert app.query_params["definition"] == "top1"
    assert app.query_params["org"] == "A1"
    assert "非常满意率" in first_line(app)
    app.button_group(key="switch-definition").set_value("top2").run()
    assert "definition" not in app.query_params


@pytest.mark.parametrize(("definition", "mode"), [("top2", ""), ("top3", ""), ("top1", "phone")])
def test_every_card_is_the_engines_figure(definition: str, mode: str, bureau: Path) -> None:
    generation = current_generation(bureau)
    assert generation
    app = open_page("satisfaction", definition=definition, mode=mode)
    names = [f"satisfaction_rate_{one}" for one in sorted(("top2", "top3", "top1"), key=lambda one: one != definition)]
    asked = [*names, "dissatisfaction_rate", "survey_response_rate"]
    assert len(app.metric) == len(asked)
    with open_generation(generation) as connection:
        facts = read_facts(connection)
        for card, metric in zip(app.metric, asked, strict=True):
            question = ask(facts, metric, "2026-10", where={"mode": [mode]} if mode else {})
            (row,) = compare(facts, question)
            assert format_value(row, METRICS[metric], "zh").startswith(str(card.value))


def test_each_survey_has_a_bar_on_its_own_scale(bureau: Path) -> None:
    panel = page_of().levels
    assert panel.drawing
    (frame,) = [rows for rows in panel.drawing.frames().values() if rows.height > 1]
    own = frame.filter(~pl.col("is_base"))
    assert own["key"].unique(maintain_order=True).to_list() == ["0|纠纷回访", "2|窗口评价"]
    # (4, 7, 9, 11, 15) of 46 answers, and (10, 10, 20) of 40.
    assert own["label"].to_list() == ["8.7%", "15.2%", "19.6%", "23.9%", "32.6%", "25.0%", "25.0%", "50.0%"]
    assert own["level"].to_list()[5:] == ["第1级（共3级）", "第2级（共3级）", "第3级（共3级）"]
    # 15 / 46 against 25 / 46 is the largest change: -21.7 points.
    assert panel.title.startswith("纠纷回访：非常满意下降（-21.7 个百分点）")


def test_october_lies_below_the_limits_of_the_first_two_years(bureau: Path) -> None:
    panel = page_of().control
    assert panel.title == "2026年10月低于控制下限，此前 25 个月也没有信号"
    assert panel.drawing
    frame = panel.drawing.frames()["rows-0"]
    assert frame["month_start"].to_list() == MONTHS
    assert frame.filter("is_signal")["role"].to_list() == ["attention"]


def test_every_chart_obeys_the_schema_of_vega_lite_and_is_described(bureau: Path) -> None:
    page = page_of()
    drawn = [panel for panel in panels_in(page) if panel.drawing]
    assert [panel.key for panel in drawn] == ["levels", "control", "modes", "subjects", "units", "years"]
    for panel in drawn:
        assert panel.drawing
        spec = json.loads(json.dumps(dict(panel.drawing.spec), default=str))
        alt.LayerChart.from_dict(spec, validate=True)
        assert panel.drawing.description == panel.title


def test_for_the_public_small_counts_are_withheld_and_the_page_still_stands(bureau: Path) -> None:
    # Four very dissatisfied by phone: a count under five.
    levels = page_of(is_public=True).levels
    assert levels.drawing
    labels = levels.drawing.frames()["rows-0"]["label"].to_list()
    assert "不公开" in labels
    assert "8.7%" not in labels


def test_a_station_without_answers_says_so(bureau: Path) -> None:
    app = open_page("satisfaction", org="A2")
    assert not app.exception
    assert not app.error


def test_without_surveys_the_page_says_what_it_waits_for(small: Path, built_without: Path) -> None:
    app = open_page("satisfaction")
    assert app.info[0].value.startswith("满意率（非常满意＋满意）：尚未报送。")


@pytest.fixture
def built_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bureau that has delivered visits and never a survey."""
    visits = [{"org_code": "A1", "is_total": True, "visit_count": 30, "period_start": date(2026, 10, 1),
               "period_end": date(2026, 10, 31)}]  # fmt: skip
    window = ["2026-10-01", "2026-10-31"]
    delivered = [
        archive(tmp_path / "archive", "org", "org", organisations()),
        archive(tmp_path / "archive", "visit", "visit-202610", visits, window=window),
    ]
    publish_generation(tmp_path, "20261106T021400", delivered)
    monkeypatch.setenv("FENGQIAO_DATA", str(tmp_path))
    return tmp_path
