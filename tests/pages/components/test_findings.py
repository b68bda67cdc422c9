"""Titles say what the counts say, at the edges too."""

from __future__ import annotations

from datetime import date

import polars as pl

from pages.components.findings import months_title, types_chart, types_title, units_title

JUNE = date(2026, 6, 1)


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


def test_no_incident_is_told_apart_from_no_delivery() -> None:
    none = pl.DataFrame(schema={"name": pl.String, "value": pl.Int64})
    assert types_title(none, month=JUNE, is_delivered=True, language="zh") == "2026年6月没有接报纠纷警情"
    assert types_title(none, month=JUNE, is_delivered=False, language="zh") == "2026年6月的警情尚未报送"


def test_a_type_that_is_not_known_can_lead() -> None:
    frame = pl.DataFrame({"name": [None, "a"], "value": [3, 1]}, schema={"name": pl.String, "value": pl.Int64})
    assert types_title(frame, month=JUNE, is_delivered=True, language="en") == "Type unknown leads: 3 of 4, 75.0%"


def test_small_types_are_summed_in_one_row() -> None:
    frame = pl.DataFrame({"name": [f"t{n}" for n in range(13)], "value": [20 - n for n in range(13)]})
    drawn = types_chart(frame, "zh")
    # The eleventh to the thirteenth: 10 + 9 + 8.
    assert drawn.height == 11
    assert drawn.row(10) == ("其余 3 类", 27, "27")


def test_the_range_of_months_leaves_out_those_that_are_not_whole() -> None:
    frame = pl.DataFrame(
        {
            "month_start": [date(2026, month, 1) for month in (3, 4, 5, 6)],
            "value": [50, 2, None, 40],
            "is_whole": [True, False, False, True],
        }
    )
    expected = "2026年6月接报 40 起；2 个报齐的月份在 40（2026年6月）至 50（2026年3月）之间"
    assert months_title(frame, month=JUNE, language="zh") == expected
    assert months_title(frame, month=date(2026, 5, 1), language="zh") == "2026年5月的警情尚未报送"
