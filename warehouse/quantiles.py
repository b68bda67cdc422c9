"""Quantiles from counts per integer minute or day, exact: of finished cases, and by Kaplan-Meier where some are open.

Counts may have axes in front, one cell per row over the same grid of values (the last axis); the answer then has one
figure per cell, else it is a float.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, ndtri

Numbers = NDArray[np.float64]

# 0.07 x 100 is 7.000000000000001 in floating point, and a product of survivals misses 1/2 by an ulp.
TOLERANCE = 1e-11


def weighted_quantile(values: ArrayLike, counts: ArrayLike, q: float) -> Any:
    """The smallest value at or below which at least the share `q` of the counts lies; NaN without counts.

    Hyndman & Fan's type 1 (numpy's `inverted_cdf`), for the median too: always a value that occurred, the same as a
    Kaplan-Meier quantile without open cases, and free of interpolation rules that engines disagree on.
    """
    grid, tally = _by_value(values, counts)
    reached = np.cumsum(tally, axis=-1)
    needed = _share(q) * reached[..., -1:] * (1 - TOLERANCE)
    return _first(grid, (reached >= needed) & (reached > 0), np.nan)


def quantile_interval(values: ArrayLike, counts: ArrayLike, q: float, *, confidence: float = 0.95) -> tuple[Any, Any]:
    """(low, high) of the `q`-quantile from two order statistics, whatever the distribution.

    The number of cases up to the true quantile is binomial(n, q), so the l-th and u-th smallest enclose it with a known
    probability; the narrowest l and u that miss it by at most half of 1 - confidence on either side are taken (David &
    Nagaraja 2003, 7.1), and ties only add coverage. An end is NaN where n is too small to have that order statistic.
    """
    grid, tally = _by_value(values, counts)
    upto = np.cumsum(tally, axis=-1)
    n, tail, share = upto[..., -1:], (1 - _open_share(confidence)) / 2 * (1 + TOLERANCE), _open_share(q)
    # P(B <= upto) and P(B >= upto) for B the number of cases up to the true quantile.
    at_most, at_least = betainc(n - upto, upto + 1, 1 - share), betainc(upto, n - upto + 1, share)
    # P(B = 0) above the tail: not even the smallest value lies below with enough confidence.
    has_low = (1 - share) ** n <= tail
    return _first(grid, (at_most > tail) & has_low, np.nan), _first(grid, at_least <= tail, np.nan)


def kaplan_meier(durations: ArrayLike, events: ArrayLike, censored: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    """(times, survival, variance): the share not finished after each duration, where some cases are still open.

    `events[i]` cases finished and `censored[i]` were last seen open at `durations[i]` (days, any order); a case last
    seen open on a day was at risk on it, so events come first. `times` are the distinct durations, ascending. Kaplan &
    Meier (1958), Greenwood's variance, which is NaN once survival is 0.
    """
    times, finished = _by_value(durations, events)
    _, left_open = _by_value(durations, censored)
    gone = finished + left_open
    at_risk = np.flip(np.cumsum(np.flip(gone, axis=-1), axis=-1), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - np.where(at_risk > 0, finished / at_risk, 0.0), axis=-1)
        terms = np.where(finished > 0, finished / (at_risk * (at_risk - finished)), 0.0 * finished)
        return times, survival, survival**2 * np.cumsum(terms, axis=-1)


def survival_quantile(times: ArrayLike, survival: ArrayLike, q: float) -> Any:
    """The first time at which at least the share `q` has finished, S(t) <= 1 - q; NaN where that is never reached."""
    return _first(np.asarray(times, dtype=np.float64), _finished(survival, q), np.nan)


def survival_quantile_interval(
    times: ArrayLike, survival: ArrayLike, variance: ArrayLike, q: float, *, confidence: float = 0.95
) -> tuple[Any, Any]:
    """(low, high) of `survival_quantile`: where the lower and the upper pointwise band of S first reach 1 - q.

    Brookmeyer & Crowley (1982) with the log(-log S) transform. high is infinity where the upper band never gets there;
    low is NaN where not even the lower one does. A day on which S is 0 (nobody left) has no band and decides nothing.
    """
    lower, upper = survival_band(survival, variance, confidence=confidence)
    grid = np.asarray(times, dtype=np.float64)
    return _first(grid, _finished(lower, q), np.nan), _first(grid, _finished(upper, q), np.inf)


def survival_band(survival: ArrayLike, variance: ArrayLike, *, confidence: float = 0.95) -> tuple[Numbers, Numbers]:
    """(lower, upper) of the share not finished, pointwise, by Greenwood's variance and the log(-log S) transform.

    Both lie in 0..1 (Kalbfleisch & Prentice 1980); NaN where S is 0 or 1, for there Greenwood knows no variance.
    """
    share = np.asarray(survival, dtype=np.float64)
    z = ndtri((1 + _open_share(confidence)) / 2)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        half = z * np.sqrt(np.asarray(variance, dtype=np.float64)) / (share * -np.log(share))
        return share ** np.exp(half), share ** np.exp(-half)


def _by_value(values: ArrayLike, counts: ArrayLike) -> tuple[Numbers, Numbers]:
    # Distinct values ascending, and the counts of equal ones added up.
    grid, place = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    given = np.asarray(counts, dtype=np.float64)
    if given.shape[-1:] != place.shape:
        raise ValueError(f"{place.size} values but counts of shape {given.shape}")
    if np.any(given < 0):
        raise ValueError("a count cannot be negative")
    tally = np.zeros((*given.shape[:-1], grid.size))
    # Turned over, so that the grid is the first axis; .T is a view.
    np.add.at(tally.T, place, given.T)
    return grid, tally


def _finished(survival: ArrayLike, q: float) -> NDArray[np.bool_]:
    return np.asarray(np.asarray(survival, dtype=np.float64) <= 1 - _share(q) + TOLERANCE)


def _first(grid: Numbers, holds: NDArray[np.bool_], otherwise: float) -> Any:
    # The fallback stands behind the grid, where it always holds: so an empty grid has an answer too.
    always = np.ones((*holds.shape[:-1], 1), dtype=np.bool_)
    return np.append(grid, otherwise)[np.argmax(np.concatenate([holds, always], axis=-1), axis=-1)]


def _share(q: float) -> float:
    if not 0 <= q <= 1:
        raise ValueError("a quantile must lie in 0..1")
    return q


def _open_share(q: float) -> float:
    if not 0 < q < 1:
        raise ValueError("a quantile or confidence must lie between 0 and 1")
    return q
