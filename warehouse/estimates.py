"""Values, changes and their intervals for all cells of a comparison at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.distribution_estimates import quantiles_of, shares_finished, survival_quantiles_of
from warehouse.measures import Parts
from warehouse.metric_definition import Metric
from warehouse.statistics import (
    difference_interval,
    newcombe_interval,
    poisson_interval,
    rate_ratio_interval,
    wilson_interval,
)

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """One number per cell, NaN where there is none; (cells,) each."""

    value: Numbers
    numerator: Numbers
    denominator: Numbers
    low: Numbers
    high: Numbers


def estimate(metric: Metric, cells: Sequence[Parts | None], dispersion: Numbers) -> Estimates:
    """Value and 95 % interval of every cell; `dispersion` (cells,) widens those of counts."""
    if metric.kind in ("quantile", "survival"):
        return _of_distributions(metric, cells)
    numerator = _column(cells, lambda parts: parts.numerator)
    denominator = _column(cells, lambda parts: parts.denominator)
    if metric.is_count:
        low, high = poisson_interval(numerator / dispersion)
        return Estimates(numerator, numerator, denominator, low * dispersion, high * dispersion)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Multiplied first, so that 1,000 x 3 / 1,000 is 3 to the last digit.
        value = np.where(denominator > 0, metric.scale * numerator / denominator, np.nan)
        if metric.denominator == "person_years":
            value = np.where(_extra(cells, "days") >= 28, value, np.nan)
    known = np.isfinite(value)
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    if metric.interval == "poisson":
        low[known], high[known] = poisson_interval(
            (numerator / dispersion)[known], exposure=(denominator / dispersion / metric.scale)[known]
        )
    elif metric.interval == "wilson":
        # What was done now may have been received before: then it is no share of it.
        known &= numerator <= denominator
        successes, trials = _effective(cells, numerator, denominator)
        low[known], high[known] = wilson_interval(successes[known], trials[known])
    return Estimates(value, numerator, denominator, low, high)


def change_interval(
    metric: Metric,
    current: Estimates,
    base: Estimates,
    *,
    cells: Sequence[Parts | None],
    base_cells: Sequence[Parts | None],
    dispersion: Numbers,
) -> tuple[Numbers, Numbers]:
    """95 % interval of value/base - 1 for counts, of the difference for everything else; NaN where unknown."""
    low, high = np.full_like(current.value, np.nan), np.full_like(current.value, np.nan)
    if metric.is_count:
        known = np.isfinite(current.value) & np.isfinite(base.value) & (base.value > 0)
        low[known], high[known] = rate_ratio_interval(
            current.value[known], base.value[known], dispersion=dispersion[known]
        )
        return low - 1, high - 1
    known = np.isfinite(current.low) & np.isfinite(current.high) & np.isfinite(base.low) & np.isfinite(base.high)
    if metric.interval == "wilson":
        now = _effective(cells, current.numerator, current.denominator)
        then = _effective(base_cells, base.numerator, base.denominator)
        low[known], high[known] = newcombe_interval(now[0][known], now[1][known], then[0][known], then[1][known])
    else:
        low[known], high[known] = difference_interval(
            current.value[known],
            current.low[known],
            current.high[known],
            base.value[known],
            base.low[known],
            base.high[known],
        )
    return low, high


def _of_distributions(metric: Metric, cells: Sequence[Parts | None]) -> Estimates:
    distributions = [parts.distribution if parts else None for parts in cells]
    if metric.within_days is not None:
        value, low, high = (found[:, 0] for found in shares_finished(distributions, [metric.within_days]))
    else:
        assert metric.quantile is not None
        of_all = quantiles_of if metric.kind == "quantile" else survival_quantiles_of
        value, low, high = of_all(distributions, metric.quantile)
    denominator = _column(cells, lambda parts: parts.denominator)
    return Estimates(value, np.full_like(value, np.nan), denominator, low, high)


def _effective(cells: Sequence[Parts | None], numerator: Numbers, denominator: Numbers) -> tuple[Numbers, Numbers]:
    """Successes and trials; of weighted answers as many as carry the same information, (sum w)^2 / sum w^2."""
    squares = _extra(cells, "weight_square")
    weighted = np.isfinite(squares) & (squares > 0) & (denominator > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shrink = np.where(weighted, denominator / squares, 1.0)
    return numerator * shrink, denominator * shrink


def _column(cells: Sequence[Parts | None], read: object) -> Numbers:
    assert callable(read)
    found = (None if parts is None else read(parts) for parts in cells)
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)


def _extra(cells: Sequence[Parts | None], name: str) -> Numbers:
    return _column(cells, lambda parts: parts.extras.get(name))
