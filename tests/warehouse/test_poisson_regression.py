"""The Poisson regression of the night, against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from warehouse.poisson_regression import fit_poisson


@pytest.mark.parametrize("seed", range(40))
def test_coefficients_are_those_of_statsmodels(seed: int) -> None:
    random = np.random.default_rng(seed)
    months = int(random.integers(34, 61))
    number = np.arange(months) - months
    angles = 2 * np.pi / 12 * np.outer(number, [1, 2])
    design = np.column_stack([np.ones(months), number / 12, np.cos(angles), np.sin(angles)])
    offset = np.log(random.integers(28, 32, months)) + random.normal(0, 0.1, months)
    level = np.log(float(random.choice([0.05, 0.5, 5, 300]))) + random.normal(0, 0.3)
    slopes = random.normal(0, 0.3, design.shape[1] - 1)
    mean = np.exp(design @ np.array([level, *slopes]) + offset)
    # Overdispersed, and with months that weigh nearly nothing.
    counts = random.poisson(mean * random.gamma(4, 1 / 4, months)).astype(float)
    weights = random.choice([1.0, 1.0, 1.0, 0.02], months)
    weights /= weights.mean()

    family = sm.families.Poisson()
    theirs = sm.GLM(counts, design, family=family, offset=offset, var_weights=weights).fit()
    assert theirs.converged
    ours = fit_poisson(counts, design, offset=offset, weights=weights)
    assert ours is not None
    assert np.abs(ours - theirs.params).max() < 1e-8


def test_a_fit_that_runs_away_is_none() -> None:
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    # Of the second half nothing is known but noughts: its coefficient has no end.
    counts = np.array([3.0, 4.0, 5.0, 0.0, 0.0, 0.0])
    offset = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 700.0])
    assert fit_poisson(counts, design, offset=offset, weights=np.ones(6)) is None
