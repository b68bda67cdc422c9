"""A weighted Poisson regression with a log link, of the few dozen months of a series.

Iteratively reweighted least squares (McCullagh and Nelder 1989, section 2.5), begun and ended as statsmodels does,
which takes two seconds to import; tests compare the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MOST_STEPS = 100
# Of the deviance between two steps. By then Newton's steps are far smaller still in the coefficients.
TOLERANCE = 1e-8


def fit_poisson(counts: Numbers, design: Numbers, *, offset: Numbers, weights: Numbers) -> Numbers | None:
    """Coefficients of log mean = design x coefficients + offset; None where the steps do not converge.

    Args:
        counts: never negative, one a row.
        design: one row a count, of full rank.
        offset: known part of the logarithm of the mean.
        weights: by how much each count weighs in the likelihood.
    """
    mean = (counts + counts.mean()) / 2
    with np.errstate(all="ignore"):
        # Of what runs away the result shows: it is not finite.
        linear, deviance = np.log(mean), _deviance(counts, mean, weights)
        for _ in range(MOST_STEPS):
            scale = np.sqrt(weights * mean)
            working = linear - offset + (counts - mean) / mean
            if not np.all(np.isfinite(scale * working)):
                return None
            coefficients: Numbers = np.linalg.lstsq(scale[:, None] * design, scale * working, rcond=None)[0]
            linear = design @ coefficients + offset
            mean = np.exp(linear)
            before, deviance = deviance, _deviance(counts, mean, weights)
            if abs(deviance - before) <= TOLERANCE:
                return coefficients
    return None


def _deviance(counts: Numbers, mean: Numbers, weights: Numbers) -> float:
    ratio = np.where(counts > 0, counts, mean) / mean
    return float(2 * np.sum(weights * (counts * np.log(ratio) - (counts - mean))))
