"""Which days are summed: a period, its months or days, their bases, and the days that a metric can use of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from warehouse.calendar_days import month_end
from warehouse.facts import Facts
from warehouse.metric_sql import Window
from warehouse.periods import Basis, Period, base_of, days_of, months_of, whole_months
from warehouse.question import Question


@dataclass(frozen=True)
class Slice:
    """One month or day of the period, or all of it, with its base; `label` is its code, of all of it none."""

    label: str | None
    period: Period
    base: Period | None
    # The days that are summed: all of the period, or its last whole month; none without the follow-up they need.
    window: Window | None
    base_window: Window | None


def slices_of(facts: Facts, question: Question) -> list[Slice]:
    """The period itself, or each of its months or days where they are asked for."""
    match question.time:
        case "month":
            periods = months_of(question.period)
        case "day":
            periods = days_of(question.period)
        case _:
            periods = [question.period]
    return [slice_of(facts, question, period, label_of(question, period.start)) for period in periods]


def label_of(question: Question, day: date) -> str | None:
    """What the month or the day that a day belongs to is called in rows; nothing where neither is asked for."""
    match question.time:
        case "month":
            return f"{day:%Y-%m}"
        case "day":
            return day.isoformat()
    return None


def slice_of(facts: Facts, question: Question, period: Period, label: str | None) -> Slice:
    """Cut a period where cases have not yet had their follow-up, and its base alike."""
    needed = question.metric.follow_up_days
    last = facts.data_until[question.metric.feed] - timedelta(days=needed)
    if needed and period.start > last:
        return Slice(label, period, base_of(period, question.basis), None, None)
    cut = replace(period, end=last) if needed and period.end > last else period
    base = base_of(cut, question.basis)
    if question.metric.kind == "semi_additive":
        return Slice(label, cut, base, *_last_months(cut, base, question.basis))
    return Slice(label, cut, base, window_of(cut), window_of(base) if base else None)


def _last_months(period: Period, base: Period | None, basis: Basis) -> tuple[Window | None, Window | None]:
    """The last whole month of both: a list of targets is counted once a month, and never added up over time."""
    month = _last_month(period)
    if month is None or base is None:
        return month, None
    if basis == "yoy":
        # By the month, so that 28 February against a leap year does not end a month earlier.
        before = date(month.start.year - 1, month.start.month, 1)
        return month, Window(before, month_end(before))
    return month, _last_month(base)


def _last_month(period: Period) -> Window | None:
    months = whole_months(period)
    return Window(months[1].replace(day=1), months[1]) if months else None


def window_of(period: Period) -> Window:
    """All days of a period."""
    return Window(period.start, period.end)


def as_one(question: Question, windows: Mapping[int, Window]) -> Window | None:
    """One window over months that follow each other, or over days, so that one pass groups them."""
    if question.time is None or question.metric.kind == "stock":
        return None
    ordered = sorted(windows.values(), key=lambda window: window.start)
    if question.time == "day":
        # Days between them that nobody asks for do no harm, and two may share a base: 28 and 29 February.
        return Window(ordered[0].start, ordered[-1].end)
    in_one_month = all(window.end <= month_end(window.start) for window in ordered)
    adjacent = all(after.start == before.end + timedelta(days=1) for before, after in pairwise(ordered))
    distinct = len({(window.start.year, window.start.month) for window in ordered}) == len(ordered)
    return Window(ordered[0].start, ordered[-1].end) if in_one_month and adjacent and distinct else None
