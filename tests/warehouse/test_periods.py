"""Windows and their bases against rows worked out by hand and against a slow calendar of labelled days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import get_args

import pytest
from holidays.calendars.chinese import _ChineseLunisolar
from hypothesis import given
from hypothesis import strategies as st

from warehouse.periods import (
    BadPeriod,
    Basis,
    Period,
    PeriodNotCovered,
    base_of,
    is_distorted_by_spring_festival,
    months_of,
    never_a_headline,
    new_year_day,
    parse_period,
    spills_into_march,
    spring_festival_days,
    week_52_weeks_before,
    whole_months,
)
from warehouse.reference import read_calendar

DAY = timedelta(days=1)
LATE = date(2035, 12, 31)
# Hong Kong Observatory, Gregorian-Lunar Calendar Conversion Table.
PUBLISHED_NEW_YEARS = """
    2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-18 2008-02-07 2009-01-26 2010-02-14 2011-02-03 2012-01-23
    2013-02-10 2014-01-31 2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01
    2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23
"""
NEW_YEARS = [date.fromisoformat(text) for text in PUBLISHED_NEW_YEARS.split()]
FESTIVAL_DAYS = {new_year + offset * DAY for new_year in NEW_YEARS for offset in range(-5, 21)}


def window(period: Period | None) -> str | None:
    return f"{period.start}..{period.end}" if period else None


def base(text: str, basis: Basis, until: str = "2035-12-31") -> str | None:
    return window(base_of(parse_period(text, data_until=date.fromisoformat(until)), basis))


def days_of(period: Period | None) -> list[date]:
    return [period.start + offset * DAY for offset in range(period.days)] if period else []


# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "until", "kind", "expected", "is_partial"),
    [
        ("2025", "2026-10-31", "year", "2025-01-01..2025-12-31", False),
        ("2026", "2026-10-31", "year", "2026-01-01..2026-10-31", True),
        ("2025-H1", "2026-10-31", "half", "2025-01-01..2025-06-30", False),
        ("2026-H2", "2026-10-31", "half", "2026-07-01..2026-10-31", True),
        ("2024-Q1", "2026-10-31", "quarter", "2024-01-01..2024-03-31", False),
        ("2026-Q4", "2026-10-31", "quarter", "2026-10-01..2026-10-31", True),
        ("2024-02", "2026-10-31", "month", "2024-02-01..2024-02-29", False),
        ("2026-10", "2026-10-31", "month", "2026-10-01..2026-10-31", False),
        ("2026-10", "2026-10-30", "month", "2026-10-01..2026-10-30", True),
        ("2026-10", "2026-10-01", "month", "2026-10-01..2026-10-01", True),
        ("2025-03..2026-02", "2026-10-31", "months", "2025-03-01..2026-02-28", False),
        ("2025-03..2026-02", "2025-12-07", "months", "2025-03-01..2025-12-07", True),
        ("2024-02..2024-02", "2026-10-31", "months", "2024-02-01..2024-02-29", False),
        ("2025-W12", "2026-10-31", "week", "2025-03-17..2025-03-23", False),
        ("2025-W01", "2026-10-31", "week", "2024-12-30..2025-01-05", False),
        ("2009-W01", "2026-10-31", "week", "2008-12-29..2009-01-04", False),
        ("2004-W53", "2026-10-31", "week", "2004-12-27..2005-01-02", False),
        ("2026-W53", "2027-10-31", "week", "2026-12-28..2027-01-03", False),
        ("2026-W44", "2026-10-29", "week", "2026-10-26..2026-10-29", True),
        ("2025-01-01..2025-03-31", "2026-10-31", "days", "2025-01-01..2025-03-31", False),
        ("2024-02-29..2024-02-29", "2026-10-31", "days", "2024-02-29..2024-02-29", False),
        ("2026-10-15..2026-11-15", "2026-10-31", "days", "2026-10-15..2026-10-31", True),
        ("ytd", "2026-10-31", "ytd", "2026-01-01..2026-10-31", True),
        ("ytd", "2026-01-01", "ytd", "2026-01-01..2026-01-01", True),
        ("ytd", "2026-12-31", "ytd", "2026-01-01..2026-12-31", False),
        ("rolling12", "2026-10-31", "rolling12", "2025-11-01..2026-10-31", False),
        ("rolling12", "2026-10-30", "rolling12", "2025-10-01..2026-09-30", False),
        ("rolling12", "2024-02-29", "rolling12", "2023-03-01..2024-02-29", False),
        ("rolling12", "2024-02-28", "rolling12", "2023-02-01..2024-01-31", False),
        ("latest-month", "2026-10-31", "month", "2026-10-01..2026-10-31", False),
        ("latest-month", "2026-10-30", "month", "2026-09-01..2026-09-30", False),
        ("latest-month", "2026-01-05", "month", "2025-12-01..2025-12-31", False),
        ("latest-month", "2024-02-28", "month", "2024-01-01..2024-01-31", False),
        ("latest-month", "2024-02-29", "month", "2024-02-01..2024-02-29", False),
        ("latest-month", "2023-02-28", "month", "2023-02-01..2023-02-28", False),
    ],
)
def test_every_form_is_read_and_cut_at_the_last_day_of_the_data(
    text: str, until: str, kind: str, expected: str, is_partial: bool
) -> None:
    period = parse_period(text, data_until=date.fromisoformat(until))
    assert (period.kind, window(period), period.is_partial) == (kind, expected, is_partial)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  2025-03\n", "2025-03"),
        ("　２０２５－Ｑ１　", "2025-Q1"),
        ("2025-q1", "2025-Q1"),
        ("2025-w12", "2025-W12"),
        ("YTD", "ytd"),
        ("Latest-Month", "latest-month"),
        ("2025-03 .. 2026-02", "2025-03..2026-02"),
        ("２０２５－０３．．２０２６－０２", "2025-03..2026-02"),
    ],
)
def test_case_blanks_and_full_width_letters_do_not_matter(typed: str, meant: str) -> None:
    assert parse_period(typed, data_until=LATE) == parse_period(meant, data_until=LATE)


@pytest.mark.parametrize(
    ("text", "expected_zh", "expected_en"),
    [
        ("", "应为以下写法之一", "expected one of these forms"),
        ("last month", "latest-month", "latest-month"),
        ("25", "2025-03", "2025-03"),
        ("20250", "2025-03", "2025-03"),
        ("202503", "2025-03", "2025-03"),
        ("2025-3", "2025-03", "2025-03"),
        ("2025/03", "2025-03", "2025-03"),
        ("2025-03-01", "2025-01-01..2025-03-31", "2025-01-01..2025-03-31"),
        ("2025-Q", "2025-Q1", "2025-Q1"),
        ("2025-Q11", "2025-Q1", "2025-Q1"),
        ("2025-W1", "2025-W12", "2025-W12"),
        ("-2025", "2025-03", "2025-03"),
        ("2025-", "2025-03", "2025-03"),
        ("²025-٠٣", "2025-03", "2025-03"),
        ("2025-00", "月份为 0，应为 1 至 12", "the month is 0, expected 1 to 12"),
        ("2025-13", "月份为 13，应为 1 至 12", "the month is 13, expected 1 to 12"),
        ("2025-Q0", "季度为 0，应为 1 至 4", "the quarter is 0, expected 1 to 4"),
        ("2025-Q5", "季度为 5，应为 1 至 4", "the quarter is 5, expected 1 to 4"),
        ("2025-H3", "半年为 3，应为 1 至 2", "the half is 3, expected 1 to 2"),
        ("2025-W00", "2025年的周次为 0，应为 1 至 52", "the week of 2025 is 0, expected 1 to 52"),
        ("2025-W53", "2025年的周次为 53，应为 1 至 52", "the week of 2025 is 53, expected 1 to 52"),
        ("2020-W54", "2020年的周次为 54，应为 1 至 53", "the week of 2020 is 54, expected 1 to 53"),
        ("0000", "年份为 0，应为 1900 至 2099", "the year is 0, expected 1900 to 2099"),
        ("0000-01..2025-01", "年份为 0", "the year is 0"),
        ("0000-01-01..2025-01-01", "年份为 0", "the year is 0"),
        ("9999-W52", "年份为 9999", "the year is 9999"),
        ("2025-13..2026-02", "月份为 13", "the month is 13"),
        ("2025-01..2026-00", "月份为 0", "the month is 0"),
        ("2025-02-30..2025-03-01", "日为 30，应为 1 至 28", "the day is 30, expected 1 to 28"),
        ("2025-02-29..2025-03-01", "日为 29，应为 1 至 28", "the day is 29, expected 1 to 28"),
        ("2025-02-01..2025-04-31", "日为 31，应为 1 至 30", "the day is 31, expected 1 to 30"),
        ("2025-03-01..2025-03-00", "日为 0，应为 1 至 31", "the day is 0, expected 1 to 31"),
        ("2025-03..2025-02", "起晚于止", "begins after its end"),
        ("2025-03-02..2025-03-01", "起晚于止", "begins after its end"),
        ("2024..2025", "同为月", "two months"),
        ("2024-Q1..2024-Q2", "同为月", "two months"),
        ("2025-03..2025-04-15", "同为日", "two days"),
        ("2025-03-01..2025-04", "同为日", "two days"),
        ("2025-03..", "同为月", "two months"),
        ("..2025-03", "同为月", "two months"),
        ("2025-03...2025-04", "同为月", "two months"),
        ("2025-01..2025-02..2025-03", "同为月", "two months"),
        ("20250101..20250331", "同为日", "two days"),
        ("2025-W01-1..2025-W02-1", "同为日", "two days"),
    ],
)
def test_what_is_no_period_is_refused_with_what_was_found_and_expected(
    text: str, expected_zh: str, expected_en: str
) -> None:
    with pytest.raises(BadPeriod) as caught:
        parse_period(text, data_until=LATE)
    assert not isinstance(caught.value, PeriodNotCovered)
    assert expected_zh in caught.value.zh
    assert expected_en in caught.value.en
    assert str(caught.value) == f"{caught.value.zh} / {caught.value.en}"


def test_a_sentence_quotes_what_was_typed_and_cuts_what_is_endless() -> None:
    with pytest.raises(BadPeriod, match=r"“2025-q7”.*'2025-q7'"):
        parse_period("2025-q7", data_until=LATE)
    with pytest.raises(BadPeriod) as caught:
        parse_period("x" * 100_000, data_until=LATE)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text", ["2027", "2026-H2", "2026-Q4", "2026-11", "2026-09..2026-12", "2026-W40", "2026-09-01..2026-09-30", "2099"]
)
def test_a_period_that_starts_after_the_data_is_an_error_that_says_where_they_end(text: str) -> None:
    until = date(2026, 8, 31) if text in ("2026-09..2026-12", "2026-09-01..2026-09-30") else date(2026, 6, 30)
    with pytest.raises(PeriodNotCovered) as caught:
        parse_period(text, data_until=until)
    assert f"数据截至 {until}" in caught.value.zh
    assert f"the data end on {until}" in caught.value.en


def test_the_first_day_of_a_period_is_enough_and_the_day_before_it_is_not() -> None:
    assert parse_period("2026-W32", data_until=date(2026, 8, 3)).days == 1
    with pytest.raises(PeriodNotCovered):
        parse_period("2026-W32", data_until=date(2026, 8, 2))


@given(st.text(max_size=30) | st.text("0123456789-.QHWytd ", max_size=24), st.dates(date(2000, 1, 1), LATE))
def test_any_text_is_a_window_within_the_data_or_a_sentence(text: str, until: date) -> None:
    try:
        period = parse_period(text, data_until=until)
    except BadPeriod:
        return
    assert period.start <= period.end <= min(until, period.whole_end)


# --- bases ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "until", "expected"),
    [
        # A complete named period: the whole of it a year earlier.
        ("2024-02", "2026-10-31", "2023-02-01..2023-02-28"),
        ("2025-02", "2026-10-31", "2024-02-01..2024-02-29"),
        ("2024-02", "2024-02-29", "2023-02-01..2023-02-28"),
        ("2025-02", "2025-02-28", "2024-02-01..2024-02-29"),
        ("2025-Q1", "2026-10-31", "2024-01-01..2024-03-31"),
        ("2024-H1", "2026-10-31", "2023-01-01..2023-06-30"),
        ("2025", "2026-10-31", "2024-01-01..2024-12-31"),
        ("2025-03..2026-02", "2026-10-31", "2024-03-01..2025-02-28"),
        ("2024-03..2025-02", "2026-10-31", "2023-03-01..2024-02-29"),
        ("2024-01..2025-06", "2026-10-31", "2023-01-01..2024-06-30"),
        ("2025-02..2025-02", "2026-10-31", "2024-02-01..2024-02-29"),
        ("rolling12", "2025-02-28", "2023-03-01..2024-02-29"),
        ("latest-month", "2025-03-15", "2024-02-01..2024-02-29"),
        # Clipped: the same month-days.
        ("2026-11", "2026-11-20", "2025-11-01..2025-11-20"),
        ("2025-02", "2025-02-27", "2024-02-01..2024-02-27"),
        ("2025-Q1", "2025-02-28", "2024-01-01..2024-02-28"),
        ("2024", "2024-02-29", "2023-01-01..2023-02-28"),
        ("2024-02..2024-05", "2024-02-29", "2023-02-01..2023-02-28"),
        ("ytd", "2024-02-29", "2023-01-01..2023-02-28"),
        ("ytd", "2025-02-28", "2024-01-01..2024-02-28"),
        ("ytd", "2026-10-31", "2025-01-01..2025-10-31"),
        ("ytd", "2024-12-31", "2023-01-01..2023-12-31"),
        # Day ranges, also those that happen to be whole months.
        ("2024-02-29..2024-02-29", "2026-10-31", "2023-02-28..2023-02-28"),
        ("2024-02-01..2024-02-29", "2026-10-31", "2023-02-01..2023-02-28"),
        ("2025-02-01..2025-02-28", "2026-10-31", "2024-02-01..2024-02-28"),
        ("2024-02-29..2024-03-31", "2026-10-31", "2023-02-28..2023-03-31"),
        ("2025-01-15..2025-03-20", "2025-02-28", "2024-01-15..2024-02-28"),
        # ISO weeks: the same number; 2026 has a week 53 and 2025 has not.
        ("2025-W12", "2026-10-31", "2024-03-18..2024-03-24"),
        ("2025-W01", "2026-10-31", "2024-01-01..2024-01-07"),
        ("2010-W01", "2026-10-31", "2008-12-29..2009-01-04"),
        ("2026-W53", "2027-10-31", None),
        ("2026-W53", "2026-12-30", None),
        ("2020-W53", "2026-10-31", None),
        ("2027-W01", "2027-10-31", "2025-12-29..2026-01-04"),
        ("2026-W44", "2026-10-28", "2025-10-27..2025-10-29"),
        ("1990-07", "2026-10-31", "1989-07-01..1989-07-31"),
        ("2040-02", "2041-10-31", "2039-02-01..2039-02-28"),
    ],
)
def test_yoy_base_is_the_named_period_or_the_same_days_a_year_earlier(
    text: str, until: str, expected: str | None
) -> None:
    assert base(text, "yoy", until) == expected


@pytest.mark.parametrize(
    ("text", "until", "expected"),
    [
        ("2025-03", "2026-10-31", "2025-02-01..2025-02-28"),
        ("2025-01", "2026-10-31", "2024-12-01..2024-12-31"),
        ("2025-Q1", "2026-10-31", "2024-10-01..2024-12-31"),
        ("2025-H1", "2026-10-31", "2024-07-01..2024-12-31"),
        ("2025-H2", "2026-10-31", "2025-01-01..2025-06-30"),
        ("2025", "2026-10-31", "2024-01-01..2024-12-31"),
        ("2025-03..2026-02", "2026-10-31", "2024-03-01..2025-02-28"),
        ("2025-03..2025-05", "2026-10-31", "2024-12-01..2025-02-28"),
        ("rolling12", "2026-10-31", "2024-11-01..2025-10-31"),
        ("2025-W12", "2026-10-31", "2025-03-10..2025-03-16"),
        ("2027-W01", "2027-10-31", "2026-12-28..2027-01-03"),
        ("2025-W01", "2026-10-31", "2024-12-23..2024-12-29"),
        ("2026-W53", "2027-10-31", "2026-12-21..2026-12-27"),
        # Clipped: as many first days, at most the whole.
        ("2026-10", "2026-10-12", "2026-09-01..2026-09-12"),
        ("2025-03", "2025-03-28", "2025-02-01..2025-02-28"),
        ("2025-03", "2025-03-30", "2025-02-01..2025-02-28"),
        ("2024-03", "2024-03-30", "2024-02-01..2024-02-29"),
        ("2025-Q1", "2025-02-28", "2024-10-01..2024-11-28"),
        ("2024", "2024-12-30", "2023-01-01..2023-12-31"),
        ("2026", "2026-10-31", "2025-01-01..2025-10-31"),
        ("2025-03..2026-02", "2025-04-10", "2024-03-01..2024-04-10"),
        ("2026-W44", "2026-10-28", "2026-10-19..2026-10-21"),
        # Day ranges: as many days before, also of a clipped one.
        ("2025-03-01..2025-03-10", "2026-10-31", "2025-02-19..2025-02-28"),
        ("2025-01-01..2025-01-01", "2026-10-31", "2024-12-31..2024-12-31"),
        ("2024-01-01..2024-03-31", "2026-10-31", "2023-10-02..2023-12-31"),
        ("2026-10-22..2026-11-30", "2026-10-31", "2026-10-12..2026-10-21"),
        ("ytd", "2026-10-31", None),
        ("ytd", "2026-12-31", None),
    ],
)
def test_previous_base_is_the_period_before_of_the_same_kind(text: str, until: str, expected: str | None) -> None:
    assert base(text, "previous", until) == expected


@pytest.mark.parametrize(
    ("text", "until", "expected"),
    [
        # 17 February 2026 is 384 days after 29 January 2025, which is 354 days after 10 February 2024.
        ("2026-01-18..2026-04-02", "2026-10-31", "2024-12-30..2025-03-14"),
        ("2026-02-17..2026-02-17", "2026-10-31", "2025-01-29..2025-01-29"),
        ("2025-01-29..2025-01-29", "2026-10-31", "2024-02-10..2024-02-10"),
        # January 2026 lies before new year's day of its own solar year: that day's year counts.
        ("2026-01", "2026-10-31", "2024-12-13..2025-01-12"),
        ("2025-12-20..2026-01-05", "2026-10-31", "2024-12-01..2024-12-17"),
        ("2025-12-20..2026-01-05", "2025-12-31", "2024-12-31..2025-01-11"),
        ("2026-02", "2026-02-20", "2025-01-13..2025-02-01"),
        ("2025", "2026-10-31", "2024-01-13..2025-01-11"),
        ("1990-01-27..1990-01-27", "2026-10-31", "1989-02-06..1989-02-06"),
        ("2040-02-12..2040-02-12", "2041-10-31", "2039-01-24..2039-01-24"),
        # No new year's day is known before 1900.
        ("1900-03", "2026-10-31", None),
    ],
)
def test_lunar_base_is_shifted_by_the_distance_of_the_new_years_days(
    text: str, until: str, expected: str | None
) -> None:
    assert base(text, "lunar", until) == expected


def test_an_unknown_basis_is_named() -> None:
    with pytest.raises(ValueError, match=r"'yearly'.*yoy, previous, lunar"):
        base_of(parse_period("2025", data_until=LATE), "yearly")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "until", "expected"),
    [
        ("2026-W53", "2027-10-31", "2025-12-29..2026-01-04"),
        ("2026-W53", "2026-12-29", "2025-12-29..2025-12-30"),
        ("2026-W52", "2027-10-31", None),
        ("2026-12", "2027-10-31", None),
    ],
)
def test_a_week_without_a_base_has_a_note_52_weeks_earlier(text: str, until: str, expected: str | None) -> None:
    assert window(week_52_weeks_before(parse_period(text, data_until=date.fromisoformat(until)))) == expected


# --- the slow calendar: every day of 2003-2030 with the names of the periods it lies in ----------------------------


def iso_week(day: date) -> tuple[int, int]:
    """A week belongs to the year of its Thursday, and its number is the Thursday's count in that year."""
    thursday = day + (3 - day.weekday()) * DAY
    return thursday.year, (thursday - date(thursday.year, 1, 1)).days // 7 + 1


@cache
def labelled_days() -> dict[str, dict[str, list[date]]]:
    """Kind -> name -> its days in order; names in the order of time."""
    named: dict[str, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    day = date(2002, 12, 30)
    while day < date(2031, 1, 1):
        year, week = iso_week(day)
        for kind, name in {
            "year": f"{day.year}",
            "half": f"{day.year}-H{1 if day.month < 7 else 2}",
            "quarter": f"{day.year}-Q{' 111222333444'[day.month]}",
            "month": f"{day.year}-{day.month:02}",
            "week": f"{year}-W{week:02}",
        }.items():
            named[kind][name].append(day)
        day += DAY
    return named


def a_year_earlier(name: str) -> str:
    return f"{int(name[:4]) - 1}{name[4:]}"


def month_and_day(day: date) -> tuple[int, int]:
    return day.month, day.day


def names_from_2004(kind: str) -> Iterator[str]:
    # The days of 2031 are not there, so the last week of 2030 is not whole.
    return (name for name in labelled_days()[kind] if int(name[:4]) >= 2004 and name != "2031-W01")


@pytest.mark.parametrize("kind", ["year", "half", "quarter", "month", "week"])
def test_complete_named_periods_and_their_bases_are_the_days_of_that_name(kind: str) -> None:
    named = labelled_days()[kind]
    order = list(named)
    for name in names_from_2004(kind):
        period = parse_period(name, data_until=named[name][-1])
        assert (period.kind, days_of(period), period.is_partial) == (kind, named[name], False)
        assert days_of(base_of(period, "yoy")) == named.get(a_year_earlier(name), [])
        before = order[order.index(name) - 1]
        assert days_of(base_of(period, "previous")) == named[before]
        # A base asked as its own period is the same window, whatever data came after it.
        for its_name, basis in ((a_year_earlier(name), "yoy"), (before, "previous")):
            if its_name in named:
                assert base_of(period, basis) == parse_period(its_name, data_until=LATE)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["half", "quarter", "month", "week"])
def test_periods_cut_on_any_day_are_compared_with_the_same_days(kind: str) -> None:
    named = labelled_days()[kind]
    order = list(named)
    for name in names_from_2004(kind):
        days, before = named[name], named[order[order.index(name) - 1]]
        partner = named.get(a_year_earlier(name), [])
        for number in range(1, len(days), 1 if kind in ("month", "week") else 13):
            period = parse_period(name, data_until=days[number - 1])
            assert (days_of(period), period.is_partial) == (days[:number], True)
            assert days_of(base_of(period, "previous")) == before[:number]
            if kind == "week":
                assert days_of(base_of(period, "yoy")) == partner[:number]
            else:
                # Up to the same month and day; a base year has its leap day where that lies before it.
                until = month_and_day(days[number - 1])
                assert days_of(base_of(period, "yoy")) == [day for day in partner if month_and_day(day) <= until]


def test_single_days_of_a_year_have_the_days_of_the_year_before_as_base() -> None:
    """Nobody's base is 29 February; that day itself repeats the 28th, the only day met twice."""
    for year in range(2004, 2031):
        days = labelled_days()["year"][f"{year}"]
        before = [day for day in labelled_days()["year"][f"{year - 1}"] if month_and_day(day) != (2, 29)]
        repeated = [date(year - 1, 2, 28)] if len(days) == 366 else []
        bases = [base_of(parse_period(f"{day}..{day}", data_until=LATE), "yoy") for day in days]
        assert [day for one in bases for day in days_of(one)] == sorted(before + repeated)


def test_months_of_any_year_and_their_bases_hold_each_day_once() -> None:
    """Single days lose or repeat the leap day; whole months, quarters and halves do not."""
    for year in range(2004, 2031):
        months = months_of(parse_period(f"{year}", data_until=LATE))
        assert [day for month in months for day in days_of(month)] == labelled_days()["year"][f"{year}"]
        bases = [base_of(month, "yoy") for month in months]
        assert [day for one in bases for day in days_of(one)] == labelled_days()["year"][f"{year - 1}"]


@pytest.mark.parametrize(
    ("day", "expected"), [("2005-01-01", (2004, 53, 6)), ("2008-12-29", (2009, 1, 1)), ("2026-12-31", (2026, 53, 4))]
)
def test_week_numbers_follow_iso_8601(day: str, expected: tuple[int, int, int]) -> None:
    year, week, weekday = expected
    period = parse_period(f"{year}-W{week:02}", data_until=LATE)
    assert days_of(period)[weekday - 1] == date.fromisoformat(day)


# --- properties ----------------------------------------------------------------------------------------------------


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Any period with any last day of the data in it or after it."""
    day = draw(st.dates(date(2001, 1, 1), date(2030, 12, 31)))
    later = draw(st.dates(day, day + timedelta(days=draw(st.sampled_from([3, 40, 400, 1500])))))
    texts = [
        f"{day.year}",
        f"{day.year}-H{(day.month + 5) // 6}",
        f"{day.year}-Q{(day.month + 2) // 3}",
        f"{day:%Y-%m}",
        "{}-W{:02}".format(*iso_week(day)),
        f"{day:%Y-%m}..{later:%Y-%m}",
        f"{day}..{later}",
        "ytd",
        "rolling12",
        "latest-month",
    ]
    until = draw(st.dates(day, day + timedelta(days=draw(st.sampled_from([20, 200, 2000])))))
    return parse_period(draw(st.sampled_from(texts)), data_until=until)


@given(periods(), st.sampled_from(get_args(Basis)))
def test_a_base_has_ended_and_ends_before_its_period(period: Period, basis: Basis) -> None:
    window = base_of(period, basis)
    if window is None:
        assert period.kind == ("ytd" if basis == "previous" else "week")
        return
    assert window.start <= window.end < period.end
    assert window.start < period.start
    assert not window.is_partial


@given(periods())
def test_a_year_changes_the_length_of_a_window_by_leap_days_only(period: Period) -> None:
    window = base_of(period, "yoy")
    if window:
        assert abs(window.days - period.days) <= 1


@given(periods())
def test_a_complete_periods_previous_one_ends_the_day_before(period: Period) -> None:
    window = base_of(period, "previous")
    if window is None:
        return
    if period.is_partial and period.kind != "days":
        assert window.days <= period.days
        assert window.end < period.start
    else:
        assert window.end + DAY == period.start
        assert window.kind == period.kind


@given(periods())
def test_a_lunar_base_has_the_same_days_seen_from_new_years_day(period: Period) -> None:
    window = base_of(period, "lunar")
    assert window is not None
    assert window.days == period.days
    if 2004 <= period.end.year <= 2031:
        this, last = NEW_YEARS[period.end.year - 2003], NEW_YEARS[period.end.year - 2004]
        assert [day - last for day in (window.start, window.end)] == [day - this for day in (period.start, period.end)]


@given(periods())
def test_any_base_can_be_asked_as_a_range_of_days(period: Period) -> None:
    for basis in get_args(Basis):
        found = base_of(period, basis)
        if found:
            asked = parse_period(f"{found.start}..{found.end}", data_until=period.end)
            assert window(asked) == window(found)
            assert not asked.is_partial


# --- months --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "until", "expected"),
    [
        ("2026-Q4", "2026-11-20", ["month 2026-10-01..2026-10-31", "month 2026-11-01..2026-11-20 cut"]),
        ("ytd", "2026-02-03", ["month 2026-01-01..2026-01-31", "month 2026-02-01..2026-02-03 cut"]),
        ("2025-03-15..2025-04-30", "2026-10-31", ["days 2025-03-15..2025-03-31", "month 2025-04-01..2025-04-30"]),
        ("2025-03-01..2025-04-10", "2026-10-31", ["month 2025-03-01..2025-03-31", "days 2025-04-01..2025-04-10"]),
        ("2025-03-05..2025-03-10", "2026-10-31", ["days 2025-03-05..2025-03-10"]),
        # The data end first, but the range would have cut the month too.
        ("2025-03-01..2025-03-25", "2025-03-10", ["days 2025-03-01..2025-03-10 cut"]),
        ("2025-03-01..2025-04-25", "2025-03-10", ["month 2025-03-01..2025-03-10 cut"]),
        ("2025-W01", "2026-10-31", ["days 2024-12-30..2024-12-31", "days 2025-01-01..2025-01-05"]),
        ("2024-02", "2026-10-31", ["month 2024-02-01..2024-02-29"]),
        ("2025-12..2026-01", "2026-10-31", ["month 2025-12-01..2025-12-31", "month 2026-01-01..2026-01-31"]),
    ],
)
def test_the_first_and_last_month_are_cut_to_the_days_of_the_period(text: str, until: str, expected: list[str]) -> None:
    months = months_of(parse_period(text, data_until=date.fromisoformat(until)))
    assert [f"{one.kind} {window(one)}{' cut' if one.is_partial else ''}" for one in months] == expected


@given(periods())
def test_months_are_the_days_of_their_period_in_order(period: Period) -> None:
    months = months_of(period)
    assert [day for month in months for day in days_of(month)] == days_of(period)
    assert all(month.start.replace(day=1) == month.end.replace(day=1) for month in months)
    assert all(not month.is_partial for month in months[:-1])
    assert months[-1].is_partial <= period.is_partial


@pytest.mark.parametrize(
    ("text", "until", "expected"),
    [
        ("2025", "2026-10-31", "2025-01-01..2025-12-31"),
        ("2026", "2026-10-30", "2026-01-01..2026-09-30"),
        ("ytd", "2026-10-31", "2026-01-01..2026-10-31"),
        ("2025-01-15..2025-04-29", "2026-10-31", "2025-02-01..2025-03-31"),
        ("2024-02-01..2024-02-28", "2026-10-31", None),
        ("2024-02-01..2024-02-29", "2026-10-31", "2024-02-01..2024-02-29"),
        ("2025-01-02..2025-02-27", "2026-10-31", None),
        ("2025-W12", "2026-10-31", None),
        ("2026-10", "2026-10-30", None),
    ],
)
def test_whole_months_leave_out_what_is_cut(text: str, until: str, expected: str | None) -> None:
    found = whole_months(parse_period(text, data_until=date.fromisoformat(until)))
    assert (f"{found[0]}..{found[1]}" if found else None) == expected


# --- Spring Festival -----------------------------------------------------------------------------------------------


def test_new_years_days_are_the_published_ones() -> None:
    assert [new_year_day(year) for year in range(2003, 2032)] == NEW_YEARS
    assert spring_festival_days(2026) == (date(2026, 2, 12), date(2026, 3, 9))
    assert spring_festival_days(2023) == (date(2023, 1, 17), date(2023, 2, 11))


def test_new_years_days_agree_with_a_second_source_and_with_the_committed_calendar() -> None:
    second_source = _ChineseLunisolar()
    for year in range(1917, 2100):
        assert second_source.lunar_new_year_date(year)[0] == new_year_day(year)
    committed = read_calendar().filter(days_from_new_year=0)["date"].to_list()
    assert committed == [new_year_day(year) for year in range(2000, 2036)]


def test_years_without_a_known_new_years_day_have_no_festival() -> None:
    for year in (1899, 2100):
        assert new_year_day(year) is None
        assert spring_festival_days(year) is None
        assert not spills_into_march(year)


def expected_cases(days: list[date], effect: float) -> float:
    """One case a day, on festival days 1 + effect: how many come when nothing else happens."""
    return sum(1 + effect * (day in FESTIVAL_DAYS) for day in days)


def change_of_nothing(text: str, effect: float = -0.30) -> float:
    """The yoy change in percent that the date of the festival makes alone."""
    period = parse_period(text, data_until=LATE)
    before = expected_cases(days_of(base_of(period, "yoy")), effect)
    return 100 * (expected_cases(days_of(period), effect) / before - 1)


FIGURES = {"Jan": "{0}-01", "Feb": "{0}-02", "Jan+Feb": "{0}-01..{0}-02", "Mar": "{0}-03", "Q1": "{0}-Q1"}


@pytest.mark.parametrize(
    ("figure", "worst", "in_2026"),
    [("Jan", 17.0, 8.4), ("Feb", 21.0, 1.3), ("Jan+Feb", 5.3, 5.3), ("Mar", 9.5, -8.7), ("Q1", 1.2, 0.0)],
)
def test_the_windows_reproduce_the_published_table_of_biases(figure: str, worst: float, in_2026: float) -> None:
    """-30 % from five days before new year's day to twenty after, 2019-2027."""
    changes = {year: change_of_nothing(FIGURES[figure].format(year)) for year in range(2019, 2028)}
    assert max(abs(change) for change in changes.values()) == pytest.approx(worst, abs=0.05)
    assert changes[2026] == pytest.approx(in_2026, abs=0.05)


def is_flagged(text: str, basis: Basis = "yoy", until: date = LATE) -> bool:
    period = parse_period(text, data_until=until)
    found = base_of(period, basis)
    assert found is not None
    return is_distorted_by_spring_festival(period, found)


ALL_YEARS = set(range(2018, 2028))
# New year's day of that year or of the one before was on 12 February or later: 2018, 2021 and 2026.
SPILL = {2018, 2019, 2021, 2022, 2026, 2027}


@pytest.mark.parametrize(
    ("form", "flagged"),
    [
        ("{0}-01", ALL_YEARS),
        ("{0}-02", ALL_YEARS),
        ("{0}-01-01..{0}-01-10", ALL_YEARS),
        ("{0}-02-10..{0}-02-20", ALL_YEARS),
        ("{0}-01..{0}-02", SPILL),
        ("{0}-03", SPILL),
        ("{0}-03-01..{0}-03-31", SPILL),
        ("{0}-Q1", set()),
        ("{0}-H1", set()),
        ("{0}-H2", set()),
        ("{0}", set()),
        ("{0}-04", set()),
        ("{0}-12", set()),
        ("{0}-Q4", set()),
        ("{0}-W40", set()),
    ],
)
def test_the_flag_stands_where_the_calendar_comparison_is_not_clean(form: str, flagged: set[int]) -> None:
    assert {year for year in ALL_YEARS if is_flagged(form.format(year))} == flagged


def test_parts_of_the_festival_season_are_flagged_by_their_own_days() -> None:
    # To 10 February: 10 festival days in 2027, none in 2026.
    assert is_flagged("ytd", until=date(2027, 2, 10))
    assert not is_flagged("ytd", until=date(2027, 10, 10))
    # 2-8 March 2026 lies in the festival's last days, the week's base does not.
    assert is_flagged("2026-W10")
    assert not is_flagged("2026-W12")
    assert is_flagged("2026-03-09..2026-03-09")
    assert not is_flagged("2026-03-10..2026-03-10")
    # Four days of 60 are a fifteenth, of 61 less.
    assert is_flagged("2020-12-31..2021-02-28")
    assert not is_flagged("2020-12-30..2021-02-28")
    # Against the month before the festival is as real.
    assert is_flagged("2025-03", "previous")
    assert not is_flagged("2025-06", "previous")


def test_twelve_months_that_end_in_the_festival_are_long_enough() -> None:
    assert not is_flagged("2025-03..2026-02")
    assert not is_flagged("rolling12", until=date(2026, 2, 28))


@pytest.mark.parametrize("kind", ["year", "half", "quarter", "month", "week"])
def test_the_lunar_base_holds_the_same_festival_days_and_is_not_flagged(kind: str) -> None:
    for name in names_from_2004(kind):
        period = parse_period(name, data_until=LATE)
        lunar = base_of(period, "lunar")
        assert lunar is not None
        assert not is_distorted_by_spring_festival(period, lunar)
        if period.start.year == period.end.year:
            assert len(FESTIVAL_DAYS & set(days_of(lunar))) == len(FESTIVAL_DAYS & set(days_of(period))), name


def test_a_lunar_base_is_flagged_where_the_festival_of_another_year_is_cut_differently() -> None:
    # 354 days lie between the new years of 2026 and 2027: 15 February 2026 meets 26 February 2025, after that festival.
    assert is_flagged("2026-02-15..2027-01-05", "lunar")


def test_what_is_not_flagged_moves_by_less_than_three_percent_and_what_is_by_more_than_1_8() -> None:
    """Per day, under an effect of -30 %, weighing every day: runs of one to twelve months, 2004-2029."""
    for first in range(2004 * 12, 2029 * 12):
        for length in (1, 2, 3, 4, 6, 12):
            start, end = divmod(first, 12), divmod(first + length - 1, 12)
            text = f"{start[0]}-{start[1] + 1:02}..{end[0]}-{end[1] + 1:02}"
            period = parse_period(text, data_until=LATE)
            if never_a_headline(period):
                continue
            yoy = base_of(period, "yoy")
            assert yoy is not None
            rates = [expected_cases_per_day(window.start, window.end) for window in (period, yoy)]
            bias = abs(rates[0] / rates[1] - 1)
            if is_distorted_by_spring_festival(period, yoy):
                assert bias > 0.018, text
            else:
                assert bias < 0.03, text


@cache
def expected_cases_per_day(start: date, end: date) -> float:
    days = (end - start).days + 1
    return expected_cases([start + offset * DAY for offset in range(days)], -0.30) / days


@pytest.mark.parametrize(
    ("text", "until", "expected"),
    [
        ("2026-01", "2026-10-31", True),
        ("2026-02", "2026-10-31", True),
        ("2026-02", "2026-02-03", True),
        ("2026-01-05..2026-01-31", "2026-10-31", True),
        ("2024-02-29..2024-02-29", "2026-10-31", True),
        ("2026-W02", "2026-10-31", True),
        ("ytd", "2026-01-31", True),
        ("ytd", "2026-02-01", False),
        ("2026-01..2026-02", "2026-10-31", False),
        ("2026-01-31..2026-02-01", "2026-10-31", False),
        ("2026-03", "2026-10-31", False),
        ("2026-Q1", "2026-10-31", False),
        ("2025-12-31..2026-01-05", "2026-10-31", False),
        ("2025-01..2026-01", "2026-10-31", False),
    ],
)
def test_january_alone_and_february_alone_are_never_a_headline(text: str, until: str, expected: bool) -> None:
    assert never_a_headline(parse_period(text, data_until=date.fromisoformat(until))) is expected


def test_the_years_that_spill_into_march() -> None:
    assert [year for year in range(2015, 2030) if spills_into_march(year)] == [2015, 2018, 2021, 2026, 2029]
