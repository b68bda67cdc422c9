"""Build a generation aside: archive -> staging (scratch) -> core -> mart -> metric, balanced, described."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.archive import ArchiveBatch, base_tables, number_batches
from warehouse.deliveries import Base as Base
from warehouse.deliveries import Deliveries, NeedsFull, has_grown, why_full
from warehouse.early_warning import SIGNAL, write_signals
from warehouse.file_copy import copy_file
from warehouse.generations import DATABASE
from warehouse.increment import Increment
from warehouse.key_index import KeyIndex
from warehouse.metric_macros import create_macros
from warehouse.model_files import (
    PUBLISHED,
    SCRATCH,
    Model,
    read_column_texts,
    read_models,
)
from warehouse.redaction import redact
from warehouse.reference import reference_fingerprint
from warehouse.scratch import close_scratch, load_base_tables, open_archive, open_building, open_scratch, quoted
from warehouse.side_by_side import make_side_by_side
from warehouse.table_change import Question
from warehouse.verify import columns_of, hashes_of, read_content
from warehouse.versions import Repeats, empty_model, find_repeats, ledger_model, version_models

PUBLISHED_KEY = "incident_key"
WHOLE_NUMBERS = ("SMALLINT", "INTEGER", "BIGINT", "DATE")


class Unbalanced(Exception):
    """A batch in which some source row is neither loaded, quarantined, a duplicate nor dropped."""


@dataclass(frozen=True)
class BuildResult:
    """What was built; per batch `loaded` and `duplicates` in source rows.

    `seconds` by stage: versions (all of staging), core, mart, metric, ops, signal, comments, hash. Up to `core`
    it is the way from archive to core. `reason`: why everything was built again, None where only changes were.
    `proven`: tables and conditions that no row of them fulfils, which spares the next night reading them.
    """

    database: Path
    batches: dict[str, dict[str, int]]
    rows: dict[str, int]
    content_hash: dict[str, str]
    data_until: dict[str, date]
    seconds: dict[str, float]
    reason: str | None
    bytes_per_row: float
    proven: Sequence[Question] = ()

    @property
    def manifest(self) -> dict[str, Any]:
        """What the manifest keeps of it, so that the next night can go on from here."""
        return {
            "built": "incremental" if self.reason is None else "full",
            "reason": self.reason,
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
            "duckdb_version": duckdb.__version__,
            "reference": reference_fingerprint(),
            "tables": self.rows,
            "content_hash": self.content_hash,
            "bytes_per_row": self.bytes_per_row,
            "proven": self.proven,
            "data_until": {feed: day.isoformat() for feed, day in self.data_until.items()},
            "ledger": self.batches,
        }


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
    base: Base | str = "nothing to go on from",
    index: Path | None = None,
) -> BuildResult:
    """Write `directory`/warehouse.duckdb from accepted batches; `templates` has one empty Parquet per feed.

    From `base`, the last generation, where that is given and tells enough; else (`base` says why) from the archive
    alone. `index` is the folder of the archive's key index, which the former needs and the latter makes.

    Raises:
        Unbalanced: Law 1 does not hold for a batch.
        ValueError: a model has no grain, or a published column no text.
    """
    directory.mkdir(parents=True, exist_ok=True)
    generation = {"id": generation_id, "built_at": built_at, "code_version": code_version}
    told = _Told(directory, batches, templates, generation, refused, memory_limit)
    reason = base if isinstance(base, str) else why_full(base, code_version)
    if isinstance(base, Base) and reason is None and index is not None:
        try:
            return _build_next(told, base, KeyIndex(index))
        except NeedsFull as needed:
            reason = str(needed)
        except Exception as error:
            # The archive alone always tells; what went wrong stands in the report, and fails there if it is its fault.
            reason = redact(f"{type(error).__name__}: {error}")
        for leftover in directory.glob(f"{DATABASE}*"):
            leftover.unlink()
    return _build_whole(told, reason or "there is no key index", KeyIndex(index) if index else None)


@dataclass(frozen=True)
class _Told:
    """What every way of building is told."""

    directory: Path
    batches: Sequence[ArchiveBatch]
    templates: Path
    generation: dict[str, Any]
    refused: Sequence[dict[str, Any]]
    memory_limit: str | None

    @property
    def database(self) -> Path:
        return self.directory / DATABASE


def _build_whole(told: _Told, reason: str, index: KeyIndex | None) -> BuildResult:
    clock = _Clock()
    numbered = number_batches(told.batches)
    with open_building(told.database) as connection:
        open_scratch(connection, memory_limit=told.memory_limit)
        feeds = open_archive(connection, numbered, told.templates)
        delivered = sorted(feeds.keys() & {batch.feed for batch in told.batches})
        with ThreadPoolExecutor(1) as beside, connection.cursor() as reading:
            found = {feed: beside.submit(find_repeats, reading, feed) for feed in delivered}
            load_base_tables(connection, base_tables(numbered, told.refused), told.generation)
            repeats = {feed: one.result() for feed, one in found.items()}
        models = [*read_models(), *_reductions(connection, feeds, repeats)]
        _run(connection, models, clock)
        data_until = _data_until(connection)
        write_signals(connection, data_until=data_until.get("incident"))
        clock.stop("signal")
        create_macros(connection)
        ledger = _balance(connection)
        _describe(connection, [*(model for model in models if model.is_published), SIGNAL])
        clock.stop("comments")
        close_scratch(connection)
        connection.execute("checkpoint")
    content = read_content(told.database, memory_limit=told.memory_limit)
    clock.stop("hash")
    if index is not None:
        index.make_all(told.batches)
        clock.stop("index")
    rows = {table: found.rows for table, found in content.items()}
    bytes_per_row = told.database.stat().st_size / max(1, sum(rows.values()))
    hashes = hashes_of(content)
    return BuildResult(told.database, ledger, rows, hashes, data_until, clock.seconds, reason, bytes_per_row)


def _build_next(told: _Told, base: Base, index: KeyIndex) -> BuildResult:
    """Change a copy of the last generation where the archive says otherwise than before."""
    clock = _Clock()
    copy_file(base.database, told.database)
    clock.stop("copy")
    deliveries = Deliveries(base.batches, told.batches)
    models = {model.table: model for model in read_models()}
    with open_building(told.database) as connection:
        open_scratch(connection, memory_limit=told.memory_limit)
        load_base_tables(connection, base_tables(deliveries.numbered_after, told.refused), told.generation)
        clock.stop("batches")
        night = Increment(connection, models, deliveries, base, told.templates, index)
        night.find_touched()
        clock.stop("touched")
        night.change_core()
        clock.stop("core")
        night.change_marts()
        clock.stop("mart")
        night.write_ops()
        clock.stop("ops")
        data_until = _data_until(connection)
        if night.moves_signals(data_until):
            write_signals(connection, data_until=data_until.get("incident"))
            night.tables.recount(SIGNAL.table)
            _describe(connection, [SIGNAL])
        clock.stop("signal")
        ledger = _balance(connection)
        proven = night.tables.proven_by_now()
        night.close()
        close_scratch(connection)
        connection.execute("checkpoint")
        clock.stop("checkpoint")
    content = night.tables.content
    rows = {table: found.rows for table, found in content.items()}
    if has_grown(base, told.database, sum(rows.values())):
        raise NeedsFull("the file had grown by the changes of many nights")
    hashes, bytes_per_row = hashes_of(content), float(base.manifest["bytes_per_row"])
    return BuildResult(told.database, ledger, rows, hashes, data_until, clock.seconds, None, bytes_per_row, proven)


def _data_until(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    return dict(connection.execute("select feed, data_until from ops.data_until").fetchall())


def _reductions(
    connection: duckdb.DuckDBPyConnection, feeds: Mapping[str, Sequence[str]], delivered: Mapping[str, Repeats]
) -> list[Model]:
    models = [empty_model(feed) for feed in feeds if feed not in delivered]
    for feed, repeats in delivered.items():
        models += version_models(connection, feed, feeds[feed], repeats=repeats)
    return [*models, ledger_model(delivered)]


def _run(connection: duckdb.DuckDBPyConnection, models: Sequence[Model], clock: _Clock) -> None:
    """Make every model's table, a schema at a time: none reads a schema after its own."""
    for schema in (SCRATCH, *PUBLISHED):
        if schema in PUBLISHED:
            connection.execute(f"create schema {schema}")
        make_side_by_side(connection, [model for model in models if model.schema == schema], _make)
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
    if dtype == "VARCHAR":
        return " using compression dict_fsst"
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
