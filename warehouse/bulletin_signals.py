"""The signals of the night for a bulletin: how many series were judged, which are signals, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from warehouse.bulletin_inquiry import Inquiry
from warehouse.finding import exact
from warehouse.rounding import half_up
from warehouse.wording import format_exact, format_month

State = Literal["nothing", "not_for_selection", "other_month", "too_short", "none", "answer"]
# What a series can be chosen by.
CHOSEN_BY = ("city_bureau", "branch", "station", "dispute_type")
_NEWEST = """
    select
        s.city_bureau_code, s.branch_code, s.station_code, s.org_code, s.dispute_type_code, s.month_start,
        s.observed, cast(s.expected as double), s.upper_bound, s.is_alarm,
        s.series_count, cast(s.expected_false_alarms as double)
    from mart.signal as s
    where s.month_start = (select max(n.month_start) from mart.signal as n)
    order by s.city_bureau_code asc nulls first, s.branch_code asc nulls first, s.station_code asc nulls first,
        s.dispute_type_code asc nulls first
"""


@dataclass(frozen=True)
class Signal:
    """One series that is a signal: an organisation, of all types or of one."""

    org: str | None
    kind: str | None
    is_total: bool
    observed: int | None
    expected: float
    bound: int

    @property
    def key(self) -> str:
        """What names the series in a mark: organisation and type."""
        return f"{self.org or ''}/{self.kind or ''}"


@dataclass(frozen=True)
class Signals:
    """What the night found; counts are of all series, whatever the selection lists."""

    state: State
    month: date | None = None
    judged: int = 0
    alarms: int = 0
    chance: float = 0.0
    listed: tuple[Signal, ...] = field(default=())


def read_signals(inquiry: Inquiry) -> Signals:
    """The newest month's signals of the selection; none are listed where small counts are withheld.

    A listed count could be one that the table of units withholds to protect another.
    """
    if not set(inquiry.where) <= set(CHOSEN_BY):
        return Signals("not_for_selection")
    rows = inquiry.facts.connection.execute(_NEWEST).fetchall()
    chosen = [row for row in rows if _is_chosen(row, inquiry)]
    if not chosen:
        return Signals("not_for_selection" if rows else "nothing")
    month, judged, chance = chosen[0][5], chosen[0][10] or 0, chosen[0][11] or 0.0
    window = inquiry.window
    if window is None or not window.start <= month <= window.end:
        return Signals("other_month", month)
    if not judged:
        return Signals("too_short", month)
    alarms = [
        Signal(row[3], row[4], row[2] is None and row[4] is None, row[6], row[7], row[8]) for row in chosen if row[9]
    ]
    total = sum(bool(row[9]) for row in rows)
    listed = () if inquiry.is_public else tuple(alarms)
    return Signals("answer" if total else "none", month, judged, total, chance, listed)


def signal_words(inquiry: Inquiry, part: str, key: str) -> str:
    """One figure of the night as people read it. Raises KeyError for what there is not."""
    signals = read_signals(inquiry)
    if part == "month" and signals.month is not None:
        return format_month(signals.month, inquiry.language)
    if part in ("judged", "alarms"):
        return format_exact(getattr(signals, part))
    if part == "chance":
        return f"{half_up(exact(signals.chance), 1):,}"
    signal = {one.key: one for one in signals.listed}[key]
    if part == "observed":
        return "" if signal.observed is None else format_exact(signal.observed)
    return {"expected": f"{half_up(exact(signal.expected), 1):,}", "bound": format_exact(signal.bound)}[part]


def _is_chosen(row: tuple[object, ...], inquiry: Inquiry) -> bool:
    places = dict(zip(CHOSEN_BY, (row[0], row[1], row[2], row[4]), strict=True))
    return all(places[dimension] in codes for dimension, codes in inquiry.where.items())
