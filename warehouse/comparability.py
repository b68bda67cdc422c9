"""May two windows be compared? The flags of a cell: missing reports, cut totals, changed definitions, youth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from warehouse.comparison_row import Flag
from warehouse.coverage import Coverage, Mask, day_number
from warehouse.facts import Facts, LongPeriod
from warehouse.metric_definition import Metric
from warehouse.metric_sql import Filters
from warehouse.periods import Period, is_distorted_by_spring_festival, whole_months

NOT_COMPARABLE: frozenset[Flag] = frozenset({"coverage_gap", "series_break", "coarse_grain"})
_PLACES = ("city_bureau", "branch", "station", "station_type")
# Chosen only where a type is told apart: the others are the same for every type.
_Codes = Mapping[str, str | None]


@dataclass(frozen=True)
class Scope:
    """What a cell is about: which units and, where it says so, which types of dispute."""

    units: Mask
    types: tuple[str, ...] | None
    categories: tuple[str, ...] | None
    # Whether it is about single stations, whose boundaries a new neighbour may have changed.
    is_of_stations: bool


def scope_of(facts: Facts, coverage: Coverage, keys: _Codes, where: Filters) -> Scope:
    """The scope of the cell with these keys under these filters."""
    units: Mask = np.ones(len(facts.units.codes), dtype=bool)
    for dimension in _PLACES:
        wanted = [codes for codes in (where.get(dimension),) if codes is not None]
        if keys.get(dimension) is not None:
            wanted.append((str(keys[dimension]),))
        for codes in wanted:
            units = units & facts.units.within(dimension, codes)
    is_of_stations = any(name in keys or name in where for name in ("station", "station_type"))
    types, categories = _types(facts, coverage, keys, where), _chosen(keys, where, "visit_category")
    return Scope(units, types, categories, is_of_stations)


def _chosen(keys: _Codes, where: Filters, dimension: str) -> tuple[str, ...] | None:
    if keys.get(dimension) is not None:
        return (str(keys[dimension]),)
    return where.get(dimension)


def _types(facts: Facts, coverage: Coverage, keys: _Codes, where: Filters) -> tuple[str, ...] | None:
    """Types collected at other times than the rest that the cell counts; null = it counts all there are."""
    types, groups = _chosen(keys, where, "dispute_type"), _chosen(keys, where, "dispute_group")
    if types is None and groups is None:
        return None
    return tuple(
        kind
        for kind in coverage.of_type
        if (types is None or kind in types) and (groups is None or facts.type_groups.get(kind) in groups)
    )


def is_reported(coverage: Coverage, scope: Scope, period: Period) -> bool:
    """Whether any day of the window was delivered by any unit of the scope: no row then means zero."""
    units = scope.units & coverage.expected
    if scope.types is not None and scope.types:
        return any(
            bool((coverage.reported(period.start, period.end, dispute_type=kind)[1] & units).any())
            for kind in scope.types
        )
    return bool((coverage.reported(period.start, period.end)[1] & units).any())


def has_coverage_gap(coverage: Coverage, scope: Scope, period: Period, base: Period | None) -> bool:
    """Whether a unit did not deliver every day of either window, or a type was collected in one of them only."""
    units = scope.units & coverage.expected
    windows = [period] if base is None else [period, base]
    if not units.any():
        return True
    for window in windows:
        if not (coverage.reported(window.start, window.end)[0] | ~units).all():
            return True
    if scope.types is None:
        return any(_changes(coverage, kind, units, windows) for kind in coverage.of_type)
    return any(_is_cut(coverage, kind, units, windows) for kind in scope.types)


def _is_cut(coverage: Coverage, kind: str, units: Mask, windows: list[Period]) -> bool:
    return any(
        not (coverage.reported(window.start, window.end, dispute_type=kind)[0] | ~units).all() for window in windows
    )


def _changes(coverage: Coverage, kind: str, units: Mask, windows: list[Period]) -> bool:
    """In a sum over all types, one that was collected in neither window changes nothing."""
    never = all(
        not (coverage.reported(window.start, window.end, dispute_type=kind)[1] & units).any() for window in windows
    )
    return not never and _is_cut(coverage, kind, units, windows)


def cut_periods(
    facts: Facts, feed: str, period: Period, base: Period | None, *, by_month: bool
) -> tuple[LongPeriod, ...]:
    """The periods of totals that either window cuts, or that span several of the months asked for."""
    windows = [period] if base is None else [period, base]
    return tuple(
        long
        for long in facts.long_periods(feed)
        if any(_cuts(window, long) for window in windows)
        or (by_month and long.spans_months and any(_overlaps(window, long) for window in windows))
    )


def cut_flags(cut: Iterable[LongPeriod], scope: Scope, period: Period, base: Period | None) -> set[Flag]:
    """`coarse_grain` where a window cuts a total, `whole_months_only` where it cuts the months of protected visits."""
    flags: set[Flag] = set()
    for long in cut:
        if (long.units & scope.units).any() and (scope.categories is None or long.category in scope.categories):
            flags.add("whole_months_only" if long.is_protected and not long.spans_months else "coarse_grain")
    if "whole_months_only" in flags and base is not None and _month_count(period) != _month_count(base):
        # February of 28 days against 28 days of a February of 29: one holds a whole month, the other none.
        flags.add("coarse_grain")
    return flags


def _month_count(period: Period) -> int:
    months = whole_months(period)
    if months is None:
        return 0
    first, last = months
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _overlaps(window: Period, row: LongPeriod) -> bool:
    return row.start <= window.end and row.end >= window.start


def _cuts(window: Period, row: LongPeriod) -> bool:
    return _overlaps(window, row) and not (window.start <= row.start and row.end <= window.end)


def has_series_break(facts: Facts, metric: Metric, scope: Scope, period: Period, base: Period | None) -> bool:
    """Whether the definition changed between the first day of the one window and the last day of the other."""
    if base is None:
        return False
    first, last = min(period.start, base.start), max(period.end, base.end)
    return any(
        first < found.on <= last
        and found.metric in (None, metric.id)
        and bool((facts.units.below(found.org) & scope.units).any())
        for found in facts.breaks
    )


def has_changed_boundaries(facts: Facts, scope: Scope, period: Period, base: Period | None) -> bool:
    """Whether a station of the scope began or ended between the two windows: split or merged, it is another place.

    A closed station counts for its successor, so the two are one place all along. A whole branch or bureau keeps its
    boundaries, whoever works inside.
    """
    if base is None or not scope.is_of_stations:
        return False
    first, last = day_number(min(period.start, base.start)), day_number(max(period.end, base.end))
    units = facts.units
    stations = {code for code, wanted in zip(units.places["station"], scope.units, strict=True) if wanted}
    for station in stations - {None}:
        same = scope.units & units.within("station", [station])
        if units.valid_from[same].min() > first or units.valid_to[same].max() < last:
            return True
    return False


def time_flags(
    metric: Metric, facts: Facts, period: Period, base: Period | None, *, closed_share: float | None
) -> set[Flag]:
    """What the dates alone say: `partial_period`, `spring_festival`, `immature`."""
    flags: set[Flag] = set()
    until = facts.data_until[metric.feed]
    if period.is_partial:
        flags.add("partial_period")
    if base is not None and is_distorted_by_spring_festival(period, base):
        flags.add("spring_festival")
    needed = timedelta(days=max(metric.maturity_days, metric.follow_up_days))
    if needed and min(period.whole_end, until) + needed > until and not (closed_share or 0) >= 0.9:
        flags.add("immature")
    return flags
