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
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.archive import ArchiveBatch
from warehouse.index_piece import ArchiveFile, Hashes
from warehouse.key_index import KeyIndex, Rows, list_files
from warehouse.scratch import quoted

# A row of a feed: number of its batch, number in the batch.
Places = npt.NDArray[np.int64]
_ROW_BITS = 32
# More row groups of a file are not decoded as a whole: opening the file once more by the engine costs less.
FEW_GROUPS = 6


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
        batches, starts = np.unique(numbers, return_index=True)
        stored = pq.read_schema(self.template)
        tables = [stored.empty_table()]
        for number, rows_of_batch in zip(
            batches.tolist(), np.split(rows, starts[1:]) if rows.size else (), strict=True
        ):
            tables.append(_read_rows(connection, self._held[number].parquet, rows_of_batch, stored))
        # One conversion for all batches: it costs as much for a row as for a thousand.
        frame = pl.DataFrame(pa.concat_tables(tables))
        own = [pl.col(name).cast(kind) for name, kind in self.schema.items()]
        return frame.select(*own, batch_no=pl.Series(numbers), row_no=pl.Series(rows))


def _read_rows(connection: duckdb.DuckDBPyConnection, file: Path, rows: Rows, stored: pa.Schema) -> pa.Table:
    """Rows of an archive file, given in their order."""
    with pq.ParquetFile(file, memory_map=True) as parquet:
        sizes = [parquet.metadata.row_group(group).num_rows for group in range(parquet.num_row_groups)]
        starts = np.cumsum([0, *sizes])
        group_of_row = np.searchsorted(starts, rows, side="right") - 1
        groups = np.unique(group_of_row).tolist()
        if len(groups) > FEW_GROUPS:
            table = _skip_to(connection, file, rows)
        else:
            # Threads cost more than they save where so little is read.
            parts = [
                parquet.read_row_group(group, columns=stored.names, use_threads=False).take(
                    pa.array(rows[group_of_row == group] - starts[group])
                )
                for group in groups
            ]
            table = pa.concat_tables(parts)
    return table.select(stored.names).cast(stored)


def _skip_to(connection: duckdb.DuckDBPyConnection, file: Path, in_file: Rows) -> pa.Table:
    """The engine decodes only the stretches of 2,048 rows that hold a wanted one, in their order in the file."""
    connection.register("wanted_row", pl.DataFrame({"row_no": in_file}))
    table = connection.sql(
        f"select * from read_parquet('{quoted(file)}')"
        " where file_row_number in (select row_no from wanted_row) order by file_row_number"
    ).to_arrow_table()
    connection.unregister("wanted_row")
    return table
