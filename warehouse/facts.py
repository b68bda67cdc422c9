"""What a comparison must know of a generation besides the counts: read once, then kept as long as the generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import duckdb
import polars as pl

from warehouse.coverage import Coverage, Mask, Units, read_coverage, read_units
from warehouse.dimensions import AGE_BANDS, DIMENSIONS, HOURS, LEVELS, NAMED_SCALE, WEEKDAYS
from warehouse.metric_definition import Metric
from warehouse.metric_sql import delivered

# Of days to close: a median, a 90th percentile and seven shares of one page are made of the same rows.
KEPT_ANSWERS = 8
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
_LATE_CLOSINGS = """
    select 1
    from core.incident_part as r
    where r.closed_on > (select u.data_until from ops.data_until as u where u.feed = 'incident')
    limit 1
"""
_SIGNALS = """
    select s.org_code, s.dispute_type_code, max(s.dispersion), avg(s.observed)
    from mart.signal as s
    where s.dispersion is not null
    group by s.org_code, s.dispute_type_code
"""


@dataclass(frozen=True)
class LongPeriod:
    """A period that some total stands for, and the units that it may be about."""

    start: date
    end: date
    is_protected: bool
    category: str | None
    units: Mask

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
    _below: dict[str | None, Mask] = field(default_factory=dict)
    _long: dict[str, tuple[LongPeriod, ...]] = field(default_factory=dict)
    _delivered: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def data_until(self) -> dict[str, date]:
        """The last day of every feed that has one."""
        return {feed: day for feed, day in self._rows(_DATA_UNTIL) if day is not None}

    @cached_property
    def units(self) -> Units:
        """The units that have to report."""
        return read_units(self.connection)

    @cached_property
    def read(self) -> Callable[[str], pl.DataFrame]:
        """The rows of a query, kept for the next figure that is made of the same ones: nothing here ever changes."""
        return lru_cache(maxsize=KEPT_ANSWERS)(lambda sql: self.connection.sql(sql).pl())

    def coverage(self, feed: str) -> Coverage:
        """Which of them reported when."""
        if feed not in self._coverage:
            self._coverage[feed] = read_coverage(self.connection, self.units, feed)
        return self._coverage[feed]

    def long_periods(self, feed: str) -> tuple[LongPeriod, ...]:
        """The periods longer than a day that totals of a feed stand for."""
        if feed not in self._long:
            self._long[feed] = tuple(self._long_periods(feed))
        return self._long[feed]

    def _long_periods(self, feed: str) -> Iterator[LongPeriod]:
        found: dict[tuple[date, date, bool, str | None], Mask] = {}
        for start, end, station, branch, bureau, protected, category in self._rows(_LONG_ROWS.get(feed)):
            units = self._units_below(station or branch or bureau)
            key = (start, end, protected, category)
            found[key] = found[key] | units if key in found else units
        for (start, end, protected, category), units in found.items():
            yield LongPeriod(start, end, protected, category, units)

    def _units_below(self, org: str | None) -> Mask:
        if org not in self._below:
            self._below[org] = self.units.below(org)
        return self._below[org]

    def is_delivered(self, metric: Metric) -> bool:
        """Whether any row of the generation holds the fact that a metric counts."""
        if metric.id not in self._delivered:
            self._delivered[metric.id] = bool(self._rows(delivered(metric)))
        return self._delivered[metric.id]

    @cached_property
    def breaks(self) -> tuple[SeriesBreak, ...]:
        """Recorded changes of a definition."""
        return tuple(SeriesBreak(*row) for row in self._rows(_BREAKS))

    @cached_property
    def dispersions(self) -> dict[tuple[str | None, str | None], tuple[float, float]]:
        """How much more than chance alone counts vary, and their mean a month, by organisation and type (null: all)."""
        return {
            (org, kind): (max(1.0, float(dispersion)), float(mean or 0))
            for org, kind, dispersion, mean in self._rows(_SIGNALS)
        }

    @cached_property
    def has_late_closings(self) -> bool:
        """Whether a case was closed after the last day of the data: the marts by days to close cannot tell which."""
        return bool(self._rows(_LATE_CLOSINGS))

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
        named["level"] = {code: (text.zh, text.en) for code, text in LEVELS.items()}
        for level, words in lists.get("satisfaction_level", {}).items():
            named["level"][f"{NAMED_SCALE}-{level}"] = words
        named["age_band"] = {code: (text.zh, text.en) for code, (_, _, text) in AGE_BANDS.items()}
        for name, texts in (("weekday", WEEKDAYS), ("hour", HOURS)):
            named[name] = {code: (text.zh, text.en) for code, text in texts.items()}
        return named

    def _rows(self, sql: str | None) -> list[Any]:
        return self.connection.execute(sql).fetchall() if sql else []
