"""Workbooks of the fixtures: xlsx and xls in memory, whole or with a part of them edited."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import xlsxwriter
import xlwt
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.bad_inputs.case import HEAD, Cells

SHEET = "台账"


def book(fill: Callable[[Workbook, Worksheet], None], *, is_1904: bool = False) -> bytes:
    """An xlsx whose first sheet `fill` writes."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": is_1904}) as workbook:
        fill(workbook, workbook.add_worksheet(SHEET))
    return buffer.getvalue()


def xlsx(*rows: Cells, head: Cells = HEAD) -> bytes:
    """An xlsx of these cells: numbers stay numbers, None stays empty."""
    return book(lambda _, sheet: write(sheet, [head, *rows] if head else rows))


def write(sheet: Worksheet, rows: list[Cells] | tuple[Cells, ...], top: int = 0) -> None:
    """Write rows from line `top`, every text as text."""
    for i, row in enumerate(rows, top):
        for j, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(i, j, cell)
            elif cell is not None:
                sheet.write(i, j, cell)


def sheets(content: Mapping[str, list[Cells]], *, hidden: tuple[str, ...] = ()) -> bytes:
    """An xlsx of several sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        for name, rows in content.items():
            sheet = workbook.add_worksheet(name)
            write(sheet, rows)
            if name in hidden:
                sheet.hide()
            else:
                sheet.activate()
                sheet.set_first_sheet()
    return buffer.getvalue()


def xls(*rows: Cells, head: Cells = HEAD) -> bytes:
    """An old workbook (BIFF)."""
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet(SHEET)
    for i, row in enumerate([head, *rows]):
        for j, cell in enumerate(row):
            if cell is not None:
                sheet.write(i, j, cell)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def edited(data: bytes, edits: Mapping[str, tuple[bytes, bytes]], more: Mapping[str, bytes] | None = None) -> bytes:
    """An xlsx with text in some of its parts replaced, and further parts added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name in edits:
                before, after = edits[name]
                assert before in part, f"{before!r} is not in {name}"
                part = part.replace(before, after)
            new.writestr(name, part)
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return buffer.getvalue()
