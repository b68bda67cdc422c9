"""Intervals of counts, shares, rates and their changes, exact or in closed form, over any number of cells at once.

Every function takes scalars or arrays, broadcasts them, and returns floats for scalars. A missing argument (NaN) gives
a missing limit. The other statistics of the board live in modules of their own and are offered here too.
Only scipy.special is used: pages import this module, and scipy.stats takes seconds to load.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammainccinv, gammaincinv, ndtri

from warehouse.control_charts import (
    funnel_dispersion,
    funnel_limits,
    laney_limits,
    proportion_funnel_dispersion,
    proportion_funnel_limits,
    shift_signals,
    trend_signals,
    two_of_three_signals,
    xmr_limits,
)
from warehouse.quantiles import (
    kaplan_meier,
    quantile_interval,
    survival_band,
    survival_quantile,
    survival_quantile_interval,
    weighted_quantile,
)
from warehouse.rounding import half_up

__all__ = [
    "benjamini_hochberg",
    "difference_interval",
    "expected_events",
    "funnel_dispersion",
    "funnel_limits",
    "half_up",
    "kaplan_meier",
    "laney_limits",
    "newcombe_interval",
    "poisson_interval",
    "proportion_funnel_dispersion",
    "proportion_funnel_limits",
    "quantile_interval",
    "rate_ratio_interval",
    "shift_signals",
    "standardised_ratio_interval",
    "survival_band",
    "survival_quantile",
    "survival_quantile_interval",
    "trend_signals",
    "two_of_three_signals",
    "weighted_quantile",
    "wilson_interval",
    "xmr_limits",
]

Numbers = NDArray[np.float64]
# (low, high): two floats where every argument is a scalar, else two arrays of the broadcast shape.
Interval = tuple[Any, Any]


def rate_ratio_interval(
    current: ArrayLike,
    base: ArrayLike,
    *,
    current_exposure: ArrayLike = 1.0,
    base_exposure: ArrayLike = 1.0,
    dispersion: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Interval:
    """Interval of (current / current_exposure) / (base / base_exposure) for two counts, e.g. of a month's 同比.

    Exact conditional (Clopper-Pearson) interval of effective counts, count / dispersion, where dispersion is the
    series' max(1, Pearson X2 / df): 1 gives R's `poisson.test`. Current 0 gives low 0, base 0 gives high infinity, an
    exposure of 0 gives NaN. Raises ValueError for a negative count or exposure and for a dispersion not above 0.
    """
    tail = _tail(confidence)
    spread = np.asarray(dispersion, dtype=np.float64)
    if np.any(spread <= 0):
        raise ValueError("a dispersion must be above 0")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        now, then = _counts(current) / spread, _counts(base) / spread
        scale = _exposures(base_exposure) / _exposures(current_exposure)
        # The high limit is the low one of the swapped counts turned over, so swapping periods inverts the interval.
        return (_lowest_odds(now, then, tail) * scale)[()], (scale / _lowest_odds(then, now, tail))[()]


def poisson_interval(count: ArrayLike, *, exposure: ArrayLike = 1.0, confidence: float = 0.95) -> Interval:
    """Exact interval of an event rate per unit of exposure (Garwood 1936, from the gamma quantiles).

    `count` may be an effective, non-integer count. An exposure of 0 gives NaN; negative arguments raise ValueError.
    """
    tail = _tail(confidence)
    events, units = _counts(count), _exposures(exposure)
    low = np.where(events == 0, 0.0, gammaincinv(events, tail))
    return (low / units)[()], (gammainccinv(events + 1, tail) / units)[()]


def standardised_ratio_interval(observed: ArrayLike, expected: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Exact Poisson interval of observed / expected, the expectation taken as known; NaN where nothing is expected."""
    return poisson_interval(observed, exposure=expected, confidence=confidence)


def expected_events(reference_events: ArrayLike, reference_population: ArrayLike, unit_population: ArrayLike) -> Any:
    """Events a unit would have at the reference rates: the sum over strata (last axis) of unit size x rate.

    Indirect standardisation. A stratum in which the unit has nobody adds 0, also where the reference has nobody; one
    without a reference that the unit does have makes the sum NaN, because its rate is unknown.
    """
    size, reference = _counts(unit_population), _counts(reference_population)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(reference > 0, _counts(reference_events) / reference, np.nan)
    return np.sum(np.where(size == 0, 0.0, size * rate), axis=-1)[()]


def wilson_interval(successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Score interval of a share (Wilson 1927), exactly 0 or 1 at its ends, NaN for 0 trials.

    Trials may be an effective sample size, (sum of weights)^2 / sum of squared weights, successes then share x trials.
    Raises ValueError for negative arguments and for more successes than trials.
    """
    z = -ndtri(_tail(confidence))
    hits, n = _hits_and_trials(successes, trials)
    share = hits / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # The closed form misses both ends by an ulp, and beside them may overshoot; n / n keeps a missing size missing.
    low = np.where(hits == 0, 0.0 * n, np.maximum(centre - half, 0))
    high = np.where(hits == n, n / n, np.minimum(centre + half, 1))
    return low[()], high[()]


def newcombe_interval(
    successes: ArrayLike,
    trials: ArrayLike,
    base_successes: ArrayLike,
    base_trials: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Interval of share - base share for independent samples: Newcombe's hybrid score interval (1998, method 10).

    In fractions (1 = 100 points); NaN where either has 0 trials. Raises ValueError as `wilson_interval` does.
    """
    hits, n = _hits_and_trials(successes, trials)
    base_hits, base_n = _hits_and_trials(base_successes, base_trials)
    current = wilson_interval(hits, n, confidence=confidence)
    base = wilson_interval(base_hits, base_n, confidence=confidence)
    return difference_interval(hits / n, *current, base_hits / base_n, *base)


def difference_interval(
    value: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    base_value: ArrayLike,
    base_low: ArrayLike,
    base_high: ArrayLike,
) -> Interval:
    """Interval of value - base value for independent estimates that each have an interval of their own.

    MOVER, square-and-add (Zou & Donner 2008, Statistics in Medicine 27): both intervals need the same confidence, which
    the result has too, and may be asymmetric. An open end (infinity) opens the end it bears on.
    """
    point, below, above = (np.asarray(x, dtype=np.float64) for x in (value, low, high))
    base, base_below, base_above = (np.asarray(x, dtype=np.float64) for x in (base_value, base_low, base_high))
    with np.errstate(invalid="ignore"):
        # Not hypot: it takes (infinity, NaN) for infinity, and a missing limit must stay missing.
        down = np.sqrt((point - below) ** 2 + (base_above - base) ** 2)
        up = np.sqrt((above - point) ** 2 + (base - base_below) ** 2)
        return (point - base - down)[()], (point - base + up)[()]


def benjamini_hochberg(p_values: ArrayLike, *, rate: float) -> NDArray[np.bool_]:
    """Which hypotheses to reject so that at most `rate` of the rejected are expected to be false alarms.

    Benjamini & Hochberg (1995), step-up. A missing p-value is no test: never rejected, and not counted among them.
    Raises ValueError for a p-value outside 0..1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    tested = np.sort(p[~np.isnan(p)])
    if np.any((tested < 0) | (tested > 1)):
        raise ValueError("a p-value must lie in 0..1")
    within = tested[tested <= np.arange(1, tested.size + 1) / max(tested.size, 1) * rate]
    return np.asarray(p <= np.max(within, initial=-1.0))


def _lowest_odds(a: Numbers, b: Numbers, tail: float) -> Numbers:
    # Clopper-Pearson's lower limit of a / (a + b), as odds; at a = 0 it is 0, which the beta quantile does not know.
    share = betaincinv(a, b + 1, tail)
    return np.where(a > 0, share / (1 - share), 0.0 * a * b)


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError("a confidence must lie between 0 and 1")
    return (1 - confidence) / 2


def _counts(values: ArrayLike) -> Numbers:
    counts = np.asarray(values, dtype=np.float64)
    if np.any(counts < 0):
        raise ValueError(f"a count, size or exposure cannot be negative: {np.nanmin(counts)}")
    return counts


def _exposures(values: ArrayLike) -> Numbers:
    exposures = _counts(values)
    return np.where(exposures == 0, np.nan, exposures)


def _hits_and_trials(successes: ArrayLike, trials: ArrayLike) -> tuple[Numbers, Numbers]:
    hits, n = _counts(successes), _exposures(trials)
    # Weighted shares of 1 come back a few ulps too large.
    if np.any(hits > np.nan_to_num(n) * (1 + 1e-9)):
        raise ValueError("more successes than trials")
    return np.minimum(hits, n), n
