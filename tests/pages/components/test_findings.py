"""Titles say what the compared rows say, at the edges too."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from pages.components.figures import NOBODY, Delivered
from pages.components.findings import coverage_line, types_chart, types_title, units_title, year_chart, year_title
from tests.pages.rows import count
from warehouse.comparison_row import ComparisonRow, Verdict
from warehouse.metrics import METRICS
from warehouse.periods import Period

JUNE = date(2026, 6, 1)
DISPUTES = METRICS["dispute_incident_count"]


def units(*rows: tuple[str, int | None]) -> pl.DataFrame:
    schema = {"name": pl.String, "value": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(is_full=True)


def title(*rows: tuple[str, int | None]) -> str:
    return units_title(units(*rows), month=JUNE, language="zh")


def test_units_are_given_as_a_range_and_never_as_a_ranking() -> None:
    assert title(("甲", 9), ("乙", 3), ("丙", 5)) == "3 个单位各接报 3 至 9 起"
    assert title(("甲", 0), ("乙", 0)) == "2 个单位各接报 0 起"
    assert title(("甲", 4)) == "甲接报 4 起"


def test_units_that_did_not_deliver_are_counted_and_not_taken_for_zero() -> None:
    assert title(("甲", 9), ("乙", None), ("丙", 5)) == "2 个单位各接报 5 至 9 起，1 个尚未报送"
    assert title(("甲", None)) == "2026年6月还没有单位报送警情"


def of_type(name: str | None, now: int, before: int, verdict: Verdict, **more: Any) -> ComparisonRow:
    return count(now, before, verdict, month=JUNE, keys={"dispute_group": name}, names={"dispute_group": name}, **more)


REAL = {"interval_low": 0.1, "interval_high": 0.9}


def types_words(*rows: ComparisonRow) -> str:
    return types_title(rows, DISPUTES, period="2026年6月", language="zh")


def test_types_that_really_changed_are_named_the_largest_difference_first() -> None:
    rows = (
        of_type("甲", 60, 40, "up", **REAL),
        of_type("乙", 200, 300, "down", interval_low=-0.5, interval_high=-0.2),
        of_type("丙", 400, 390, "within_noise"),
    )
    # 200 / 300 - 1 = -33.3 %.
    assert types_words(*rows) == "乙下降（-33.3%）、甲上升（+50.0%）；其余 1 类差异不显著"


def test_many_changed_types_are_counted_and_three_named() -> None:
    rows = [of_type(name, 60 + extra, 40, "up", **REAL) for extra, name in enumerate("甲乙丙丁")]
    assert types_words(*rows) == "4 类变化显著，差额最大的是丁上升（+57.5%）、丙上升（+55.0%）、乙上升（+52.5%）"


def test_types_without_a_real_change_or_with_small_bases_only_say_so() -> None:
    assert types_words(of_type("甲", 41, 40, "within_noise"), of_type("乙", 4, 9, "small_base")) == (
        "2 类纠纷中没有一类变化显著"
    )
    assert types_words(of_type("乙", 4, 9, "small_base")) == "1 类纠纷的基数都不足 20 起，只看起数"


def test_types_that_may_not_be_compared_are_told_apart_from_none() -> None:
    assert types_words(of_type("甲", 60, 40, "not_comparable")) == "2026年6月各类纠纷与上年同期不可比"
    assert types_words() == "2026年6月没有可列的纠纷类型"


def test_types_are_sorted_by_difference_and_drawn_within_the_axis() -> None:
    rows = [
        of_type("甲", 41, 40, "within_noise", interval_low=-0.3, interval_high=0.4),
        of_type("乙", 30, 60, "down", interval_low=-0.7, interval_high=-0.2),
        of_type(None, 9, 3, "small_base", interval_low=-0.2, interval_high=None),
        of_type("丁", 5, 0, "no_base"),
    ]
    frame, extent = types_chart(rows, DISPUTES, "zh")
    assert extent == 0.7
    # The unknown type rose by 200 %, beyond the axis, and its open end is the axis's. Differences: -30, +6, +5, +1.
    assert frame["name"].to_list() == ["乙 60→30", "类型不详 3→9", "丁 0→5", "甲 40→41"]
    assert frame.select("rate", "low", "high").rows()[:2] == [(-0.5, -0.7, -0.2), (2.0, -0.2, 0.7)]
    assert frame.row(2, named=True)["rate"] is None
    assert frame["role"].to_list() == ["ink", "ordinary", "ordinary", "ordinary"]


def test_an_axis_of_types_is_never_too_narrow_nor_led_by_what_nobody_knows() -> None:
    quiet = [of_type("甲", 1010, 1000, "within_noise", interval_low=-0.02, interval_high=0.03)]
    assert types_chart(quiet, DISPUTES, "zh")[1] == 0.2
    wild = [of_type("甲", 30, 21, "within_noise", interval_low=-0.2, interval_high=8.0)]
    assert types_chart(wild, DISPUTES, "zh")[1] == 1.0
    real = [of_type("甲", 70, 28, "up", interval_low=0.6, interval_high=3.0)]
    assert types_chart(real, DISPUTES, "zh")[1] == 1.5
    assert types_chart([], DISPUTES, "zh")[0].is_empty()


def test_the_year_counts_its_months_by_what_may_be_said_of_them() -> None:
    rows = [
        count(50, 40, "not_comparable", month=date(2026, 1, 1), flags=("spring_festival",)),
        count(60, 40, "up", month=date(2026, 2, 1), flags=("spring_festival",), **REAL),
        count(60, 40, "up", month=date(2026, 3, 1), **REAL),
        count(45, 40, "within_noise", month=date(2026, 4, 1)),
        count(40, 40, "within_noise", month=date(2026, 5, 1)),
        count(9, 4, "small_base", month=JUNE),
    ]
    # February alone is never news, whatever its interval says.
    assert year_title(rows, DISPUTES, "zh") == (
        "2026年1—6月逐月同比：1 个月上升，2 个月差异不显著，1 个月基数较小，2 个月不可比"
    )
    assert year_title(rows[2:3], DISPUTES, "en") == "March 2026 month by month, on last year: 1 up"
    assert year_title([], DISPUTES, "zh") == "今年的警情尚未报送"


WHOLE = Delivered(4, 4, True)


def year_frame(delivered: dict[date, Delivered], rows: dict[date, ComparisonRow]) -> pl.DataFrame:
    names = [f"{number}月" for number in range(1, 13)]
    return year_chart(
        rows, DISPUTES, month=JUNE, delivered=delivered, new_years=[date(2026, 2, 1)], names=names, language="zh"
    )


def test_the_band_needs_all_three_years_and_the_lines_whole_months() -> None:
    days = [date(year, month, 1) for year in (2023, 2024, 2025, 2026) for month in (5, 6)]
    rows = {day: count(day.year - 2000 + day.month, 20, "within_noise", month=day) for day in days}
    state = dict.fromkeys(days, WHOLE) | {date(2024, 5, 1): Delivered(4, 3, False)}
    frame = year_frame(state, rows)
    may, june = frame.row(4, named=True), frame.row(5, named=True)
    assert (may["before"], may["low"], may["high"]) == (30, None, None)
    assert (june["value"], june["before"], june["low"], june["high"]) == (32, 31, 29, 31)
    assert june["is_latest"]
    assert june["is_whole"]
    assert frame["is_new_year"].to_list() == [number == 1 for number in range(12)]


def test_a_month_without_a_report_is_missing_and_a_later_one_is_not() -> None:
    frame = year_frame({JUNE: WHOLE}, {JUNE: count(8, 20, "within_noise", month=JUNE)})
    assert frame["is_missing"].to_list() == [True] * 5 + [False] * 7


def test_a_running_month_is_hollow_and_says_until_when() -> None:
    july = Period("month", date(2026, 7, 1), date(2026, 7, 5), date(2026, 7, 31))
    running = count(3, 2, "small_base", month=date(2026, 7, 1), period=july, flags=("partial_period",))
    frame = year_frame({JUNE: WHOLE, date(2026, 7, 1): Delivered(4, 4, False)}, {date(2026, 7, 1): running})
    row = frame.row(6, named=True)
    assert (row["value"], row["is_whole"], row["note"]) == (3, False, "月份未完，截至2026年7月5日")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Delivered(4, 4, True), "4 个单位的警情全部报送；数据截至2026年6月30日。"),
        (Delivered(1, 1, True), "该单位的警情已报送；数据截至2026年6月30日。"),
        (Delivered(4, 3, False), "警情只有 3/4 个单位报送齐全，数字还会增加；数据截至2026年6月30日。"),
        (NOBODY, "数据截至2026年6月30日。"),
    ],
)
def test_how_complete_the_month_is_stands_below_the_answer(state: Delivered, words: str) -> None:
    assert coverage_line(state, until=date(2026, 6, 30), language="zh") == words
