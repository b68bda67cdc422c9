"""Quantiles, shares finished in time and their intervals, of all cells at once, from counts per minute or day."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from warehouse.measures import Distribution
from warehouse.quantiles import (
    kaplan_meier,
    quantile_interval,
    survival_band,
    survival_quantile,
    survival_quantile_interval,
)
from warehouse.statistics import wilson_interval

Numbers = NDArray[np.float64]
Days = NDArray[np.int64]
Found = tuple[Numbers, Numbers, Numbers]

# So many counts are worked on at once: 8 MB, and a few times that on the way.
COUNTS_AT_ONCE = 1_000_000


def quantiles_of(distributions: Sequence[Distribution | None], share: float) -> Found:
    """(value, low, high) of the `share`-quantile, (cells,) each, NaN where there is none; every case is finished."""

    def of_some(grid: Numbers, cases: Numbers, _: Numbers) -> Found:
        return interpolated(grid, cases, share), *quantile_interval(grid, cases, share)

    return _in_chunks(distributions, _distinct([one.numbers for one in distributions if one]), of_some)


def survival_quantiles_of(distributions: Sequence[Distribution | None], share: float) -> Found:
    """The same where some cases are still open, by Kaplan-Meier."""

    def of_some(grid: Numbers, finished: Numbers, left_open: Numbers) -> Found:
        times, survival, variance = kaplan_meier(grid, finished, left_open)
        value = survival_quantile(times, survival, share)
        return value, *survival_quantile_interval(times, survival, variance, share)

    # Survival falls on no other day than one on which a case was finished.
    return _in_chunks(distributions, _distinct([one.numbers[one.cases > 0] for one in distributions if one]), of_some)


def shares_finished(distributions: Sequence[Distribution | None], days: Sequence[int]) -> Found:
    """(share, low, high) of the cases finished on each of the days or before, (cells, days) each, by Kaplan-Meier.

    The survival curve that `survival_quantiles_of` reads, turned over: half are finished by the median. NaN after the
    last day on which any case was still followed, unless all are finished by then.
    """
    asked = np.asarray(days, dtype=np.int64)

    def of_some(grid: Numbers, finished: Numbers, left_open: Numbers) -> Found:
        times, survival, variance = kaplan_meier(grid, finished, left_open)
        place = np.searchsorted(times, asked, side="right") - 1
        still_open = survival[:, place]
        low, high = survival_band(still_open, variance[:, place])
        # Nobody or everybody: no variance is known, but how many it rests on is.
        done = np.cumsum(finished, axis=-1)[:, place]
        followed = np.sum(finished + left_open, axis=-1, keepdims=True) - done
        none_low, none_high = wilson_interval(np.zeros_like(followed), np.maximum(followed, 1))
        all_low, all_high = wilson_interval(done, np.maximum(done, 1))
        edges = [still_open >= 1, still_open <= 0]
        return (
            1 - still_open,
            np.select(edges, [none_low, all_low], 1 - high),
            np.select(edges, [none_high, all_high], 1 - low),
        )

    known = [one.numbers[one.cases > 0] for one in distributions if one]
    # The day on which a case comes in begins every curve.
    grid = _distinct([np.zeros(1, np.int64), *known]) if known else np.empty(0, np.int64)
    share, low, high = _in_chunks(distributions, grid, of_some, each=asked.shape)
    last = [int(one.numbers[one.cases + one.open > 0].max(initial=-1)) if one else -1 for one in distributions]
    unseen = (np.array(last, dtype=np.int64).reshape(-1, 1) < asked) & (share < 1)
    return tuple(np.where(unseen, np.nan, figures) for figures in (share, low, high))  # type: ignore[return-value]


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
    grid: Days,
    of_some: Callable[[Numbers, Numbers, Numbers], Found],
    *,
    each: tuple[int, ...] = (),
) -> Found:
    found = np.full((3, len(distributions), *each), np.nan)
    known = [(place, one) for place, one in enumerate(distributions) if one]
    if grid.size:
        step = max(1, COUNTS_AT_ONCE // grid.size)
        for begin in range(0, len(known), step):
            places, some = zip(*known[begin : begin + step], strict=True)
            found[:, places] = of_some(grid.astype(np.float64), *_tables(grid, some))
    return found[0], found[1], found[2]


def _distinct(numbers: Sequence[Days]) -> Days:
    return np.unique(np.concatenate(numbers)) if numbers else np.empty(0, np.int64)


def _tables(grid: Days, some: Sequence[Distribution]) -> tuple[Numbers, Numbers]:
    """Finished and open cases, (cells, grid) each, at the last value of the grid that is not later than theirs.

    A case last seen open between two days of the grid was at risk up to the earlier one; before the first, on none.
    """
    cells = np.repeat(np.arange(len(some)), [one.numbers.size for one in some])
    column = np.searchsorted(grid, np.concatenate([one.numbers for one in some]), side="right") - 1
    within = column >= 0
    place = cells[within] * grid.size + column[within]

    def table(counts: Sequence[Days]) -> Numbers:
        weights = np.concatenate(counts)[within].astype(np.float64)
        tally = np.bincount(place, weights=weights, minlength=len(some) * grid.size)
        return tally.astype(np.float64).reshape(len(some), grid.size)

    return table([one.cases for one in some]), table([one.open for one in some])
