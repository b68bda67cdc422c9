"""What a night changes in the list of batches: those of the last generation beside those of the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from warehouse.archive import ArchiveBatch, Numbered, number_batches
from warehouse.reference import reference_fingerprint

Window = tuple[date, date]
# A snapshot of one of these restates all of it.
WITHOUT_PERIOD = frozenset({"org", "population", "annotation", "visit_target"})

# Times the size of a file with as many rows that was written in one go.
MOST_GROWTH = 1.05
# Of a file. A night's changes leave some 35 blocks half filled, whatever is stored: of a smaller file more than
# MOST_GROWTH allows, so that the changed copy would be thrown away, and building everything takes seconds.
SMALL_BYTES = 40_000_000


class NeedsFull(Exception):
    """Why this night cannot be worked out from the last generation, so that everything is built again."""


@dataclass(frozen=True)
class Base:
    """The generation to go on from: its file, its manifest, and its batches as the archive has them."""

    database: Path
    manifest: Mapping[str, Any]
    batches: Sequence[ArchiveBatch]


def why_full(base: Base, code_version: str) -> str | None:
    """Why the last generation is no ground to build on; None where it is."""
    manifest = base.manifest
    made_by = (manifest.get("code_version"), manifest.get("duckdb_version"), manifest.get("reference"))
    if made_by != (code_version, duckdb.__version__, reference_fingerprint()):
        return "the program or a code table has changed"
    if len(base.batches) != len(manifest["batches"]):
        return "a batch of the last generation is no longer in the archive"
    if base.database.stat().st_size < SMALL_BYTES:
        return "so small that building it whole costs little, and leaves the file in one piece"
    return None


def has_grown(base: Base, database: Path, rows: int) -> bool:
    """Whether a changed copy holds so much free and half-filled space that it should be written anew."""
    return database.stat().st_size > float(base.manifest["bytes_per_row"]) * rows * MOST_GROWTH


@dataclass(frozen=True)
class Deliveries:
    """Batches of the last generation (`before`) and of the next (`after`), numbered together in delivery order."""

    before: Sequence[ArchiveBatch]
    after: Sequence[ArchiveBatch]

    @cached_property
    def numbered(self) -> Numbered:
        """Every batch of either, with its number in its feed."""
        return number_batches({batch.name: batch for batch in (*self.before, *self.after)}.values())

    @cached_property
    def numbered_before(self) -> Numbered:
        """The batches of the last generation."""
        names = {batch.name for batch in self.before}
        return [(number, batch) for number, batch in self.numbered if batch.name in names]

    @cached_property
    def numbered_after(self) -> Numbered:
        """The batches of the next generation."""
        names = {batch.name for batch in self.after}
        return [(number, batch) for number, batch in self.numbered if batch.name in names]

    @cached_property
    def changed(self) -> Numbered:
        """Batches that came, or went (held, rolled back)."""
        one, other = ({batch.name for batch in side} for side in (self.before, self.after))
        return [(number, batch) for number, batch in self.numbered if (batch.name in one) != (batch.name in other)]

    def changed_numbers(self, feed: str, *, came: bool | None = None) -> list[int]:
        """Numbers of the batches of a feed that came or went; with `came` only those, or only these."""
        after = {batch.name for batch in self.after}
        return [
            number
            for number, batch in self.changed
            if batch.feed == feed and (came is None or (batch.name in after) == came)
        ]

    def restated(self, feed: str) -> Iterator[tuple[int, ArchiveBatch, Window | None]]:
        """Batches some of whose records a changed snapshot counts out, or no longer does, and its days (None: all)."""
        held = [(number, batch) for number, batch in self.numbered if batch.feed == feed]
        changed = {batch.name for _, batch in self.changed}
        snapshots = [(number, batch) for number, batch in held if batch.info["delivery"] == "snapshot"]
        unchanged = [(number, batch) for number, batch in snapshots if batch.name not in changed]
        for last, snapshot in snapshots:
            if snapshot.name in changed:
                for number, batch in held:
                    is_met = number < last and batch.records and batch.name not in changed and _meets(snapshot, batch)
                    # What another snapshot restates as a whole counts for nothing, before and after.
                    if is_met and not any(number < n and _restates_all(other, batch) for n, other in unchanged):
                        yield number, batch, None if feed in WITHOUT_PERIOD else _window(snapshot)


def _meets(snapshot: ArchiveBatch, batch: ArchiveBatch) -> bool:
    """Whether a snapshot may count out records of a batch: days are only known roughly, from the sidecar."""
    if snapshot.info["mapping"] != batch.info["mapping"]:
        return False
    window, first, last = _window(snapshot), batch.info.get("earliest_on"), batch.info.get("latest_on")
    if batch.feed in WITHOUT_PERIOD or window is None:
        return batch.feed in WITHOUT_PERIOD
    return not first or not last or (window[0] <= _day(last) and _day(first) <= window[1])


def _restates_all(snapshot: ArchiveBatch, batch: ArchiveBatch) -> bool:
    """Whether a snapshot of the whole bureau covers every day of a batch."""
    if snapshot.info["mapping"] != batch.info["mapping"] or snapshot.info.get("reports_for", "bureau") != "bureau":
        return False
    window, first, last = _window(snapshot), batch.info.get("earliest_on"), batch.info.get("latest_on")
    if batch.feed in WITHOUT_PERIOD or not (window and first and last):
        return batch.feed in WITHOUT_PERIOD
    return window[0] <= _day(first) and _day(last) <= window[1]


def _window(batch: ArchiveBatch) -> Window | None:
    start, end = batch.info.get("window") or (None, None)
    return (_day(start), _day(end)) if start and end else None


def _day(text: str) -> date:
    return date.fromisoformat(str(text))
