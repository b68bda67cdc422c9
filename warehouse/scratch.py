"""The scratch database of a build: the archive as views, the sidecars, code lists and calendar as tables."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.archive import ArchiveBatch, number_batches
from warehouse.model_files import SCRATCH
from warehouse.reference import read_calendar, read_codes


def open_scratch(connection: duckdb.DuckDBPyConnection, directory: Path, *, memory_limit: str | None) -> None:
    """Attach the scratch database: keys live in memory, and in the spill folder, which goes with the build."""
    connection.execute(f"set temp_directory = '{quoted(directory / 'spill')}'")
    connection.execute("set preserve_insertion_order = false")
    # Rows wait for their compression by the 120,000, not by the 600,000: a third of the memory of a build.
    connection.execute("set write_buffer_row_group_count = 1")
    # Sizes of views over Parquet are guesses, and a wrong guess hashes a million wide rows (3 GB instead of
    # 0.6). So the models decide: facts come first, and every join builds its table on the right-hand side.
    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    if memory_limit:
        connection.execute(f"set memory_limit = '{quoted(memory_limit)}'")
    connection.execute(f"attach ':memory:' as {SCRATCH}")


def close_scratch(connection: duckdb.DuckDBPyConnection, directory: Path) -> None:
    """Forget the scratch database and what it spilled."""
    connection.execute(f"detach {SCRATCH}")
    shutil.rmtree(directory / "spill", ignore_errors=True)


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
    for name, frame in given.items():
        connection.register("frame", frame)
        connection.execute(f"create table {SCRATCH}.{name} as select * from frame")
        connection.unregister("frame")


def open_archive(
    connection: duckdb.DuckDBPyConnection, batches: Sequence[ArchiveBatch], templates: Path
) -> dict[str, list[str]]:
    """One view per feed over its batches in delivery order, with batch_no and row_no; the columns of each."""
    numbered = number_batches(batches)
    feeds = {}
    for template in sorted(templates.glob("*.parquet")):
        feed = template.stem
        # The template stands first and is empty, so that file_index is the number of the batch.
        files = [template, *(batch.parquet for _, batch in numbered if batch.feed == feed)]
        paths = ", ".join(f"'{quoted(path)}'" for path in files)
        connection.execute(
            f"create view {SCRATCH}.archive_{feed} as select *, cast(file_index as bigint) as batch_no,"
            f" file_row_number as row_no from read_parquet([{paths}])"
        )
        feeds[feed] = list(pl.read_parquet_schema(template))
    return feeds


def quoted(value: object) -> str:
    """A text to stand between single quotes in SQL."""
    return str(value).replace("'", "''")
