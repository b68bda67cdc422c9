"""Delete inbox files that are in the warehouse: they hold personal data, and nobody needs them any more."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from etl.inbox import InboxFile, is_unchanged, list_files
from etl.night import NightReport
from etl.trouble import tell
from warehouse.archive import read_batches
from warehouse.durable import remove
from warehouse.generations import current_generation


def purge(data: Path, inbox: Path, report: NightReport, *, days: int, now: datetime | None = None) -> NightReport:
    """Delete files that have been loaded, and not changed, for so many days; the report says how many.

    Only those whose batch is in the current generation: held, refused, growing and unknown files stay, since the
    inbox is the only place where they are whole. Each is read once more, lest another file lies under its name.
    """
    oldest = (now or datetime.now()) - timedelta(days=days)
    loaded_at = _published_at(data)
    purged = 0
    for file in list_files(inbox):
        if file.modified_at > oldest:
            continue
        try:
            loaded = loaded_at.get(_digest(file))
            if loaded is not None and loaded <= oldest and is_unchanged(file):
                remove(file.path)
                purged += 1
        except OSError as error:
            # What stops one stops the next: a folder without permission, a share that went away.
            return replace(report, purged=purged).with_problems([tell(error)])
    return replace(report, purged=purged)


def _published_at(data: Path) -> dict[str, datetime]:
    """When each content of the current generation was loaded, by its sha256."""
    current = current_generation(data)
    published = set(current.batches) if current else set()
    batches = [batch for batch in read_batches(data / "archive") if batch.name in published]
    return {str(batch.info["sha256"]): datetime.fromisoformat(batch.info["loaded_at"]) for batch in batches}


def _digest(file: InboxFile) -> str:
    with file.path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
