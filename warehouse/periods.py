"""统计期: windows, their base windows (同比 环比 农历), all date rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from warehouse.calendar_days import month_end, year_back
from warehouse.spring_festival import (
    FIRST_YEAR,
    LAST_YEAR,
    is_distorted_by_spring_festival,
    never_a_headline,
    new_year_day,
    spills_into_march,
    spring_festival_days,
)

# A page imports this module only, and the festival is a rule of dates.
__all__ = [
    "BadPeriod",
    "Basis",
    "Kind",
    "Period",
    "PeriodNotCovered",
    "base_of",
    "days_of",
    "is_distorted_by_spring_festival",
    "months_of",
    "never_a_headline",
    "new_year_day",
    "parse_period",
    "spills_into_march",
    "spring_festival_days",
    "week_52_weeks_before",
    "whole_months",
]

Basis = Literal["yoy", "previous", "lunar"]
Kind = Literal["year", "half", "quarter", "month", "months", "week", "days", "ytd", "rolling12"]

DAY = timedelta(days=1)
# Letter of a named period -> its kind, its months, how many a year has, what a message calls it.
PARTS_OF_A_YEAR: dict[str, tuple[Kind, int, int, str, str]] = {
    "": ("month", 1, 12, "月份", "the month"),
    "q": ("quarter", 3, 4, "季度", "the quarter"),
    "h": ("half", 6, 2, "半年", "the half"),
}
NAMED = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<part>[hq](?=.$)|w?(?=..$))(?P<number>[0-9]+))?", re.IGNORECASE)
RANGE_END = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
FORMS = (
    "2025, 2025-H1, 2025-Q1, 2025-03, 2025-03..2026-02, 2025-W12, 2025-01-01..2025-03-31, ytd, rolling12, latest-month"
)


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both inclusive; `whole_end` is where it would end if the data went on."""

    kind: Kind
    start: date
    end: date
    whole_end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    @property
    def is_partial(self) -> bool:
        """Whether the data end before the period does."""
        return self.end < self.whole_end


class BadPeriod(ValueError):
    """A text that is no period: what was found and what is expected, in Chinese (`zh`) and English (`en`)."""

    def __init__(self, found: str, zh: str, en: str) -> None:
        shown = found if len(found) <= 40 else found[:40] + "…"
        self.zh, self.en = f"统计期“{shown}”不可用：{zh}", f"period '{shown}' cannot be used: {en}"
        super().__init__(f"{self.zh} / {self.en}")


class PeriodNotCovered(BadPeriod):
    """A period that begins after the last day of the data."""


def parse_period(text: str, *, data_until: date) -> Period:
    """Return the window a text names (see FORMS), cut at data_until, the last day of the metric's feed.

    Case, full-width letters and surrounding blanks do not matter. `latest-month` and `rolling12` count the month that
    data_until ends as complete. `ytd` is the year of data_until, partial until 31 December: the same window as that
    year by its name. Raises BadPeriod, and PeriodNotCovered where the period begins after data_until.
    """
    period = _read(unicodedata.normalize("NFKC", text).strip(), data_until)
    if period.start > data_until:
        zh = f"数据截至 {data_until}，该期始于 {period.start}；应为 {data_until} 或之前开始的统计期"
        en = f"it begins on {period.start}, the data end on {data_until}; expected one that begins no later than that"
        raise PeriodNotCovered(text, zh, en)
    return replace(period, end=min(period.end, data_until))


def base_of(period: Period, basis: Basis) -> Period | None:
    """Return the window a period is compared with (design §6, Periods), or None where there is none.

    The yoy or previous base of a complete named period is a named period of the same kind, every other base a range of
    days. A base is never partial and ends before its period does; it overlaps the period where that is longer than a
    year, or than the lunar year it is shifted by.
    """
    if basis not in BASES:
        raise ValueError(f"unknown basis {basis!r}, expected one of {', '.join(BASES)}")
    return BASES[basis](period)


def week_52_weeks_before(period: Period) -> Period | None:
    """Return what to show as a note beside a week 53, which has no base; None for any other period."""
    if period.kind != "week" or base_of(period, "yoy"):
        return None
    return _cut_like(period, _week(period.start - timedelta(weeks=52)))


def months_of(period: Period) -> list[Period]:
    """Return the calendar months a period spans, the first and the last cut to its days.

    A month is of kind "month" when whole or cut only by the end of the data, so that `base_of` compares it as the
    month it is, and of kind "days" where the period itself cuts it. So the months of a period that ends on 28 February
    have a whole leap February as their base even where the period's own base ends on its 28th.
    """
    months, first = [], period.start
    while first <= period.end:
        last = month_end(first)
        whole_end = min(last, period.whole_end)
        kind: Kind = "month" if first.day == 1 and whole_end == last else "days"
        months.append(Period(kind, first, min(last, period.end), whole_end))
        first = last + DAY
    return months


def days_of(period: Period) -> list[Period]:
    """Return the days of a period, each as a range of one day."""
    return [_days(day, day) for day in (period.start + number * DAY for number in range(period.days))]


def whole_months(period: Period) -> tuple[date, date] | None:
    """Return the first day of the first whole calendar month inside, and the last day of the last one."""
    whole = [month for month in months_of(period) if month.kind == "month" and not month.is_partial]
    return (whole[0].start, whole[-1].end) if whole else None


def _read(text: str, data_until: date) -> Period:
    first_open = (data_until + DAY).replace(day=1)
    match text.lower():
        case "ytd":
            return _months("ytd", date(data_until.year, 1, 1), 12)
        case "latest-month":
            return _months("month", _shift(first_open, -1), 1)
        case "rolling12":
            return _months("rolling12", _shift(first_open, -12), 12)
    if ".." in text:
        return _read_range(text)
    named = NAMED.fullmatch(text)
    if named is None:
        raise BadPeriod(text, f"应为以下写法之一：{FORMS}", f"expected one of these forms: {FORMS}")
    return _read_named(text, int(named["year"]), (named["part"] or "").lower(), named["number"])


def _read_named(text: str, year: int, part: str, number: str | None) -> Period:
    _check_number(text, year, FIRST_YEAR, LAST_YEAR, "年份", "the year")
    if number is None:
        return _months("year", date(year, 1, 1), 12)
    if part == "w":
        weeks = date(year, 12, 28).isocalendar().week
        _check_number(text, int(number), 1, weeks, f"{year}年的周次", f"the week of {year}")
        return _week(date.fromisocalendar(year, int(number), 1))
    kind, months, parts, zh, en = PARTS_OF_A_YEAR[part]
    _check_number(text, int(number), 1, parts, zh, en)
    return _months(kind, date(year, 1 + months * (int(number) - 1), 1), months)


def _read_range(text: str) -> Period:
    first, last = (_read_end(text, end.strip()) for end in text.split("..", 1))
    if first is None or last is None or first.kind != last.kind:
        zh = "起止应同为月（2025-03..2026-02）或同为日（2025-01-01..2025-03-31）"
        en = "expected two months (2025-03..2026-02) or two days (2025-01-01..2025-03-31)"
        raise BadPeriod(text, zh, en)
    if last.end < first.start:
        raise BadPeriod(text, "起晚于止，应先起后止", "it begins after its end, expected the earlier one first")
    return Period("months" if first.kind == "month" else "days", first.start, last.end, last.end)


def _read_end(text: str, end: str) -> Period | None:
    """One end of a range: a month, or a range of one day; None for anything else."""
    found = RANGE_END.fullmatch(end)
    if found is None:
        return None
    month = _read_named(text, int(found[1]), "", found[2])
    if found[3] is None:
        return month
    _check_number(text, int(found[3]), 1, month.end.day, "日", "the day")
    day = month.start.replace(day=int(found[3]))
    return _days(day, day)


def _check_number(text: str, number: int, first: int, last: int, zh: str, en: str) -> None:
    if not first <= number <= last:
        zh, en = f"{zh}为 {number}，应为 {first} 至 {last}", f"{en} is {number}, expected {first} to {last}"
        raise BadPeriod(text, zh, en)


def _year_before(period: Period) -> Period | None:
    if period.kind == "week":
        return _same_week_a_year_before(period)
    if period.is_partial or period.kind == "days":
        return _days(year_back(period.start), year_back(period.end))
    return _months(period.kind, _shift(period.start, -12), _month_count(period))


def _same_week_a_year_before(period: Period) -> Period | None:
    year, week, _ = period.start.isocalendar()
    try:
        monday = date.fromisocalendar(year - 1, week, 1)
    except ValueError:
        return None
    return _cut_like(period, _week(monday))


def _period_before(period: Period) -> Period | None:
    """A day range cut by the end of the data is a day range all the same: as many days before as it has."""
    if period.kind == "ytd":
        return None
    if period.kind == "days":
        return _days(period.start - period.days * DAY, period.start - DAY)
    if period.kind == "week":
        return _cut_like(period, _week(period.start - timedelta(weeks=1)))
    months = _month_count(period)
    return _cut_like(period, _months(period.kind, _shift(period.start, -months), months))


def _lunar_base(period: Period) -> Period | None:
    """The year is the solar one: in January before new year's day it is already that day's year."""
    this, last = new_year_day(period.end.year), new_year_day(period.end.year - 1)
    return _days(period.start - (this - last), period.end - (this - last)) if this and last else None


BASES: dict[str, Callable[[Period], Period | None]] = {
    "yoy": _year_before,
    "previous": _period_before,
    "lunar": _lunar_base,
}


def _cut_like(period: Period, base: Period) -> Period:
    """Of a partial period's base as many first days as the period has, or all of them."""
    if not period.is_partial:
        return base
    return _days(base.start, min(base.end, base.start + (period.end - period.start)))


def _days(start: date, end: date) -> Period:
    return Period("days", start, end, end)


def _week(monday: date) -> Period:
    return Period("week", monday, monday + 6 * DAY, monday + 6 * DAY)


def _months(kind: Kind, first: date, count: int) -> Period:
    end = _shift(first, count) - DAY
    return Period(kind, first, end, end)


def _month_count(period: Period) -> int:
    start, end = period.start, period.whole_end
    return (end.year - start.year) * 12 + end.month - start.month + 1


def _shift(first_of_month: date, months: int) -> date:
    years, month = divmod(first_of_month.month - 1 + months, 12)
    return date(first_of_month.year + years, month + 1, 1)
