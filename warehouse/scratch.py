"""The databases of a build: the file that is written, and beside it archive, sidecars, code lists and calendar."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.archive import Numbered
from warehouse.model_files import SCRATCH
from warehouse.reference import read_calendar, read_codes

# Of a new file. A night leaves half-filled blocks behind in every table that it changes: with blocks of 256 KiB, the
# default, they make up a tenth of a file of a million incidents. A file written in one go is a twelfth smaller, too.
BLOCK_BYTES = 65_536


@contextmanager
def open_building(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database file that a build writes, new or a copy of the last, under the name it has for readers.

    Without a write-ahead log: nobody reads it, for what a crash leaves behind is thrown away, and every commit would
    wait for the disk. A checkpoint writes all; whoever publishes the file syncs it. What the engine puts aside for want
    of memory lies beside the file, and goes once the engine has closed: it takes files away there itself to the end.
    """
    spill = database.parent / "spill"
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"set temp_directory = '{quoted(spill)}'")
            size = "" if database.exists() else f", block_size {BLOCK_BYTES}"
            connection.execute(f"attach '{quoted(database)}' as {database.stem} (recovery_mode no_wal_writes{size})")
            connection.execute(f"use {database.stem}")
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def open_scratch(connection: duckdb.DuckDBPyConnection, *, memory_limit: str | None) -> None:
    """Attach the scratch database: keys live in memory, and in the spill folder, which goes with the build."""
    connection.execute("set preserve_insertion_order = false")
    # Rows wait for their compression by the 120,000, not by the 600,000: a third of the memory of a build.
    connection.execute("set write_buffer_row_group_count = 1")
    # Sizes of views over Parquet are guesses, and a wrong guess hashes a million wide rows (3 GB instead of
    # 0.6). So the models decide: facts come first, and every join builds its table on the right-hand side.
    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    # One checkpoint, at the end.
    connection.execute("set checkpoint_threshold = '16GB'")
    if memory_limit:
        connection.execute(f"set memory_limit = '{quoted(memory_limit)}'")
    connection.execute(f"attach ':memory:' as {SCRATCH}")


def close_scratch(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the scratch database, so that no checkpoint looks at it."""
    connection.execute(f"detach {SCRATCH}")


def load_base_tables(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pl.DataFrame], generation: Mapping[str, Any]
) -> None:
    """The tables that no model makes: what the sidecars say, code lists, calendar, this generation."""
    codes, day = read_codes().drop("aliases"), pl.col("date")
    flags = codes.explode("flags").select("list_code", "code", flag="flags").drop_nulls()
    month_end = pl.col("month_start").dt.month_end()
    given = {
        **tables,
        "code": codes.with_columns(pl.col("flags").list.join(";")),
        "code_flag": flags,
        "calendar": read_calendar().with_columns(day_number=day.to_physical(), month_end=month_end),
        "generation": pl.DataFrame([{**generation, "duckdb_version": duckdb.__version__}]),
    }
    write_tables(connection, given)


def write_tables(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pl.DataFrame], scratch: str = SCRATCH
) -> None:
    """Frames as tables of a scratch database, in place of those of the same name."""
    for name, frame in tables.items():
        connection.register("frame", frame)
        connection.execute(f"create or replace table {scratch}.{name} as select * from frame")
        connection.unregister("frame")


def open_archive(
    connection: duckdb.DuckDBPyConnection, numbered: Numbered, templates: Path, *, feeds: Collection[str] | None = None
) -> dict[str, list[str]]:
    """One view per feed (of these, or all) over its batches, with batch_no and row_no; the columns of each."""
    columns = {}
    for template in sorted(templates.glob("*.parquet")):
        feed = template.stem
        if feeds is None or feed in feeds:
            held = [(number, batch) for number, batch in numbered if batch.feed == feed]
            connection.execute(f"create view {SCRATCH}.archive_{feed} as {archive_select(held, template)}")
            columns[feed] = list(pl.read_parquet_schema(template))
    return columns


def archive_select(held: Numbered, template: Path) -> str:
    """All records of these batches of one feed."""
    numbers = [number for number, _ in held]
    # The template stands first and is empty, so that file_index is the place of the batch, mostly also its number.
    is_counted = numbers == list(range(1, len(numbers) + 1))
    batch_no = "cast(file_index as bigint)" if is_counted else f"cast({numbers}[file_index] as bigint)"
    paths = ", ".join(f"'{quoted(path)}'" for path in (template, *(batch.parquet for _, batch in held)))
    return f"select *, {batch_no} as batch_no, file_row_number as row_no from read_parquet([{paths}])"


def quoted(value: object) -> str:
    """A text to stand between single quotes in SQL."""
    return str(value).replace("'", "''")
