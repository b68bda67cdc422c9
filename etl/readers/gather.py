"""Put small frames together: to work on a chunk costs as much for a few rows as for many thousands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from etl.readers.table import CHUNK_ROWS

# What is worked on at a time, and with it the memory, grows with either.
ENOUGH_ROWS = CHUNK_ROWS // 2
ENOUGH_BYTES = 24 << 20


def gather(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The rows of all frames in their order, at most `CHUNK_ROWS` together, each column in one piece.

    The first ones come sooner, as many as came before them: nobody waits for long.
    """
    held: list[pl.DataFrame] = []
    rows = given = 0
    total_bytes = 0.0
    for frame in frames:
        for part in frame.iter_slices(ENOUGH_ROWS):
            held.append(part)
            rows += part.height
            total_bytes += part.estimated_size()
            del part
            if rows >= min(ENOUGH_ROWS, given) or total_bytes >= ENOUGH_BYTES:
                given += rows
                yield _in_one(held)
                rows, total_bytes = 0, 0.0
        # Nothing of it is kept while the next is waited for.
        del frame
    if held:
        yield _in_one(held)


def _in_one(held: list[pl.DataFrame]) -> pl.DataFrame:
    """One frame of those held, which are let go; what works on a column is called once for every piece of it."""
    frame = pl.concat(held).rechunk()
    held.clear()
    return frame
