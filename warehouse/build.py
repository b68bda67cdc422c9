"""Build a generation aside: archive -> staging (scratch) -> core -> mart -> metric, balanced, described."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.archive import ArchiveBatch, base_tables
from warehouse.early_warning import SIGNAL, write_signals
from warehouse.generations import DATABASE
from warehouse.metric_macros import create_macros
from warehouse.model_files import (
    PUBLISHED,
    SCRATCH,
    Model,
    in_dependency_order,
    read_column_texts,
    read_models,
)
from warehouse.scratch import close_scratch, load_base_tables, open_archive, open_scratch, quoted
from warehouse.verify import columns_of, hashes_of, read_content
from warehouse.versions import empty_model, ledger_model, version_models

PUBLISHED_KEY = "incident_key"
WHOLE_NUMBERS = ("SMALLINT", "INTEGER", "BIGINT", "DATE")


class Unbalanced(Exception):
    """A batch in which some source row is neither loaded, quarantined, a duplicate nor dropped."""


@dataclass(frozen=True)
class BuildResult:
    """What was built; per batch `loaded` and `duplicates` in source rows.

    `seconds` by stage: versions (all of staging), core, mart, metric, ops, signal, comments, hash. Up to `core`
    it is the way from archive to core.
    """

    database: Path
    batches: dict[str, dict[str, int]]
    rows: dict[str, int]
    content_hash: dict[str, str]
    data_until: dict[str, date]
    seconds: dict[str, float]


@dataclass
class _Clock:
    """Seconds of each stage, which begins where the one before it ended."""

    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage], self.began = now - self.began, now


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
    database, clock = directory / DATABASE, _Clock()
    generation = {"id": generation_id, "built_at": built_at, "code_version": code_version}
    with duckdb.connect(str(database)) as connection:
        open_scratch(connection, directory, memory_limit=memory_limit)
        load_base_tables(connection, base_tables(batches, refused), generation)
        feeds = open_archive(connection, batches, templates)
        reductions = _reductions(connection, feeds, {batch.feed for batch in batches})
        models = in_dependency_order([*read_models(), *reductions])
        _run(connection, models, clock)
        data_until = dict(connection.execute("select feed, data_until from ops.data_until").fetchall())
        write_signals(connection, data_until=data_until.get("incident"))
        clock.stop("signal")
        create_macros(connection)
        ledger = _balance(connection)
        _describe(connection, [*(model for model in models if model.is_published), SIGNAL])
        clock.stop("comments")
        close_scratch(connection, directory)
        connection.execute("checkpoint")
    content = read_content(database)
    clock.stop("hash")
    rows = {table: found.rows for table, found in content.items()}
    return BuildResult(database, ledger, rows, hashes_of(content), data_until, clock.seconds)


def _reductions(connection: duckdb.DuckDBPyConnection, feeds: dict[str, list[str]], delivered: set[str]) -> list[Model]:
    models = [empty_model(feed) for feed in feeds if feed not in delivered]
    for feed in sorted(feeds.keys() & delivered):
        models += version_models(connection, feed, feeds[feed])
    return [*models, ledger_model(sorted(feeds.keys() & delivered))]


def _run(connection: duckdb.DuckDBPyConnection, models: Sequence[Model], clock: _Clock) -> None:
    """Make every model's table, a schema at a time: none reads a schema after its own."""
    for schema in (SCRATCH, *PUBLISHED):
        # One commit, so one wait for the disk, for all tables of a schema.
        connection.execute("begin")
        if schema in PUBLISHED:
            connection.execute(f"create schema {schema}")
        for model in models:
            if model.schema == schema:
                _make(connection, model)
        connection.execute("commit")
        clock.stop("versions" if schema == SCRATCH else schema)


def _make(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    if model.kind == "view" or not (model.is_published and PUBLISHED_KEY in model.sql):
        connection.execute(f"create {model.kind} {model.table} as\n{model.sql}")
        return
    columns = connection.execute(f"describe {model.sql}").fetchall()
    stored = ", ".join(f'"{column}" {dtype}{_storage(column, dtype)}' for column, dtype, *_ in columns)
    connection.execute(f"create table {model.table} ({stored})")
    connection.execute(f"insert into {model.table}\n{model.sql}")


def _storage(column: str, dtype: str) -> str:
    """How a column of the largest tables is stored: to try out every way takes a sixth of the time of writing it.

    The random digits of a key would shrink by half, for half a second a million rows.
    """
    if column == PUBLISHED_KEY:
        return " using compression uncompressed"
    return " using compression bitpacking" if dtype in WHOLE_NUMBERS else ""


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


def _describe(connection: duckdb.DuckDBPyConnection, models: Iterable[Model]) -> None:
    """Publish grain and column texts as comments."""
    texts, columns = read_column_texts(), columns_of(connection, with_views=True)
    comments = []
    for model in models:
        comments.append(f"comment on {model.kind} {model.table} is '{quoted(model.grain)}'")
        for column in columns[model.table]:
            text = texts.find(model.table, column)
            if text is None:
                raise ValueError(f"{model.table}.{column} has no text in models/columns.toml")
            comments.append(f"comment on column {model.table}.\"{column}\" is '{quoted(text)}'")
    connection.execute(f"begin; {'; '.join(comments)}; commit")
