"""The steps of a night: load the inbox, build a candidate, verify it in a fresh process; and its report."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from etl.archive import write_templates
from etl.feeds import FEEDS
from etl.inbox import Fingerprints, InboxFile, complete_files, identify, is_unchanged, list_files
from etl.job import Job
from etl.ledger import code_version, read_refused, refuse
from etl.load import load_file
from etl.mapping import Mapping
from etl.organisations import NAMED, Organisations, organisations_of
from etl.progress import Silent, Watcher
from etl.pseudonyms import Key
from etl.readers import Table, Unreadable
from etl.trouble import is_of_machine, tell
from warehouse.archive import ArchiveBatch, read_batches
from warehouse.build import Base, build
from warehouse.durable import make_folder, remove_tree
from warehouse.generations import DATABASE, MANIFEST, current_generation, new_generation_id, write_json
from warehouse.redaction import redact

ROOT = Path(__file__).resolve().parent.parent
# The exit code of `warehouse.verify` for a database that is not what was built.
UNSOUND = 1
# What the engine may take of memory while it builds, as "500MB"; beyond it goes to the disk. Without it: most of it.
MEMORY_LIMIT = "FENGQIAO_MEMORY_LIMIT"
ORDER = {"none": -1, **{name: number for number, name in enumerate(FEEDS)}}


SILENT = Silent()


@dataclass(frozen=True)
class NightReport:
    """What a night did; `exit_code` as in the table of commands."""

    started_at: str
    generation: str | None = None
    is_published: bool = False
    built: str | None = None
    reason: str | None = None
    failed: bool = False
    loaded: tuple[dict[str, Any], ...] = ()
    refused: tuple[dict[str, Any], ...] = ()
    growing: tuple[str, ...] = ()
    purged: int = 0
    held: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 published and well, or nothing new; 3 published with refusals or held batches; 1 nothing came of it."""
        trouble = bool(self.refused or self.held or self.problems)
        if self.failed or (trouble and not self.is_published):
            return 1
        return 3 if trouble else 0

    def with_held(self, batches: Sequence[str]) -> NightReport:
        """The report with more batches held."""
        return replace(self, held=(*self.held, *batches))

    def with_problems(self, problems: Sequence[str]) -> NightReport:
        """The report with more problems told."""
        return replace(self, problems=(*self.problems, *problems))

    def as_failed(self, problem: str) -> NightReport:
        """The report of a night that could not go on."""
        return replace(self, failed=True, problems=(*self.problems, problem))

    def as_json(self) -> dict[str, Any]:
        """The report as it is stored in `last_night.json` and printed by `refresh --json`."""
        finished = datetime.now().isoformat(timespec="seconds")
        return asdict(self) | {"finished_at": finished, "exit_code": self.exit_code}


@dataclass(frozen=True)
class Publication:
    """A candidate: built aside, not yet visible."""

    directory: Path
    generation_id: str
    manifest: dict[str, Any]


def load_inbox(
    data: Path,
    inbox: Path,
    mappings: Sequence[Mapping],
    key: Key,
    context: str,
    watcher: Watcher = SILENT,
) -> NightReport:
    """Archive every new file of the inbox, organisations first; what cannot be read is refused once."""
    now = datetime.now()
    unreached: list[Exception] = []
    files, growing = complete_files(list(list_files(inbox, on_error=unreached.append)))
    fingerprints = Fingerprints(data)
    archived = read_batches(data / "archive")
    known = {str(batch.info["sha256"]) for batch in archived}
    known |= {entry["sha256"] for entry in read_refused(data) if entry["context"] == context}
    found: list[tuple[InboxFile, str, Mapping, Table]] = []
    loaded: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []

    def set_back(file: InboxFile, sha256: str, error: Exception) -> None:
        """Say why a file is not loaded: what is not the same any more is left for the next night."""
        if not is_unchanged(file):
            growing.append(file)
        elif isinstance(error, Unreadable):
            refused.append(refuse(data, file, sha256, error, context, now))
        else:
            unreached.append(error)

    for file in files:
        sha256 = ""
        try:
            sha256 = fingerprints.of(file)
            if sha256 not in known:
                known.add(sha256)
                found.append((file, sha256, *identify(file.path, mappings)))
        except Exception as error:
            set_back(file, sha256, error)
    job = Job(data, key, known_organisations(archived), now, context, code_version(), watcher)
    watcher.begin(len(found))
    failure = None
    for file, sha256, mapping, table in sorted(found, key=lambda one: (ORDER[one[2].feed], one[0].name)):
        try:
            info = load_file(file, sha256, mapping, table, job)
        except Exception as error:
            if is_of_machine(error):
                # What is archived stays, and is published by the next night; the rest waits in the inbox.
                failure = error
                break
            # No single file, not even one that nobody foresaw, keeps the others out.
            set_back(file, sha256, error)
            continue
        loaded.append(info)
        if info["feed"] == "org" or info["registered"]["org"]:
            job = job.knowing(known_organisations(read_batches(data / "archive")))
    fingerprints.save()
    report = NightReport(
        now.isoformat(timespec="seconds"),
        loaded=tuple(loaded),
        refused=tuple(refused),
        growing=tuple(redact(file.name) for file in growing),
        problems=tuple(tell(error) for error in unreached),
    )
    return report.as_failed(tell(failure)) if failure else report


def known_organisations(batches: Sequence[ArchiveBatch]) -> Organisations:
    """Organisations from the archived org feed and from what other files registered, in delivery order."""
    frames = [pl.DataFrame(schema=NAMED)]
    for batch in batches:
        if batch.info["feed"] == "org":
            frames.append(pl.read_parquet(batch.parquet, columns=list(NAMED)))
        elif batch.info["registered"]["org"]:
            entries = pl.DataFrame(batch.info["registered"]["org"], schema_overrides=dict(NAMED))
            absent = {name: pl.lit(None, dtype) for name, dtype in NAMED.items() if name not in entries.columns}
            frames.append(entries.with_columns(**absent).select(NAMED.keys()))
    return organisations_of(pl.concat(frame.cast(NAMED) for frame in frames))  # type: ignore[arg-type]


def base_of(data: Path, archived: Sequence[ArchiveBatch]) -> Base | str:
    """The current generation, to go on from; or why there is none."""
    current = current_generation(data)
    if current is None:
        return "there is no generation to go on from"
    by_name = {batch.name: batch for batch in archived}
    return Base(current.database, current.manifest, [by_name[name] for name in current.batches if name in by_name])


def build_candidate(data: Path, batches: Sequence[ArchiveBatch], night: NightReport, base: Base | str) -> Publication:
    """Build a generation aside from the accepted batches, from `base` where that will do; its manifest beside it."""
    now = datetime.now()
    generation_id = new_generation_id(data, now)
    directory = data / "building" / generation_id
    remove_tree(directory)
    make_folder(directory)
    templates = write_templates(directory / "templates")
    result = build(
        directory,
        batches=batches,
        templates=templates,
        generation_id=generation_id,
        built_at=now,
        code_version=code_version(),
        refused=night.refused,
        memory_limit=os.environ.get(MEMORY_LIMIT),
        base=base,
        index=data / "key_index",
    )
    remove_tree(templates)
    manifest = {
        "id": generation_id,
        "built_at": now.isoformat(timespec="seconds"),
        "code_version": code_version(),
        "batches": [batch.name for batch in batches],
        **result.manifest,
    }
    write_json(directory / MANIFEST, manifest)
    return Publication(directory, generation_id, manifest)


def verify_generation(directory: Path) -> list[str]:
    """Read every column of every table back in a fresh process; what was wrong, in words.

    Raises:
        ChildProcessError: that process did not get to the end of it.
    """
    limit = os.environ.get(MEMORY_LIMIT)
    files = [str(directory / name) for name in (DATABASE, MANIFEST)]
    command = [sys.executable, "-m", "warehouse.verify", *files, *([limit] if limit else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    if done.returncode != UNSOUND:
        raise ChildProcessError(f"verification stopped with {done.returncode}")
    told = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return told[-5:] or ["verification failed"]
