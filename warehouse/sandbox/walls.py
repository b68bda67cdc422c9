"""The walls around a query, from the outside in: each holds by itself, and tests switch all but one off to see it.

Everything a worker needs is open before the walls close: the database file and the socket to the board. After that
it can compute, and answer on that socket.
"""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from warehouse.sandbox import landlock, seccomp
from warehouse.sandbox.limits import Limits


class Wall(StrEnum):
    """What stands between a statement and the machine."""

    GUARD = "guard"
    SETTINGS = "settings"
    RESOURCES = "resources"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"


ALL = frozenset(Wall)
# The board goes first where both want the processor.
NICENESS = 5
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class WallFound:
    """One wall of this machine: whether it stands, and what was found."""

    wall: Wall
    stands: bool
    found: str


def examine() -> list[WallFound]:
    """Which walls this machine offers; the first three need nothing but a Unix."""
    offered = landlock.version()
    return [
        WallFound(Wall.GUARD, True, "语句、表、函数白名单 / allow-list of statements, tables, functions"),
        WallFound(Wall.SETTINGS, True, "引擎设置已锁 / engine settings locked"),
        WallFound(Wall.RESOURCES, True, "内存、时间、描述符上限 / limits of memory, time, descriptors"),
        WallFound(Wall.LANDLOCK, offered > 0, f"Landlock ABI {offered}" if offered else "无 / none: Linux ≥ 5.13"),
        WallFound(Wall.SECCOMP, seccomp.is_offered(), f"seccomp, {os.uname().machine}"),
    ]


def become_unimportant(limits: Limits) -> None:
    """Before anything is read: the first to be killed when memory is short, no core file, no file written."""
    os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seconds = int(limits.seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def close(walls: frozenset[Wall], limits: Limits) -> None:
    """Shut what the process can do, once its database is open."""
    seccomp.forbid_new_privileges()
    if Wall.RESOURCES in walls:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        size = _address_space() + limits.memory_bytes * 3 // 2
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    if Wall.LANDLOCK in walls:
        landlock.restrict()
    if Wall.RESOURCES in walls:
        # Not one more descriptor: no file, no directory, no socket. After Landlock, whose rules are one.
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    if Wall.SECCOMP in walls:
        seccomp.restrict()


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
