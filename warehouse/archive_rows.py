"""Single rows of an archived feed: found by their keys through the index, and read without reading whole files."""

from __future__ import annotations

from collections import defaultdict
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
from warehouse.key_index import Hashes, KeyIndex, Rows
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
    def _files(self) -> dict[Path, list[tuple[int, ArchiveBatch]]]:
        """The batches in each file, by their first row."""
        files = defaultdict(list)
        for number, batch in self.numbered:
            if batch.records:
                files[batch.parquet].append((number, batch))
        return {file: sorted(held, key=lambda one: one[1].first_row) for file, held in files.items()}

    @cached_property
    def _batches(self) -> dict[int, ArchiveBatch]:
        return dict(self.numbered)

    def rows_of(self, numbers: Collection[int]) -> Places:
        """Every row of these batches."""
        held = [places_of(number, np.arange(self._batches[number].records)) for number in sorted(numbers)]
        return np.concatenate([np.empty(0, np.int64), *held])

    def find(self, connection: duckdb.DuckDBPyConnection, name: str, wanted: Hashes) -> Places:
        """Every row whose hash in the index `name` is one of these."""
        sought, found = np.unique(wanted), [np.empty(0, np.int64)]
        for file, held in self._files.items() if sought.size else ():
            rows = self.index.find(connection, self.feed, file, name, sought)
            found.append(_places_in(held, rows))
        return np.unique(np.concatenate(found))

    def read(self, connection: duckdb.DuckDBPyConnection, places: Places) -> pl.DataFrame:
        """The records at these places, with batch_no and row_no."""
        frames = [pl.DataFrame(schema={**self.schema, "batch_no": pl.Int64, "row_no": pl.Int64})]
        wanted = np.unique(places)
        if not wanted.size:
            return frames[0]
        numbers, starts = np.unique(wanted >> _ROW_BITS, return_index=True)
        rows_by_batch = dict(zip(numbers.tolist(), np.split(wanted & (2**_ROW_BITS - 1), starts[1:]), strict=True))
        for file, held in self._files.items():
            chosen = [(number, batch, rows_by_batch[number]) for number, batch in held if number in rows_by_batch]
            if chosen:
                frames.append(_read_rows(connection, file, chosen, self.schema))
        return pl.concat(frames)


def _places_in(held: Sequence[tuple[int, ArchiveBatch]], rows: Rows) -> Places:
    """Rows of a file as rows of its batches; those of batches that are not asked for drop out."""
    firsts = np.array([batch.first_row for _, batch in held])
    ends = firsts + np.array([batch.records for _, batch in held])
    place = np.searchsorted(firsts, rows, side="right") - 1
    is_held = (place >= 0) & (rows < ends[place])
    numbers = np.array([number for number, _ in held])[place[is_held]]
    return places_of(numbers, rows[is_held] - firsts[place[is_held]])


def _read_rows(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    chosen: Sequence[tuple[int, ArchiveBatch, Rows]],
    schema: pl.Schema,
) -> pl.DataFrame:
    numbers = np.concatenate([np.full(rows.size, number) for number, _, rows in chosen])
    rows = np.concatenate([rows for _, _, rows in chosen])
    in_file = np.concatenate([rows + batch.first_row for _, batch, rows in chosen])
    order = np.argsort(in_file, kind="stable")
    numbers, rows, in_file = numbers[order], rows[order], in_file[order]
    with pq.ParquetFile(file, memory_map=True) as parquet:
        sizes = [parquet.metadata.row_group(group).num_rows for group in range(parquet.num_row_groups)]
        starts = np.cumsum([0, *sizes])
        group_of_row = np.searchsorted(starts, in_file, side="right") - 1
        groups = np.unique(group_of_row).tolist()
        if len(groups) > FEW_GROUPS:
            table = _skip_to(connection, file, in_file)
        else:
            # Threads cost more than they save where so little is read.
            parts = [
                parquet.read_row_group(group, columns=list(schema), use_threads=False).take(
                    pa.array(in_file[group_of_row == group] - starts[group])
                )
                for group in groups
            ]
            table = pa.concat_tables(parts)
    # One conversion for all of them: it costs as much for a row as for a thousand.
    frame = pl.DataFrame(table).select(pl.col(name).cast(kind) for name, kind in schema.items())
    return frame.with_columns(batch_no=pl.Series(numbers), row_no=pl.Series(rows))


def _skip_to(connection: duckdb.DuckDBPyConnection, file: Path, in_file: Rows) -> pa.Table:
    """The engine decodes only the stretches of 2,048 rows that hold a wanted one, in their order in the file."""
    connection.register("wanted_row", pl.DataFrame({"row_no": in_file}))
    table = connection.sql(
        f"select * from read_parquet('{quoted(file)}')"
        " where file_row_number in (select row_no from wanted_row) order by file_row_number"
    ).to_arrow_table()
    connection.unregister("wanted_row")
    return table
