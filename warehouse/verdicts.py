"""Is it news? The flags and the verdict of a cell, and how far its counts vary by more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from warehouse import comparability
from warehouse.comparability import NOT_COMPARABLE, Scope
from warehouse.comparison_row import Flag, Verdict
from warehouse.facts import Facts, LongPeriod
from warehouse.measures import Parts
from warehouse.metric_definition import Metric
from warehouse.metric_sql import Filters
from warehouse.periods import Period
from warehouse.slices import Slice

SMALL_COUNT = 20
DAYS_A_MONTH = 365.2425 / 12
# Counts that vary as incidents do; how much more than by chance is estimated every night.
DISPERSED = frozenset({"dispute_incident_count", "dispute_case_count", "incident_rate_per_10k"})


@dataclass(frozen=True)
class Cell:
    """One row of the answer before it is counted; `keys` by dimension, the month included."""

    slice: Slice
    keys: Mapping[str, str | None]
    scope: Scope
    current: Parts | None
    base: Parts | None


def flags_of(facts: Facts, metric: Metric, cell: Cell, cut: Sequence[LongPeriod]) -> set[Flag]:
    """What a reader must know of the cell; `cut` are the periods of totals that its windows cut."""
    period, base = cell.slice.period, cell.slice.base
    coverage = facts.coverage(metric.feed)
    share = _closed_share(cell.current)
    flags = comparability.time_flags(metric, facts, period, base, closed_share=share)
    if comparability.has_coverage_gap(coverage, cell.scope, period, base):
        flags.add("coverage_gap")
    if comparability.has_series_break(facts, metric, cell.scope, period, base) or comparability.has_changed_boundaries(
        facts, cell.scope, period, base
    ):
        flags.add("series_break")
    flags |= comparability.cut_flags(cut, cell.scope, period, base)
    for parts in (cell.current, cell.base):
        extras = parts.extras if parts else {}
        flags |= {"at_least"} if "at_least" in extras else set()
        flags |= {"mixed_modes"} if extras.get("is_mixed") else set()
        flags |= {"is_estimate"} if extras.get("is_estimate") else set()
    if base is not None and metric.kind == "additive" and period.days != base.days:
        flags.add("unequal_days")
    if _is_not_delivered(metric, cell.current) or not facts.is_delivered(metric):
        flags.add("not_delivered")
    return flags


def _closed_share(parts: Parts | None) -> float | None:
    if parts is None or not parts.denominator or "closed" not in parts.extras:
        return None
    return parts.extras["closed"] / parts.denominator


def _is_not_delivered(metric: Metric, parts: Parts | None) -> bool:
    """Whether there are rows, and none of them holds the fact."""
    if parts is None or parts.distribution is not None:
        return False
    missing = parts.numerator is None and "at_least" not in parts.extras
    return missing or (metric.denominator is not None and parts.denominator is None)


def verdict_of(metric: Metric, part: Slice, flags: set[Flag], numbers: Mapping[str, float | None]) -> Verdict:
    """The first that holds, in the order of the design."""
    if flags & NOT_COMPARABLE:
        return "not_comparable"
    before = numbers["base_value"]
    if part.base is None or before is None or (metric.is_count and before == 0):
        return "no_base"
    if numbers["change"] is None and numbers["value"] is not None:
        # "More than 120" against anything: there is nothing to compare it with.
        return "no_base"
    low, high = numbers["interval_low"], numbers["interval_high"]
    length = _change_by_length(metric, part.period, part.base)
    if low is not None and low > max(0.0, length):
        return "up"
    if high is not None and high < min(0.0, length):
        return "down"
    if _is_small(metric, numbers):
        return "small_base"
    return "within_noise"


def _change_by_length(metric: Metric, period: Period, base: Period) -> float:
    """How much a count changes by the number of days alone: 29 days of February against 28 are no news."""
    return period.days / base.days - 1 if metric.kind == "additive" else 0.0


def _is_small(metric: Metric, numbers: Mapping[str, float | None]) -> bool:
    if metric.is_count:
        return (numbers["base_value"] or 0) < SMALL_COUNT
    denominators = numbers["denominator"], numbers["base_denominator"]
    return any(denominator is None or denominator < metric.smallest_n for denominator in denominators)


def dispersion_of(facts: Facts, metric: Metric, cell: Cell, where: Filters) -> float:
    """Of the narrowest series that the night has estimated and that holds the cell, 1 without one."""
    if metric.id not in DISPERSED or not facts.dispersions:
        return 1.0
    bureaus = {code for code in np.array(facts.units.places["city_bureau"])[cell.scope.units] if code}
    bureau = next(iter(bureaus)) if len(bureaus) == 1 else None
    station = _single(cell.keys, where, "station")
    kind = _single(cell.keys, where, "dispute_type")
    for series in ((bureau, kind), (station, None), (bureau, None)):
        if series[0] is not None and series in facts.dispersions:
            return _share_of_dispersion(*facts.dispersions[series], _monthly_mean(cell))
    return 1.0


def _share_of_dispersion(dispersion: float, mean: float, part: float | None) -> float:
    """The dispersion of a part of a series: what its months have in common weighs as the part does in the whole.

    Counts that share a varying rate have the variance m + m^2/k, so the excess over chance grows with the mean.
    """
    if part is None or mean <= 0 or part >= mean:
        return dispersion
    return 1 + (dispersion - 1) * part / mean


def _monthly_mean(cell: Cell) -> float | None:
    """The cell's count a month in its base, or in its period where it has none."""
    for parts, period in ((cell.base, cell.slice.base), (cell.current, cell.slice.period)):
        if parts and parts.numerator is not None and period:
            return parts.numerator / max(period.days / DAYS_A_MONTH, 1)
    return None


def _single(keys: Mapping[str, str | None], where: Filters, dimension: str) -> str | None:
    codes = where.get(dimension, ())
    return keys.get(dimension) or (codes[0] if len(codes) == 1 else None)
