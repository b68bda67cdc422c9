"""The rows of an answer as a page shows them: every value as text, a page at a time, nothing read as formatting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

PAGE_ROWS = 50
# Beyond these a browser is busy for seconds with what nobody reads.
SHOWN_COLUMNS = 40
LONGEST_CELL = 200
NULL = "∅"
_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|REAL|DECIMAL(\(.*\))?")


def unique_names(columns: Sequence[str]) -> list[str]:
    """Names that a frame can hold: a repeated one is numbered, an empty one named by its place."""
    names: list[str] = []
    for place, column in enumerate(columns, start=1):
        wanted = column or f"_{place}"
        name, number = wanted, 1
        while name in names:
            number += 1
            name = f"{wanted} ({number})"
        names.append(name)
    return names


def page_of(columns: Sequence[str], rows: Sequence[Sequence[Any]], page: int) -> pl.DataFrame:
    """One page of an answer as text, counted from 1, at most `SHOWN_COLUMNS` wide."""
    names = unique_names(columns)[:SHOWN_COLUMNS]
    shown = rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    cells = [[format_cell(value) for value in row[: len(names)]] for row in shown]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def count_pages(rows: int) -> int:
    """How many pages there are; one for no rows."""
    return max(1, -(-rows // PAGE_ROWS))


def format_cell(value: object) -> str:
    """A value as an analyst expects it: as it stands in the data, without separators that could not be computed with.

    >>> format_cell(None), format_cell(1234567), format_cell(0.1 + 0.2), format_cell(True)
    ('∅', '1234567', '0.3', 'true')
    """
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        # Fifteen digits are what a double holds for sure: 0.1 + 0.2 is 0.3.
        return f"{value:.15g}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    words = str(value)
    return words if len(words) <= LONGEST_CELL else f"{words[:LONGEST_CELL]}…"


def numeric_columns(columns: Sequence[str], types: Sequence[str]) -> frozenset[str]:
    """The columns whose values are numbers, to be set flush right."""
    named = zip(unique_names(columns), types, strict=True)
    return frozenset(name for name, kind in named if _NUMBER.fullmatch(kind))
