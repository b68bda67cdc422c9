"""One file: from an opened table to an archived batch, with its balance."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
import pyarrow as pa

from etl.ahead import ahead
from etl.archive import ArchiveWriter, write_note
from etl.code_lookup import code_lookups
from etl.columns import pick_headers, resolve_headers
from etl.fields import Context
from etl.inbox import InboxFile, is_unchanged
from etl.job import Job
from etl.mapping import Mapping
from etl.mapping_parts import normalise_header
from etl.quarantine import Judged, judge
from etl.readers import UNREAD_SHEET, Table, Unreadable
from etl.recipe import Recipe
from etl.records import Chunk, work_chunk
from etl.register import Registered
from etl.totals import PrintedTotals
from etl.unpivot import unfolded_headers
from etl.window import delivered_at, window_of
from warehouse.redaction import redact

WORKERS = 2
JUDGED_ROWS = 4_000


class Changed(Exception):
    """A file is no longer what was fingerprinted; a later night finds it as it is then."""


@dataclass
class Tally:
    """Running counts of one file."""

    rows_in: int = 0
    dropped: int = 0
    records: int = 0
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self.orgs: set[str] = set()
        self.registered = Registered()

    def add(self, chunk: Chunk) -> None:
        """Count one chunk."""
        self.rows_in += chunk.rows_in
        self.dropped += chunk.dropped
        self.records += chunk.records.height
        self.registered = self.registered.merge(chunk.registered)
        if "org_code" in chunk.records.columns:
            self.orgs.update(chunk.records["org_code"].drop_nulls().unique().to_list())
        if "period_start" in chunk.records.columns and chunk.records.height:
            starts, ends = chunk.records["period_start"], chunk.records["period_end"]
            self.first = min(day for day in (self.first, starts.min()) if isinstance(day, date))
            self.last = max(day for day in (self.last, ends.max()) if isinstance(day, date))

    def add_judged(self, quarantined: pl.DataFrame, dropped: int) -> None:
        """Count the rows without a record."""
        self.dropped += dropped
        self.reasons.update(quarantined["reason_code"].to_list())


def load_file(file: InboxFile, sha256: str, mapping: Mapping, table: Table, job: Job) -> dict[str, Any]:
    """Archive one file as a batch and return its JSON.

    Raises:
        Unreadable: the file is refused as a whole; nothing of it is kept.
        Changed: it was written to while it was read; nothing of it is kept.
    """
    job.watcher.file(f"{mapping.name}-{sha256[:8]}")
    delivered = delivered_at(file, mapping.delivered)
    batch = f"{delivered:%Y%m%d}-{mapping.name}-{sha256[:12]}"
    head = _describe(file, sha256, mapping, table, job, batch, delivered)
    if mapping.feed == "none":
        rows = sum(chunk.height for chunk in table.chunks([]))
        return write_note(job.data, head | {"rows_in": rows, "dropped": rows})
    recipe = _recipe(mapping, table, job, delivered)
    tally = Tally()
    with ThreadPoolExecutor(WORKERS) as pool, ArchiveWriter(job.data, mapping.target, batch) as writer:
        judging = _Judging(recipe, pool)
        totals = PrintedTotals(recipe)
        for chunk in _work(table, recipe, pool):
            tally.add(chunk)
            job.watcher.rows(chunk.rows_in)
            writer.append(chunk.records)
            judging.add(totals.place(chunk.set_aside, chunk.sums))
            # Nothing of it is kept while the next is waited for.
            del chunk
            _keep(judging.judged(), tally, totals, writer)
        judging.close()
        _keep(judging.judged(), tally, totals, writer)
        if mapping.keys.duplicate_conflict:
            conflicts, records = writer.take_conflicts()
            tally.records -= records
            tally.add_judged(conflicts, 0)
        info = head | _outcome(file, table, mapping, tally, recipe)
        info["warnings"] = [*_absent_columns(mapping, recipe), *head["warnings"], *totals.warnings(), *noticed(recipe)]
        if not is_unchanged(file):
            raise Changed(file.name)
        writer.commit(info)
    # What parsing took is kept for the next file otherwise; whatever follows would come on top of it.
    pa.default_memory_pool().release_unused()
    return info


class _Judging:
    """Rows without a record are few: judged together, chunk by chunk it would take longer than reading them."""

    def __init__(self, recipe: Recipe, pool: ThreadPoolExecutor) -> None:
        self._recipe, self._pool = recipe, pool
        self._waiting: list[pl.DataFrame] = []
        self._pending: deque[Future[Judged]] = deque()
        self._is_closed = False

    def add(self, set_aside: pl.DataFrame) -> None:
        """Take the rows that a chunk set aside; every few thousand are judged beside the next chunks."""
        self._waiting.append(set_aside)
        if sum(frame.height for frame in self._waiting) > JUDGED_ROWS:
            self._submit()

    def close(self) -> None:
        """Judge the rest: `judged` gives all of it from now on."""
        self._is_closed = True
        if self._waiting:
            self._submit()

    def judged(self) -> Iterator[Judged]:
        """What `etl.quarantine.judge` gave, in file order; few are ever left pending, so that memory stays flat."""
        while self._pending and (self._is_closed or len(self._pending) > WORKERS):
            yield self._pending.popleft().result()

    def _submit(self) -> None:
        self._pending.append(self._pool.submit(judge, pl.concat(self._waiting), self._recipe))
        self._waiting = []


def _keep(judged: Iterable[Judged], tally: Tally, totals: PrintedTotals, writer: ArchiveWriter) -> None:
    for one in judged:
        tally.add_judged(one.quarantined, one.dropped)
        totals.add(one.totals)
        writer.set_aside(one.quarantined)


def noticed(recipe: Recipe) -> list[str]:
    """What parsing noticed and loaded all the same, one text per kind and field."""
    counts: Counter[tuple[str, str]] = Counter()
    for what, where, cells in recipe.context.noticed:
        counts[what, where] += cells
    return [f"{what}: {where} {cells}" for (what, where), cells in sorted(counts.items())]


def _recipe(mapping: Mapping, table: Table, job: Job, delivered: datetime) -> Recipe:
    headers, _ = resolve_headers(mapping, table.headers)
    if mapping.name not in job.lookups:
        job.lookups[mapping.name] = code_lookups(mapping)
    context = Context(
        mapping,
        job.organisations,
        delivered.date(),
        table.is_1904,
        job.lookups[mapping.name],
        words=job.words[mapping.name],
    )
    return Recipe(context, headers, table.headers[0], job.key, table.headers)


def wanted_headers(table: Table, recipe: Recipe) -> list[str]:
    """Only these columns are ever read: the rest of the file is not even turned into text."""
    mapping = recipe.mapping
    there = {normalise_header(header): header for header in table.headers}
    picked = [pick_headers(column, there) for column in mapping.registered_columns]
    unfolded = unfolded_headers(mapping.unpivot, table.headers) if mapping.unpivot else {}
    wanted = {recipe.first_header, *unfolded}
    wanted |= {header for headers in (*recipe.headers.values(), *(p for p in picked if p)) for header in headers}
    return [header for header in table.headers if header in wanted]


def _work(table: Table, recipe: Recipe, pool: ThreadPoolExecutor) -> Iterator[Chunk]:
    """Chunks in file order, a few in work at a time, so that memory stays flat in the size of the file."""
    pending: deque[Future[Chunk]] = deque()
    for chunk in ahead(filter(len, table.chunks(wanted_headers(table, recipe)))):
        done = pending.popleft() if len(pending) == WORKERS else None
        if done:
            done.result()
        pending.append(pool.submit(work_chunk, chunk, recipe))
        del chunk
        if done:
            yield done.result()
            del done
    while pending:
        yield pending.popleft().result()


def _describe(
    file: InboxFile, sha256: str, mapping: Mapping, table: Table, job: Job, batch: str, delivered: datetime
) -> dict[str, Any]:
    return {
        "batch": batch,
        "feed": mapping.feed,
        "mapping": mapping.name,
        "namespace": mapping.namespace or mapping.name,
        "sha256": sha256,
        "file": redact(file.name),
        "file_label": f"{mapping.name}-{sha256[:8]}",
        "delivered_at": delivered.isoformat(),
        "loaded_at": job.now.isoformat(timespec="seconds"),
        "status": "loaded",
        "encoding": table.encoding,
        "sheet": table.sheet,
        "notes": [redact(note) for note in table.notes],
        "warnings": [redact(note) for note in table.notes if note.startswith(UNREAD_SHEET)],
        "rows_in": 0,
        "quarantined": 0,
        "dropped": 0,
        "records": 0,
        "quarantined_by_reason": {},
        "delivery": mapping.delivery,
        "window": None,
        "reports_for": [],
        "earliest_on": None,
        "latest_on": None,
        "registered": {"org": [], "dispute_type": []},
        "coverage": [],
        "key_id": job.key.key_id,
        "context": job.context,
        "code_version": job.code_version,
    }


def _outcome(file: InboxFile, table: Table, mapping: Mapping, tally: Tally, recipe: Recipe) -> dict[str, Any]:
    window = window_of(file.base_name, mapping.reports.window, tally.first, tally.last)
    whom = mapping.reports.for_whom
    reports_for: str | list[str] = sorted(tally.orgs) if whom == "org" else whom if whom == "bureau" else list(whom)
    if window is None and mapping.reports.window != "data":
        reports_for = []
    if tally.rows_in == tally.dropped:
        if window is None:
            raise Unreadable("no_rows", sheet=table.sheet, line=table.header_line, found="0", expected="≥ 1")
        # Nobody is named in the rows of a report of zero: its name says whose it is.
        reports_for = recipe.context.organisations.named_in(file.name) if whom == "org" else reports_for
    return {
        "rows_in": tally.rows_in,
        "dropped": tally.dropped,
        "quarantined": tally.reasons.total(),
        "records": tally.records,
        "quarantined_by_reason": dict(sorted(tally.reasons.items())),
        "ignored_columns": _ignored_columns(mapping, recipe),
        "window": [day.isoformat() for day in window] if window else None,
        "reports_for": reports_for,
        "earliest_on": tally.first.isoformat() if tally.first else None,
        "latest_on": tally.last.isoformat() if tally.last else None,
        "registered": {
            "org": tally.registered.org.to_dicts(),
            "dispute_type": _types(tally.registered.dispute_type),
        },
        "coverage": [
            {"dispute_type_code": code, "from": span.start, "to": span.end} for code, span in mapping.coverage.items()
        ],
    }


def _types(entries: pl.DataFrame) -> list[dict[str, Any]]:
    return entries.select("code", "name", "parent_code").to_dicts()


def _absent_columns(mapping: Mapping, recipe: Recipe) -> list[str]:
    filled = {name for name, column in mapping.columns.items() if column.constant is not None} | set(recipe.headers)
    return [f"missing_column: {name}" for name in mapping.columns if name not in filled]


def _ignored_columns(mapping: Mapping, recipe: Recipe) -> list[str]:
    """Headers of the file that nothing was read from: unknown ones, and those that the mapping drops on purpose."""
    unfolded = unfolded_headers(mapping.unpivot, recipe.all_headers) if mapping.unpivot else {}
    used = {*unfolded, *(header for headers in recipe.headers.values() for header in headers)}
    shown = zip(recipe.all_headers, mapping.shown(recipe.all_headers), strict=True)
    return [redact(text) for header, text in shown if header not in used]
