"""The whole night: load what is new, build aside, pass the gate, verify, publish."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from etl.gate import shrunken_feeds, shrunken_snapshots
from etl.ledger import BatchStates, judging_context, read_states, write_states
from etl.mapping import read_mappings
from etl.night import (
    NightReport,
    Publication,
    base_of,
    build_candidate,
    clear_building,
    load_inbox,
    verify_generation,
)
from etl.pseudonyms import ensure_key
from warehouse.archive import ArchiveBatch, read_batches
from warehouse.build import Base, Unbalanced
from warehouse.generations import current_generation, heal_current, publish, write_json, writer_lock
from warehouse.redaction import redact


def refresh(
    data: Path,
    *,
    inbox: Path | None = None,
    sources: Path | None = None,
    full: bool = False,
    accept_drop: bool = False,
) -> NightReport:
    """Run one night over `data`.

    Args:
        inbox: where the files are; default `data/inbox`.
        sources: a folder with the bureau's own mappings.
        full: build everything from the archive, although nothing may be new.
        accept_drop: publish although records would fall.

    Raises:
        MappingError, WrongKey, Busy: nothing was touched.
    """
    with writer_lock(data):
        clear_building(data)
        heal_current(data)
        mappings = read_mappings(sources)
        key = ensure_key(data / "archive")
        loaded = load_inbox(data, inbox or data / "inbox", mappings, key, judging_context(mappings))
        report = publish_night(data, loaded, full=full, accept_drop=accept_drop)
        write_json(data / "last_night.json", report.as_json())
        return report


def publish_night(data: Path, loaded: NightReport, *, full: bool, accept_drop: bool) -> NightReport:
    """Build and publish everything accepted; batches that the gate stops are held and the rest goes on."""
    current, states = current_generation(data), read_states(data)
    published = set(current.batches) if current else set()
    archived = read_batches(data / "archive")
    base = "asked for" if full else base_of(data, archived)
    accepted = [batch for batch in archived if batch.name not in states.held]
    new = [batch for batch in accepted if batch.name not in published]
    if not new and not full:
        return loaded
    before = current.manifest["tables"] if current else {}
    report, sound = loaded, None
    stopped: list[str] = [] if accept_drop else _stopped_snapshots(accepted, new, states)
    while sound is None:
        report, states, accepted = _hold(report, states, accepted, stopped)
        new = [batch for batch in accepted if batch.name not in published]
        if not accepted or not (new or full):
            break
        candidate, broken = attempt(data, accepted, loaded, base)
        report = report.with_problems(broken)
        if candidate is None and not new:
            return replace(report, failed=True)
        # What cannot be read holds all that is new; what would shrink holds its own feed.
        stopped = [batch.name for batch in new] if candidate is None else []
        if candidate is not None and not accept_drop:
            stopped = _stopped_feeds(before, candidate, new, states)
        sound = None if stopped else candidate
    write_states(data, states.published(batch.name for batch in accepted) if sound else states)
    if sound is None:
        return report
    generation = publish(data, sound.directory, sound.generation_id, sound.manifest)
    built, reason = sound.manifest["built"], sound.manifest["reason"]
    return replace(report, generation=generation.id, is_published=True, built=built, reason=reason)


def attempt(
    data: Path, accepted: list[ArchiveBatch], night: NightReport, base: Base | str
) -> tuple[Publication | None, list[str]]:
    """Build and read back; what went wrong, in words, where nothing sound came of it.

    What does not come out sound from the last generation is built from the archive alone, before anything is held.
    """
    try:
        candidate = build_candidate(data, accepted, night, base)
        began = time.perf_counter()
        broken = verify_generation(candidate.directory)
        candidate.manifest["seconds"]["verify"] = round(time.perf_counter() - began, 3)
    except (Unbalanced, duckdb.Error, OSError) as error:
        candidate, broken = None, [redact(f"{type(error).__name__}: {error}")]
    if broken and not isinstance(base, str):
        return attempt(data, accepted, night, f"not sound from the last generation: {broken[0]}")
    return (None if broken else candidate), broken


def _stopped_snapshots(accepted: list[ArchiveBatch], new: list[ArchiveBatch], states: BatchStates) -> list[str]:
    names = {batch.name for batch in new}
    standing = [batch for batch in accepted if batch.name not in names]
    return shrunken_snapshots(standing, [batch for batch in new if batch.name not in states.staged])


def _stopped_feeds(
    before: dict[str, int], candidate: Publication, new: list[ArchiveBatch], states: BatchStates
) -> list[str]:
    """New, unstaged batches of the feeds that would shrink."""
    feeds = shrunken_feeds(before, candidate.manifest["tables"])
    return [batch.name for batch in new if batch.info["feed"] in feeds and batch.name not in states.staged]


def _hold(
    report: NightReport, states: BatchStates, accepted: list[ArchiveBatch], stopped: list[str]
) -> tuple[NightReport, BatchStates, list[ArchiveBatch]]:
    if not stopped:
        return report, states, accepted
    reason = "records would fall by more than 5 % and more than 20, or a table could not be read"
    held = states.hold(stopped, reason, datetime.now())
    return report.with_held(stopped), held, [batch for batch in accepted if batch.name not in stopped]
