"""Which unit reported which days: what tells a zero from a missing report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Days = NDArray[np.int64]
_EPOCH = date(1970, 1, 1)
_UNITS = """
    select u.code, u.station_code, u.branch_code, u.city_bureau_code, u.station_type_code, u.valid_from, u.valid_to
    from core.reporting_unit as u
    order by u.code
"""
_WINDOWS = """
    select w.org_code, w.dispute_type_code, w.window_start, w.window_end
    from core.reported_window as w
    where w.feed = ?
"""


@dataclass(frozen=True)
class Units:
    """The units that have to report, in the order of every mask over them."""

    codes: tuple[str, ...]
    # Dimension -> the code of every unit.
    places: dict[str, tuple[str | None, ...]]
    valid_from: Days
    valid_to: Days

    def within(self, dimension: str, codes: Iterable[str | None]) -> Mask:
        """Which units belong to any of these codes; a beat to none, since it does not report."""
        wanted = set(codes)
        return np.array([code in wanted for code in self.places[dimension]], dtype=bool)

    def below(self, org: str | None) -> Mask:
        """The units that an organisation is, or has below it; all of them for none."""
        if org is None:
            return np.ones(len(self.codes), dtype=bool)
        if org in self.codes:
            # Not those it succeeded: they reported for themselves.
            return np.array([org == code for code in self.codes], dtype=bool)
        columns = tuple(self.places[name] for name in ("station", "branch", "city_bureau"))
        return np.array([org in line for line in zip(*columns, strict=True)], dtype=bool)


def read_units(connection: duckdb.DuckDBPyConnection) -> Units:
    """The units of the generation in use."""
    rows = connection.execute(_UNITS).fetchall()
    columns: Sequence[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * 7
    places = dict(zip(("station", "branch", "city_bureau", "station_type"), columns[1:5], strict=True))
    first, last = np.iinfo(np.int32).min, np.iinfo(np.int32).max
    return Units(
        tuple(columns[0]),
        places,
        np.array([first if day is None else day_number(day) for day in columns[5]], dtype=np.int64),
        np.array([last if day is None else day_number(day) for day in columns[6]], dtype=np.int64),
    )


@dataclass(frozen=True)
class Coverage:
    """The days that every unit delivered of one feed, and of the types collected at other times than the rest."""

    units: Units
    first: int
    general: NDArray[np.int32]
    of_type: dict[str, NDArray[np.int32]]
    # Units that ever delivered the feed: the others are not missed.
    expected: Mask
    _answers: dict[tuple[str | None, date, date], tuple[Mask, Mask]] = field(default_factory=dict)

    def reported(self, start: date, end: date, *, dispute_type: str | None = None) -> tuple[Mask, Mask]:
        """Per unit: whether every day it had to was delivered, and whether any day was."""
        key = (dispute_type, start, end)
        if key not in self._answers:
            self._answers[key] = self._count(*key)
        return self._answers[key]

    def _count(self, dispute_type: str | None, start: date, end: date) -> tuple[Mask, Mask]:
        table = self.general if dispute_type is None else self.of_type[dispute_type]
        begins = np.maximum(day_number(start), self.units.valid_from)
        ends = np.minimum(day_number(end), self.units.valid_to)
        due = np.maximum(ends - begins + 1, 0)
        days = table.shape[1] - 1
        low = np.clip(begins - self.first, 0, days)
        high = np.clip(ends - self.first + 1, 0, days)
        rows = np.arange(table.shape[0])
        delivered = np.maximum(table[rows, high] - table[rows, low], 0)
        return delivered >= due, delivered > 0


def read_coverage(connection: duckdb.DuckDBPyConnection, units: Units, feed: str) -> Coverage:
    """What was delivered of one feed."""
    rows = connection.execute(_WINDOWS, [feed]).fetchall()
    dated = [row for row in rows if row[2] is not None]
    first = min((day_number(row[2]) for row in dated), default=0)
    last = max((day_number(row[3]) for row in dated), default=-1)
    types = sorted({row[1] for row in rows if row[1] is not None})

    def table(dispute_type: str | None) -> NDArray[np.int32]:
        covered = np.zeros((len(units.codes), last - first + 1), dtype=bool)
        for org, kind, start, end in dated:
            if kind == dispute_type:
                covered[units.below(org), day_number(start) - first : day_number(end) - first + 1] = True
        return np.pad(np.cumsum(covered, axis=1, dtype=np.int32), ((0, 0), (1, 0)))

    general = table(None)
    return Coverage(units, first, general, {kind: table(kind) for kind in types}, general[:, -1] > 0)


def day_number(day: date) -> int:
    """A day as days since 1970-01-01."""
    return (day - _EPOCH).days
