"""The page on resolution, on a bureau whose cases can be followed in the head.

Four stations, September 2025 to October 2026, on the 3rd of each month ten disputes each: eight settled at the scene
that day, one mediated after ten days, one failed after twenty. Six cases of 3 January 2026 and six of 30 October 2026
are still open at A1. One dispute of 3 March 2026 came back on 3 April.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import first_line, open_page
from tests.pages.small_bureau import STATIONS, Row, archive, organisations, publish_generation, write_night
from warehouse.archive import ArchiveBatch
from warehouse.comparison import ask, compare, read_facts
from warehouse.connection import open_generation
from warehouse.generations import current_generation

NEW = "20261101T021400"
MONTHS = pl.date_range(date(2025, 9, 1), date(2026, 10, 1), "1mo", eager=True).to_list()
PARTS = ("closed_count", "resolved_count", "failed_count", "referred_count", "escalated_count")
NOBODY_BACK = iter(range(10_000))


def case(station: str, day: date, outcome: str, stage: str, wait: int | None, *parts: int, key: str = "") -> Row:
    """A dispute received on a day, closed after so many or still open."""
    closed = None if wait is None else day + timedelta(days=wait)
    return {
        "org_code": station,
        "received_on": day,
        "period_start": day,
        "period_end": day,
        "is_total": False,
        "dispute_key": key or f"once-{next(NOBODY_BACK)}",
        "dispute_type_code": "neighbour",
        "channel_code": "call_110",
        "outcome_code": outcome,
        "settled_stage_code": stage,
        "mediation_kind_code": "peoples" if stage == "mediation" else "none",
        "closed_on": closed,
        "days_to_close": wait,
        "incident_count": 1,
        "received_count": 1,
        **dict(zip(PARTS, parts, strict=True)),
    }


def month_of(first: date) -> Iterator[Row]:
    day = first.replace(day=3)
    for station in STATIONS:
        for number in range(8):
            is_same = station == "A1" and number == 0 and day in (date(2026, 3, 3), date(2026, 4, 3))
            key = "the-same" if is_same else ""
            yield case(station, day, "resolved_on_the_spot", "scene", 0, 1, 1, 0, 0, 0, key=key)
        yield case(station, day, "mediation_success", "mediation", 10, 1, 1, 0, 0, 0)
        yield case(station, day, "mediation_failed", "unsettled", 20, 1, 0, 1, 0, 0)
    still_open = {date(2026, 1, 1): (6, 3), date(2026, 10, 1): (6, 30)}.get(first, (0, 1))
    for _ in range(still_open[0]):
        yield case("A1", first.replace(day=still_open[1]), "pending", "unsettled", None, 0, 0, 0, 0, 0)


def sessions(first: date) -> list[Row]:
    """Six a month: two jointly and on request in homes, four at the station."""
    common: Row = {"org_code": "A1", "held_on": first, "period_start": first, "period_end": first}
    apart = {"mediation_kind_code": "joint", "place_code": "home", "is_joint": True, "is_on_request": True}
    inside = {"mediation_kind_code": "peoples", "place_code": "station", "is_joint": False, "is_on_request": False}
    return [common | apart] * 2 + [common | inside] * 4


def delivered(folder: Path) -> Iterator[ArchiveBatch]:
    yield archive(folder, "org", "org", organisations())
    for first in MONTHS:
        window = [first.isoformat(), pl.Series([first]).dt.month_end()[0].isoformat()]
        yield archive(folder, "incident", f"incident-{first:%Y%m}", list(month_of(first)), window=window)
        yield archive(folder, "mediation", f"mediation-{first:%Y%m}", sessions(first), window=window)


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("resolution")
    publish_generation(data, NEW, list(delivered(data / "archive")))
    write_night(data, generation=NEW)
    return data


@pytest.fixture
def data(resolved: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FENGQIAO_DATA", str(resolved))
    return resolved


def titles(app: AppTest) -> list[str]:
    return [str(title.value) for title in app.subheader]


def drawn(app: AppTest, title: str, *columns: str) -> pl.DataFrame:
    """The rows of the chart under a title; `columns` tell them from its other rows."""
    charts = {json.loads(chart.proto.spec)["description"]: chart for chart in app.get("vega_lite_chart")}
    found = [pl.read_ipc_stream(rows.data.data) for rows in charts[title].proto.datasets]
    return max((frame for frame in found if set(columns) <= set(frame.columns)), key=lambda frame: frame.height)


def test_the_answer_is_the_rate_and_then_what_is_still_open(data: Path) -> None:
    app = open_page("resolution")
    assert not app.exception
    assert first_line(app) == (
        "**2026年10月，全部单位化解率（按结案）90.0%（36/40），与上年同期持平（90.0%，36/40）。**\n\n"
        "2026年10月，全部单位期末未化解纠纷12起，上年同期为0起，增加12起。"
    )


def test_every_panel_has_its_finding(data: Path) -> None:
    assert titles(open_page("resolution")) == [
        "12 起未化解，其中90天以上6 起，对比期为零",
        "当场化解最多，32 起",
        "到场前化解0.0%（0/40），持平",
        "化解率（按结案）：2026年10月90.0%（36/40），近 12 个月都在控制限内",
        "当日结案80.0%（样本40），九成在10 天内结案，持平",
        # Eleven months of forty to July 2026, the last whose cases had 90 days; of the year before nothing is known.
        "结案后90日内重复0.2%（1/440），与对比期不可比",
        "分流情况无法显示",
        "各单位90日重复率，合计0.2%（1/440）",
        "订单式调解占比（1+N）样本不足（2/6），样本不足",
        "调解6 场，持平；人民调解最多，4 场",
        "在派出所调解最多，4 场",
    ]


def test_the_unsettled_are_counted_by_how_long_they_wait_and_never_listed(data: Path) -> None:
    app = open_page("resolution")
    frame = drawn(app, titles(app)[0])
    assert frame.select("name", "value").rows() == [("7天以内", 6), ("90天以上", 6)]
    assert not app.dataframe


def test_the_curve_rises_on_the_days_on_which_cases_are_closed(data: Path) -> None:
    app = open_page("resolution")
    frame, points = drawn(app, titles(app)[4], "who"), drawn(app, titles(app)[4], "figure")
    # September 2026: 32 of 40 that day, four after ten days, four after twenty.
    this = dict(frame.filter(pl.col("who") == "this").select("day", "share").rows())
    assert [this[day] for day in (0, 9, 10, 19, 20)] == pytest.approx([0.8, 0.8, 0.9, 0.9, 1.0])
    assert frame["who"].unique().sort().to_list() == ["last", "this"]
    assert points.select("day", "figure").rows() == [
        (0, "80.0%"), (7, "80.0%"), (15, "90.0%"), (30, "100.0%"), (60, "100.0%"), (90, "100.0%"),
    ]  # fmt: skip


def test_the_definition_of_the_rate_is_chosen_in_the_url_by_its_code(data: Path) -> None:
    # Of 46 cases received in October six are open, more than a tenth: September is told.
    assert titles(open_page("resolution", rate="received"))[3].startswith("化解率（按受理）：2026年9月90.0%（36/40）")
    assert titles(open_page("resolution", rate="nonsense"))[3].startswith("化解率（按结案）")
    app = open_page("resolution")
    (control,) = app.segmented_control
    control.set_value("received").run()
    assert app.query_params["rate"] == "received"
    assert titles(app)[3].startswith("化解率（按受理）")
    app.segmented_control[0].set_value("closed").run()
    assert "rate" not in app.query_params


def test_an_immature_month_is_hollow_and_told_in_words(data: Path) -> None:
    app = open_page("resolution", rate="received")
    frame = drawn(app, titles(app)[3])
    october = frame.row(-1, named=True)
    assert (october["name"], october["is_settled"], october["note"]) == ("2026年10月", False, "未成熟，还会变动")
    assert frame["is_settled"].to_list() == [True] * 13 + [False]
    assert "空心：未满 30 天、结案不足九成，或没有报齐，数字还会变动。" in " ".join(text.value for text in app.caption)


@pytest.mark.parametrize("parameters", [{}, {"org": "A1"}, {"org": "B"}, {"type": "neighbour"}, {"basis": "previous"}])
def test_the_page_narrows_to_every_selection(parameters: dict[str, str], data: Path) -> None:
    app = open_page("resolution", **parameters)
    assert not app.exception
    assert not app.error
    assert len(titles(app)) == 11


def test_a_branch_has_its_own_open_cases_and_a_station_is_a_row_of_its_branch(data: Path) -> None:
    app = open_page("resolution", org="B")
    assert titles(app)[0].startswith("未化解数") or titles(app)[0].startswith("0 起未化解")
    frame = drawn(app, "各单位90日重复率，合计0.0%（0/220）")
    assert frame["code"].to_list() == ["B1", "B2"]


@pytest.mark.parametrize(("metric", "period", "shown"), [
    ("closed_within_15_days_rate", "2026-09", 0.9),
    ("closed_same_day_rate", "2026-09", 0.8),
    ("repeat_rate_90d", "2025-08..2026-07", 1 / 440),
    ("unresolved_count", "2026-10", 12),
])  # fmt: skip
def test_the_figures_are_the_engines(metric: str, period: str, shown: float, data: Path) -> None:
    generation = current_generation(data)
    assert generation
    with open_generation(generation) as connection:
        facts = read_facts(connection)
        (row,) = compare(facts, ask(facts, metric, period))
    assert row.value == pytest.approx(shown)


def test_what_nobody_delivered_is_said_and_not_drawn(small: Path) -> None:
    # The other small bureau delivers neither closings nor stages.
    app: Any = open_page("resolution")
    assert not app.exception
    shown = titles(app)
    assert {"化解环节尚未报送", "化解时效无法显示", "化解率无法显示"} <= set(shown)
    assert "化解率（按结案）：尚未报送。" in [text.value for text in app.caption]


def test_every_chart_is_one_that_vega_lite_knows(data: Path) -> None:
    charts = [json.loads(chart.proto.spec) for chart in open_page("resolution").get("vega_lite_chart")]
    # All but referrals, which nobody delivers.
    assert len(charts) == 10
    for spec in charts:
        spec.pop("datasets", None)
        alt.LayerChart.from_dict(spec, validate=True)
