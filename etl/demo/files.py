"""Write a composed table as the office would: title, totals and footnotes around the rows, then bytes."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from etl.demo.compose import Composed
from etl.demo.plan import PlannedFile

FOOTNOTES = ("填表人：林晓霞", "审核：王建军")
CREATED = datetime(2022, 1, 1)
STRUCTURAL = ("short_row", "extra_fields", "undecodable")


@dataclass(frozen=True)
class Extra:
    """A line that is no record: it stands before the row of that number and is dropped by the loader."""

    before: int
    cells: tuple[str, ...]


def extras_of(file: PlannedFile, rows: int) -> list[Extra]:
    """Blank lines, totals in the middle and at the end, footnotes."""
    extras: list[Extra] = []
    if rows == 0:
        return extras
    middle = rows // 2
    if file.style.has_totals:
        extras += [Extra(middle, ("小计", str(middle))), Extra(rows, ("合计", str(rows)))]
    if file.style.has_blanks:
        extras.append(Extra(middle, ()))
    if file.style.has_totals:
        extras += [Extra(rows, (note,)) for note in FOOTNOTES]
    return extras


def write_file(path: Path, file: PlannedFile, composed: Composed) -> int:
    """Write one file; returns how many lines in it are no records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    extras = extras_of(file, composed.text.height)
    if file.style.suffix == "xlsx":
        _write_workbook(path, file, composed, extras)
    else:
        _write_text(path, file, composed, extras)
    return len(extras)


def _heading(file: PlannedFile) -> list[tuple[str, ...]]:
    if not file.style.has_title:
        return []
    return [(f"{file.sender}{file.title}表",), (f"打印日期：{file.delivered:%Y年%m月%d日}",)]


def _write_text(path: Path, file: PlannedFile, composed: Composed, extras: list[Extra]) -> None:
    style = file.style
    width = composed.text.width
    head = [_line(cells, width, file) for cells in (*_heading(file), tuple(composed.text.columns))]
    whole = "".join([*head, *_pieces(file, _with_line_breaks(file, composed.text), composed.entries["fault"], extras)])
    data = whole.encode(style.encoding)
    # No time in the gzip header: the same seed gives the same bytes.
    path.write_bytes(gzip.compress(data, compresslevel=6, mtime=0) if style.is_zipped else data)


def _with_line_breaks(file: PlannedFile, text: pl.DataFrame) -> pl.DataFrame:
    """Narratives are typed with line breaks; inside quotes they are no new rows."""
    told = [
        name
        for name in text.columns
        if name in ("简要案情", "警情内容", "简要情况", "走访记录", "走访内容", "走访情况")
    ]
    if not file.style.has_line_breaks or not told:
        return text
    number = pl.int_range(pl.len())
    return text.with_columns(
        pl.when(number % 97 == 5).then(pl.col(name) + "\n处警完毕").otherwise(pl.col(name)).alias(name) for name in told
    )


def _pieces(file: PlannedFile, text: pl.DataFrame, faults: pl.Series, extras: list[Extra]) -> Iterator[str]:
    """The rows in order, broken where a line stands that polars would not write."""
    odd = faults.is_in(STRUCTURAL).fill_null(False).arg_true().to_list()
    stops = sorted([(place, 1) for place in odd] + [(extra.before, 0) for extra in extras])
    waiting = iter(sorted(extras, key=lambda extra: extra.before))
    done = 0
    for place, is_row in stops:
        yield _rendered(text[done:place], file)
        done = place
        if is_row:
            yield _misaligned(text[place : place + 1], faults[place], file)
            done = place + 1
        else:
            yield _line(next(waiting).cells, text.width, file)
    yield _rendered(text[done:], file)


def _rendered(text: pl.DataFrame, file: PlannedFile) -> str:
    if text.height == 0:
        return ""
    return text.write_csv(include_header=False, separator=file.style.delimiter, line_terminator=file.style.line_end)


def _misaligned(row: pl.DataFrame, reason: str, file: PlannedFile) -> str:
    """A row that breaks off, one with cells too many, one with a zero byte."""
    if reason == "short_row":
        return _rendered(row[:, :-3], file)
    if reason == "extra_fields":
        return _rendered(row.with_columns(pl.lit("x").alias("__1"), pl.lit("y").alias("__2")), file)
    line = _rendered(row, file)
    return line[:3] + "\0" + line[3:]


def _line(cells: tuple[str, ...], width: int, file: PlannedFile) -> str:
    padded = [*cells, *[""] * (width - len(cells))]
    return file.style.delimiter.join(padded) + file.style.line_end


def _write_workbook(path: Path, file: PlannedFile, composed: Composed, extras: list[Extra]) -> None:
    """Ids as text, so that no digit is lost; moments as date cells where the style has them."""
    with xlsxwriter.Workbook(
        path, {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    ) as book:
        book.set_properties({"created": CREATED})
        date_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet("数据")
        for number, cells in enumerate(_workbook_rows(file, composed, extras)):
            for column, value in enumerate(cells):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value, date_format)
                elif value is not None:
                    sheet.write_string(number, column, value)


def _workbook_rows(
    file: PlannedFile, composed: Composed, extras: list[Extra]
) -> Iterator[tuple[str | datetime | None, ...]]:
    yield from _heading(file)
    yield tuple(composed.text.columns)
    columns = [
        [moment or text for moment, text in zip(composed.moments[name], composed.text[name], strict=True)]
        if name in composed.moments
        else composed.text[name].to_list()
        for name in composed.text.columns
    ]
    waiting = sorted(extras, key=lambda extra: extra.before)
    for number, cells in enumerate(zip(*columns, strict=True)):
        while waiting and waiting[0].before == number:
            yield waiting.pop(0).cells
        yield cells
    yield from (extra.cells for extra in waiting)
