"""Files that are there whole or not at all, whenever the machine stops: what the job writes itself goes through here.

Every step is one method of `Disk`: there it can be watched, and tests let each step fail, or the process end, once.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

READABLE = 0o644


class Disk:
    """The steps that writing takes."""

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it."""
        path.mkdir(parents=True, exist_ok=True)

    def write(self, path: Path, content: bytes, mode: int) -> None:
        """Write a file from its beginning; `mode` holds before the first byte is in it."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as handle:
            handle.write(content)

    def append(self, path: Path, content: bytes) -> None:
        """Write at the end of a file."""
        with path.open("ab") as handle:
            handle.write(content)

    def sync(self, path: Path) -> None:
        """Wait until a file, or what a folder lists, is on the disk."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """Rename in one step over whatever is there."""
        os.replace(source, target)

    def symlink(self, link: Path, target: Path) -> None:
        """Make a symbolic link."""
        link.symlink_to(target)

    def hard_link(self, source: Path, target: Path) -> None:
        """Give a file a second name, which must not exist yet."""
        os.link(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file or a link, where it is there."""
        path.unlink(missing_ok=True)

    def remove_tree(self, path: Path) -> None:
        """Remove a folder with all that is in it, where it is there."""
        if path.is_dir():
            shutil.rmtree(path)


disk = Disk()


def fresh_name(path: Path) -> Path:
    """Where a file is written before it is whole; what a crash leaves under such a name may be thrown away."""
    return path.with_name(f".{path.name}.new")


def make_folder(path: Path) -> None:
    """A folder whose entry is on the disk too."""
    if not path.is_dir():
        disk.make_folder(path)
        disk.sync(path.parent)


def write_whole(path: Path, content: str, *, mode: int = READABLE) -> None:
    """Write a text file whole or not at all, over the one that is there."""
    make_folder(path.parent)
    fresh = fresh_name(path)
    disk.write(fresh, content.encode(), mode)
    move(fresh, path)


def write_new(path: Path, content: str, *, mode: int) -> None:
    """Write a text file whole or not at all.

    Raises:
        FileExistsError: there is one already; it stays as it is.
    """
    fresh = fresh_name(path)
    disk.remove(fresh)
    disk.write(fresh, content.encode(), mode)
    disk.sync(fresh)
    try:
        disk.hard_link(fresh, path)
    finally:
        disk.remove(fresh)
    disk.sync(path.parent)


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """Add lines that are on the disk when this returns; one that a crash cut off is ended first, and stays cut off."""
    make_folder(path.parent)
    disk.append(path, ("\n" * is_cut_off(path) + "".join(f"{line}\n" for line in lines)).encode())
    disk.sync(path)


def read_entries(path: Path) -> list[Any]:
    """The JSON values of a file of lines, oldest first; one that a crash cut off, maybe within a character, is none."""
    entries = []
    for line in path.read_bytes().split(b"\n") if path.is_file() else ():
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue
    return entries


def is_cut_off(path: Path) -> bool:
    """Whether the last line of a file has no end."""
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as handle:
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) != b"\n"


def move(source: Path, target: Path) -> None:
    """Give a finished file or folder its place: its bytes first, then its name."""
    disk.sync(source)
    disk.replace(source, target)
    disk.sync(target.parent)


def point(link: Path, target: Path) -> None:
    """Let a symbolic link name another target in one step: a reader sees the old one or the new one, never none."""
    fresh = fresh_name(link)
    disk.remove(fresh)
    disk.symlink(fresh, target)
    disk.replace(fresh, link)
    disk.sync(link.parent)


def remove(path: Path) -> None:
    """Remove a file for good."""
    disk.remove(path)
    disk.sync(path.parent)


def remove_tree(path: Path) -> None:
    """Remove a folder that nothing names any more; a crash may leave some of it, which the next removal finds."""
    disk.remove_tree(path)
