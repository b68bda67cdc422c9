"""Control charts over time (XmR, Laney p', run rules) and funnels over stations: what is signal and what is noise.

A series runs along the last axis, one chart per row of the axes before it. A month without a figure is NaN: it counts
in no mean, and a moving range is taken only between neighbours that both have one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Numbers = NDArray[np.float64]
Signals = NDArray[np.int64]

# 3 / d2 with d2 = 1.128 for moving ranges of two, as rounded in the NHS "Making Data Count" charts.
XMR_WIDTH = 2.66
# D4: the upper limit of a moving range, in mean moving ranges.
RANGE_LIMIT = 3.267
D2 = 1.128


def xmr_limits(values: ArrayLike, *, screen: bool = False) -> tuple[Any, Any, Any]:
    """(centre, lower, upper) of an individuals chart: mean -+ 2.66 x mean moving range.

    `screen` leaves out, once, the moving ranges of 3.267 x their mean and more, as NHSRplotthedots does. Limits are NaN
    without two neighbouring values. Give it rates or seasonally adjusted counts, never raw seasonal ones.
    """
    series = np.asarray(values, dtype=np.float64)
    centre, ranges = _mean(series), np.abs(np.diff(series, axis=-1))
    typical = _mean(ranges)
    if screen:
        # A constant series has ranges of 0 = 3.267 x 0, which are no outliers.
        ceiling = np.where(typical > 0, RANGE_LIMIT * typical, np.inf)
        typical = _mean(np.where(ranges < ceiling[..., np.newaxis], ranges, np.nan))
    return centre[()], (centre - XMR_WIDTH * typical)[()], (centre + XMR_WIDTH * typical)[()]


def laney_limits(
    successes: ArrayLike, trials: ArrayLike, *, baseline: int | None = None
) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
    """(centre, lower, upper) of a p' chart: pooled share -+ 3 x s_i x sigma_z, the limits one per point.

    `baseline`: centre and sigma_z of the first so many points alone, so that later ones do not move their own limits.

    Laney (2002): s_i is the binomial deviation, sigma_z the mean moving range of z-scores / 1.128. Limits are not cut
    to 0..1 (nothing can lie outside them there anyway) and are NaN where nobody was asked. Share and sigma_z come from
    the first `baseline` points (all, without it). Raises ValueError for more successes than trials and for negative
    counts.
    """
    hits, n = _hits_and_trials(successes, trials)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.asarray(np.nansum(hits[..., :baseline], axis=-1) / np.nansum(n[..., :baseline], axis=-1))
        share = centre[..., np.newaxis]
        deviation = np.sqrt(share * (1 - share) / n)
        # All or nothing everywhere: no deviation, and no variation to see.
        z = np.where(deviation == 0, 0.0, (hits / n - share) / deviation)
    sigma = _mean(np.abs(np.diff(z[..., :baseline], axis=-1))) / D2
    half = 3 * deviation * sigma[..., np.newaxis]
    return centre[()], share - half, share + half


def shift_signals(sides: ArrayLike, *, run: int = 7) -> Signals:
    """+-1 from the `run`-th point in a row on one side of the centre on, 0 elsewhere.

    `sides` is -1, 0, 1 below, on and above the centre (or the signed distance); a point on the centre ends a run.
    """
    side = np.sign(np.asarray(sides, dtype=np.float64))
    signals = np.zeros(side.shape, dtype=np.int64)
    if side.shape[-1] >= run:
        windows = sliding_window_view(side, run, axis=-1)
        ended = windows[..., -1]
        signals[..., run - 1 :] = np.where(np.all(windows == ended[..., np.newaxis], axis=-1), ended, 0)
    return signals


def trend_signals(values: ArrayLike, *, run: int = 7) -> Signals:
    """1 from the `run`-th point of an unbroken rise on, -1 of a fall, 0 elsewhere; equal neighbours end a trend."""
    series = np.asarray(values, dtype=np.float64)
    signals = np.zeros(series.shape, dtype=np.int64)
    if series.shape[-1] >= run:
        # Seven points rising are six steps on one side of zero.
        signals[..., 1:] = shift_signals(np.diff(series, axis=-1), run=run - 1)
    return signals


def two_of_three_signals(near_limit: ArrayLike) -> Signals:
    """1 at all three points of each window of three in which two lie near the same limit, 0 elsewhere.

    `near_limit` is -1 or 1 for a point beyond two sigma on that side, else 0.
    """
    near = np.asarray(near_limit, dtype=np.float64)
    signals = np.zeros(near.shape, dtype=np.int64)
    windows = near.shape[-1] - 2
    if windows > 0:
        triples = sliding_window_view(near, 3, axis=-1)
        hit = (np.sum(triples == 1, axis=-1) >= 2) | (np.sum(triples == -1, axis=-1) >= 2)
        for offset in range(3):
            signals[..., offset : offset + windows] |= hit
    return signals


def funnel_dispersion(observed: ArrayLike, expected: ArrayLike, *, winsorise: float = 0.1) -> tuple[float, float]:
    """(phi, tau2): how much stations differ beyond chance, on the scale of sqrt(observed / expected) with target 1.

    Spiegelhalter (2005, Statistics in Medicine 24): z = 2 (sqrt(observed) - sqrt(expected)), each tail of `winsorise`
    drawn in to its (linear) quantile; phi is their mean square, tau2 the additive between-station variance. Stations
    with a missing figure or nothing expected are left out; tau2 is NaN below two. Needs about ten to mean something.
    """
    seen, expectation = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if np.any((seen < 0) | (expectation < 0)):
        raise ValueError("observed and expected cannot be negative")
    return _dispersion(2 * (np.sqrt(seen) - np.sqrt(expectation)), 4 * expectation, winsorise)


def funnel_limits(expected: ArrayLike, *, tau2: ArrayLike = 0.0, confidence: float = 0.95) -> tuple[Any, Any]:
    """(low, high) of observed / expected for a station that differs from 1 by chance and tau2 alone.

    (1 -+ z sqrt(1 / (4 expected) + tau2))^2, never below 0; call it with 0.95 and with 0.998. Spiegelhalter (2005).
    """
    half = _funnel_half_width(expected, tau2, confidence)
    return (np.maximum(1 - half, 0) ** 2)[()], ((1 + half) ** 2)[()]


def proportion_funnel_dispersion(
    successes: ArrayLike, trials: ArrayLike, *, winsorise: float = 0.1
) -> tuple[float, float]:
    """(phi, tau2) as `funnel_dispersion`, for shares on the arcsin(sqrt) scale around the pooled share."""
    hits, n = _hits_and_trials(successes, trials)
    with np.errstate(divide="ignore", invalid="ignore"):
        target = np.arcsin(np.sqrt(np.nansum(hits) / np.nansum(n)))
        return _dispersion((np.arcsin(np.sqrt(hits / n)) - target) * 2 * np.sqrt(n), 4 * n, winsorise)


def proportion_funnel_limits(
    trials: ArrayLike, target: ArrayLike, *, tau2: ArrayLike = 0.0, confidence: float = 0.95
) -> tuple[Any, Any]:
    """(low, high) of a station's share around `target` (0..1), from arcsin(sqrt) with s = 1 / (2 sqrt(trials))."""
    half = _funnel_half_width(trials, tau2, confidence)
    centre = np.arcsin(np.sqrt(np.asarray(target, dtype=np.float64)))
    low, high = np.clip(centre - half, 0, np.pi / 2), np.clip(centre + half, 0, np.pi / 2)
    return (np.sin(low) ** 2)[()], (np.sin(high) ** 2)[()]


def _dispersion(z: Numbers, weights: Numbers, winsorise: float) -> tuple[float, float]:
    if not 0 <= winsorise < 0.5:
        raise ValueError("winsorise must lie in 0..0.5")
    usable = ~np.isnan(z) & (weights > 0)
    z, w = z[usable], weights[usable]
    if not z.size:
        return np.nan, np.nan
    phi = float(np.mean(np.clip(z, *np.quantile(z, (winsorise, 1 - winsorise))) ** 2))
    if z.size == 1:
        return phi, np.nan
    spread = np.sum(w) - np.sum(w**2) / np.sum(w)
    return phi, max(0.0, float((z.size * phi - (z.size - 1)) / spread))


def _funnel_half_width(size: ArrayLike, tau2: ArrayLike, confidence: float) -> Numbers:
    between = np.asarray(tau2, dtype=np.float64)
    if np.any(between < 0) or not 0 < confidence < 1:
        raise ValueError("tau2 cannot be negative, and a confidence must lie between 0 and 1")
    with np.errstate(divide="ignore"):
        within = 1 / (4 * np.asarray(size, dtype=np.float64))
    return np.asarray(ndtri((1 + confidence) / 2) * np.sqrt(within + between))


def _hits_and_trials(successes: ArrayLike, trials: ArrayLike) -> tuple[Numbers, Numbers]:
    hits, n = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    # Weighted shares of 1 come back a few ulps too large.
    if np.any((hits < 0) | (hits > n * (1 + 1e-9))):
        raise ValueError("successes must lie between 0 and trials")
    known = (n > 0) & ~np.isnan(hits)
    return np.where(known, np.minimum(hits, n), np.nan), np.where(known, n, np.nan)


def _mean(values: Numbers) -> Numbers:
    # Not nanmean: it warns where nothing is left, which is an ordinary answer here.
    known = ~np.isnan(values)
    count = np.sum(known, axis=-1)
    total = np.sum(np.where(known, values, 0.0), axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
