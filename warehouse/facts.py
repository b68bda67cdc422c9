"""What a comparison must know of a generation besides the counts: read once, then kept as long as the generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import duckdb

from warehouse.coverage import Coverage, Units, read_coverage, read_units
from warehouse.dimensions import AGE_BANDS, DIMENSIONS

_DATA_UNTIL = "select u.feed, u.data_until from ops.data_until as u"
_BREAKS = """
    select a.noted_on, a.org_code, a.metric_name
    from core.annotation as a
    where a.kind_code = 'series_break'
"""
_CODES = "select c.list_code, c.code, c.zh, c.en from core.dim_code as c"
_ORGANISATIONS = "select o.code, coalesce(o.short_name, o.name) from core.dim_org as o"
_TYPES = "select t.code, t.zh, t.en, t.group_code, t.group_zh, t.group_en from core.dim_dispute_type as t"
# Rows that stand for more than a day, by where they can be cut; protected visits are whole months by Law 2.
_LONG_ROWS = {
    "incident": """
        select distinct r.period_start, r.period_end, r.station_code, r.branch_code, r.city_bureau_code, false, null
        from mart.incident_day as r
        where r.period_start < r.period_end
    """,
    "visit": """
        select distinct r.period_start, r.period_end, r.station_code, r.branch_code, r.city_bureau_code,
            c.code is not null or p.code is not null, r.category_code
        from mart.visit_day as r
        left join core.dim_code as c
            on c.list_code = 'visit_category' and r.category_code = c.code and c.flags like '%month_station_only%'
        left join core.dim_code as p
            on p.list_code = 'visit_purpose' and r.purpose_code = p.code and p.flags like '%month_station_only%'
        where r.period_start < r.period_end
    """,
    "activity": """
        select distinct r.period_start, r.period_end, r.station_code, r.branch_code, r.city_bureau_code, false, null
        from mart.activity_day as r
        where r.period_start < r.period_end
    """,
}
_SIGNALS = """
    select s.org_code, s.dispute_type_code, s.dispersion
    from mart.signal as s
    where s.dispersion is not null
        and s.month_start = (select max(m.month_start) from mart.signal as m)
"""


@dataclass(frozen=True)
class LongRow:
    """A period that some total stands for, and whose it is."""

    start: date
    end: date
    places: Mapping[str, str | None]
    is_protected: bool
    category: str | None

    @property
    def spans_months(self) -> bool:
        """Whether it belongs to no single month."""
        return (self.start.year, self.start.month) != (self.end.year, self.end.month)


@dataclass(frozen=True)
class SeriesBreak:
    """From this day on, a metric (all of them, without one) counts otherwise, of an organisation or of all."""

    on: date
    org: str | None
    metric: str | None


@dataclass(frozen=True)
class Facts:
    """Facts about the generation that `connection` uses."""

    connection: duckdb.DuckDBPyConnection
    _coverage: dict[str, Coverage] = field(default_factory=dict)
    _long: dict[str, tuple[LongRow, ...]] = field(default_factory=dict)

    @cached_property
    def data_until(self) -> dict[str, date]:
        """The last day of every feed that has one."""
        return {feed: day for feed, day in self._rows(_DATA_UNTIL) if day is not None}

    @cached_property
    def units(self) -> Units:
        """The units that have to report."""
        return read_units(self.connection)

    def coverage(self, feed: str) -> Coverage:
        """Which of them reported when."""
        if feed not in self._coverage:
            self._coverage[feed] = read_coverage(self.connection, self.units, feed)
        return self._coverage[feed]

    def long_rows(self, feed: str) -> tuple[LongRow, ...]:
        """Totals of a feed that stand for more than a day."""
        if feed not in self._long:
            self._long[feed] = tuple(
                LongRow(start, end, {"station": station, "branch": branch, "city_bureau": bureau}, protected, category)
                for start, end, station, branch, bureau, protected, category in self._rows(_LONG_ROWS.get(feed))
            )
        return self._long[feed]

    @cached_property
    def breaks(self) -> tuple[SeriesBreak, ...]:
        """Recorded changes of a definition."""
        return tuple(SeriesBreak(*row) for row in self._rows(_BREAKS))

    @cached_property
    def dispersions(self) -> dict[tuple[str | None, str | None], float]:
        """How much more than chance alone counts vary, by organisation and type of dispute (null: all)."""
        return {(org, kind): float(dispersion) for org, kind, dispersion in self._rows(_SIGNALS)}

    @cached_property
    def type_groups(self) -> dict[str, str]:
        """The group of every type of dispute."""
        return {row[0]: row[3] for row in self._rows(_TYPES)}

    @cached_property
    def names(self) -> dict[str, dict[str | None, tuple[str, str]]]:
        """Chinese and English name of every code, by dimension; months name themselves."""
        lists: dict[str, dict[str | None, tuple[str, str]]] = {}
        for list_code, code, zh, en in self._rows(_CODES):
            lists.setdefault(list_code, {})[code] = (zh, en)
        named = {name: lists.get(one.list_code, {}) for name, one in DIMENSIONS.items() if one.list_code}
        organisations: dict[str | None, tuple[str, str]] = {
            code: (name, name) for code, name in self._rows(_ORGANISATIONS)
        }
        named |= dict.fromkeys(("city_bureau", "branch", "station", "beat"), organisations)
        types = self._rows(_TYPES)
        named["dispute_type"] = {row[0]: (row[1], row[2]) for row in types}
        named["dispute_group"] = {row[3]: (row[4], row[5]) for row in types}
        named["age_band"] = {code: (text.zh, text.en) for code, (_, _, text) in AGE_BANDS.items()}
        return named

    def _rows(self, sql: str | None) -> list[Any]:
        return self.connection.execute(sql).fetchall() if sql else []
