"""Parquet that a mapping trusts, as text like every other file."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from etl.readers.confined import rehearse_parquet
from etl.readers.headers import find_header, matching, name_columns
from etl.readers.parquet_batches import read_batches, read_names
from etl.readers.table import (
    MAX_CELL_CHARACTERS,
    ROW_COLUMNS,
    Layout,
    Table,
    Unreadable,
    all_blank,
    empty_chunk,
)

# Beyond 2**53 a double skips whole numbers: such an id may not be the one that was written.
_EXACT_FLOAT = 2**53


def open_parquet(path: Path, layout: Layout) -> Table | None:
    """The table of a Parquet file; one that no mapping trusts is refused, as types and names are believed."""
    if not layout.trusted:
        raise Unreadable("not_what_it_says", found="Parquet", expected="csv, xlsx, xls")
    rehearse_parquet(path)
    header = find_header([read_names(path)], Layout(layout.header_words, known_headers=layout.known_headers))
    if header is None:
        return None
    headers = name_columns(header.cells, sheet=None, line=1, known=layout.known_words)
    fill_down = matching(headers, layout.fill_down)
    return Table(headers, None, None, 0, (), False, partial(_read, path, headers), fill_down)


def _read(path: Path, headers: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """Batches of rows; `__line` is the number of the row."""
    yield empty_chunk(wanted)
    start = 0
    for batch in read_batches(path):
        batch.columns = list(headers)
        yield _as_text(batch, start).select(*wanted, *ROW_COLUMNS)
        start += batch.height


def _as_text(batch: pl.DataFrame, start: int) -> pl.DataFrame:
    floats = [header for header in batch.columns if batch[header].dtype.is_float()]
    inexact = [pl.when(pl.col(header).abs() > _EXACT_FLOAT).then(pl.lit(header)) for header in floats]
    listed = pl.concat_list(inexact).list.drop_nulls() if inexact else pl.lit(None, ROW_COLUMNS["__lossy"])
    rows = batch.with_columns(pl.when(listed.list.len() > 0).then(listed).alias("__lossy"))
    text = rows.with_columns(_text(batch[h]) for h in batch.columns)
    cells = pl.col(batch.columns)
    is_vast = pl.any_horizontal(cells.str.len_chars() > MAX_CELL_CHARACTERS).fill_null(False)
    return text.with_columns(
        pl.int_range(start + 1, start + 1 + pl.len(), dtype=pl.UInt32).alias("__line"),
        pl.when(is_vast).then(pl.lit("too_large")).alias("__fault"),
        all_blank(cells).alias("__blank"),
    ).with_columns(pl.when(~is_vast).then(cells))


def _text(column: pl.Series) -> pl.Series:
    """ISO dates, whole numbers without a point, TRUE and FALSE; nested values are not text and stay away."""
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S")
    if kind.is_float():
        whole = column.cast(pl.Int64, strict=False)
        is_whole = whole.cast(pl.Float64) == column
        text = pl.when(is_whole).then(whole.cast(pl.String)).otherwise(column.cast(pl.String))
        return pl.select(text.alias(column.name)).to_series()
    if kind == pl.Boolean:
        return column.cast(pl.String).str.to_uppercase()
    if kind.is_nested() or kind == pl.Binary:
        return pl.Series(column.name, [None], pl.String).new_from_index(0, len(column))
    return column.cast(pl.String).replace("", None)
