"""Put small pieces together: to work on a chunk costs as much for a few rows as for many thousands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import cast

import polars as pl
import pyarrow as pa

from etl.readers.table import CHUNK_ROWS

# What is worked on at a time, and with it the memory, grows with either.
ENOUGH_ROWS = CHUNK_ROWS // 2
ENOUGH_BYTES = 24 << 20


@dataclass(frozen=True)
class Piece:
    """Some rows: their cells, as the parser left them, and what else is to be known of each row."""

    cells: pa.Table | pl.DataFrame
    told: pl.DataFrame

    @property
    def height(self) -> int:
        """How many rows."""
        return self.told.height

    @property
    def bytes(self) -> float:
        """About how much memory they take."""
        cells = self.cells
        in_cells = cells.estimated_size() if isinstance(cells, pl.DataFrame) else cells.nbytes
        return self.told.estimated_size() + float(in_cells)

    def cut(self, most: int) -> Iterator[Piece]:
        """The same rows in pieces of at most so many."""
        if 0 < self.height <= most:
            yield self
            return
        for at in range(0, self.height, most):
            yield Piece(self.cells.slice(at, most), self.told.slice(at, most))


def gather(pieces: Iterable[Piece]) -> Iterator[pl.DataFrame]:
    """The rows of all pieces in their order, at most `CHUNK_ROWS` together, each column in one part.

    The first ones come sooner, as many as came before them: nobody waits for long.
    """
    held: list[Piece] = []
    rows = given = 0
    total_bytes = 0.0
    for piece in pieces:
        for part in piece.cut(ENOUGH_ROWS):
            held.append(part)
            rows += part.height
            total_bytes += part.bytes
            del part
            if rows >= min(ENOUGH_ROWS, given) or total_bytes >= ENOUGH_BYTES:
                given += rows
                yield _in_one(held)
                rows, total_bytes = 0, 0.0
        # Nothing of it is kept while the next is waited for.
        del piece
    if held:
        yield _in_one(held)


def _in_one(held: list[Piece]) -> pl.DataFrame:
    """One frame of those held, which are let go; what works on a column is called once for every part of it."""
    cells = pl.concat(_together([piece.cells for piece in run]) for _, run in groupby(held, key=_kind))
    told = pl.concat(piece.told for piece in held)
    held.clear()
    return (cells.hstack(told) if cells.width else told).rechunk()


def _kind(piece: Piece) -> type:
    return type(piece.cells)


def _together(cells: list[pa.Table | pl.DataFrame]) -> pl.DataFrame:
    # Arrow's tables are turned at once: each by itself, their texts would be copied a second time when put together.
    if isinstance(cells[0], pa.Table):
        return cast(pl.DataFrame, pl.from_arrow(pa.concat_tables(cells)))
    return pl.concat(cells)
