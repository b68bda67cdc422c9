"""From a file's own encoding to UTF-8, undecodable bytes marked so that only their rows are lost."""

import codecs
from collections.abc import Iterator
from itertools import chain, repeat, takewhile
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
from polars.exceptions import ComputeError

from etl.readers.iconv import Converter
from etl.readers.table import Unreadable
from etl.readers.unpack import Unpacked

# SUB, the ASCII character that stands "in the place of a character found to be invalid".
MARK = "\x1a"
MARK_BYTE = MARK.encode()
PART_BYTES = 256 << 10
_MARKING = "fengqiao-mark"

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
GUESSED = ("utf-8", "gb18030", "cp950")
# As long as a record may be at most.
MAX_LINE_BYTES = 8 << 20


def _mark(error: UnicodeError) -> tuple[str, int]:
    return MARK, cast(UnicodeDecodeError, error).end


codecs.register_error(_MARKING, _mark)


def candidate_codecs(head: bytes, fixed: str) -> tuple[str, ...]:
    """Codecs to try in order: a byte order mark decides, then the mapping, then the pattern of NUL bytes."""
    for mark, codec in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return (codec,)
    if fixed != "auto":
        return (codecs.lookup(fixed).name,)
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    if odd >= 2 and even == 0:
        return ("utf-16-le", *GUESSED)
    if even >= 2 and odd == 0:
        return ("utf-16-be", *GUESSED)
    return GUESSED


def decode_marked(data: bytes, codec: str, *, is_whole: bool) -> str:
    """Text without byte order mark; only if `is_whole`, a character cut off at its end is undecodable."""
    return codecs.getincrementaldecoder(codec)(_MARKING).decode(data, is_whole).removeprefix("\ufeff")


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8; many times faster than decoding them."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    # One cell that lies where the bytes lie: made of a Python object it would be a copy of them.
    cell = pa.LargeBinaryArray.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)])
    try:
        pl.Series(cell).cast(pl.String)
    except ComputeError:
        return False
    return True


def repair_utf8(data: bytes) -> bytes:
    """Bytes that are UTF-8 for certain: lines in another codec decoded, what no codec reads marked."""
    marked = data.decode("utf-8", errors=_MARKING).encode()
    lines = data.split(b"\n")
    for number, line in enumerate(marked.split(b"\n")):
        # A mark takes the place of invalid bytes only, never of a line end: the lines stay side by side.
        if MARK_BYTE in line:
            lines[number] = _decode_line(lines[number], "utf-8").encode()
    return b"\n".join(lines)


def utf8_pieces(source: Unpacked, codec: str, size: int) -> Iterator[bytes]:
    """The file as UTF-8 in pieces cut anywhere; UTF-8 itself passes through unchecked."""
    # The first pieces are small, so that those who work on them need not wait for long.
    sizes = chain((max(1, size // share) for share in (8, 4, 2)), repeat(size))
    if codec == "utf-8":
        yield from takewhile(bool, map(source.read_lines, sizes))
        return
    decode = _Units(codec) if codec.startswith("utf-16") else _Lines(codec)
    is_over = False
    for piece_size in sizes:
        parts: list[bytes] = []
        # Part by part: Python's codecs let no other thread in between, and texts of many megabytes want new memory.
        while not is_over and sum(map(len, parts)) < piece_size:
            data = source.read(min(PART_BYTES, piece_size))
            is_over = not data
            parts.append(decode(data, is_last=is_over))
        piece = b"".join(parts)
        del parts
        if piece:
            yield piece
        del piece
        if is_over:
            return


class _Units:
    """UTF-16, whose line ends cannot be seen in its bytes."""

    def __init__(self, codec: str) -> None:
        self._decoder = codecs.getincrementaldecoder(codec)("strict")

    def __call__(self, data: bytes, *, is_last: bool) -> bytes:
        """The next part as UTF-8; strict first, as marking is several times slower."""
        state = self._decoder.getstate()
        try:
            return self._decoder.decode(data, is_last).encode()
        except UnicodeDecodeError:
            self._decoder.setstate(state)
            self._decoder.errors = _MARKING
            try:
                return self._decoder.decode(data, is_last).encode()
            finally:
                self._decoder.errors = "strict"


class _Lines:
    """Codecs in which no byte of a character looks like a line end: line by line, as one may be in another codec."""

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._rest = b""
        try:
            self._converter: Converter | None = Converter(codec)
        except LookupError:
            self._converter = None

    def __call__(self, data: bytes, *, is_last: bool) -> bytes:
        """The next whole lines as UTF-8."""
        data = self._rest + data
        end = len(data) if is_last else max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if end == 0 and len(data) > MAX_LINE_BYTES:
            raise Unreadable("too_large", found=f"> {MAX_LINE_BYTES} bytes", expected="a line end")
        self._rest = data[end:]
        if self._converter and (converted := self._converter.convert(data[:end])) is not None:
            return converted
        try:
            return data[:end].decode(self._codec).encode()
        except UnicodeDecodeError:
            lines = data[:end].split(b"\n")
            return "\n".join(_decode_line(line, self._codec) for line in lines).encode()


def _decode_line(line: bytes, codec: str) -> str:
    """A line in the codec of its file, else in the other one that such files hold, else with marks."""
    for other in (codec, "gb18030" if codec == "utf-8" else "utf-8"):
        try:
            text = line.decode(other)
        except UnicodeDecodeError:
            continue
        if other != "gb18030" or codec == other or not _is_damaged_utf8(line):
            return text
    return line.decode(codec, errors=_MARKING)


def _is_damaged_utf8(line: bytes) -> bool:
    """A torn line of UTF-8 often passes as GB18030, as other words; in a true one little passes as UTF-8."""
    text = line.decode("utf-8", errors=_MARKING)
    return sum(not character.isascii() for character in text) >= text.count(MARK)
