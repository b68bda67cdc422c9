"""Do slow work once per different cell and lay the results back over the column."""

from collections.abc import Callable

import polars as pl


def over_distinct(text: pl.Series, work: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """What `work` gives for the cells of `text`, row by row; `work` must treat each cell by itself."""
    distinct = text.unique()
    # Where most cells differ, finding their rows again costs more than the repeated work.
    if 2 * len(distinct) > len(text):
        return work(text)
    table = work(distinct).with_columns(distinct.alias("the cell"))
    found = text.to_frame("the cell").join(table, on="the cell", how="left", maintain_order="left", nulls_equal=True)
    return found.drop("the cell")
