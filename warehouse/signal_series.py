"""The monthly counts that the early warning looks at; a month that was not reported is a gap, never a zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

FEED = "incident"
# Five years, as in Farrington et al. (1996), and the two newest months: no straight trend holds longer.
LONGEST = 62

Code = str | None
Flags = NDArray[np.bool_]

# Units are the leaves of the organisation, beats aside. A unit of which the dates are not said is always due.
_UNITS = """
    select
        o.code, o.level_code, o.branch_code, o.city_bureau_code, o.succeeded_by_code,
        coalesce(o.valid_from, $first_on), coalesce(o.valid_to, $last_on)
    from core.dim_org as o
    where
        o.level_code <> 'beat'
        and not exists (select 1 from core.dim_org as b where b.branch_code = o.code and b.level_code = 'station')
        and not exists (
            select 1 from core.dim_org as c
            where c.city_bureau_code = o.code and c.level_code in ('branch', 'station')
        )
    order by o.code
"""
# A type with rows of its own follows those alone, of the same file; in other files it follows the rows of all types.
_WINDOWS = """
    with report as (select * from core.reporting where feed = $feed),
    own_type as (select distinct dispute_type_code from report where dispute_type_code is not null)
    select dispute_type_code, org_code, window_start, window_end from report
    union
    select t.dispute_type_code, r.org_code, r.window_start, r.window_end
    from report as r cross join own_type as t
    where r.dispute_type_code is null and not exists (
        select 1 from report as s
        where s.file_label = r.file_label and s.dispute_type_code = t.dispute_type_code
    )
"""
# A total over several months hides what happened in each of them.
_LONG_TOTALS = """
    select distinct {place}, i.dispute_type_code, c.month_start
    from mart.incident_day as i
    inner join core.dim_date as e on i.period_end = e.date and i.month_start <> e.month_start
    inner join core.dim_date as c on i.period_start <= c.date and i.period_end >= c.date
"""
_COUNTS = """
    select {place}, null, i.month_start, sum(i.dispute_incident_count)
    from mart.incident_month as i
    where i.month_start between $first_on and $last_on
    group by {place}, i.month_start
"""
_COUNTS_BY_TYPE = """
    select {place}, i.dispute_type_code, i.month_start, sum(i.dispute_incident_count)
    from mart.incident_month as i
    where i.month_start between $first_on and $last_on and i.dispute_type_code is not null
    group by {place}, i.dispute_type_code, i.month_start
"""
_BUREAU = "i.city_bureau_code"
_LOWEST = "coalesce(i.station_code, i.branch_code, i.city_bureau_code)"


@dataclass(frozen=True)
class Series:
    """Dispute incidents (纠纷警情) by month, NaN where not reported, of a city bureau (all or one type) or of a unit.

    A unit is a station or, where a source knows none, the lowest organisation that it knows. A code is None where the
    source does not say it; `dispute_type_code` None stands for all types.
    """

    city_bureau_code: Code
    branch_code: Code
    station_code: Code
    org_code: Code
    dispute_type_code: Code
    is_unit: bool
    observed: NDArray[np.float64]

    @property
    def is_total(self) -> bool:
        """Whether it is all of a city bureau."""
        return not self.is_unit and self.dispute_type_code is None

    @property
    def reported_months(self) -> int:
        """How many months are no gaps."""
        return int(np.count_nonzero(~np.isnan(self.observed)))

    @property
    def key(self) -> tuple[str, bool, str, str]:
        """Its place among all series."""
        return self.city_bureau_code or "", self.is_unit, self.org_code or "", self.dispute_type_code or ""


@dataclass(frozen=True)
class _Unit:
    code: str
    level_code: str
    branch_code: Code
    city_bureau_code: Code
    successor: Code
    due: Flags

    @property
    def speakers(self) -> tuple[Code, ...]:
        """Whose reports cover it; one that names nobody speaks for everybody."""
        return None, self.code, self.branch_code, self.city_bureau_code


class _Calendar:
    """The complete months up to the data's last day, and their days."""

    def __init__(self, first_on: date, data_until: date) -> None:
        day = np.timedelta64(1, "D")
        # Rounded up at the beginning and down at the end: a part of a month is no month.
        begin = (np.datetime64(first_on, "D") - day).astype("datetime64[M]") + 1
        end = (np.datetime64(data_until, "D") + day).astype("datetime64[M]")
        self.months = np.arange(max(begin, end - LONGEST), max(begin, end))
        self.starts = self.months.astype("datetime64[D]")
        self.days = np.arange(self.starts[0], end.astype("datetime64[D]")) if self.months.size else self.starts
        self.offsets = (self.starts - self.starts[:1]).astype(int)
        self.lengths = np.diff(np.append(self.offsets, self.days.size))

    @property
    def bounds(self) -> dict[str, date]:
        """First and last day."""
        return {"first_on": self.days[0].astype(date), "last_on": self.days[-1].astype(date)}

    def between(self, first: date, last: date) -> slice:
        """Where the days of a window stand."""
        begin = self.days[0].astype(date)
        return slice(max((first - begin).days, 0), max((last - begin).days + 1, 0))

    def no_days(self) -> Flags:
        """None of its days."""
        return np.zeros(self.days.size, bool)

    def months_with(self, days: Flags) -> Flags:
        """The months that have one of these days."""
        return np.logical_or.reduceat(days, self.offsets)


class _Coverage:
    """Which days of which unit were reported, for all types or for one that is collected in a way of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, calendar: _Calendar) -> None:
        self._calendar = calendar
        self._days: dict[tuple[Code, Code], Flags] = {}
        for dispute_type, org, first, last in connection.execute(_WINDOWS, {"feed": FEED}).fetchall():
            days = self._days.setdefault((dispute_type, org), calendar.no_days())
            if first is not None:
                days[calendar.between(first, last)] = True
        self.own_types = {dispute_type for dispute_type, _ in self._days if dispute_type is not None}

    def gaps(self, units: Sequence[_Unit], dispute_type: Code = None) -> Flags:
        """Months in which a unit that was due did not report, or in which none was due."""
        missing, reporting = np.zeros((2, self._calendar.months.size), bool)
        for unit in units:
            covered = self._covered(unit, dispute_type)
            # Nobody waits for a unit that never delivered anything.
            if covered.any():
                missing |= self._calendar.months_with(unit.due & ~covered)
                reporting |= self._calendar.months_with(unit.due & covered)
        return missing | ~reporting

    def _covered(self, unit: _Unit, dispute_type: Code) -> Flags:
        own = dispute_type if dispute_type in self.own_types else None
        found = [self._days[own, speaker] for speaker in unit.speakers if (own, speaker) in self._days]
        return np.logical_or.reduce(found) if found else self._calendar.no_days()


class _LongTotals:
    """Months of which a source gives no count of their own, but one for several months together."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, calendar: _Calendar, place: str) -> None:
        self._nowhere = np.zeros(calendar.months.size, bool)
        self._all: dict[Code, Flags] = {}
        self._of_type: dict[tuple[Code, Code], Flags] = {}
        for code, dispute_type, month in connection.execute(_LONG_TOTALS.format(place=place)).fetchall():
            here = calendar.starts == np.datetime64(month)
            self._all[code] = self._all.get(code, self._nowhere) | here
            self._of_type[code, dispute_type] = self._of_type.get((code, dispute_type), self._nowhere) | here

    def hide(self, place: Code, dispute_type: Code = None) -> Flags:
        """The months hidden by totals of all types (None) or of one; a total without a type may hide any."""
        if dispute_type is None:
            return self._all.get(place, self._nowhere)
        hidden = [self._of_type.get((place, one), self._nowhere) for one in (dispute_type, None)]
        return np.logical_or(*hidden)


def read_series(connection: duckdb.DuckDBPyConnection, *, data_until: date) -> tuple[list[date], list[Series]]:
    """The first days of the last complete months, at most 62, and every series with an incident in them, by key.

    Reads core.dim_date, core.dim_org, core.reporting, mart.incident_day and mart.incident_month.
    """
    row = connection.execute(f"select min(window_start) from ({_WINDOWS})", {"feed": FEED}).fetchone()
    if row is None or row[0] is None:
        return [], []
    calendar = _Calendar(row[0], data_until)
    if not calendar.months.size:
        return [], []
    coverage = _Coverage(connection, calendar)
    rows = connection.execute(_UNITS, calendar.bounds).fetchall()
    units = []
    for code, level, branch, bureau, successor, first, last in rows:
        due = calendar.no_days()
        due[calendar.between(first, last)] = True
        units.append(_Unit(code, level, branch, bureau, successor, due))
    series = [
        *_bureau_series(connection, calendar, units, coverage),
        *_unit_series(connection, calendar, units, coverage),
    ]
    found = [one for one in series if np.nansum(one.observed) > 0]
    return [month.astype(date) for month in calendar.starts], sorted(found, key=lambda one: one.key)


def _bureau_series(
    connection: duckdb.DuckDBPyConnection, calendar: _Calendar, units: Sequence[_Unit], coverage: _Coverage
) -> Iterator[Series]:
    members = defaultdict(list)
    for unit in units:
        members[unit.city_bureau_code].append(unit)
    totals = _LongTotals(connection, calendar, _BUREAU)
    # Most types are collected alike: their gaps are worked out once.
    gaps: dict[tuple[Code, Code], Flags] = {}
    for by_type in (False, True):
        for (bureau, dispute_type), observed in _counts(connection, calendar, _BUREAU, by_type).items():
            own = dispute_type if dispute_type in coverage.own_types else None
            if (bureau, own) not in gaps:
                gaps[bureau, own] = coverage.gaps(members[bureau], own)
            unknown = gaps[bureau, own] | totals.hide(bureau, dispute_type)
            yield Series(bureau, None, None, bureau, dispute_type, False, np.where(unknown, np.nan, observed))


def _unit_series(
    connection: duckdb.DuckDBPyConnection, calendar: _Calendar, units: Sequence[_Unit], coverage: _Coverage
) -> Iterator[Series]:
    """Within today's boundaries: what a unit had before it was merged belongs to the one that took it over."""
    heirs, merged = _heirs(units), defaultdict(list)
    for unit in units:
        merged[heirs[unit.code]].append(unit)
    counts, totals = _counts(connection, calendar, _LOWEST, False), _LongTotals(connection, calendar, _LOWEST)
    for heir in units:
        parts = merged[heir.code]
        # A month in which the unit was opened or closed is no whole month of it.
        idle = calendar.months_with(~np.logical_or.reduce([part.due for part in parts], axis=0)) if parts else None
        # A bureau without units of its own is there already, with its types; a closed unit has no news.
        if idle is None or idle[-1] or heir.level_code == "city_bureau":
            continue
        observed = np.sum([counts[part.code, None] for part in parts], axis=0)
        unknown = np.logical_or.reduce([coverage.gaps(parts), idle, *(totals.hide(part.code) for part in parts)])
        station = heir.code if heir.level_code == "station" else None
        observed = np.where(unknown, np.nan, observed)
        yield Series(heir.city_bureau_code, heir.branch_code, station, heir.code, None, True, observed)


def _heirs(units: Sequence[_Unit]) -> dict[str, str]:
    """Who has each unit's work today: the last of its successors, as far as they are units and do not turn back."""
    successors = {unit.code: unit.successor for unit in units}
    heirs = {}
    for code in successors:
        heir, seen = code, {code}
        while (after := successors[heir]) is not None and after in successors and after not in seen:
            heir = after
            seen.add(after)
        heirs[code] = heir
    return heirs


def _counts(
    connection: duckdb.DuckDBPyConnection, calendar: _Calendar, place: str, by_type: bool
) -> dict[tuple[Code, Code], NDArray[np.float64]]:
    """Incidents of every month by place and type (None: all types), 0 where there are none."""
    query = (_COUNTS_BY_TYPE if by_type else _COUNTS).format(place=place)
    counts: dict[tuple[Code, Code], NDArray[np.float64]] = defaultdict(lambda: np.zeros(calendar.months.size))
    for code, dispute_type, month, count in connection.execute(query, calendar.bounds).fetchall():
        counts[code, dispute_type][calendar.starts == np.datetime64(month)] = count or 0
    return counts
