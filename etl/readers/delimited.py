"""CSV, TSV and their relatives: guess how they are written from the header words, then stream them."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from etl.ahead import ahead
from etl.readers.blocks import UNIT_SEPARATOR, WIDE_COMMA, Block, record_blocks
from etl.readers.encoding import MARK, candidate_codecs, decode_marked, utf8_pieces
from etl.readers.gather import Piece, gather
from etl.readers.headers import Header, find_header, matching, name_columns, rows_to_search
from etl.readers.plain import parse_plain
from etl.readers.rows import Aligned, Rows, align
from etl.readers.table import MAX_COLUMNS, ROW_COLUMNS, Layout, Table, Unreadable, all_blank, empty_chunk
from etl.readers.unpack import open_unpacked, read_head
from etl.values.parsed import nulls

# Several are under way at a time: larger ones take more memory; of smaller ones there are more, each with some work of
# its own.
BLOCK_BYTES = 6 << 20
HEAD_BYTES = 256 << 10
DELIMITERS = (",", ";", "\t", "|", "，")
MAX_UNDECODABLE_SHARE = 0.01
# In bytes, of a cell that holds nothing but blanks; shorter than most numbers of records.
LONGEST_BLANK = 12


@dataclass(frozen=True)
class Format:
    """How a file is written: codec, delimiter, header; `skip_lines` physical lines precede the data."""

    codec: str
    delimiter: str
    header: Header
    header_line: int
    skip_lines: int


@dataclass(frozen=True)
class Stream:
    """All that is needed to read the rows of one file."""

    path: Path
    format: Format
    headers: tuple[str, ...]
    footnote: re.Pattern[str] | None
    block_bytes: int

    @property
    def delimiter(self) -> bytes:
        delimiter = self.format.delimiter.encode()
        return UNIT_SEPARATOR if delimiter == WIDE_COMMA else delimiter


def open_delimited(path: Path, layout: Layout, *, block_bytes: int = BLOCK_BYTES) -> Table | None:
    """The table of a text file, or None where no reading of it shows the header words."""
    head = read_head(path, HEAD_BYTES)
    found = guess_format(head, layout, is_whole=len(head) < HEAD_BYTES)
    if found is None:
        return None
    headers = name_columns(found.header.cells, sheet=None, line=found.header_line, known=layout.known_words)
    footnote = re.compile(layout.footnote) if layout.footnote else None
    stream = Stream(path, found, headers, footnote, block_bytes)
    fill_down = matching(headers, layout.fill_down)
    read = partial(_read, stream)
    return Table(headers, found.codec, None, found.header_line, (), False, read, fill_down)


def guess_format(head: bytes, layout: Layout, *, is_whole: bool) -> Format | None:
    """The first codec that shows the header words: Big5 decodes as GB18030 without error, into other words.

    Header words in plain ASCII say nothing about the codec; then the one that decodes the head decides.
    """
    guesses: list[tuple[int, Format]] = []
    for codec in candidate_codecs(head, layout.encoding):
        text = decode_marked(head, codec, is_whole=is_whole)
        found = _find_format(text, codec, layout)
        if found is None:
            continue
        bad = sum(MARK in line for line in text.splitlines())
        if found.header.is_decisive or bad == 0 or (codec == "utf-8" and bad < _foreign_lines(text)):
            return found
        guesses.append((bad, found))
    return min(guesses, key=lambda guess: guess[0])[1] if guesses else None


def _foreign_lines(text: str) -> int:
    """Lines beyond ASCII that decoded well: text in another codec hardly ever passes as UTF-8."""
    return sum(not line.isascii() and MARK not in line for line in text.splitlines())


def _find_format(text: str, codec: str, layout: Layout) -> Format | None:
    delimiters = DELIMITERS if layout.delimiter == "auto" else (layout.delimiter,)
    found = [fitting for d in delimiters if (fitting := _try_delimiter(text, codec, d, layout))]
    return max(found, key=lambda each: (each.header.score, len(each.header.cells)), default=None)


def _try_delimiter(text: str, codec: str, delimiter: str, layout: Layout) -> Format | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    ends: list[int] = [0]
    for row in islice(reader, rows_to_search(layout)):
        rows.append(row)
        ends.append(reader.line_num)
    header = find_header(rows, layout)
    if header is None:
        return None
    if len(header.cells) > MAX_COLUMNS:
        found, line = f"{len(header.cells)} columns", ends[header.row] + 1
        raise Unreadable("too_large", line=line, found=found, expected=f"<= {MAX_COLUMNS}")
    return Format(codec, delimiter, header, header_line=ends[header.row] + 1, skip_lines=ends[header.row + 1])


@dataclass
class _Seen:
    """What is known of a file by the blocks read so far."""

    rows: int = 0
    undecodable: int = 0
    first_undecodable: int | None = None
    is_sound: bool = True


def _read(stream: Stream, wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """Frames of the wanted columns; the file is refused at its end if too many lines did not decode."""
    seen = _Seen()
    yield empty_chunk(wanted)
    yield from gather(_read_blocks(stream, wanted, seen))
    if seen.undecodable > seen.rows * MAX_UNDECODABLE_SHARE:
        raise Unreadable(
            "undecodable",
            line=seen.first_undecodable,
            found=f"{seen.undecodable} / {seen.rows}",
            expected=f"<= {MAX_UNDECODABLE_SHARE:.0%}",
        )


def _read_blocks(stream: Stream, wanted: tuple[str, ...], seen: _Seen) -> Iterator[Piece]:
    with open_unpacked(stream.path) as source:
        pieces = utf8_pieces(source, stream.format.codec, stream.block_bytes)
        # Converting, cutting and parsing take about as long as each other: each has a thread.
        if stream.format.codec != "utf-8":
            pieces = ahead(pieces)
        for block in ahead(record_blocks(pieces, stream.delimiter, skip_lines=stream.format.skip_lines)):
            piece = _read_block(block, stream, wanted, seen)
            # Neither is kept while the next is waited for.
            del block
            yield piece
            del piece


def _read_block(block: Block, stream: Stream, wanted: tuple[str, ...], seen: _Seen) -> Piece:
    rows = Rows(block, stream.delimiter, len(stream.headers))
    # What is wrong once in a file is mostly wrong again: from there on records are looked at before parsing.
    table = _parse_sound(stream, rows, wanted) if seen.is_sound and block.quotes is None else None
    seen.is_sound = seen.is_sound and table is not None
    seen.rows += rows.count
    if table is not None and _none_looks_blank(table):
        return Piece(table.select(wanted), _told(rows, {}, pl.repeat(False, rows.count, eager=True)))
    aligned = Aligned(block.data, {}, set(), 0) if table is not None else align(rows, stream.footnote)
    _refuse_truncated(block, rows, aligned)
    cells = _parse(stream, rows, aligned, wanted) if table is None else cast(pl.DataFrame, pl.from_arrow(table))
    if cells.height != rows.count:
        raise RuntimeError(f"{rows.count} records counted, {cells.height} parsed")
    told = _told(rows, aligned.faults, _blank(rows, aligned, cells))
    if aligned.marked_count:
        seen.undecodable += aligned.marked_count
        first = told.filter(pl.col("__fault") == "undecodable")["__line"][0]
        seen.first_undecodable = seen.first_undecodable or first
    return Piece(cells.select(wanted), told)


def _refuse_truncated(block: Block, rows: Rows, aligned: Aligned) -> None:
    last = rows.count - 1
    if not block.is_cut_off or last in aligned.emptied:
        return
    if rows.misaligned.get(last, rows.width) < rows.width:
        line = int(rows.lines()[-1])
        raise Unreadable("truncated", line=line, found="no line end", expected=f"{rows.width} fields")


def _told(rows: Rows, found: Mapping[int, str], is_blank: pl.Series) -> pl.DataFrame:
    faults = nulls(rows.count, ROW_COLUMNS["__fault"])
    if found:
        faults = faults.scatter(list(found), list(found.values()))
    lossy = nulls(rows.count, ROW_COLUMNS["__lossy"])
    return pl.DataFrame({"__line": rows.lines(), "__fault": faults, "__blank": is_blank, "__lossy": lossy})


def _parse_sound(stream: Stream, rows: Rows, wanted: tuple[str, ...]) -> pa.Table | None:
    """The cells of a block without quotes if nothing is wrong in it, the common case; no record is looked at."""
    if not rows.hold_no_marks() or rows.vast():
        return None
    cells = parse_plain(rows.block.data, stream.delimiter.decode(), stream.headers, wanted or stream.headers[:1])
    return cells if cells is not None and cells.num_rows == rows.count else None


def _parse(stream: Stream, rows: Rows, aligned: Aligned, wanted: tuple[str, ...]) -> pl.DataFrame:
    """The cells as text; quoted or not, an empty cell is null."""
    has_quotes = rows.block.quotes is not None
    parsed = wanted or stream.headers[:1]
    cells = pl.read_csv(
        aligned.data,
        has_header=False,
        schema=dict.fromkeys(stream.headers, pl.String()),
        columns=[i for i, header in enumerate(stream.headers) if header in parsed],
        separator=stream.delimiter.decode(),
        quote_char='"' if has_quotes else None,
        null_values=[""] if has_quotes else None,
    )
    if has_quotes and stream.delimiter == UNIT_SEPARATOR:
        separator, comma = UNIT_SEPARATOR.decode(), WIDE_COMMA.decode()
        cells = cells.with_columns(pl.all().str.replace_all(separator, comma, literal=True))
    return cells


def _none_looks_blank(table: pa.Table) -> bool:
    """Whether no cell of the first column may be a blank one: then no row is."""
    first = table.column(0)
    shortest = pc.min(pc.binary_length(first)).as_py()
    return not first.null_count and shortest is not None and shortest > LONGEST_BLANK


def _blank(rows: Rows, aligned: Aligned, cells: pl.DataFrame) -> pl.Series:
    """Rows without text in any column of the file, also in those that nobody asked for."""
    first = cells.to_series(0)
    is_blank = np.zeros(rows.count, np.bool_)
    lengths = first.str.len_bytes()
    shortest = lengths.min()
    # What does not look blank in one column is not blank: mostly that settles it for all rows.
    if lengths.null_count() or shortest is None or shortest <= LONGEST_BLANK:  # type: ignore[operator]
        suspects = (lengths.is_null() | (lengths <= LONGEST_BLANK)).arg_true()
        found = cells[suspects].select(all_blank(pl.all())).to_series()
        is_blank[suspects.filter(found).to_numpy()] = True
        is_blank[list(aligned.faults)] = False
    if cells.width < rows.width:
        for row in np.flatnonzero(is_blank).tolist():
            is_blank[row] = row in aligned.emptied or not any(cell.strip() for cell in rows.cells(row))
    return pl.Series("__blank", is_blank)
