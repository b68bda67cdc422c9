"""What is asked of the demo bureau: how long, how much, until when, from which seed."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

LAW_IN_FORCE = date(2026, 1, 1)


@dataclass(frozen=True)
class Scope:
    """The parameters of one demo; every part draws from a generator of its own."""

    years: int = 4
    incidents_per_year: int = 20_000
    until: date = date(2026, 10, 31)
    seed: int = 1

    def __post_init__(self) -> None:
        if self.years < 1 or self.incidents_per_year < 1:
            raise ValueError(f"needs at least one year and one incident a year, got {self}")

    @property
    def start(self) -> date:
        """First day with data: `years` whole years end with `until`."""
        day = self.until + timedelta(days=1)
        year = day.year - self.years
        return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))

    @property
    def days(self) -> np.ndarray:
        """All days with data."""
        return np.arange(np.datetime64(self.start), np.datetime64(self.until) + 1)

    @property
    def incidents(self) -> int:
        """Incidents over all years."""
        return self.years * self.incidents_per_year

    @property
    def practice_from(self) -> date:
        """The day on which one branch begins to let liaisons settle disputes before the police arrive."""
        return self.start + timedelta(days=round(len(self.days) * 0.6))

    def random(self, part: str) -> np.random.Generator:
        """The generator of one part: changing one feed leaves the others as they are."""
        return np.random.default_rng([self.seed, *part.encode()])
