"""XLSX and XLS: the sheet with the header words, as text."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import polars as pl

from etl.readers.cells import Sheet, load_sheet, open_book, type_cells
from etl.readers.headers import clean_header, find_header, matching, name_columns, rows_to_search
from etl.readers.ole import OLE2_MAGIC, look_into_ole
from etl.readers.table import CHUNK_ROWS, MAX_CELL_CHARACTERS, ROW_COLUMNS, Layout, Table, empty_chunk
from etl.readers.unpack import open_seekable, read_part

_DATE_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"')


@dataclass(frozen=True)
class Workbook:
    """All sheets of a file, and where its dates begin."""

    sheets: tuple[Sheet, ...]
    is_1904: bool


def open_workbook(path: Path, layout: Layout) -> Table | None:
    """The named sheet, or the first visible one with the header words; None where there is none."""
    stat = path.stat()
    book = _load_workbook(path, stat.st_mtime_ns, stat.st_size)
    found: Table | None = None
    hidden: list[str] = []
    for sheet in book.sheets:
        is_named = layout.sheet is not None and clean_header(sheet.name) == clean_header(layout.sheet)
        if not sheet.is_visible and not is_named:
            hidden.append(f"hidden_sheet: {sheet.name}")
        elif found is None and (is_named or layout.sheet is None):
            found = _open_sheet(sheet, layout, is_1904=book.is_1904)
    return found and replace(found, notes=tuple(hidden))


@lru_cache(maxsize=1)
def _load_workbook(path: Path, modified: int, size: int) -> Workbook:
    """Parsed once however many mappings are tried on it; time and size tell a new file from an old one.

    All that parses lies behind this function and `type_cells`, so that a child with limits can do it.
    """
    with open_seekable(path) as file:
        data = file.read()
    book = open_book(data)
    return Workbook(tuple(load_sheet(book, name) for name in book.sheet_names), _is_1904(data))


def _is_1904(data: bytes) -> bool:
    if data.startswith(OLE2_MAGIC):
        return look_into_ole(data).is_1904
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _DATE_1904.search(read_part(archive, "xl/workbook.xml")) is not None


def _open_sheet(sheet: Sheet, layout: Layout, *, is_1904: bool) -> Table | None:
    searched = rows_to_search(layout)
    if find_header(sheet.text.head(searched).rows(), layout) is None:
        return None
    typed, long_numbers = type_cells(sheet)
    header = find_header(typed.head(searched).rows(), layout)
    if header is None:
        return None
    headers = name_columns(header.cells, sheet=sheet.name, line=header.row + 1)
    lossy = {headers[int(column)]: cells for column, cells in long_numbers.items()}
    body = _body(typed.rename(dict(zip(typed.columns, headers, strict=True))), lossy, headers)
    fill_down = matching(headers, layout.fill_down)
    read = partial(_slices, body[header.row + 1 :])
    return Table(headers, None, sheet.name, header.row + 1, (), is_1904, read, fill_down)


def _body(typed: pl.DataFrame, lossy: dict[str, pl.Series], headers: tuple[str, ...]) -> pl.DataFrame:
    """Text and row columns of all rows of the sheet, from row 1."""
    cells = pl.col(headers)
    is_vast = pl.any_horizontal(cells.str.len_chars() > MAX_CELL_CHARACTERS).fill_null(False)
    names = [pl.when(rows).then(pl.lit(header)) for header, rows in lossy.items()]
    listed = pl.concat_list(names).list.drop_nulls() if names else pl.lit(None, ROW_COLUMNS["__lossy"])
    rows = typed.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("__line"),
        pl.when(is_vast).then(pl.lit("too_large")).alias("__fault"),
        pl.all_horizontal(cells.is_null()).alias("__blank"),
        pl.when(listed.list.len() > 0).then(listed).alias("__lossy"),
    )
    return rows.with_columns(pl.when(pl.col("__fault").is_null()).then(cells))


def _slices(body: pl.DataFrame, wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    yield empty_chunk(wanted)
    yield from body.select(*wanted, *ROW_COLUMNS).iter_slices(CHUNK_ROWS)
