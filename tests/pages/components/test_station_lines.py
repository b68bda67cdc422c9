"""A unit's months beside the bureau's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pages.components import stations_charts
from pages.components.station_lines import months_frame
from pages.components.view import Asked
from tests.warehouse.test_funnel import row
from warehouse.comparison_row import ComparisonRow
from warehouse.metrics import METRICS
from warehouse.periods import Period

METRIC = METRICS["resolution_rate_closed"]


def month(number: int, hits: float | None, n: float | None) -> ComparisonRow:
    first = date(2026, number, 1)
    period = Period("month", first, first.replace(day=28), first.replace(day=28))
    return replace(row("bureau", hits, n), period=period)


def asked(*rows: ComparisonRow) -> Asked:
    return Asked(METRIC, "2026-01..2026-03", "yoy", ("month",), {}, rows)


def test_a_month_of_too_few_cases_is_a_gap_and_one_without_a_figure_is_marked() -> None:
    own = asked(month(3, 45, 50), month(1, 27, 29), month(2, None, None))
    bureau = asked(month(1, 90, 100), month(2, 80, 100))
    frame = months_frame(own, bureau, "zh")
    assert frame["label"].to_list() == ["2026年1月", "2026年2月", "2026年3月"]
    assert frame["own"].to_list() == [None, None, 0.9]
    assert frame["bureau"].to_list() == [0.9, 0.8, None]
    assert frame["is_missing"].to_list() == [False, True, False]
    assert frame["shown"].to_list()[0] == "样本不足（27/29）"
    assert frame["bureau_shown"].to_list() == ["90.0%（90/100）", "80.0%（80/100）", "—"]


def test_one_chart_is_put_together_for_all_rates_of_the_same_months() -> None:
    frames = [months_frame(asked(month(1, hits, 50)), asked(month(1, 90, 100)), "en") for hits in (40, 45)]
    first, second = (
        stations_charts.against_bureau(frame, own="S1", bureau="Bureau", language="en", description=words)
        for frame, words in zip(frames, ("one", "two"), strict=True)
    )
    assert first.spec["layer"] is second.spec["layer"]
    assert (first.description, second.description) == ("one", "two")
    assert [drawing.frames()["rows-0"]["own"].to_list() for drawing in (first, second)] == [[0.8], [0.9]]
