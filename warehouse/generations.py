"""Generations of the warehouse: build aside, publish by one atomic flip, keep seven, roll back."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

KEPT = 7
# Nights do not follow each other faster than a reader can look again.
LOOKS = 5
DATABASE = "warehouse.duckdb"
MANIFEST = "manifest.json"


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


def current_generation(data: Path) -> Generation | None:
    """The published generation; where `current` dangles, the newest good one; None where there is none."""
    link = data / "current"
    if link.is_symlink():
        published = _read(link.resolve())
        if published:
            return published
    return next(iter(list_generations(data)), None)


def list_generations(data: Path) -> list[Generation]:
    """All complete generations, newest first."""
    folder = data / "generations"
    found = (_read(path) for path in sorted(folder.glob("*/"), reverse=True)) if folder.is_dir() else iter(())
    return [generation for generation in found if generation]


def current_and_kept(data: Path) -> tuple[Generation | None, tuple[str, ...]]:
    """The published generation, and the names of those that stay beside it, newest first, as of one moment.

    A night leaves one more for a moment, before and after the flip: the one that is not yet current, and the one that
    is about to go. Newer ones than the current are told only where `current` was pointed back after they were there.
    """
    places: list[Path] = []
    current: Generation | None = None
    for _ in range(LOOKS):
        # Places first: what a night removes meanwhile is still among them, and what it adds shows as a strange name.
        places = sorted((data / "generations").glob("*/"), reverse=True)
        current = current_generation(data)
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
    try:
        manifest = json.loads((directory / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    complete = (directory / DATABASE).is_file() and isinstance(manifest, dict)
    return Generation(directory.name, directory.resolve(), manifest) if complete else None


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
    write_json(building / MANIFEST, manifest)
    _sync(building / DATABASE)
    _sync(building)
    target = data / "generations" / generation_id
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(building, target)
    _sync(target.parent)
    point_current(data, generation_id)
    remove_old(data)
    return Generation(generation_id, target.resolve(), manifest)


def point_current(data: Path, generation_id: str) -> None:
    """Flip `current` in one rename: a reader sees the old target or the new one, never none."""
    fresh = data / ".current.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("generations") / generation_id)
    os.replace(fresh, data / "current")
    _sync(data)


def heal_current(data: Path) -> None:
    """Where `current` dangles, let it name the newest good generation again."""
    link, good = data / "current", current_generation(data)
    if link.is_symlink() and not link.exists() and good is not None:
        point_current(data, good.id)


def remove_old(data: Path) -> None:
    """Keep the newest seven generations and the current one."""
    current = current_generation(data)
    for generation in list_generations(data)[KEPT:]:
        if current is None or generation.id != current.id:
            shutil.rmtree(generation.directory)


def previous_generation(data: Path, generation_id: str | None = None) -> Generation:
    """The generation to go back to: the named one, or the newest that is older than the current one."""
    current = current_generation(data)
    for generation in list_generations(data):
        is_older = current is None or generation.id < current.id
        if generation.id == generation_id or (generation_id is None and is_older):
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
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(str(data)) from error
        yield


def write_json(path: Path, content: object) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as handle:
        json.dump(content, handle, ensure_ascii=False, indent=1, default=str)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(fresh, path)


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


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
