"""Who hands in which rows when: windows, deliveries, updates of open cases, corrections, files sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from etl.demo import bureau
from etl.demo.faults import Fault
from etl.demo.scope import Scope
from etl.demo.styles import STYLES, WORKBOOKS, Style

DISTRICT, COUNTY, OWN, ALL = "棠沚分局", "朔禾县局", "䶮沟派出所", "市局"


@dataclass(frozen=True)
class Window:
    """The days a file covers, and the day it was handed in."""

    start: date
    end: date
    delivered: date


@dataclass(frozen=True)
class PlannedFile:
    """One file to be written: rows with `id` and `version`, or none (a header only)."""

    mapping: str
    title: str
    sender: str
    rows: pl.DataFrame
    delivered: date
    style: Style
    window: Window | None = None
    turn: int = 0
    is_messy: bool = True
    has_persons: bool = True
    forced: dict[int, Fault] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Folder and file name: title, sender, window if it has one, day of delivery."""
        days = f"_{self.window.start:%Y%m%d}-{self.window.end:%Y%m%d}" if self.window else ""
        end = ".gz" if self.style.is_zipped else ""
        return f"{self.sender}/{self.title}_{self.sender}{days}_{self.delivered:%Y%m%d}.{self.style.suffix}{end}"


def windows(start: date, until: date, months: int) -> list[Window]:
    """Calendar periods of so many months, cut to the days with data; handed in days after their end."""
    found = []
    first = start.replace(day=1, month=(start.month - 1) // months * months + 1)
    while first <= until:
        beyond = (first + timedelta(days=31 * months)).replace(day=1)
        end = min(beyond - timedelta(days=1), until)
        found.append(Window(max(first, start), end, end + timedelta(days=2 + first.month * 7 % 5)))
        first = beyond
    return found


def quarter_of(day: date) -> date:
    """The first day of the quarter."""
    return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)


def belongs(sender: str) -> pl.Expr:
    """The rows that a sender hands in."""
    own = pl.col("station") == bureau.ON_ITS_OWN
    county = pl.col("station").is_in(np.flatnonzero(bureau.IS_COUNTY).tolist())
    return {DISTRICT: ~county, COUNTY: county & ~own, OWN: own, ALL: pl.lit(True)}[sender]


def within(column: str, window: Window) -> pl.Expr:
    """The rows whose day lies in the window."""
    return pl.col(column).dt.date().is_between(window.start, window.end)


def styled(sender: str, turn: int) -> Style:
    """A style of its own for every file; one station sends workbooks only."""
    if sender == OWN:
        return WORKBOOKS[turn % len(WORKBOOKS)]
    shift = {DISTRICT: 0, COUNTY: 4, ALL: 7}[sender]
    return STYLES[(turn + shift) % len(STYLES)]


@dataclass(frozen=True)
class Senders:
    """How one feed is handed in: title, moment of its rows, and the windows of every sender."""

    mapping: str
    title: str
    moment: str
    windows: dict[str, list[Window]]
    is_workbook: bool = False

    def files(self, rows: pl.DataFrame, *, again: tuple[tuple[str, int, int], ...] = ()) -> Iterator[PlannedFile]:
        """One file per sender and window; `again` (sender, number of window, days later) comes twice."""
        for sender, spans in self.windows.items():
            own = rows.filter(belongs(sender))
            for turn, window in enumerate(spans):
                part = own.filter(within(self.moment, window))
                if part.is_empty():  # in a tiny demo: nobody hands in a list without a line
                    continue
                style = WORKBOOKS[turn % len(WORKBOOKS)] if self.is_workbook else styled(sender, turn)
                file = PlannedFile(self.mapping, self.title, sender, part, window.delivered, style, window, turn)
                yield file
                yield from (sent_again(file, days) for who, number, days in again if (who, number) == (sender, turn))


def sent_again(file: PlannedFile, days: int) -> PlannedFile:
    """The same rows once more, some days later, in another style and without new faults."""
    style = STYLES[(file.turn + 5) % len(STYLES)]
    return replace(file, delivered=file.delivered + timedelta(days=days), style=style, is_messy=False)


def incident_windows(scope: Scope) -> dict[str, list[Window]]:
    """The district reports by quarter, later by month; the county by quarter; one station by half-year."""
    switch = quarter_of(scope.start + timedelta(days=scope.days.size // 2))
    before = windows(scope.start, switch - timedelta(days=1), 3) if switch > scope.start else []
    monthly = windows(max(switch, scope.start), scope.until, 1)
    return {
        DISTRICT: before + monthly,
        COUNTY: windows(scope.start, scope.until, 3),
        OWN: windows(scope.start, scope.until, 6),
    }


def silent_window(scope: Scope) -> Window:
    """The month for which one station of the district handed in nothing: the fourth before the last."""
    spans = incident_windows(scope)[DISTRICT]
    return spans[max(0, len(spans) - 4)]


def update_days(scope: Scope) -> list[date]:
    """The 20th of the first month of a quarter: what has changed is handed in for the whole bureau."""
    days = [date(year, month, 20) for year in range(scope.start.year, scope.until.year + 1) for month in (1, 4, 7, 10)]
    return [day for day in days if scope.start + timedelta(days=40) < day <= scope.until]
