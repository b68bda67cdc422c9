"""From a file's own encoding to UTF-8, undecodable bytes marked so that only their rows are lost."""

import codecs
from collections.abc import Iterator
from itertools import chain, repeat, takewhile
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
from polars.exceptions import ComputeError

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
    """Bytes that are UTF-8 for certain, invalid ones marked."""
    return data.decode("utf-8", errors=_MARKING).encode()


def utf8_pieces(source: Unpacked, codec: str, size: int) -> Iterator[bytes]:
    """The file as UTF-8 in pieces cut anywhere; UTF-8 itself passes through unchecked."""
    # The first pieces are small, so that those who work on them need not wait for long.
    sizes = chain((max(1, size // share) for share in (8, 4, 2)), repeat(size))
    if codec == "utf-8":
        yield from takewhile(bool, map(source.read_lines, sizes))
        return
    decoder = codecs.getincrementaldecoder(codec)("strict")
    for part_size in sizes:
        data = source.read_lines(part_size)
        # Part by part: Python's codecs let no other thread in between, and texts of many megabytes want new memory.
        parts = [data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)] or [b""]
        if piece := b"".join(_decode(decoder, part, is_last=not part).encode() for part in parts):
            yield piece
        if not data:
            return


def _decode(decoder: codecs.IncrementalDecoder, data: bytes, *, is_last: bool) -> str:
    """Strict first: marking is several times slower."""
    state = decoder.getstate()
    try:
        return decoder.decode(data, is_last)
    except UnicodeDecodeError:
        decoder.setstate(state)
        decoder.errors = _MARKING
        try:
            return decoder.decode(data, is_last)
        finally:
            decoder.errors = "strict"
