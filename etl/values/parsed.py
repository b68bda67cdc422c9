"""What a parser returns, and the two moves all parsers share: repair the leftovers, check the bounds."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import polars as pl

from etl.values.distinct import over_distinct


class Parsed(NamedTuple):
    """A typed column and, row by row, why a cell could not be read.

    `values` is null where the cell is blank or unreadable. `fault` is a row reason code, null where all is
    well. A blank cell is null in both: whether a value is required is for the feed to say.
    """

    values: pl.Series
    fault: pl.Series


Slowly = Callable[[pl.Series, Callable[[pl.Series], Parsed]], Parsed]


def without_faults(values: pl.Series) -> Parsed:
    return Parsed(values, nulls(len(values), pl.String()))


def nulls(length: int, dtype: pl.DataType) -> pl.Series:
    return _null(dtype).new_from_index(0, length)


@cache
def _null(dtype: pl.DataType) -> pl.Series:
    return pl.Series(values=[None], dtype=dtype)


def on_distinct(text: pl.Series, parse: Callable[[pl.Series], Parsed]) -> Parsed:
    found = over_distinct(text, lambda cells: pl.DataFrame(parse(cells)._asdict()))
    return Parsed(found["values"], found["fault"])


def repair(
    text: pl.Series,
    fast: pl.Series,
    parse: Callable[[pl.Series], Parsed],
    slowly: Slowly = on_distinct,
) -> Parsed:
    """Keep what the fast reading found and parse the other cells slowly, each different one once."""
    # No fast reading makes something of an empty cell, so that equal counts are equal cells.
    if fast.null_count() == text.null_count():
        return without_faults(fast)
    left = fast.is_null() & text.is_not_null() if text.null_count() else fast.is_null()
    values, fault = slowly(text.filter(left), parse)
    rows = left.arg_true()
    # Series.scatter works in place: only on a copy, the caller may hold `fast`.
    return Parsed(fast.clone().scatter(rows, values), nulls(len(text), pl.String()).scatter(rows, fault))


def fault_where(parsed: Parsed, wrong: pl.Series, reason: str) -> Parsed:
    """Give `reason` to the rows that are `wrong` and have no fault yet, and take their values away."""
    if not wrong.any():
        return parsed
    frame = pl.DataFrame({"value": parsed.values, "fault": parsed.fault, "wrong": wrong.fill_null(False)})
    judged = frame.select(
        pl.when(~pl.col("wrong")).then("value").alias("value"),
        pl.when("wrong").then(pl.coalesce("fault", pl.lit(reason))).otherwise("fault").alias("fault"),
    )
    return Parsed(judged["value"], judged["fault"])


def unread(text: pl.Series, values: pl.Series, reason: str) -> Parsed:
    """Cells that hold text but gave no value get `reason`."""
    return fault_where(without_faults(values), text.is_not_null() & values.is_null(), reason)
