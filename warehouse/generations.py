"""Generations of the warehouse: build aside, publish by one atomic flip, keep seven, tell a damaged one, roll back."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse import durable
from warehouse.durable import make_folder, move, point, remove_tree, write_whole
from warehouse.seal import is_sealed, seal

KEPT = 7
# Nights do not follow each other faster than a reader can look again.
LOOKS = 5
DATABASE = "warehouse.duckdb"
MANIFEST = "manifest.json"
# Beside the files of a generation that a night found damaged: nobody opens it any more.
DAMAGED = "damaged"
LOCK_SECONDS = 0.5


class Busy(Exception):
    """Another job holds the writer's lock of this data directory."""


class NoGeneration(Exception):
    """There is no generation to open or to go back to."""


@dataclass(frozen=True)
class Generation:
    """One published, immutable warehouse; `directory` is the real path, never the `current` link."""

    id: str
    directory: Path
    manifest: dict[str, Any] = field(hash=False, compare=False)

    @property
    def database(self) -> Path:
        """The DuckDB file of this generation."""
        return self.directory / DATABASE

    @property
    def batches(self) -> list[str]:
        """The archive batches this generation was built from."""
        return list(self.manifest.get("batches", []))


def current_generation(data: Path, *, passed_over: Collection[str] = ()) -> Generation | None:
    """The published generation; where it is gone, damaged or one of `passed_over`, the newest good one before it."""
    named = named_generation(data)
    while named is not None:
        published = _read(data / "generations" / named) if named not in passed_over else None
        if published:
            return published
        # Not a damaged one, perhaps: a night may have flipped, and removed it, since the link was read.
        before, named = named, named_generation(data)
        if named == before:
            break
    good = [generation for generation in list_generations(data) if generation.id not in passed_over]
    # What is newer than the named one was rolled back, or is not published yet: only where there is nothing else.
    older = (generation for generation in good if named is None or generation.id < named)
    return next(older, next(iter(good), None))


def named_generation(data: Path) -> str | None:
    """The id that `current` names, whether or not there is such a generation."""
    try:
        return (data / "current").readlink().name
    except OSError:
        return None


def list_generations(data: Path) -> list[Generation]:
    """All complete generations, newest first."""
    folder = data / "generations"
    found = (_read(path) for path in sorted(folder.glob("*/"), reverse=True)) if folder.is_dir() else iter(())
    return [generation for generation in found if generation]


def current_and_kept(data: Path, *, passed_over: Collection[str] = ()) -> tuple[Generation | None, tuple[str, ...]]:
    """The published generation, and the names of those that stay beside it, newest first, as of one moment.

    A night leaves one more for a moment, before and after the flip: the one that is not yet current, and the one that
    is about to go. Newer ones than the current are told only where `current` was pointed back after they were there.
    """
    places: list[Path] = []
    current: Generation | None = None
    for _ in range(LOOKS):
        # Places first: what a night removes meanwhile is still among them, and what it adds shows as a strange name.
        places = sorted((data / "generations").glob("*/"), reverse=True)
        current = current_generation(data, passed_over=passed_over)
        if current is None or current.id in {place.name for place in places}:
            break
    if current is None:
        return None, ()
    turned = _turned_at(data / "current", current.id)
    names = [place.name for place in places if place.name <= current.id or _moved_at(place) < turned]
    return current, tuple(name for number, name in enumerate(names) if number < KEPT or name == current.id)


def _turned_at(link: Path, name: str) -> int:
    """When `current` was pointed at this generation, 0 where it names another."""
    try:
        turned = link.lstat().st_mtime_ns
        return turned if link.readlink().name == name else 0
    except OSError:
        return 0


def _moved_at(place: Path) -> int:
    """When a generation was moved into its place; one that has gone since was there before anything."""
    try:
        return place.stat().st_ctime_ns
    except FileNotFoundError:
        return 0


def read_generation(data: Path, name: str) -> Generation | None:
    """A complete generation by its name."""
    return _read(data / "generations" / name)


def _read(directory: Path) -> Generation | None:
    """A generation by its manifest; None where something is missing, cut off or not as it was sealed.

    The database itself is not read: that takes seconds, and `is_intact` does it once a night.
    """
    try:
        content = (directory / MANIFEST).read_bytes()
        manifest = json.loads(content)
        size = (directory / DATABASE).stat().st_size
        is_own = is_sealed(directory, MANIFEST, content=content)
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or size != manifest.get("database_bytes", size):
        return None
    is_good = is_own and not (directory / DAMAGED).exists()
    return Generation(directory.name, directory.resolve(), manifest) if is_good else None


def is_intact(generation: Generation) -> bool:
    """Whether every byte of the database is as it was sealed: one pass over the file."""
    try:
        return is_sealed(generation.directory, DATABASE)
    except OSError:
        return False


def new_generation_id(data: Path, now: datetime) -> str:
    """A name that sorts after every earlier one, even when the clock went back."""
    name = f"{now:%Y%m%dT%H%M%S}"
    taken = [path.name for path in (data / "generations").glob("*/")]
    newest = max(taken, default="")
    if name > newest:
        return name
    stem, _, number = newest.partition("-")
    return f"{stem}-{int(number or 1) + 1:04d}"


def publish(data: Path, building: Path, generation_id: str, manifest: dict[str, Any]) -> Generation:
    """Move a verified build into place and flip `current` to it; old generations beyond seven are removed."""
    durable.disk.sync(building / DATABASE)
    manifest = {**manifest, "database_bytes": (building / DATABASE).stat().st_size}
    write_json(building / MANIFEST, manifest)
    seal(building, (DATABASE, MANIFEST))
    target = data / "generations" / generation_id
    make_folder(target.parent)
    move(building, target)
    point_current(data, generation_id)
    # It is published whether or not the oldest can be removed; what could not be is tried again the next time.
    with suppress(OSError):
        remove_old(data)
    return Generation(generation_id, target.resolve(), manifest)


def point_current(data: Path, generation_id: str) -> None:
    """Flip `current` in one rename: a reader sees the old target or the new one, never none."""
    point(data / "current", Path("generations") / generation_id)


def remove_old(data: Path) -> None:
    """Keep the newest seven generations and the current one; damaged ones go too, a new one has come for them."""
    current = current_generation(data)
    kept = {generation.id for generation in (*list_generations(data)[:KEPT], current) if generation}
    for place in sorted((data / "generations").glob("*/")):
        if place.name not in kept:
            remove_generation(data, place)


def remove_generation(data: Path, directory: Path) -> None:
    """Take a generation away: in one step out of sight, and then from the disk."""
    aside = data / "building" / f"removed-{directory.name}"
    make_folder(aside.parent)
    durable.disk.replace(directory, aside)
    remove_tree(aside)


def previous_generation(data: Path, generation_id: str | None = None, *, without: Collection[str] = ()) -> Generation:
    """The generation to go back to: the named one, or the newest older one that has none of these batches."""
    current = current_generation(data)
    for generation in list_generations(data):
        is_older = current is None or generation.id < current.id
        is_wanted = is_older and not set(generation.batches) & set(without)
        if generation.id == generation_id or (generation_id is None and is_wanted):
            return generation
    raise NoGeneration(generation_id or "no older generation")


@contextmanager
def writer_lock(data: Path) -> Iterator[None]:
    """One writer at a time per data directory; released by the system when the process ends.

    Raises:
        Busy: another process holds it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / ".lock").open("a") as handle:
        # Whoever only asks whether somebody is writing holds it for a moment.
        patience = time.monotonic() + LOCK_SECONDS
        while not _locked(handle.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > patience:
                raise Busy(str(data))
            time.sleep(LOCK_SECONDS / 10)
        yield


def is_being_written(data: Path) -> bool:
    """Whether a job holds the writer's lock at this moment."""
    try:
        with (data / ".lock").open() as handle:
            return not _locked(handle.fileno(), fcntl.LOCK_SH)
    except OSError:
        return False


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_json(path: Path, content: object) -> None:
    """Write a JSON file whole or not at all; an object with a line for each of its fields.

    Indented all through, a manifest of a few thousand batches would take a quarter of a second.
    """
    if isinstance(content, dict) and content:
        fields = (f"{_json(str(name))}: {_json(value)}" for name, value in content.items())
        write_whole(path, "{\n " + ",\n ".join(fields) + "\n}")
    else:
        write_whole(path, _json(content))


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None where it is missing or unreadable."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def last_night(data: Path) -> dict[str, Any] | None:
    """What the last refresh reported (`data/last_night.json`), or None before the first night."""
    report = read_json(data / "last_night.json")
    return report if isinstance(report, dict) else None
