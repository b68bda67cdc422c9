"""How the board and a worker talk: frames of one kind, a length and that many bytes, over one socket.

The board trusts no frame: a length beyond what is left of its allowance, an unknown kind or a stream that ends early
is a broken worker, and a deadline holds for every read.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

_HEADER = struct.Struct(">cQ")
CHUNK = 1 << 18


class Kind(Enum):
    """What a frame is."""

    REQUEST = b"Q"
    COLUMNS = b"C"
    SCHEMA = b"S"
    BATCH = b"B"
    DONE = b"D"
    REFUSED = b"R"
    EXCEEDED = b"X"


@dataclass(frozen=True)
class Frame:
    """One message."""

    kind: Kind
    body: bytes

    def json(self) -> Any:
        """The body as JSON; BrokenStream where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BrokenStream("no JSON") from error


class BrokenStream(Exception):
    """The other side ended, or sent what no honest side sends."""


class TooLarge(Exception):
    """A frame is larger than what may still come."""


def send(connection: socket.socket, kind: Kind, body: bytes | memoryview, *, deadline: float | None = None) -> None:
    """Send one frame; with a deadline (monotonic seconds) TimeoutError is raised when it passes."""
    for part in (memoryview(_HEADER.pack(kind.value, len(body))), memoryview(body)):
        while part:
            if deadline is not None:
                _wait(connection, deadline, select.POLLOUT)
            part = part[connection.send(part[:CHUNK]) :]


def receive(connection: socket.socket, *, most: int, deadline: float | None = None) -> Frame:
    """The next frame.

    Raises:
        BrokenStream: there is none, or it is cut short.
        TooLarge: its body has more than `most` bytes; nothing of it was read.
        TimeoutError: the deadline passed.
    """
    kind, length = _HEADER.unpack(_read(connection, _HEADER.size, deadline))
    try:
        known = Kind(kind)
    except ValueError as error:
        raise BrokenStream("unknown frame") from error
    if length > most:
        raise TooLarge
    return Frame(known, bytes(_read(connection, length, deadline)))


def _read(connection: socket.socket, length: int, deadline: float | None) -> bytearray:
    """Exactly so many bytes; memory grows only as they come, whatever length was announced."""
    content = bytearray()
    while len(content) < length:
        if deadline is not None:
            _wait(connection, deadline, select.POLLIN)
        try:
            part = connection.recv(min(CHUNK, length - len(content)))
        except ConnectionError as error:
            raise BrokenStream("ended") from error
        if not part:
            raise BrokenStream("ended")
        content += part
    return content


def _wait(connection: socket.socket, deadline: float, event: int) -> None:
    # poll and not select: a board with many sessions has descriptors beyond 1024.
    ready = select.poll()
    ready.register(connection, event)
    left = deadline - time.monotonic()
    if left <= 0 or not ready.poll(left * 1000):
        raise TimeoutError
