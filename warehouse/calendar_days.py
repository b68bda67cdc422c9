"""Steps from a day to the end of its month, and to the same day of the year before."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def year_back(day: date) -> date:
    """The same day of the year before; for 29 February the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
