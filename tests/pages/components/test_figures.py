"""Months and units: what was not delivered is never a zero, and what is not whole is never called whole."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pages.components.figures import (
    Delivered,
    Selection,
    delivered,
    headline_day,
    latest_complete_month,
    lowest_level,
    months_before,
    period_of,
    ripe_month,
    units,
)

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
EVERYBODY = Selection(None, "")
ONE = Selection("S1", "S1", ("S1",))


def coverage(*rows: tuple[str, date, int, int]) -> pl.DataFrame:
    """Incident days due and covered by unit and month."""
    schema = {"org_code": pl.String, "month_start": pl.Date, "days_due": pl.Int64, "days_covered": pl.Int64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(feed=pl.lit("incident"), is_whole_month=pl.col("days_due") >= 30)


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


@pytest.mark.parametrize(
    ("month", "period"),
    [(JUNE, "2026-06"), (date(2026, 1, 1), "2026-01"), (date(2026, 2, 1), "2026-01..2026-02")],
)
def test_february_is_compared_together_with_january(month: date, period: str) -> None:
    assert period_of(month) == period


@pytest.mark.parametrize(
    ("until", "days", "ripe"),
    [
        (date(2026, 8, 31), 0, AUGUST),
        # 90 days before 28 September lies 30 June, before 27 September 29 June.
        (date(2026, 9, 28), 90, JUNE),
        (date(2026, 9, 27), 90, date(2026, 5, 1)),
    ],
)
def test_a_figure_with_follow_up_stands_in_the_latest_month_that_had_it(until: date, days: int, ripe: date) -> None:
    assert ripe_month(AUGUST, until=until, follow_up_days=days) == ripe


def test_months_are_counted_back_over_the_new_year() -> None:
    assert months_before(date(2026, 2, 1), 2) == date(2025, 12, 1)
    assert months_before(date(2026, 12, 1), 11) == date(2026, 1, 1)
    assert months_before(JUNE, 24) == date(2024, 6, 1)


def test_a_month_is_whole_when_every_unit_delivered_every_day() -> None:
    both = delivered(coverage(("S1", JUNE, 30, 30), ("S2", JUNE, 30, 30)), EVERYBODY, "incident")
    assert both == {JUNE: Delivered(2, 2, True)}


def test_a_month_that_one_unit_did_not_deliver_is_not_whole() -> None:
    rows = coverage(("S1", JUNE, 30, 30), ("S2", JUNE, 30, 12))
    assert delivered(rows, EVERYBODY, "incident") == {JUNE: Delivered(2, 1, False)}
    assert delivered(rows, ONE, "incident") == {JUNE: Delivered(1, 1, True)}


def test_a_running_month_is_not_whole() -> None:
    assert delivered(coverage(("S1", JULY, 5, 5)), EVERYBODY, "incident") == {JULY: Delivered(1, 1, False)}


def test_a_feed_that_never_came_has_no_months() -> None:
    assert delivered(coverage(("S1", JUNE, 30, 30)), EVERYBODY, "visit") == {}


def test_units_keep_their_order_and_have_no_count_where_nothing_was_delivered() -> None:
    rows = coverage(("S2", JUNE, 30, 0), ("S1", JUNE, 30, 30), ("S3", JUNE, 30, 9))
    known = pl.DataFrame({"code": ["C", "S1", "S2", "S3"], "name": ["市局", "甲", "乙", "丙"]})
    counted = units(rows, {"S1": 9, "S2": 4, None: 7}, known, EVERYBODY, JUNE)
    assert counted.rows() == [("S1", "甲", 9, True), ("S2", "乙", None, False), ("S3", "丙", None, False)]


def test_the_units_that_report_may_be_stations_or_branches() -> None:
    known = pl.DataFrame({"code": ["C", "A", "S1"], "level_code": ["city_bureau", "branch", "station"]})
    assert lowest_level(coverage(("S1", JUNE, 30, 30)), known) == "station"
    assert lowest_level(coverage(("A", JUNE, 30, 30)), known) == "branch"


def test_a_selection_is_a_filter_by_its_level() -> None:
    assert Selection("A", "甲", ("A", "S1"), "branch").where == {"branch": ("A",)}
    assert EVERYBODY.where == {}
