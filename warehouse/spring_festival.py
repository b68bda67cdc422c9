"""Spring Festival in a comparison: where it lies in two windows, and when that alone makes them differ."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from lunardate import LunarDate

from warehouse.calendar_days import month_end, year_back

if TYPE_CHECKING:
    from warehouse.periods import Period

DAY = timedelta(days=1)
# The years whose lunar new year lunardate knows.
FIRST_YEAR, LAST_YEAR = 1900, 2099
# The effect of Spring Festival: days before and after new year's day (National Bureau of Statistics, 2019-03-14).
FESTIVAL_REACH = (timedelta(days=-5), timedelta(days=20))
# One festival day in so many days of the window, more or fewer than in the base, and the comparison is not clean: an
# effect of 30 % on those days then moves the figure by 2 % alone. Between January-February and the year before it
# means four days or more, which is new year's day on 12 February or later.
DISTORTED_FROM_ONE_IN = 15
FIRST_SPILLING_DAY = (2, 12)


@cache
def new_year_day(year: int) -> date | None:
    """Return the lunar new year's day that lies in a solar year; None outside 1900-2099."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    day: date = LunarDate(year, 1, 1).to_solar_date()
    return day


def spring_festival_days(year: int) -> tuple[date, date] | None:
    """Return the first and the last day that Spring Festival weighs on: new year's day - 5 and + 20."""
    new_year = new_year_day(year)
    return (new_year + FESTIVAL_REACH[0], new_year + FESTIVAL_REACH[1]) if new_year else None


def spills_into_march(year: int) -> bool:
    """Whether new year's day is so late that January and February together are not clean, nor is March."""
    new_year = new_year_day(year)
    return new_year is not None and (new_year.month, new_year.day) >= FIRST_SPILLING_DAY


def never_a_headline(period: Period) -> bool:
    """Whether it lies within one January or one February, which are never news against the year before."""
    return period.start.month <= 2 and period.end <= month_end(period.start)


def is_distorted_by_spring_festival(period: Period, base: Period) -> bool:
    """Whether Spring Festival lies differently in a period and its base: the flag `spring_festival`.

    1. A window within one January or February against the same day a year before: always. Even with as many festival
       days in both, it would compare days before the holiday with days after it.
    2. Any other: when the festival days in the one and in the other differ by a fifteenth of the window or more. That
       is so for January-February and March where new year's day of one of the two years is 12 February or later;
       never for Q1, a half or a year against the year before, which hold the whole festival, and never for the lunar
       base of a window within one year, which is made for this.
    """
    if never_a_headline(period) and base.start == year_back(period.start):
        return True
    difference = abs(_festival_days_in(period) - _festival_days_in(base))
    return difference * DISTORTED_FROM_ONE_IN >= period.days


def _festival_days_in(period: Period) -> int:
    windows = (spring_festival_days(year) for year in range(period.start.year, period.end.year + 1))
    spans = (min(period.end, window[1]) - max(period.start, window[0]) + DAY for window in windows if window)
    return sum(max(0, span.days) for span in spans)
