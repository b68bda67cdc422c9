"""XLSX and XLS: the sheet with the header words, as text."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from etl.readers.confined import Sheet, load_workbook
from etl.readers.headers import Header, clean_header, find_header, matching, name_columns, rows_to_search
from etl.readers.table import (
    CHUNK_ROWS,
    MAX_CELL_CHARACTERS,
    ROW_COLUMNS,
    Layout,
    Table,
    Unreadable,
    all_blank,
    empty_chunk,
)

UNREAD_SHEET = "unread_sheet"


def open_workbook(path: Path, layout: Layout) -> Table | None:
    """The named sheet, or the first visible one with the header words; None where there is none."""
    book = load_workbook(path)
    if not any(sheet.text.height for sheet in book.sheets):
        raise Unreadable("empty_file", found="0 cells", expected="xlsx, xls")
    found: Table | None = None
    notes: list[str] = []
    for sheet in book.sheets:
        is_named = layout.sheet is not None and clean_header(sheet.name) == clean_header(layout.sheet)
        if not sheet.is_visible and not is_named:
            notes.append(f"hidden_sheet: {sheet.name}")
        elif found is None and (is_named or layout.sheet is None):
            found = _open_sheet(sheet, layout, is_1904=book.is_1904)
        elif found is not None and layout.sheet is None and _header_of(sheet, layout):
            # As much of a table as the one that is read: whoever filled it in expects it to count.
            notes.append(f"{UNREAD_SHEET}: {sheet.name}")
    return found and replace(found, notes=tuple(notes))


def _header_of(sheet: Sheet, layout: Layout) -> Header | None:
    return find_header(sheet.text.head(rows_to_search(layout)).rows(), layout)


def _open_sheet(sheet: Sheet, layout: Layout, *, is_1904: bool) -> Table | None:
    header = _header_of(sheet, layout)
    if header is None:
        return None
    headers = name_columns(header.cells, sheet=sheet.name, line=header.row + 1, known=layout.known_words)
    lossy = {headers[int(column)]: cells for column, cells in sheet.lossy.items()}
    body = _body(sheet.text.rename(dict(zip(sheet.text.columns, headers, strict=True))), lossy, headers)
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
        all_blank(cells).alias("__blank"),
        pl.when(listed.list.len() > 0).then(listed).alias("__lossy"),
    )
    return rows.with_columns(pl.when(pl.col("__fault").is_null()).then(cells))


def _slices(body: pl.DataFrame, wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    yield empty_chunk(wanted)
    yield from body.select(*wanted, *ROW_COLUMNS).iter_slices(CHUNK_ROWS)
