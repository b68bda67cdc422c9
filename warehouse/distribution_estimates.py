"""Quantiles and their intervals, of all cells of a comparison at once, from counts per minute or day."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from warehouse.measures import Distribution
from warehouse.quantiles import kaplan_meier, quantile_interval, survival_quantile, survival_quantile_interval

Numbers = NDArray[np.float64]
Found = tuple[Numbers, Numbers, Numbers]

# So many counts are worked on at once: 8 MB, and a few times that on the way.
COUNTS_AT_ONCE = 1_000_000


def quantiles_of(distributions: Sequence[Distribution | None], share: float) -> Found:
    """(value, low, high) of the `share`-quantile, (cells,) each, NaN where there is none; every case is finished."""
    minutes = [one.numbers for one in distributions if one]

    def of_some(grid: Numbers, some: Sequence[Distribution]) -> Found:
        cases = _table(grid, some, [one.cases for one in some])
        return interpolated(grid, cases, share), *quantile_interval(grid, cases, share)

    return _in_chunks(distributions, _distinct(minutes), of_some)


def survival_quantiles_of(distributions: Sequence[Distribution | None], share: float) -> Found:
    """The same where some cases are still open, by Kaplan-Meier."""
    # Survival falls on no other day than one on which a case was finished.
    days = [one.numbers[one.cases > 0] for one in distributions if one]

    def of_some(grid: Numbers, some: Sequence[Distribution]) -> Found:
        finished, left = (
            _table(grid, some, counts) for counts in ([one.cases for one in some], [one.open for one in some])
        )
        times, survival, variance = kaplan_meier(grid, finished, left)
        value = survival_quantile(times, survival, share)
        return value, *survival_quantile_interval(times, survival, variance, share)

    return _in_chunks(distributions, _distinct(days), of_some)


def interpolated(grid: Numbers, cases: Numbers, share: float) -> Numbers:
    """The quantile as spreadsheets and numpy give it (Hyndman & Fan's type 7): it may lie between two cases.

    `cases` (cells, values) counts per value of `grid` (ascending); NaN for a cell without cases.
    """
    reached = np.cumsum(cases, axis=-1)
    place = (reached[:, -1:] - 1) * share
    low, high = (grid[np.argmax(reached > case, axis=-1)] for case in (np.floor(place), np.ceil(place)))
    value = low + (high - low) * (place - np.floor(place))[:, 0]
    return np.where(reached[:, -1] > 0, value, np.nan)


def _in_chunks(
    distributions: Sequence[Distribution | None],
    grid: Numbers,
    of_some: Callable[[Numbers, Sequence[Distribution]], Found],
) -> Found:
    found = np.full((3, len(distributions)), np.nan)
    known = [place for place, one in enumerate(distributions) if one]
    if grid.size:
        step = max(1, COUNTS_AT_ONCE // grid.size)
        for begin in range(0, len(known), step):
            places = known[begin : begin + step]
            found[:, places] = of_some(grid, [one for place in places if (one := distributions[place])])
    return found[0], found[1], found[2]


def _distinct(numbers: Sequence[NDArray[np.int64]]) -> Numbers:
    return np.unique(np.concatenate(numbers)).astype(np.float64) if numbers else np.empty(0)


def _table(grid: Numbers, some: Sequence[Distribution], counts: Sequence[NDArray[np.int64]]) -> Numbers:
    """(cells, grid): counts at the last value of the grid that is not later; what comes before them all is left out.

    A case last seen open between two days of the grid was at risk up to the earlier of them, and on none before it.
    """
    sizes = [one.numbers.size for one in some]
    cells = np.repeat(np.arange(len(some)), sizes)
    column = np.searchsorted(grid, np.concatenate([one.numbers for one in some]), side="right") - 1
    within = column >= 0
    place = cells[within] * grid.size + column[within]
    tally = np.bincount(place, weights=np.concatenate(counts)[within], minlength=len(some) * grid.size)
    return tally.reshape(len(some), grid.size)
