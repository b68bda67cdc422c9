"""Single rows of an archived feed: found by their keys through the index, and read without reading whole files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse.archive import ArchiveBatch
from warehouse.index_piece import ArchiveFile, Hashes
from warehouse.key_index import KeyIndex, Rows, list_files
from warehouse.scratch import quoted

# A row of a feed: number of its batch, number in the batch.
Places = npt.NDArray[np.int64]
_ROW_BITS = 32
# More slices of one file cost more than to go through it once.
FEW_SLICES = 8


def places_of(batch_no: int | Rows, row_no: Rows) -> Places:
    """Batch and row in one number, so that sets of rows are sets of numbers."""
    places: Places = (np.asarray(batch_no, np.int64) << _ROW_BITS) + row_no
    return places


@dataclass(frozen=True)
class FeedArchive:
    """The batches of one feed, numbered in delivery order; `template` is an empty Parquet file of its columns."""

    feed: str
    numbered: Sequence[tuple[int, ArchiveBatch]]
    template: Path
    index: KeyIndex

    @cached_property
    def schema(self) -> pl.Schema:
        """Columns of a record."""
        return pl.Schema(pl.read_parquet_schema(self.template))

    @cached_property
    def _held(self) -> dict[int, ArchiveBatch]:
        """Batches with records, by their numbers."""
        return {number: batch for number, batch in self.numbered if batch.records}

    @cached_property
    def _files(self) -> dict[ArchiveFile, Path]:
        """Their files, in the same order."""
        return list_files(batch.parquet for batch in self._held.values())

    def rows_of(self, numbers: Collection[int]) -> Places:
        """Every row of these batches."""
        held = [places_of(n, np.arange(self._held[n].records)) for n in sorted(numbers) if n in self._held]
        return np.concatenate([np.empty(0, np.int64), *held])

    def find(self, connection: duckdb.DuckDBPyConnection, name: str, wanted: Hashes) -> Places:
        """Every row whose hash in the index `name` is one of these."""
        sought = np.unique(wanted)
        if not sought.size or not self._files:
            return np.empty(0, np.int64)
        found = self.index.find(connection, self.feed, name, self._files, sought)
        return np.unique(places_of(np.array(list(self._held))[found.files], found.rows))

    def read(self, connection: duckdb.DuckDBPyConnection, places: Places) -> pl.DataFrame:
        """The records at these places, with batch_no and row_no."""
        wanted = np.unique(places)
        numbers, rows = wanted >> _ROW_BITS, wanted & (2**_ROW_BITS - 1)
        slices = [pl.LazyFrame(schema=self.schema)]
        for number in np.unique(numbers).tolist():
            slices += _slices(connection, self._held[number].parquet, rows[numbers == number])
        # Read at once, and converted at once: a conversion costs as much for a row as for a thousand.
        frame = pl.concat(pl.collect_all(slices), how="vertical_relaxed")
        own = [pl.col(name).cast(kind) for name, kind in self.schema.items()]
        return frame.select(*own, batch_no=pl.Series(numbers), row_no=pl.Series(rows))


def _slices(connection: duckdb.DuckDBPyConnection, file: Path, rows: Rows) -> list[pl.LazyFrame]:
    """Rows of an archive file, given in their order, as slices of it: only their pages are decoded."""
    starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
    if starts.size > FEW_SLICES:
        return [_skip_to(connection, file, rows).lazy()]
    lengths = np.diff(starts, append=rows.size)
    stored = pl.scan_parquet(file)
    return [stored.slice(first, length) for first, length in zip(rows[starts].tolist(), lengths.tolist(), strict=True)]


def _skip_to(connection: duckdb.DuckDBPyConnection, file: Path, rows: Rows) -> pl.DataFrame:
    """The same by the engine, which goes through a file once for any number of rows, and skips stretches of 2,048."""
    connection.register("wanted_row", pl.DataFrame({"row_no": rows}))
    frame: pl.DataFrame = connection.sql(
        f"select * from read_parquet('{quoted(file)}')"
        " where file_row_number in (select row_no from wanted_row) order by file_row_number"
    ).pl()
    connection.unregister("wanted_row")
    return frame
