"""What a month's count should be: trend, season and Spring Festival, with the noise around it.

The model of Farrington et al. (1996) as changed by Noufaily et al. (2013), simplified: a quasi-Poisson regression of
log mu = trend + two harmonics + holiday + log(days), old outbreaks down-weighted, and a negative binomial bound.
Importing this module takes a while (scipy.special): the builder does so only where a series is long enough.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from lunardate import LunarDate
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, pdtrc

from warehouse.poisson_regression import fit_poisson

Numbers = NDArray[np.float64]

# The newest months do not shape what is expected of them: an outbreak must not hide itself.
SKIPPED = 2
OUTLYING = 2.58
HARMONICS = 2
# From five days before the lunar new year to the Lantern Festival.
FESTIVAL = np.arange(-5, 16)
LONG_RUN = range(1950, 2051)
# Incidents a day; with fewer, the coefficient of the festival is noise (standard error .155 at 2 a day, .31 at .5).
ENOUGH_FOR_HOLIDAY = 2.0
# Incidents a month; with fewer, a trend and a season are noise too.
ENOUGH_FOR_SEASON = 1.0
# No month of any bureau: a fit that runs away.
LARGEST = 1e9


@dataclass(frozen=True)
class Terms:
    """What the model knows of every month before it sees a count, one row a month."""

    days: Numbers
    holiday: Numbers
    season: Numbers

    @classmethod
    def of(cls, months: Sequence[date]) -> Terms:
        """The terms of these months, given by their first days."""
        starts = np.array(months, dtype="datetime64[M]")
        days = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(float)
        number = starts.astype(int)
        angles = 2 * np.pi / 12 * np.outer(number, np.arange(1, HARMONICS + 1))
        trend = (number - number[-1]) / 12
        season = np.column_stack([np.ones(len(starts)), trend, np.cos(angles), np.sin(angles)])
        return cls(days, holiday_regressor(months), season)


@dataclass(frozen=True)
class Fit:
    """What was expected of every month, the two newest and gaps included, and how far the fitted ones lay from it.

    `chi_square` is Pearson's, weighted; divided by `degrees` of freedom it is the dispersion. `widening` is by how
    much more the newest count varies about its expectation than about its true mean, 1 + the leverage of its month:
    the model itself is only estimated.
    """

    expected: Numbers
    chi_square: float
    degrees: int
    months: int
    widening: float
    holiday_effect: float


@cache
def _festival_share() -> dict[tuple[int, int], float]:
    """The share of the festival's days that fall into a year's month, as far as there are any."""
    shares: dict[tuple[int, int], float] = {}
    for year in LONG_RUN:
        new_year = np.datetime64(LunarDate(year, 1, 1).to_solar_date())
        for day in new_year + FESTIVAL:
            month = day.astype(date).month
            shares[year, month] = shares.get((year, month), 0.0) + 1 / FESTIVAL.size
    return shares


def holiday_regressor(months: Sequence[date]) -> Numbers:
    """Of each month the share of the Spring Festival's days (-5 to +15) in it minus that month's mean of 1950-2050."""
    shares = _festival_share()
    mean = {month: sum(shares.get((year, month), 0.0) for year in LONG_RUN) / len(LONG_RUN) for month in range(1, 13)}
    return np.array([shares.get((month.year, month.month), 0.0) - mean[month.month] for month in months])


def outlier_weights(residuals: ArrayLike, *, threshold: float = OUTLYING) -> Numbers:
    """Weights in inverse proportion to the square of residuals above the threshold, equal else; their mean is 1."""
    found = np.asarray(residuals, dtype=float)
    weights: Numbers = np.where(found > threshold, found, 1.0) ** -2.0
    return weights / float(weights.mean())


def fit_seasonal(
    counts: Numbers, terms: Terms, *, holiday_effect: float = 0.0, estimates_holiday: bool = False
) -> Fit | None:
    """Fit one series; None where the fit does not converge or its months do not determine it.

    Args:
        counts: one per month, NaN where not reported; the two newest are never fitted.
        terms: of the same months.
        holiday_effect: the festival's coefficient, known from a larger series.
        estimates_holiday: estimate it instead, if there are two incidents a day.
    """
    fitted = ~np.isnan(counts)
    fitted[-SKIPPED:] = False
    y, days = counts[fitted], terms.days[fitted]
    if y.sum() < ENOUGH_FOR_SEASON * y.size:
        return _fit_constant(y, days, terms)
    design, offset = terms.season, np.log(terms.days)
    if estimates_holiday := estimates_holiday and y.sum() >= ENOUGH_FOR_HOLIDAY * days.sum():
        design = np.column_stack([design, terms.holiday])
    else:
        offset = offset + holiday_effect * terms.holiday
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Of what a fit warns, the result shows: a bad one is none.
        warnings.simplefilter("ignore")
        found = _fit_twice(y, design[fitted], offset[fitted])
        if found is None:
            return None
        coefficients, weights = found
        expected = np.exp(design @ coefficients + offset)
        chi_square = float(np.sum(weights * (y - expected[fitted]) ** 2 / expected[fitted]))
    if not (np.all(expected < LARGEST) and np.isfinite(chi_square)):
        return None
    information = design[fitted].T @ (design[fitted] * (weights * expected[fitted])[:, None])
    widening = 1 + float(expected[-1] * design[-1] @ np.linalg.pinv(information) @ design[-1])
    effect = float(coefficients[-1]) if estimates_holiday else holiday_effect
    return Fit(expected, chi_square, y.size - design.shape[1], y.size, widening, effect)


def _fit_constant(y: Numbers, days: Numbers, terms: Terms) -> Fit | None:
    """One rate for all months, with half an incident added: also a kind never seen before may break out."""
    if y.size < 2:
        return None
    rate = (y.sum() + 0.5) / days.sum()
    chi_square = float(np.sum((y - rate * days) ** 2 / (rate * days)))
    widening = 1 + float(terms.days[-1] / days.sum())
    return Fit(rate * terms.days, chi_square, y.size - 1, y.size, widening, 0.0)


def _fit_twice(y: Numbers, design: Numbers, offset: Numbers) -> tuple[Numbers, Numbers] | None:
    """Coefficients and weights of the second fit, in which months that lay far above the first weigh less."""
    weights = np.ones(y.size)
    first = _coefficients(y, design, offset, weights)
    if first is None:
        return None
    weights = outlier_weights(_residuals(y, design, np.exp(design @ first + offset)))
    second = first if np.all(weights == 1) else _coefficients(y, design, offset, weights)
    return None if second is None else (second, weights)


def _coefficients(y: Numbers, design: Numbers, offset: Numbers, weights: Numbers) -> Numbers | None:
    if y.size <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    found = fit_poisson(y, design, offset=offset, weights=weights)
    return found if found is not None and np.all(np.isfinite(found)) else None


def _residuals(y: Numbers, design: Numbers, mean: Numbers) -> Numbers:
    """Standardised Anscombe residuals, as in Farrington et al. (1996), section 3.6."""
    dispersion = max(1.0, float(np.sum((y - mean) ** 2 / mean)) / (y.size - design.shape[1]))
    basis, _ = np.linalg.qr(np.sqrt(mean)[:, None] * design)
    leverage = np.minimum(np.sum(basis**2, axis=1), 1 - 1e-9)
    anscombe = 1.5 * (y ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean))
    standardised: Numbers = anscombe / np.sqrt(dispersion * (1 - leverage))
    return standardised


def exceed_probability(count: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Numbers:
    """P(Y >= count) of a negative binomial Y with this mean and variance dispersion x mean; Poisson where it is 1.

    Size mean / (dispersion - 1) and probability 1 / dispersion, by the incomplete beta function.
    """
    count, mean, dispersion = np.broadcast_arrays(*(np.asarray(one, float) for one in (count, mean, dispersion)))
    least, excess = np.maximum(count, 1.0), np.where(dispersion > 1, dispersion - 1, 1.0)
    negative_binomial = betainc(least, mean / excess, excess / (excess + 1))
    probability = np.where(dispersion > 1, negative_binomial, pdtrc(least - 1, mean))
    return np.where(count < 1, 1.0, probability)


def upper_bound(mean: ArrayLike, dispersion: ArrayLike, *, confidence: float = 0.99) -> Numbers:
    """The smallest whole k with P(Y <= k) >= confidence, of the same Y."""
    mean, dispersion = np.broadcast_arrays(np.asarray(mean, float), np.asarray(dispersion, float))
    low = np.full(mean.shape, -1.0)
    high: Numbers = np.ceil(mean) + 1
    while np.any(short := exceed_probability(high + 1, mean, dispersion) > 1 - confidence):
        high = np.where(short, 2 * high, high)
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        enough = exceed_probability(middle + 1, mean, dispersion) <= 1 - confidence
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
