"""Build a generation aside: archive -> staging (scratch) -> core -> mart -> metric, balanced, described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.archive import ArchiveBatch, base_tables
from warehouse.generations import DATABASE
from warehouse.model_files import (
    PUBLISHED,
    SCRATCH,
    Model,
    in_dependency_order,
    read_column_texts,
    read_models,
)
from warehouse.scratch import close_scratch, load_base_tables, open_archive, open_scratch, quoted
from warehouse.verify import hashes_of, read_content
from warehouse.versions import ledger_model, version_models


class Unbalanced(Exception):
    """A batch in which some source row is neither loaded, quarantined, a duplicate nor dropped."""


@dataclass(frozen=True)
class BuildResult:
    """What was built; per batch `loaded` and `duplicates` in source rows."""

    database: Path
    batches: dict[str, dict[str, int]]
    rows: dict[str, int]
    content_hash: dict[str, str]
    data_until: dict[str, date]


def build(
    directory: Path,
    *,
    batches: Sequence[ArchiveBatch],
    templates: Path,
    generation_id: str,
    built_at: datetime,
    code_version: str,
    refused: Sequence[dict[str, Any]] = (),
    memory_limit: str | None = None,
) -> BuildResult:
    """Write `directory`/warehouse.duckdb from accepted batches; `templates` has one empty Parquet per feed.

    Raises:
        Unbalanced: Law 1 does not hold for a batch.
        ValueError: a model has no grain, or a published column no text.
    """
    directory.mkdir(parents=True, exist_ok=True)
    database = directory / DATABASE
    generation = {"id": generation_id, "built_at": built_at, "code_version": code_version}
    with duckdb.connect(str(database)) as connection:
        open_scratch(connection, directory, memory_limit=memory_limit)
        load_base_tables(connection, base_tables(batches, refused), generation)
        feeds = open_archive(connection, batches, templates)
        models = in_dependency_order([*read_models(), *_reductions(feeds)])
        _run(connection, models)
        ledger = _balance(connection)
        _describe(connection, [model for model in models if model.is_published])
        data_until = dict(connection.execute("select feed, data_until from ops.data_until").fetchall())
        close_scratch(connection, directory)
        connection.execute("checkpoint")
    content = read_content(database)
    rows = {table: found.rows for table, found in content.items()}
    return BuildResult(database, ledger, rows, hashes_of(content), data_until)


def _reductions(feeds: dict[str, list[str]]) -> list[Model]:
    each = [model for feed, columns in feeds.items() for model in version_models(feed, columns)]
    return [*each, ledger_model(feeds)]


def _run(connection: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> None:
    """Make every model's table."""
    for schema in PUBLISHED:
        connection.execute(f"create schema {schema}")
    for model in models:
        connection.execute(f"create {model.kind} {model.table} as\n{model.sql}")


def _balance(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Law 1 for every batch: rows_in = loaded + quarantined + duplicates + dropped, and no record missing."""
    rows = connection.execute(f"""
        select
            f.batch, f.loaded, f.duplicates, f.rows_in, f.quarantined, f.dropped,
            f.records, coalesce(l.records, 0)
        from ops.load_file as f left join {SCRATCH}.ledger as l on l.batch = f.batch
        where f.batch is not null
    """).fetchall()
    for batch, loaded, duplicates, rows_in, quarantined, dropped, said, found in rows:
        if rows_in != loaded + quarantined + duplicates + dropped or said != found:
            raise Unbalanced(
                f"batch {batch}: {rows_in} rows in, but {loaded} loaded + {quarantined} quarantined"
                f" + {duplicates} duplicates + {dropped} dropped; of {said} records {found} are archived"
            )
    return {batch: {"loaded": loaded, "duplicates": duplicates} for batch, loaded, duplicates, *_ in rows}


def _describe(connection: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> None:
    """Publish grain and column texts as comments."""
    texts = read_column_texts()
    connection.execute("begin")
    for model in models:
        connection.execute(f"comment on table {model.table} is '{quoted(model.grain)}'")
        for column, *_ in connection.execute(f"describe {model.table}").fetchall():
            text = texts.find(model.table, column)
            if text is None:
                raise ValueError(f"{model.table}.{column} has no text in models/columns.toml")
            connection.execute(f"comment on column {model.table}.\"{column}\" is '{quoted(text)}'")
    connection.execute("commit")
