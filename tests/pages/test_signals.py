"""The signals page says what is listed, what chance alone would lift, and why there is nothing to say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.pages.app import first_line, open_page
from tests.pages.conftest import NEW
from tests.pages.small_bureau import reseal

MONTHS = pl.date_range(date(2024, 11, 1), date(2026, 10, 1), "1mo", eager=True).to_list()


def rewrite(data: Path, *series: dict[str, Any], chance: float = 0.631) -> None:
    """Put these series into the table of the night, 24 months each."""
    rows = []
    for one in series:
        for month in MONTHS:
            is_newest = month == MONTHS[-1]
            observed = one["observed"] if is_newest else None if month == date(2026, 5, 1) else 18
            rows.append(
                {
                    "month_start": month,
                    "city_bureau_code": "C",
                    "branch_code": one["code"][0] if len(one["code"]) == 2 else None,
                    "station_code": one["code"] if len(one["code"]) == 2 else None,
                    "org_code": one["code"],
                    "dispute_type_code": one.get("type"),
                    "observed": observed,
                    "expected": one.get("expected", 20.0),
                    "upper_bound": 30,
                    "dispersion": 1.2,
                    "exceed_probability": one["p"] if is_newest else 0.5,
                    "is_above_bound": is_newest and (observed or 0) > 30,
                    "is_alarm": is_newest and one.get("alarm", False),
                    "fitted_months": 46,
                    "series_count": sum(1 for other in series if other["p"] is not None),
                    "expected_false_alarms": chance,
                }
            )
    with duckdb.connect(str(data / "generations" / NEW / "warehouse.duckdb")) as connection:
        connection.execute("delete from mart.signal")
        if rows:
            connection.register("written", pl.DataFrame(rows, infer_schema_length=None))
            connection.execute("insert into mart.signal by name select * from written")
    reseal(data / "generations" / NEW)


def one(code: str, observed: int | None, p: float | None, **more: Any) -> dict[str, Any]:
    return {"code": code, "observed": observed, "p": p, **more}


def test_a_history_that_is_too_short_is_told(small: Path) -> None:
    # Sixteen months: the bureau, its four types and four stations are watched, and none has an expectation.
    app = open_page("signals")
    assert first_line(app).startswith("**2026年10月：还不能预警。**9 个序列都没有判断")
    assert not app.get("vega_lite_chart")


def test_no_series_at_all_asks_for_earlier_months(own: Path) -> None:
    rewrite(own)
    assert first_line(open_page("signals", lang="en")).startswith("**There is no series to watch yet.**")


def test_the_list_says_how_much_above_and_how_many_by_chance(own: Path) -> None:
    rewrite(own, one("A1", 50, 0.0001, alarm=True), one("A2", 21, 0.4), one("B1", None, None), one("B2", 31, 0.008))
    app = open_page("signals")
    assert first_line(app) == (
        "**2026年10月，3 个序列中有 1 个列入信号**；另有 1 个超过上限，但这么多序列一起看时仍可能出于偶然，没有列入；"
        "即使什么都没有变，偶然也会有约 0.6 个超过上限。另有 1 个序列没有判断：连续报送不足 36 个月，或当月没有报送。"
    )
    listed = app.table[0].value
    assert listed.columns.to_list() == ["序列", "实际起数", "预期起数", "99% 上限", "比预期多"]
    assert listed.to_numpy().tolist() == [["城关派出所", "50", "20.0", "30", "30.0"]]
    titles = [title.value for title in app.subheader]
    assert titles[2:] == ["城关派出所：50 起，预期 20.0 起，上限 30 起", "北塔派出所：31 起，预期 20.0 起，上限 30 起"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_quiet_nights_show_the_nearest_series_in_code_order(own: Path, language: str) -> None:
    codes = [("A1", 0.3), ("A2", 0.02), ("B1", 0.6), ("B2", 0.01), ("C", 0.05)]
    rewrite(
        own, *(one(code, 20, p) for code, p in codes), *(one("C", 5, 0.9, type=kind) for kind in ("debt", "consumer"))
    )
    app = open_page("signals", lang=language)
    charts = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
    names = [title.value.split("：" if language == "zh" else ":")[0] for title in app.subheader][2:]
    assert len(charts) == len(names) == 6
    # The bureau first, then its type, then stations by code, whatever their distances.
    assert names[0].startswith("青山市公安局")
    assert names[2:] == ["城关派出所", "东湖派出所", "西苑派出所", "北塔派出所"]
    assert all(chart["description"] in [title.value for title in app.subheader] for chart in charts)
    assert not app.table


def test_a_month_without_a_report_stays_a_gap(own: Path) -> None:
    rewrite(own, one("A1", 20, 0.3))
    chart = json.loads(open_page("signals").get("vega_lite_chart")[0].proto.spec)
    assert "datum.observed === null" in json.dumps(chart)
