"""Count the fields of every record of a block, and take out the records that cannot be aligned."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.readers.blocks import LINE_FEED, Block
from etl.readers.encoding import MARK_BYTE
from etl.readers.table import MAX_CELL_CHARACTERS

# Python's limit is 131,072 characters a field, less than one that must be reported as too large.
csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Rows:
    """The records of a block, by position."""

    block: Block
    delimiter: bytes
    width: int

    @cached_property
    def _ends_in_skeleton(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero((self.block.skeleton == LINE_FEED) & ~self._is_quoted)

    @cached_property
    def _is_quoted(self) -> npt.NDArray[np.bool_]:
        """Which marks of the skeleton lie inside quoted fields."""
        skeleton, quotes = self.block.skeleton, self.block.quotes
        if quotes is None:
            return np.zeros(len(skeleton), np.bool_)
        steps = np.zeros(len(skeleton) + 1, np.int8)
        places = np.flatnonzero(skeleton == ord('"'))
        steps[places[quotes.opens]] += 1
        steps[places[quotes.closes]] -= 1
        return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)

    @cached_property
    def count(self) -> int:
        return self.block.line_count if self.block.quotes is None else len(self._ends_in_skeleton)

    @cached_property
    def _ends(self) -> npt.NDArray[np.int64]:
        """Where each record's LF is in the data."""
        feeds = np.flatnonzero(np.frombuffer(self.block.data, np.uint8) == LINE_FEED)
        if self.block.quotes is None:
            return feeds
        is_inside = self._is_quoted[self.block.skeleton == LINE_FEED]
        return np.asarray(feeds[~is_inside])

    def span(self, row: int) -> tuple[int, int]:
        """Start and end of a record without its LF."""
        return (int(self._ends[row - 1]) + 1 if row else 0), int(self._ends[row])

    def text(self, row: int) -> str:
        start, end = self.span(row)
        return self.block.data[start:end].decode()

    def cells(self, row: int) -> list[str]:
        """A record as Python's csv module reads it."""
        reader = csv.reader(io.StringIO(self.text(row), newline=""), delimiter=self.delimiter.decode())
        return next(reader, [])

    def hold_no_marks(self) -> bool:
        """Whether neither undecodable text nor a NUL is among them, by a look at the block as a whole."""
        return not self.block.odd & {MARK_BYTE[0], 0}

    @cached_property
    def misaligned(self) -> dict[int, int]:
        """Records with another number of fields than the header -> that number."""
        skeleton, ends = self.block.skeleton, self._ends_in_skeleton
        regular = self.delimiter * (self.width - 1) + b"\n"
        if self.block.quotes is None and skeleton.tobytes() == regular * self.count:
            return {}
        is_delimiter = (skeleton == self.delimiter[0]) & ~self._is_quoted
        fields = np.diff(np.cumsum(is_delimiter)[ends], prepend=0) + 1
        wrong = np.flatnonzero(fields != self.width)
        return dict(zip(wrong.tolist(), fields[wrong].tolist(), strict=True))

    def holding(self, mark: bytes) -> set[int]:
        """Records that hold a certain byte."""
        if mark[0] not in self.block.odd or mark not in self.block.data:
            return set()
        return self.around(np.flatnonzero(np.frombuffer(self.block.data, np.uint8) == mark[0]))

    def around(self, positions: npt.NDArray[np.int64]) -> set[int]:
        """Records that positions of the data lie in."""
        return set(np.searchsorted(self._ends, positions).tolist())

    def vast(self) -> set[int]:
        """Records with a cell that is too large."""
        step = MAX_CELL_CHARACTERS // 2
        data = self.block.data
        starts = range(0, max(1, len(data) - step), step)
        # A record that long covers one of these windows whole; nearly always none does.
        suspects = [at for at in starts if data.find(b"\n", at, at + step) < 0]
        rows = self.around(np.array(suspects, np.int64)) if suspects else set()
        if self.block.line_count != self.count:  # a cell of many lines leaves no window without LF
            rows |= set(np.flatnonzero(np.diff(self._ends, prepend=-1) > MAX_CELL_CHARACTERS).tolist())
        return {row for row in rows if any(len(cell) > MAX_CELL_CHARACTERS for cell in self.cells(row))}

    def lines(self) -> pl.Series:
        """The physical line that each record begins in, as UInt32."""
        block = self.block
        if block.line_count == self.count:
            return pl.int_range(block.first_line, block.first_line + self.count, dtype=pl.UInt32, eager=True)
        breaks = np.array([m.start() for m in re.finditer(rb"\n|\r(?!\n)", block.data)], np.int64)
        starts = np.concatenate(([0], self._ends[:-1] + 1))
        return pl.Series(block.first_line + np.searchsorted(breaks, starts), dtype=pl.UInt32)


@dataclass(frozen=True)
class Aligned:
    """A block in which every record has as many fields as the header, and is quoted as RFC 4180 wants it.

    `faults`: record -> row reason code; their text is gone. `emptied`: footnotes and lines of blanks only.
    """

    data: bytes
    faults: dict[int, str]
    emptied: set[int]
    marked_count: int


def align(rows: Rows, footnote: re.Pattern[str] | None) -> Aligned:
    """Empty the records that cannot be used and rewrite the oddly quoted ones."""
    misaligned = rows.misaligned
    emptied = {row for row in misaligned if _is_no_data(rows.text(row), footnote)}
    faults = {
        row: "short_row" if fields < rows.width else "extra_fields"
        for row, fields in misaligned.items()
        if row not in emptied
    }
    faults |= dict.fromkeys(rows.vast() - emptied, "too_large")
    marked = rows.holding(MARK_BYTE) - emptied
    faults |= dict.fromkeys(marked | (rows.holding(b"\0") - emptied), "undecodable")
    odd = rows.around(rows.block.quotes.odd) if rows.block.quotes else set()
    blank = rows.delimiter * (rows.width - 1)
    changes = {row: _quote(rows.cells(row), rows.delimiter) for row in odd - faults.keys() - emptied}
    changes |= dict.fromkeys(faults.keys() | emptied, blank)
    return Aligned(_splice(rows, changes), faults, emptied, len(marked))


def _is_no_data(text: str, footnote: re.Pattern[str] | None) -> bool:
    return not text.strip() or (footnote is not None and footnote.search(text) is not None)


def _quote(cells: Iterable[str], delimiter: bytes) -> bytes:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter.decode(), quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
    return line.getvalue().encode()


def _splice(rows: Rows, changes: dict[int, bytes]) -> bytes:
    if not changes:
        return rows.block.data
    data = memoryview(rows.block.data)
    parts: list[bytes | memoryview] = []
    done = 0
    for row in sorted(changes):
        start, end = rows.span(row)
        parts += (data[done:start], changes[row])
        done = end
    return b"".join([*parts, data[done:]])
