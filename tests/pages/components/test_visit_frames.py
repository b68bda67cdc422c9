"""A year of days in weeks, and lists by unit and category."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pages.components.figures import Selection
from pages.components.view import Asked
from pages.components.visit_frames import (
    calendar_frame,
    calendar_title,
    in_list_order,
    matrix_frame,
    matrix_title,
    month_weeks,
    reach_title,
)
from tests.pages.rows import count, rate
from warehouse.comparison_row import ComparisonRow
from warehouse.metrics import METRICS
from warehouse.periods import Period

VISITS, COVERAGE = METRICS["visit_count"], METRICS["visit_coverage_rate"]
OCTOBER = date(2026, 10, 1)


def day_row(day: date, now: int | None) -> ComparisonRow:
    row = count(now, None, "no_base", month=OCTOBER, metric=VISITS.id, unit="visit")
    name = f"{day.year}年{day.month}月{day.day}日"
    return replace(row, period=Period("days", day, day, day), keys={"day": day.isoformat()}, names={"day": name})


def listed(done: int, targets: int, category: str, unit: str | None = None, **more: Any) -> ComparisonRow:
    row = rate((done, targets), (1, 2), "within_noise", metric=COVERAGE.id, month=OCTOBER)
    keys = {"visit_category": category} | ({"station": unit} if unit else {})
    names = {"visit_category": {"deputies": "人大代表、政协委员", "victim_household": "发案户"}[category]}
    return replace(row, keys=keys, names=names, **more)


def test_weeks_begin_on_monday_and_the_first_one_holds_new_years_day() -> None:
    # 1 January 2026 is a Thursday, the 5th a Monday; 31 December is a Thursday again.
    days = [date(2026, 1, 1), date(2026, 1, 4), date(2026, 1, 5), date(2026, 12, 31)]
    frame = calendar_frame([day_row(day, 3) for day in days], VISITS, "zh")
    assert frame.select("week", "weekday").rows() == [(0, "四"), (0, "日"), (1, "一"), (52, "四")]


def test_a_leap_year_that_begins_on_a_sunday_has_54_weeks() -> None:
    # 2012: 1 January a Sunday, 31 December a Monday.
    frame = calendar_frame([day_row(date(2012, 1, 1), 1), day_row(date(2012, 12, 31), 1)], VISITS, "en")
    assert frame.select("week", "weekday").rows() == [(0, "Sun"), (53, "Mon")]


def test_months_stand_over_the_week_of_their_first_day() -> None:
    # In 2026: 1 February is a Sunday (week 4), 1 March another (week 8), 1 June a Monday (week 22).
    weeks = {name: week for week, name in month_weeks(2026, "zh").items()}
    assert [weeks[name] for name in ("1月", "2月", "3月", "6月")] == [0, 4, 8, 22]


def test_a_day_that_was_not_delivered_is_no_day_without_visits() -> None:
    rows = [day_row(date(2026, 1, 1), 0), day_row(date(2026, 1, 2), None), day_row(date(2026, 1, 3), 5)]
    assert calendar_frame(rows, VISITS, "zh")["value"].to_list() == [0, None, 5]
    title = calendar_title(rows, VISITS, year=2026, language="zh")
    assert title == "2026年 3 天中，走访最多的是2026年1月3日（5 次），1 天没有走访"
    assert calendar_title(rows[2:], VISITS, year=2026, language="zh").startswith("2026年 1 天每天都有走访")


def test_cells_hold_done_and_due_and_lists_that_are_not_there_a_dash() -> None:
    rows = (listed(4, 10, "deputies", "A1"), listed(20, 20, "victim_household", "A1"), listed(0, 5, "deputies", "B1"))
    totals = (listed(4, 15, "deputies"), listed(20, 20, "victim_household"))
    frame = matrix_frame(
        asked(rows), asked(totals), level="station", names={"A1": "城关所", "B1": "西苑所", "B2": "北塔所"},
        whole=Selection(None, "全部单位"), language="zh",
    )  # fmt: skip
    assert frame.select("name", "column", "shown", "rate").rows() == [
        ("全部单位", "发案户", "20/20", 1.0),
        ("全部单位", "人大代表、政协委员", "4/15", 4 / 15),
        ("城关所", "发案户", "20/20", 1.0),
        ("城关所", "人大代表、政协委员", "4/10", 0.4),
        ("西苑所", "发案户", "—", None),
        ("西苑所", "人大代表、政协委员", "0/5", 0.0),
    ]
    title = matrix_title(rows, period="2026年10月", language="zh")
    assert title == "2026年10月共 3 项名单（单位 × 类别）：1 项全部走访到，1 项还没有走访"


def test_a_withheld_cell_shows_neither_count_nor_colour() -> None:
    hidden = listed(1, 3, "deputies", "A1", flags=("suppressed",))
    frame = matrix_frame(
        asked((hidden,)), asked((listed(9, 30, "deputies"),)), level="station", names={"A1": "城关所"},
        whole=Selection(None, "全部单位"), language="zh",
    )  # fmt: skip
    assert frame.select("shown", "rate").rows()[1] == ("—", None)


def test_categories_keep_the_order_of_their_list_and_the_unknown_comes_last() -> None:
    rows = [listed(1, 2, "deputies"), listed(1, 2, "victim_household")]
    unknown = replace(rows[0], keys={"visit_category": None})
    ordered = in_list_order([unknown, *rows], "visit_category")
    assert [row.keys["visit_category"] for row in ordered] == ["victim_household", "deputies", None]


def test_no_unit_is_named_for_its_place_in_the_range() -> None:
    rows = [count(n, None, "no_base", month=OCTOBER, metric="households_visited_count", unit="household")
            for n in (72, 93, 0)]  # fmt: skip
    many = Asked(METRICS["households_visited_count"], "2026-10", "yoy", ("station",), {}, tuple(rows))
    assert reach_title(many, "zh") == "3 个单位各走访 0 至 93 户次"


def asked(rows: tuple[ComparisonRow, ...]) -> Asked:
    return Asked(COVERAGE, "2026-10", "yoy", ("visit_category", "station"), {}, rows)
