"""A disk whose n-th step fails, or on which the process dies, once: for the steps that `warehouse.durable` takes."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse import durable
from warehouse.durable import Disk

FAULTS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}
# Before the step, and after it: between them lies all that the step changes.
KILLS = ("kill", "kill_after")


class Died(BaseException):
    """What stands for the end of the process where that is also the test's own: no `except Exception` meets it."""


class FaultyDisk(Disk):
    """Takes steps as `Disk` does, keeps their names, and lets the one that `at` numbers or names meet `fault`.

    A write meets it when half is written: that is what a full disk and a dead process leave.
    """

    def __init__(self, at: int | str | None = None, fault: str = "") -> None:
        self.at, self.fault = at, fault
        self.steps: list[str] = []

    def _take(self, name: str, path: Path, *rest: Any) -> None:
        told = f"{name} {path.name}"
        is_now = self.at == len(self.steps) or (self.at == told and told not in self.steps)
        self.steps.append(told)
        step = getattr(super(), name)
        if not is_now:
            step(path, *rest)
            return
        if self.fault == "kill_after":
            step(path, *rest)
        elif name in ("write", "append"):
            content, *more = rest
            step(path, content[: len(content) // 2], *more)
        if self.fault in KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "die":
            raise Died(told)
        number = FAULTS[self.fault]
        raise OSError(number, os.strerror(number), str(path))

    def make_folder(self, path: Path) -> None:
        self._take("make_folder", path)

    def write(self, path: Path, content: bytes, mode: int) -> None:
        self._take("write", path, content, mode)

    def append(self, path: Path, content: bytes) -> None:
        self._take("append", path, content)

    def sync(self, path: Path) -> None:
        self._take("sync", path)

    def replace(self, source: Path, target: Path) -> None:
        self._take("replace", source, target)

    def symlink(self, link: Path, target: Path) -> None:
        self._take("symlink", link, target)

    def hard_link(self, source: Path, target: Path) -> None:
        self._take("hard_link", source, target)

    def remove(self, path: Path) -> None:
        self._take("remove", path)

    def remove_tree(self, path: Path) -> None:
        self._take("remove_tree", path)


@contextmanager
def faulty(at: int | str | None = None, fault: str = "") -> Iterator[FaultyDisk]:
    """Let all of the job's own writing go through such a disk."""
    sound, durable.disk = durable.disk, FaultyDisk(at, fault)
    try:
        yield durable.disk
    finally:
        durable.disk = sound
