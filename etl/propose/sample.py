"""Open a file that no mapping knows: encoding, delimiter, sheet and header row by what is in it, and its first rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import polars as pl

from etl.inbox import readable_name
from etl.mapping import SHIPPED, read_mapping
from etl.readers import FileKind, Layout, Table, Unreadable, open_table, sniff
from etl.readers.confined import load_workbook
from etl.readers.delimited import DELIMITERS, HEAD_BYTES
from etl.readers.encoding import MARK, candidate_codecs, decode_marked
from etl.readers.headers import header_key
from etl.readers.unpack import read_head
from etl.values import clean

MOST_ROWS = 50_000
SEARCHED_ROWS = 10
Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Sample:
    """An opened file: the table, what must be said so that it opens again, and its first rows, cleaned."""

    path: Path
    name: str
    kind: FileKind
    table: Table
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    rows: pl.DataFrame


def read_sample(path: Path) -> Sample:
    """Find the table of a file; raises Unreadable where there is none."""
    kind = sniff(path)
    layout, encoding, sheet = Layout((), trusted=True), None, None
    if kind is FileKind.DELIMITED:
        layout, encoding = _delimited(path)
    elif kind is not FileKind.PARQUET:
        layout, sheet = _workbook(path)
    table = open_table(path, kind, layout)
    if table is None:
        raise Unreadable("unknown_layout", found="0", expected="csv, xlsx, xls, parquet")
    delimiter = layout.delimiter if layout.delimiter not in ("auto", ",") else None
    name = readable_name(Path(path.name))
    return Sample(path, name, kind, table, encoding, delimiter, sheet, _first_rows(table))


def _first_rows(table: Table) -> pl.DataFrame:
    chunks: list[pl.DataFrame] = []
    for chunk in table.chunks():
        chunks.append(chunk.filter(pl.col("__fault").is_null() & ~pl.col("__blank")).select(table.headers))
        if sum(map(len, chunks)) >= MOST_ROWS:
            break
    rows = pl.concat(chunks).head(MOST_ROWS)
    return rows.with_columns(clean(rows[name]) for name in rows.columns)


def _delimited(path: Path) -> tuple[Layout, str | None]:
    """The reading with the best header row; the encoding where it must be said because words cannot tell it."""
    head = read_head(path, HEAD_BYTES)
    texts = {
        codec: decode_marked(head, codec, is_whole=len(head) < HEAD_BYTES) for codec in candidate_codecs(head, "auto")
    }
    codec = max(texts, key=lambda one: _plausibility(texts[one], one))
    found = [(*_best_row(list(_csv_rows(texts[codec], mark))), mark) for mark in DELIMITERS]
    score, row, delimiter = max(found, key=lambda one: one[0])
    if score == 0:
        raise Unreadable("unknown_layout", found="0", expected=" ".join(DELIMITERS))
    layout = Layout((), encoding=codec, delimiter=delimiter, header_row=row + 1)
    return layout, (codec if codec not in ("utf-8", "gb18030", "utf-16-le", "utf-16-be") else None)


def _csv_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from islice(reader, SEARCHED_ROWS)
    except csv.Error:
        return


def _plausibility(text: str, codec: str) -> float:
    """How much like something that people write a decoding is: everyday hanzi count, marks and rarities do not.

    Everyday: the first plane of GB 2312 for simplified, of Big5 for traditional text; either reads the other's
    bytes as rare characters.
    """
    hanzi = [character for character in text[:20_000] if "\u4e00" <= character <= "\u9fff"]
    if not hanzi:
        return 1.0 - text.count(MARK) / max(1, len(text)) - (0.01 if codec != "utf-8" else 0)
    plane = {"cp950": ("cp950", 0xA4, 0xC6)}.get(codec, ("gb2312", 0xB0, 0xD7))
    planes = [plane] if codec in ("cp950", "gb18030") else [("gb2312", 0xB0, 0xD7), ("cp950", 0xA4, 0xC6)]
    shares = [sum(_is_everyday(character, *one) for character in hanzi) / len(hanzi) for one in planes]
    return max(shares) - text.count(MARK) / max(1, len(hanzi)) + (0.1 if codec == "utf-8" else 0)


def _is_everyday(character: str, codec: str, first: int, last: int) -> bool:
    try:
        return first <= character.encode(codec)[0] <= last
    except UnicodeEncodeError:
        return False


def _workbook(path: Path) -> tuple[Layout, str | None]:
    """The visible sheet with the best header row; its name where there are several."""
    sheets = [sheet for sheet in load_workbook(path).sheets if sheet.is_visible and sheet.text.height]
    if not sheets:
        raise Unreadable("empty_file", found="0 cells", expected="xlsx, xls")
    rated = [(*_best_row(sheet.text.head(SEARCHED_ROWS).rows()), sheet) for sheet in sheets]
    _, row, best = max(rated, key=lambda one: (one[0], one[2].text.height))
    return Layout((), sheet=best.name, header_row=row + 1), (best.name if len(sheets) > 1 else None)


def _best_row(rows: Rows) -> tuple[float, int]:
    """Score and place of the row that looks most like a header: known words, else full of different words."""
    scores = [_score(row) for row in rows]
    best = max(scores, default=0.0)
    return best, scores.index(best) if best else 0


def _score(row: Sequence[str | None]) -> float:
    cells = [cell.strip() for cell in row if cell and cell.strip()]
    if len(cells) < 2 or len(set(map(header_key, cells))) < len(cells):
        return 0.0
    known = sum(header_key(cell) in known_words() for cell in cells)
    words = sum(not cell.replace(".", "").replace("-", "").replace("/", "").isdigit() for cell in cells)
    periods = sum(cell.isdigit() and len(cell) in (4, 6) for cell in cells)
    return known * 100 + words + periods


@cache
def known_words() -> frozenset[str]:
    """Every header that a shipped mapping names."""
    mappings = [read_mapping(path) for path in SHIPPED.glob("*.toml")]
    words = [word for mapping in mappings for word in mapping.known_headers]
    words += [word for mapping in mappings for group in mapping.match.headers for word in group]
    return frozenset(map(header_key, words))
