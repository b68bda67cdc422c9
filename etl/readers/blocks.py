"""Cut a stream of UTF-8 bytes into blocks of whole records with one kind of line end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product

import numpy as np
import numpy.typing as npt

from etl.readers.encoding import MARK_BYTE, MAX_LINE_BYTES, PART_BYTES, is_utf8, repair_utf8
from etl.readers.quotes import Quotes, UnclosedQuote, scan_quotes
from etl.readers.table import Unreadable

# A record that goes on for longer is an unclosed quote or no table at all.
MAX_RECORD_BYTES = MAX_LINE_BYTES
# The full-width comma has three bytes, which no CSV parser takes for a delimiter: the unit separator does.
WIDE_COMMA = "，".encode()
UNIT_SEPARATOR = b"\x1f"
LINE_FEED = ord("\n")
QUOTE = ord('"')
CARRIAGE_RETURN = ord("\r")
# A text without these is read the short way.
ODD_BYTES = (QUOTE, CARRIAGE_RETURN, 0, MARK_BYTE[0])

_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Block:
    """Whole records, each ended by one LF; `is_cut_off`: the file ends here, without a line end of its own.

    `odd`: those of `ODD_BYTES` that may occur in `data`; all others do not.
    """

    data: bytes
    delimiter: bytes
    quotes: Quotes | None
    first_line: int
    odd: frozenset[int]
    is_cut_off: bool = False

    @cached_property
    def skeleton(self) -> npt.NDArray[np.uint8]:
        """The delimiters, line feeds and quotes of `data` alone, in order: little to count in."""
        kept = {LINE_FEED, *self.delimiter} | ({ord('"')} if self.quotes else set())
        others = bytes({*range(256)} - kept)
        return np.frombuffer(b"".join(bytes(part).translate(None, others) for part in _parts(self.data)), np.uint8)

    @cached_property
    def line_count(self) -> int:
        """Physical lines, also inside quoted fields."""
        lone = self.data.count(b"\r") - self.data.count(b"\r\n") if CARRIAGE_RETURN in self.odd else 0
        return self.count(LINE_FEED) + lone

    def count(self, code: int) -> int:
        """How often a byte occurs."""
        return sum(int(np.count_nonzero(np.frombuffer(part, np.uint8) == code)) for part in _parts(self.data))


def _parts(data: bytes) -> Iterator[memoryview]:
    """Pieces that stay in the processor's cache from one step to the next, and let other threads in between."""
    return (memoryview(data)[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES))


def odd_bytes(data: bytes) -> frozenset[int]:
    """Which of `ODD_BYTES` occur; part by part, so that the data comes from memory once for all of them."""
    starts = range(0, len(data), PART_BYTES)
    return frozenset(code for at, code in product(starts, ODD_BYTES) if data.find(code, at, at + PART_BYTES) >= 0)


def record_blocks(pieces: Iterator[bytes], delimiter: bytes, *, skip_lines: int) -> Iterator[Block]:
    """Blocks of records behind the first `skip_lines` lines; raises Unreadable(unclosed_quote)."""
    if delimiter == UNIT_SEPARATOR:
        pieces = _narrow(pieces)
    line = skip_lines + 1
    rest = b""
    for piece in _skip_lines(pieces, skip_lines):
        odd = odd_bytes(rest) | odd_bytes(piece)
        plain_end = _plain_end(piece, odd)
        if plain_end:
            is_whole = not rest and plain_end == len(piece)
            data = piece if is_whole else b"".join((rest, memoryview(piece)[:plain_end]))
            block = _block(data, None, delimiter, line, odd)
            rest = piece[plain_end:]
            line += block.line_count
            del piece, data
            yield block
            del block
            continue
        data = rest + piece
        quotes = _scan(data, delimiter, line)
        end = _last_record_end(data, quotes, odd)
        rest = data[end:]
        _refuse_endless(rest, quotes, data, line)
        if end:
            block = _block(data[:end], quotes and quotes.up_to(end), delimiter, line, odd)
            line += block.line_count
            del piece, data
            yield block
            del block
    if rest and rest != MARK_BYTE:  # a DOS end-of-file mark is no record
        quotes = _scan(rest, delimiter, line)
        if quotes and quotes.unclosed is not None:
            raise _unclosed(rest, quotes.unclosed, line)
        is_cut_off = not rest.endswith(b"\r")
        yield _block(rest + b"\n" * is_cut_off, quotes, delimiter, line, odd_bytes(rest), is_cut_off=is_cut_off)


def _skip_lines(pieces: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The stream behind its first `count` lines."""
    data = b""
    for piece in pieces:
        data += piece
        # A CR at the very end may be one half of CRLF: wait for the next piece.
        ends = [match.end() for match in islice(_LINE_END.finditer(data), count)]
        if len(ends) == count and not (ends[-1] == len(data) and data.endswith(b"\r")):
            yield data[ends[-1] :]
            yield from pieces
            return


def _plain_end(piece: bytes, odd: frozenset[int]) -> int:
    """Where to cut a piece without quotes, the common case, in which what came before need not be looked at again."""
    return 0 if QUOTE in odd else _last_record_end(piece, None, odd)


def _narrow(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Every full-width comma as one byte, also one that is cut in two."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        cut = next((n for n in (2, 1) if data.endswith(WIDE_COMMA[:n])), 0)
        rest = data[len(data) - cut :]
        yield data[: len(data) - cut].replace(WIDE_COMMA, UNIT_SEPARATOR)
    yield rest


def _scan(data: bytes, delimiter: bytes, line: int) -> Quotes | None:
    try:
        return scan_quotes(data, delimiter)
    except UnclosedQuote as error:
        raise _unclosed(data, error.position, line) from error


def _unclosed(data: bytes, position: int, line: int) -> Unreadable:
    opened = line + sum(1 for _ in _LINE_END.finditer(data, 0, position))
    return Unreadable("unclosed_quote", line=opened, found='"', expected='"…"')


def _last_record_end(data: bytes, quotes: Quotes | None, odd: frozenset[int]) -> int:
    """Behind the last line end outside of quotes; 0 where there is none."""
    end = len(data)
    while True:
        last = data.rfind(b"\n", 0, end)
        if CARRIAGE_RETURN in odd:
            last = max(last, data.rfind(b"\r", 0, min(end, len(data) - 1)))
        opening = quotes.opening_around(last) if quotes and last >= 0 else None
        if opening is None:
            return last + 1
        end = opening


def _refuse_endless(rest: bytes, quotes: Quotes | None, data: bytes, line: int) -> None:
    if len(rest) <= MAX_RECORD_BYTES:
        return
    if quotes and quotes.unclosed is not None:
        raise _unclosed(data, quotes.unclosed, line)
    start = line + sum(1 for _ in _LINE_END.finditer(data, 0, len(data) - len(rest)))
    raise Unreadable("too_large", line=start, found=f"> {MAX_RECORD_BYTES} bytes", expected="a line end")


def _block(
    data: bytes,
    quotes: Quotes | None,
    delimiter: bytes,
    line: int,
    odd: frozenset[int],
    *,
    is_cut_off: bool = False,
) -> Block:
    valid = data if is_utf8(data) else repair_utf8(data)
    if valid is not data:
        odd |= {MARK_BYTE[0]}
        quotes = _scan(valid, delimiter, line)
    clean = _one_line_end(valid, quotes) if CARRIAGE_RETURN in odd else valid
    if clean is not valid:
        quotes = _scan(clean, delimiter, line)
    return Block(clean, delimiter, quotes, line, odd, is_cut_off)


def _one_line_end(data: bytes, quotes: Quotes | None) -> bytes:
    """CRLF and CR become LF, except inside quoted fields."""
    text = np.frombuffer(data, np.uint8)
    returns = np.flatnonzero(text == ord("\r"))
    if quotes is None or not quotes.surround(returns).any():
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    outside = returns[~quotes.surround(returns)]
    is_pair = text[np.minimum(outside + 1, len(text) - 1)] == ord("\n")
    ended = text.copy()
    ended[outside[~is_pair]] = ord("\n")
    return np.delete(ended, outside[is_pair]).tobytes()
