"""How an answer can be drawn: which of its columns are times, numbers and groups, and a first guess at a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

Form = Literal["line", "bars", "points"]
FORMS: tuple[Form, ...] = ("line", "bars", "points")
# More lines or colours than these cannot be told apart.
MOST_SERIES = 6
# Drawn without being asked: this year and the year before.
MOST_NUMBERS = 2
_TIME = r"^\d{4}(-\d{2}(-\d{2})?|-Q[1-4]|-W\d{2})?$"
_YEAR_NAMES = ("year", "年", "年份")


@dataclass(frozen=True)
class Plan:
    """A chart of an answer: its form, what runs along x, the numbers drawn, and what tells its series apart.

    Several numbers are several series, so that they leave no room for another column of them.
    """

    form: Form
    x: str
    y: tuple[str, ...]
    series: str | None = None


@dataclass(frozen=True)
class Choices:
    """The columns of an answer by what they can be in a chart."""

    times: tuple[str, ...]
    numbers: tuple[str, ...]
    groups: tuple[str, ...]

    def x_of(self, form: Form) -> tuple[str, ...]:
        """What may run along x: of points a number or a time, else whatever is no pure measure first."""
        if form == "points":
            return (*self.numbers, *self.times)
        return (*self.times, *self.groups, *self.numbers)


def choices_of(frame: pl.DataFrame) -> Choices:
    """Sort the columns: times (dates, and texts such as 2026-10), numbers, and groups (all else)."""
    times = tuple(column.name for column in frame if _is_time(column))
    numbers = tuple(column.name for column in frame if column.dtype.is_numeric() and column.name not in times)
    rest = (column for column in frame if column.name not in (*times, *numbers))
    groups = tuple(column.name for column in rest if column.dtype in (pl.String, pl.Boolean))
    return Choices(times, numbers, groups)


def guess(frame: pl.DataFrame) -> Plan | None:
    """The chart that fits: a time and a number are a line, a group and a number bars, two numbers points; else none."""
    columns = choices_of(frame)
    if frame.height < 2 or not columns.numbers:
        return None
    if columns.times:
        series = _series(frame, columns.groups)
        return Plan("line", columns.times[0], columns.numbers[: 1 if series else MOST_NUMBERS], series)
    if columns.groups:
        x = _most_distinct(frame, columns.groups)
        return Plan("bars", x, columns.numbers[:1], _series(frame, [name for name in columns.groups if name != x]))
    if len(columns.numbers) > 1:
        return Plan("points", columns.numbers[0], columns.numbers[1:2])
    return None


def _is_time(column: pl.Series) -> bool:
    if column.dtype.is_temporal():
        return column.dtype not in (pl.Time, pl.Duration)
    if column.dtype.is_integer() and column.name.lower() in _YEAR_NAMES:
        return True
    known = column.drop_nulls()
    return column.dtype == pl.String and len(known) > 0 and bool(known.str.contains(_TIME).all())


def _series(frame: pl.DataFrame, groups: Sequence[str]) -> str | None:
    return next((name for name in groups if 2 <= frame[name].n_unique() <= MOST_SERIES), None)


def _most_distinct(frame: pl.DataFrame, groups: Sequence[str]) -> str:
    return max(groups, key=lambda name: frame[name].n_unique())
