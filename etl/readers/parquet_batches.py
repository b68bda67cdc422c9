"""The rows of a Parquet file in batches; a damaged one can bring the process down: see `etl.readers.confined`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException, PolarsError

from etl.readers.table import CHUNK_ROWS, Unreadable
from etl.readers.unpack import open_seekable


def read_batches(path: Path) -> Iterator[pl.DataFrame]:
    """Batches of rows, in order; raises Unreadable where the engine says what is wrong."""
    try:
        with open_seekable(path) as file:
            source = pl.scan_parquet(file)
            count = source.select(pl.len()).collect().item()
            for start in range(0, count, CHUNK_ROWS):
                yield source.slice(start, CHUNK_ROWS).collect()
    except (PolarsError, PanicException, OSError) as error:
        raise broken() from error


def read_names(path: Path) -> list[str]:
    """The names of its columns; raises Unreadable."""
    try:
        with open_seekable(path) as file:
            return list(pl.read_parquet_schema(file))
    except (PolarsError, PanicException, OSError) as error:
        raise broken() from error


def rehearse(path: Path) -> None:
    """Read all that is ever read of the file, to no end but to see whether it can be; raises Unreadable."""
    read_names(path)
    for _ in read_batches(path):
        pass


def broken() -> Unreadable:
    """The refusal of a file that only begins like Parquet."""
    return Unreadable("not_what_it_says", found="broken Parquet", expected="Parquet")
