"""Counts by month: what was not delivered is never a zero."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pages.components.figures import (
    Count,
    Selection,
    count_of,
    headline_day,
    latest_complete_month,
    monthly,
    series,
    types,
)

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
EVERYBODY = Selection(None, "")
ONE = Selection("S1", "S1", ("S1",))


def coverage(*rows: tuple[str, date, int, int]) -> pl.DataFrame:
    """Incident days due and covered by unit and month."""
    schema = {"org_code": pl.String, "month_start": pl.Date, "days_due": pl.Int64, "days_covered": pl.Int64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(feed=pl.lit("incident"), is_whole_month=pl.col("days_due") >= 30)


def counts(*rows: tuple[str, date, int | None]) -> pl.DataFrame:
    schema = {"org_code": pl.String, "month_start": pl.Date, "value": pl.Int64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(measure=pl.lit("disputes"), asked=pl.lit(None, pl.Int64))


@pytest.mark.parametrize(
    ("until", "month"),
    [
        (date(2026, 10, 31), date(2026, 10, 1)),
        (date(2026, 10, 30), date(2026, 9, 1)),
        (date(2026, 11, 1), date(2026, 10, 1)),
        (date(2026, 1, 15), date(2025, 12, 1)),
        (date(2024, 2, 28), date(2024, 1, 1)),
        (date(2024, 2, 29), date(2024, 2, 1)),
    ],
)
def test_the_latest_complete_month_is_over(until: date, month: date) -> None:
    assert latest_complete_month(until) == month


def test_the_page_speaks_until_the_last_day_of_the_incidents() -> None:
    assert headline_day({"incident": JUNE, "visit": JULY}) == JUNE
    assert headline_day({"visit": JULY, "mediation": JUNE}) == JULY
    assert headline_day({}) is None


def test_a_delivered_month_without_records_is_zero() -> None:
    months = monthly(coverage(("S1", JUNE, 30, 30)), counts(), EVERYBODY)
    assert count_of(months, "disputes", JUNE) == Count("disputes", 0, None, 1, 1, True)


def test_a_month_that_nobody_delivered_has_no_count() -> None:
    months = monthly(coverage(("S1", JUNE, 30, 0)), counts(), EVERYBODY)
    assert count_of(months, "disputes", JUNE).value is None


def test_a_month_that_one_unit_did_not_deliver_is_not_whole() -> None:
    months = monthly(coverage(("S1", JUNE, 30, 30), ("S2", JUNE, 30, 12)), counts(("S1", JUNE, 4)), EVERYBODY)
    assert count_of(months, "disputes", JUNE) == Count("disputes", 4, None, 2, 1, False)


def test_a_running_month_is_not_whole() -> None:
    months = monthly(coverage(("S1", JULY, 5, 5)), counts(("S1", JULY, 2)), EVERYBODY)
    assert count_of(months, "disputes", JULY) == Count("disputes", 2, None, 1, 1, False)


def test_a_total_of_a_longer_period_leaves_its_months_without_a_count() -> None:
    delivered = coverage(("S1", JUNE, 30, 30), ("S2", JUNE, 30, 30))
    months = monthly(delivered, counts(("S1", JUNE, 4), ("S2", JUNE, None)), EVERYBODY)
    assert count_of(months, "disputes", JUNE).value is None
    assert count_of(monthly(delivered, counts(("S1", JUNE, 4), ("S2", JUNE, None)), ONE), "disputes", JUNE).value == 4


def test_a_feed_that_never_came_has_no_count() -> None:
    months = monthly(coverage(("S1", JUNE, 30, 30)), counts(), EVERYBODY)
    assert count_of(months, "visits", JUNE) == Count("visits", None, None, 0, 0, False)


def test_a_series_has_a_row_for_months_that_are_missing_altogether() -> None:
    months = monthly(
        coverage(("S1", JUNE, 30, 30), ("S1", AUGUST, 31, 31)), counts(("S1", JUNE, 4), ("S1", AUGUST, 5)), EVERYBODY
    )
    assert series(months, "disputes", until=AUGUST, length=36)["value"].to_list() == [4, None, 5]
    assert series(months, "disputes", until=AUGUST, length=2)["month_start"].to_list() == [JULY, AUGUST]


def test_types_are_sorted_by_count_and_the_unknown_one_is_kept() -> None:
    rows = [
        ("S1", JUNE, "b", 3),
        ("S2", JUNE, "a", 3),
        ("S1", JUNE, None, 9),
        ("S1", JULY, "a", 50),
        ("S1", JUNE, "c", 0),
    ]
    schema = {"org_code": pl.String, "month_start": pl.Date, "group_zh": pl.String, "value": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    assert types(frame, EVERYBODY, month=JUNE, name="group_zh").rows() == [(None, 9), ("a", 3), ("b", 3)]
    assert types(frame, ONE, month=JUNE, name="group_zh").rows() == [(None, 9), ("b", 3)]
