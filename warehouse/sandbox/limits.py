"""How much one query may take: of time, memory, rows and bytes."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one query may take.

    Attributes:
        seconds: the engine stops by itself after this long; the worker is killed half a second later, whatever it does.
        memory_bytes: what the engine may use; the whole worker may use half as much again, and not a byte more.
        rows: rows of the answer; what is beyond is left out and told (`Result.is_truncated`).
        bytes: size of the answer in Arrow; likewise, but an answer of which not one row fits is an error.
        sql_bytes: length of the statement in UTF-8.
    """

    seconds: float = 4.0
    memory_bytes: int = 512 * MEGABYTE
    rows: int = 10_000
    bytes: int = 16 * MEGABYTE
    sql_bytes: int = 256 * 1024


SCREEN = Limits()
# An explicit download may take longer and be larger; it waits in the same queue.
DOWNLOAD = Limits(seconds=30.0, memory_bytes=1024 * MEGABYTE, rows=1_000_000, bytes=256 * MEGABYTE)
