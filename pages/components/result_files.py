"""An answer as a file: CSV for every program, a workbook for people, Parquet for the next analysis.

What leaves here is for internal use, small counts are not withheld: the file's name says so, and inside a workbook and
a Parquet file stand query, generation and audience besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import polars as pl
import pyarrow.parquet as pq
import xlsxwriter

from pages.components.export_table import FORMULA
from warehouse.sandbox import Result

Suffix = Literal["csv", "xlsx", "parquet"]
SUFFIXES: tuple[Suffix, ...] = ("csv", "xlsx", "parquet")
MIME: Mapping[Suffix, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
# A sheet of more takes minutes to write, here and in every program that opens it.
XLSX_ROWS = 200_000
XLSX_CELLS = 2_000_000
# What a cell of a sheet can hold.
LONGEST_CELL, MOST_COLUMNS = 32_767, 16_384


@dataclass(frozen=True)
class Stamp:
    """What a file says of itself: lines in the reader's language, and the query that it answers."""

    lines: tuple[str, ...]
    query: str
    sheet: str
    about: str


class DoesNotFit(ValueError):
    """The answer is larger than this kind of file should be."""


def write(result: Result, suffix: Suffix, stamp: Stamp) -> bytes:
    """The whole answer as a file.

    Raises DoesNotFit for a workbook of more than `XLSX_ROWS` rows or `XLSX_CELLS` cells.
    """
    return _WRITERS[suffix](result, stamp)


def fits(result: Result, suffix: Suffix) -> bool:
    """Whether this kind of file can hold the answer."""
    rows, width = result.row_count, len(result.columns)
    return suffix != "xlsx" or (rows <= XLSX_ROWS and rows * width <= XLSX_CELLS and width <= MOST_COLUMNS)


def _parquet(result: Result, stamp: Stamp) -> bytes:
    notes = {"fengqiao": "\n".join(stamp.lines), "fengqiao.query": stamp.query}
    schema = result.schema.with_metadata({**(result.schema.metadata or {}), **notes})
    stream = BytesIO()
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in result.batches():
            writer.write_batch(batch.cast(schema) if batch.schema != schema else batch)
    return stream.getvalue()


def _csv(result: Result, stamp: Stamp) -> bytes:
    stream = BytesIO()
    frame = _plain(pl.DataFrame(pl.from_arrow(result.table())))
    frame = frame.with_columns(_guarded(frame))
    # The mark that a spreadsheet needs to read Chinese.
    frame.rename(_guarded_name).write_csv(stream, include_bom=True, line_terminator="\r\n")
    return stream.getvalue()


def _guarded(frame: pl.DataFrame) -> list[pl.Expr]:
    """Texts that a spreadsheet would take for a formula begin with an apostrophe."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    return [
        pl.when(pl.any_horizontal(pl.col(name).str.starts_with(sign) for sign in FORMULA))
        .then(pl.concat_str(pl.lit("'"), pl.col(name)))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    ]


def _guarded_name(name: str) -> str:
    return f"'{name}" if name.startswith(FORMULA) else name


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Without what a table of texts and numbers cannot hold: lists and structures as text."""
    nested = [name for name, kind in frame.schema.items() if kind.is_nested() or kind in (pl.Binary, pl.Object)]
    return frame.with_columns(
        pl.Series(name, [None if value is None else str(value) for value in frame[name].to_list()], dtype=pl.String)
        for name in nested
    )


def _workbook(result: Result, stamp: Stamp) -> bytes:
    if not fits(result, "xlsx"):
        raise DoesNotFit(f"{result.row_count} rows of {len(result.columns)} columns")
    stream = BytesIO()
    # One row in memory at a time; a text that looks like a formula or an address stays a text.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(stamp.sheet)
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F4F6F8"})
        for place, name in enumerate(result.schema.names):
            sheet.write_string(0, place, name, bold)
        sheet.freeze_panes(1, 0)
        forms = {"date": book.add_format({"num_format": "yyyy-mm-dd"})}
        forms["time"] = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        _write_rows(sheet, result, forms)
        notes = book.add_worksheet(stamp.about)
        notes.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
        for line, words in enumerate([*stamp.lines, *stamp.query.splitlines()]):
            notes.write_string(line, 0, words[:LONGEST_CELL])
    return stream.getvalue()


def _write_rows(sheet: Any, result: Result, forms: Mapping[str, Any]) -> None:
    line = 0
    for batch in result.batches():
        frame = _plain(pl.DataFrame(pl.from_arrow(batch)))
        writers = [_writer(sheet, kind, forms) for kind in frame.dtypes]
        for row in frame.iter_rows():
            line += 1
            for place, value in enumerate(row):
                if value is not None:
                    writers[place](line, place, value)


def _writer(sheet: Any, kind: pl.DataType, forms: Mapping[str, Any]) -> Callable[[int, int, Any], object]:
    if kind == pl.Boolean:
        return lambda line, place, value: sheet.write_boolean(line, place, value)
    if kind.is_numeric():
        return lambda line, place, value: _number(sheet, line, place, value)
    if kind == pl.Date:
        return lambda line, place, value: _day(sheet, line, place, value, forms["date"])
    if isinstance(kind, pl.Datetime) and kind.time_zone is None:
        return lambda line, place, value: _day(sheet, line, place, value, forms["time"])
    return lambda line, place, value: sheet.write_string(line, place, str(value)[:LONGEST_CELL])


def _number(sheet: Any, line: int, place: int, value: Any) -> None:
    number = float(value)
    # A sheet has no infinity, and keeps fifteen digits.
    if number != number or abs(number) == float("inf") or (isinstance(value, int) and abs(value) > 10**15):
        sheet.write_string(line, place, str(value))
    else:
        sheet.write_number(line, place, number)


def _day(sheet: Any, line: int, place: int, value: Any, form: Any) -> None:
    # Days before 1900 are none in a sheet.
    if value.year < 1900:
        sheet.write_string(line, place, value.isoformat())
    else:
        sheet.write_datetime(line, place, value, form)


_WRITERS: Mapping[Suffix, Callable[[Result, Stamp], bytes]] = {"csv": _csv, "xlsx": _workbook, "parquet": _parquet}


def file_name(parts: Sequence[str], suffix: Suffix) -> str:
    """A name for the file that every system takes."""
    kept = ["".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in part) for part in parts]
    return f"{'_'.join(kept)}.{suffix}"
