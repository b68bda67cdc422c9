"""What a night puts right before it begins: leftovers of one that died, a generation that is damaged or gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse import durable
from warehouse.generations import (
    DAMAGED,
    Generation,
    current_generation,
    is_intact,
    list_generations,
    named_generation,
    point_current,
    read_json,
    write_json,
)

RUNNING = "night_running.json"


@dataclass(frozen=True)
class Published:
    """What was published last: the gate compares with it, and it must be there again when its files are damaged."""

    id: str | None = None
    batches: frozenset[str] = frozenset()
    tables: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Mended:
    """What a night begins with; `must_build`: what was published cannot be read any more."""

    published: Published
    must_build: bool
    notes: tuple[str, ...] = ()


@contextmanager
def running(data: Path) -> Iterator[None]:
    """Leave a note while a night runs: one that is found later says that the night died."""
    write_json(data / RUNNING, {"started_at": datetime.now().isoformat(timespec="seconds")})
    yield
    durable.remove(data / RUNNING)


def announce(data: Path, generation_id: str) -> None:
    """Note which generation is about to be published, so that the next night can end what this one does not."""
    write_json(data / RUNNING, {**(night_that_died(data) or {}), "publishing": generation_id})


def forget_publication(data: Path) -> None:
    """Let no night end what one that died was about to publish: somebody has decided otherwise."""
    note = night_that_died(data)
    if note and "publishing" in note:
        write_json(data / RUNNING, {"started_at": note.get("started_at")})


def night_that_died(data: Path) -> dict[str, Any] | None:
    """The note of a night that did not end; also that of one still running."""
    note = read_json(data / RUNNING)
    return note if isinstance(note, dict) else None


def mend(data: Path) -> Mended:
    """Clear leftovers, end a publication that was cut off, turn away from what is damaged."""
    notes = []
    died = night_that_died(data)
    if died:
        notes.append(f"上次任务中途停止，已清理 / the last night stopped midway: cleared ({died.get('started_at')})")
    _clear_leftovers(data)
    if died:
        _end_publication(data, str(died.get("publishing")))
    current, named = current_generation(data), named_generation(data)
    damaged: set[str] = set()
    while current is not None and not is_intact(current):
        damaged.add(current.id)
        _mark_damaged(current)
        current = current_generation(data, passed_over=damaged)
    if named and (current is None or current.id != named):
        damaged.add(named)
    notes += [f"数据版本 {name} 已损坏或丢失 / generation {name} is damaged or gone" for name in sorted(damaged)]
    if current is not None and current.id != named:
        point_current(data, current.id)
    published = _published(data, current)
    return Mended(published, published.id != (current.id if current else None), tuple(notes))


def remember(data: Path, generation: Generation) -> None:
    """Note what is published, apart from the generation's own files."""
    content = {
        "id": generation.id,
        "batches": generation.batches,
        "tables": generation.manifest.get("tables", {}),
    }
    write_json(data / "ledger" / "published.json", content)


def _published(data: Path, current: Generation | None) -> Published:
    """What the note says, or the current generation where that is newer: a night died between flip and note."""
    note = read_json(data / "ledger" / "published.json")
    known = isinstance(note, dict) and isinstance(note.get("id"), str)
    if current is not None and (not known or current.id > note["id"]):
        remember(data, current)
        return Published(current.id, frozenset(current.batches), current.manifest.get("tables", {}))
    return Published(note["id"], frozenset(note["batches"]), note["tables"]) if known else Published()


def _end_publication(data: Path, generation_id: str) -> None:
    """The night died between giving a verified generation its place and the flip."""
    for generation in list_generations(data):
        if generation.id == generation_id and generation.id > (named_generation(data) or "") and is_intact(generation):
            point_current(data, generation.id)


def _mark_damaged(generation: Generation) -> None:
    # On a full disk there is no room for the mark; `current` still turns away from it.
    with suppress(OSError):
        durable.write_whole(generation.directory / DAMAGED, "")


def _clear_leftovers(data: Path) -> None:
    """What was not whole when a night died: nothing in it was ever part of archive or warehouse."""
    if (data / "building").exists():
        durable.remove_tree(data / "building")
    folders = (data, data / "ledger", data / "log", data / "archive")
    for folder in (*folders, *data.glob("archive/*/"), *data.glob("quarantine/*/")):
        for fresh in folder.glob(".*.new"):
            durable.remove(fresh)
    note = data / RUNNING
    if note.exists():
        for parquet in data.glob("archive/*/*.parquet"):
            # Older ones without a sidecar have lost it: those are the operator's to restore, never ours to remove.
            is_of_that_night = parquet.stat().st_mtime_ns >= note.stat().st_mtime_ns
            if is_of_that_night and not parquet.with_suffix(".json").exists():
                durable.remove(parquet)
