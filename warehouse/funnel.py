"""Funnels: which units' rates lie further from the bureau's than chance and the usual differences explain.

A funnel is no ranking: inside its limits units are alike, and what lies outside is a reason to look, not a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik, pdtr, pdtrik

from warehouse.comparison_row import ComparisonRow
from warehouse.control_charts import (
    funnel_dispersion,
    funnel_limits,
    proportion_funnel_dispersion,
    proportion_funnel_limits,
)
from warehouse.metric_definition import Metric

Numbers = NDArray[np.float64]
# far_below, far_above: outside the 99.8 % limits; below, above: between these and the 95 % ones.
Place = Literal["far_below", "below", "within", "above", "far_above"]
WARNING, ALARM = 0.95, 0.998
# Between-unit variance is estimated from so many units of so many expected events (docs/methods.md); else chance alone.
FEWEST_UNITS = 10
FEWEST_EVENTS = 5.0


@dataclass(frozen=True)
class FunnelUnit:
    """One unit's figure and the limits at its size, on the scale of `row.value`."""

    row: ComparisonRow
    low: float
    high: float
    far_low: float
    far_high: float
    place: Place


@dataclass(frozen=True)
class Funnel:
    """A rate of every unit around the bureau's, in the order of the rows.

    `target`: the bureau's value; `dispersion` (phi) and `tau2` as in `funnel_dispersion`, None and 0 where too few
    units tell; `few`: units below the metric's smallest n; `silent`: units without a figure.
    """

    metric: Metric
    target: float
    dispersion: float | None
    tau2: float
    units: tuple[FunnelUnit, ...]
    few: tuple[ComparisonRow, ...]
    silent: tuple[ComparisonRow, ...]

    def limits_at(self, sizes: ArrayLike, confidence: float) -> tuple[Any, Any]:
        """(low, high) of the value for units of these sizes (denominators)."""
        return limits_of(self.metric, sizes, self.target, tau2=self.tau2, confidence=confidence)


def can_be_judged(metric: Metric) -> bool:
    """Whether a metric is a rate of events: a share, or events per exposure."""
    return not metric.is_count and metric.interval in ("wilson", "poisson")


def funnel_of(rows: Sequence[ComparisonRow], bureau: ComparisonRow, metric: Metric) -> Funnel | None:
    """The funnel of a metric split by unit; None where the bureau has no rate.

    `rows`: one a unit, `bureau`: the same question unsplit. Rows whose unit the source does not name are left out.
    Raises ValueError for a metric that is no rate of events.
    """
    if not can_be_judged(metric):
        raise ValueError(f"{metric.id} is no rate of events: it has no funnel")
    if bureau.value is None or not bureau.denominator:
        return None
    named = [row for row in rows if None not in row.keys.values()]
    known = [row for row in named if row.value is not None and row.denominator]
    judged = [row for row in known if (row.denominator or 0) >= metric.smallest_n]
    dispersion, tau2 = _dispersion(judged, bureau.value, metric)
    sizes = np.array([row.denominator for row in judged], dtype=np.float64)
    low, high = limits_of(metric, sizes, bureau.value, tau2=tau2, confidence=WARNING)
    far_low, far_high = limits_of(metric, sizes, bureau.value, tau2=tau2, confidence=ALARM)
    limits = zip(low.tolist(), high.tolist(), far_low.tolist(), far_high.tolist(), strict=True)
    return Funnel(
        metric,
        bureau.value,
        dispersion,
        tau2,
        tuple(FunnelUnit(row, *four, _place(row, *four)) for row, four in zip(judged, limits, strict=True)),
        tuple(row for row in known if row not in judged),
        tuple(row for row in named if row not in known),
    )


def limits_of(
    metric: Metric, sizes: ArrayLike, target: float, *, tau2: float = 0.0, confidence: float
) -> tuple[Any, Any]:
    """(low, high) of the value of units of these sizes around `target`, both on the metric's scale.

    The wider of two: exact limits of chance alone, and limits of chance and `tau2` together, on the arcsin(sqrt) scale
    of shares or the square-root scale of events per exposure (Spiegelhalter 2005, Statistics in Medicine 24). The first
    keeps units of few events from being judged by an approximation; the second is the wider one for large units.
    """
    n = np.asarray(sizes, dtype=np.float64)
    if metric.interval == "wilson":
        low, high = proportion_funnel_limits(n, target, tau2=tau2, confidence=confidence)
        exact_low, exact_high = exact_limits(n, target, confidence=confidence)
        return np.fmin(low, exact_low), np.fmax(high, exact_high)
    if not target:
        return np.zeros_like(n), np.zeros_like(n)
    low, high = ratio_limits(n * target / metric.scale, tau2=tau2, confidence=confidence)
    return low * target, high * target


def ratio_limits(expected: ArrayLike, *, tau2: float = 0.0, confidence: float) -> tuple[Any, Any]:
    """(low, high) of observed / expected around 1, the wider of two as in `limits_of`."""
    low, high = funnel_limits(expected, tau2=tau2, confidence=confidence)
    exact_low, exact_high = exact_ratio_limits(expected, confidence=confidence)
    return np.fmin(low, exact_low), np.fmax(high, exact_high)


def ratio_dispersion(observed: ArrayLike, expected: ArrayLike) -> tuple[float | None, float]:
    """(phi, tau2) of the units that expect enough events; (None, 0) where these are too few to tell."""
    seen, wanted = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    tells = wanted >= FEWEST_EVENTS
    return funnel_dispersion(seen[tells], wanted[tells]) if np.count_nonzero(tells) >= FEWEST_UNITS else (None, 0.0)


def exact_limits(trials: ArrayLike, target: float, *, confidence: float) -> tuple[Any, Any]:
    """(low, high) of a share that a unit of this size has by binomial chance alone, each tail half of the rest.

    A count lies outside exactly where as extreme a one is less likely than the tail. Between counts the limit is
    interpolated (Spiegelhalter 2005, appendix): with r the smallest count of P(X <= r) >= tail, the low limit is
    r - (P(X <= r) - tail) / P(X = r), over the size; the high one is the same, counted from above.
    """
    n = np.rint(np.asarray(trials, dtype=np.float64)).astype(np.int64)
    tail = (1 - confidence) / 2
    low, high = (
        _interpolated(bdtrik(level, n, target), level, lambda count: bdtr(count, n, target), most=n)
        for level in (tail, 1 - tail)
    )
    return np.maximum(low / n, 0), np.minimum((high + 1) / n, 1)


def exact_ratio_limits(expected: ArrayLike, *, confidence: float) -> tuple[Any, Any]:
    """(low, high) of observed / expected by Poisson chance alone, interpolated as in `exact_limits`."""
    events = np.asarray(expected, dtype=np.float64)
    tail = (1 - confidence) / 2
    low, high = (
        _interpolated(pdtrik(level, events), level, lambda count: pdtr(count, events), most=np.inf)
        for level in (tail, 1 - tail)
    )
    with np.errstate(divide="ignore"):
        return np.maximum(low / events, 0), (high + 1) / events


def _interpolated(
    inverse: Numbers, level: float, distribution: Callable[[Numbers], Numbers], *, most: ArrayLike
) -> Numbers:
    """The smallest count whose cumulative probability reaches a level, less the share of its own that is too much."""

    def up_to(count: Numbers) -> Numbers:
        # Nothing is less than no event; the library calls that an error.
        return np.where(count < 0, 0.0, distribution(np.maximum(count, 0)))

    # The library's inverse is a real number, off by an ulp now and then and so by one count, and NaN at a share of 0.
    count = np.clip(np.ceil(np.nan_to_num(inverse)) - 1, 0, most)
    for _ in range(2):
        count = np.minimum(np.where(up_to(count) < level, count + 1, count), most)
    own = up_to(count) - up_to(count - 1)
    return np.asarray(count - np.clip((up_to(count) - level) / np.where(own > 0, own, 1.0), 0, 1))


def _dispersion(rows: Sequence[ComparisonRow], target: float, metric: Metric) -> tuple[float | None, float]:
    """(phi, tau2) as `ratio_dispersion`; of a share both outcomes must be expected often enough."""
    n = np.array([row.denominator for row in rows], dtype=np.float64)
    hits = np.array([row.numerator for row in rows], dtype=np.float64)
    expected = n * target / metric.scale
    if metric.interval != "wilson":
        return ratio_dispersion(hits, expected)
    tells = np.minimum(expected, n - expected) >= FEWEST_EVENTS
    if np.count_nonzero(tells) < FEWEST_UNITS:
        return None, 0.0
    return proportion_funnel_dispersion(hits[tells], n[tells])


def _place(row: ComparisonRow, low: float, high: float, far_low: float, far_high: float) -> Place:
    value = row.value or 0.0
    if value < far_low:
        return "far_below"
    if value > far_high:
        return "far_above"
    return "below" if value < low else "above" if value > high else "within"
