"""Who asked what of which generation, and what came of it: JSON lines by month, appended only, kept 180 days and more.

The statement is written without identifiers of persons (warehouse.redaction); answers and error texts are not written
at all. A query that cannot be written down is not answered.
"""

from __future__ import annotations

import calendar
import json
import os
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.durable import is_cut_off, read_entries

FOLDER = "audit"
KEPT = timedelta(days=180)
_LONGEST = 20_000


@dataclass(frozen=True)
class Entry:
    """One line.

    Attributes:
        at: local time with its offset.
        verdict: `answered`, `refused` or `exceeded`; `code` says which sentence was given.
        rows, bytes: of the answer; milliseconds: of the worker, where it answered, else of the whole.
    """

    at: str
    user: str
    generation: str
    sql: str
    parameters: str
    verdict: str
    code: str | None
    rows: int
    bytes: int
    milliseconds: float


def folder_of(database: Path) -> Path | None:
    """The audit of the data directory that a generation's file belongs to; None for any other file."""
    generations = database.parent.parent
    return generations.parent / FOLDER if generations.name == "generations" else None


def without_identifiers(text: object) -> str:
    """What may be written of a statement or of its parameters."""
    # Imported here: the warm parent of the workers loads this package, and has no use for polars.
    from warehouse.redaction import redact

    # Cut last: a number cut in half would be overlooked. What is cut before is far more than is kept.
    return redact(str(text)[: 4 * _LONGEST])[:_LONGEST]


def record(folder: Path, entry: Entry, now: datetime) -> None:
    """Append one line to the month's file; with a new month, months that ended more than 180 days ago go.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now:%Y-%m}.jsonl"
    is_new = not path.exists()
    # A line that a full disk cut off is ended first: it is lost, this one is not.
    line = b"\n" * is_cut_off(path) + json.dumps(asdict(entry)).encode() + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # One call: lines of two processes cannot mix.
        if os.write(descriptor, line) != len(line):
            raise OSError("the line was not written whole")
    finally:
        os.close(descriptor)
    if is_new:
        remove_old(folder, now.date())


def remove_old(folder: Path, today: date) -> None:
    """Remove the files of months that ended more than 180 days ago; other files are not touched."""
    for path in folder.glob("????-??.jsonl"):
        year, _, month = path.stem.partition("-")
        if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
            continue
        last = date(int(year), int(month), calendar.monthrange(int(year), int(month))[1])
        if today - last > KEPT:
            path.unlink(missing_ok=True)


def read(folder: Path) -> list[dict[str, Any]]:
    """All lines that are kept, oldest first; one that a full disk cut off is passed over."""
    return [entry for path in sorted(folder.glob("????-??.jsonl")) for entry in read_entries(path)]
