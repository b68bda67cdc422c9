"""How work is spread over days and hours: summer peak, weekdays, the dip at Spring Festival, trends."""

from __future__ import annotations

from datetime import date

import numpy as np
from lunardate import LunarDate

from etl.demo.scope import Scope

# Monday to Sunday.
WEEKDAYS = np.array([0.98, 0.95, 0.95, 0.97, 1.03, 1.09, 1.03])
# Offices are open on working days; visits and counters follow them.
OFFICE_WEEKDAYS = np.array([1.15, 1.15, 1.12, 1.15, 1.10, 0.75, 0.58])
HOURS = np.array([18, 12, 8, 6, 5, 6, 12, 26, 45, 58, 60, 54, 46, 42, 46, 52, 56, 58, 60, 66, 68, 62, 48, 30], float)
OFFICE_HOURS = np.array([0, 0, 0, 0, 0, 0, 0, 2, 30, 60, 62, 40, 12, 10, 45, 58, 52, 30, 14, 10, 5, 1, 0, 0], float)
# From five days before the lunar new year to the Lantern Festival: (first day, last day, factor).
FESTIVAL = ((-5, -1, 0.85), (0, 6, 0.55), (7, 15, 0.8))
# Wages and debts are asked for before the festival.
BEFORE_FESTIVAL = (-28, -2)


def days_from_new_year(days: np.ndarray) -> np.ndarray:
    """Signed distance of each day to the nearest lunar new year's day."""
    years = range(days[0].astype(date).year - 1, days[-1].astype(date).year + 2)
    new_years = np.array([LunarDate(year, 1, 1).to_solar_date() for year in years], dtype="datetime64[D]")
    distance = (days[:, None] - new_years[None, :]).astype(int)
    nearest: np.ndarray = distance[np.arange(days.size), np.abs(distance).argmin(axis=1)]
    return nearest


def weekday_of(days: np.ndarray) -> np.ndarray:
    """0 = Monday."""
    weekday: np.ndarray = (days.astype(int) + 3) % 7
    return weekday


def _between(distance: np.ndarray, first: int, last: int) -> np.ndarray:
    inside: np.ndarray = (distance >= first) & (distance <= last)
    return inside


def festival_factor(days: np.ndarray) -> np.ndarray:
    """The dip at Spring Festival."""
    distance = days_from_new_year(days)
    factor = np.ones(days.size)
    for first, last, share in FESTIVAL:
        factor[_between(distance, first, last)] = share
    return factor


def day_weights(scope: Scope, *, trend: float = 0.0, season: float = 0.16, before_festival: float = 1.0) -> np.ndarray:
    """The chance of each day: `trend` is the growth per year, `season` the height of the summer peak."""
    days = scope.days
    day_of_year = (days - days.astype("datetime64[Y]")).astype(int)
    summer = 1 + season * np.cos(2 * np.pi * (day_of_year - 200) / 365.25)
    growth = np.exp(np.log1p(trend) * np.arange(days.size) / 365.25)
    rush = np.where(_between(days_from_new_year(days), *BEFORE_FESTIVAL), before_festival, 1.0)
    weights = summer * growth * rush * festival_factor(days) * WEEKDAYS[weekday_of(days)]
    total: np.ndarray = weights / weights.sum()
    return total


def office_weights(scope: Scope) -> np.ndarray:
    """The chance of each day for work that offices plan: working days, a pause at Spring Festival."""
    weights = OFFICE_WEEKDAYS[weekday_of(scope.days)] * festival_factor(scope.days)
    total: np.ndarray = weights / weights.sum()
    return total


def draw_times(random: np.random.Generator, size: int, hours: np.ndarray) -> np.ndarray:
    """Minutes since midnight."""
    hour = random.choice(24, size, p=hours / hours.sum())
    minutes: np.ndarray = hour * 60 + random.integers(0, 60, size)
    return minutes


def moments(scope: Scope, day_number: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """Day number within the scope and minutes since midnight -> moments to the minute."""
    at: np.ndarray = scope.days[day_number].astype("datetime64[m]") + minutes.astype("timedelta64[m]")
    return at
