"""Drawing codes: a table of weights becomes a column of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

Codes = np.ndarray  # of objects: text or None


def draw(random: np.random.Generator, size: int, weights: Mapping[str | None, float]) -> Codes:
    """One code per row; the weights need not sum to one."""
    shares = np.array(list(weights.values()), dtype=float)
    picked: Codes = as_codes(list(weights))[random.choice(shares.size, size, p=shares / shares.sum())]
    return picked


def draw_by_group(
    random: np.random.Generator, group: np.ndarray, weights: Sequence[Mapping[str | None, float]]
) -> Codes:
    """One code per row, from the table of the row's group (a number)."""
    result = np.empty(group.size, dtype=object)
    for number, table in enumerate(weights):
        rows = np.flatnonzero(group == number)
        result[rows] = draw(random, rows.size, table)
    return result


def as_codes(values: Sequence[str | None]) -> Codes:
    """Text as an array of objects, which holds references instead of copies."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def spread_evenly(codes: Codes, wanted: Sequence[str], rows: np.ndarray) -> None:
    """Put each of the wanted codes on one of `rows`, so that even a tiny demo holds every code."""
    places = rows[: len(wanted)]
    codes[places] = as_codes(list(wanted))[: places.size]


def as_text(codes: Codes) -> pl.Series:
    """Codes as a text column; None is null."""
    return pl.Series(codes.tolist(), dtype=pl.String)
