"""Which quotes of a CSV text open and close fields, by the rules of Python's csv module."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]

_LINE_ENDS = b"\n\r"


class UnclosedQuote(Exception):
    """A quote at `position` was opened and not closed where a field ends."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True)
class Quotes:
    """All quotes of a text by position; `opens` and `closes` are indexes into them, pair by pair.

    `odd`: positions of quotes inside unquoted text and of closing quotes with text behind them.
    `unclosed`: position of a quote still open at the end.
    """

    positions: Positions
    opens: Positions
    closes: Positions
    odd: Positions
    unclosed: int | None

    def up_to(self, end: int) -> "Quotes | None":
        """The quotes before `end`, which lies outside quoted fields; None where there are none."""
        count = int(np.searchsorted(self.positions, end))
        if count == 0:
            return None
        pairs = int(np.searchsorted(self.closes, count))
        odd = self.odd[self.odd < end]
        return Quotes(self.positions[:count], self.opens[:pairs], self.closes[:pairs], odd, None)

    def opening_around(self, position: int) -> int | None:
        """Where the quoted field around `position` was opened, None outside of quoted fields."""
        if self.unclosed is not None and position > self.unclosed:
            return self.unclosed
        pair = int(np.searchsorted(self.positions[self.opens], position)) - 1
        if pair < 0 or self.positions[self.closes[pair]] < position:
            return None
        return int(self.positions[self.opens[pair]])

    def surround(self, positions: Positions) -> npt.NDArray[np.bool_]:
        """Which of `positions` lie inside quoted fields."""
        opened = np.searchsorted(self.positions[self.opens], positions)
        closed = np.searchsorted(self.positions[self.closes], positions)
        return np.asarray(opened > closed)


def scan_quotes(data: bytes, delimiter: bytes) -> Quotes | None:
    """The quotes of a text that begins at a record, None without any; raises UnclosedQuote."""
    if b'"' not in data:
        return None
    text = np.frombuffer(data, np.uint8)
    positions = np.flatnonzero(text == ord('"'))
    if not _is_regular(text, positions, delimiter):
        return _walk(data, positions, delimiter)
    ordinals = np.arange(len(positions))
    opens = ordinals[0::2][: len(positions) // 2]
    return Quotes(positions, opens, ordinals[1::2], np.empty(0, np.int64), _last_opening(positions))


def _last_opening(positions: Positions) -> int | None:
    """Where the field begins that is still open after an odd number of regular quotes."""
    if len(positions) % 2 == 0:
        return None
    last = len(positions) - 1
    while last >= 2 and positions[last - 1] == positions[last] - 1:  # a doubled quote inside the field
        last -= 2
    return int(positions[last])


def _is_regular(text: npt.NDArray[np.uint8], positions: Positions, delimiter: bytes) -> bool:
    """Every odd quote begins a field, every even one ends it; a doubled quote does both in one place."""
    edges = np.zeros(256, np.bool_)
    edges[[*_LINE_ENDS, *delimiter, ord('"')]] = True
    opening, closing = positions[0::2], positions[1::2]
    before = opening[opening > 0] - 1
    behind = closing[closing < len(text) - 1] + 1
    return bool(edges[text[before]].all() and edges[text[behind]].all())


def _walk(data: bytes, positions: Positions, delimiter: bytes) -> Quotes:
    """Quote by quote, for texts with stray quotes."""
    edges = frozenset(_LINE_ENDS + delimiter)
    places = positions.tolist()
    opens: list[int] = []
    closes: list[int] = []
    odd: list[int] = []
    opened: int | None = None
    i = 0
    while i < len(places):
        place = places[i]
        if opened is None:
            if place == 0 or data[place - 1] in edges:
                opened = i
            else:
                odd.append(place)
        elif i + 1 < len(places) and places[i + 1] == place + 1:
            i += 1
        else:
            if place + 1 < len(data) and data[place + 1] not in edges:
                odd.append(place)
                _refuse_many_lines(data, places[opened], place)
            opens.append(opened)
            closes.append(i)
            opened = None
        i += 1
    return Quotes(
        positions,
        opens=np.array(opens, np.int64),
        closes=np.array(closes, np.int64),
        odd=np.array(odd, np.int64),
        unclosed=None if opened is None else places[opened],
    )


def _refuse_many_lines(data: bytes, start: int, end: int) -> None:
    """A quote that closes lines later, with text behind it, was forgotten where it opened.

    Reading on would swallow the lines between as one cell, and they would be lost without a count.
    """
    if any(data.find(bytes([code]), start, end) >= 0 for code in _LINE_ENDS):
        raise UnclosedQuote(start)
