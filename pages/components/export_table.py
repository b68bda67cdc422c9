"""The rows behind a panel as files that leave the board: CSV for programs, a formatted workbook for people."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from pages.components.export_stamp import stamp_lines
from pages.components.labels import text
from pages.components.panel import Panel
from pages.components.view import Asked, View
from warehouse.comparison_row import NUMBERS, ComparisonRow
from warehouse.dimensions import DIMENSIONS
from warehouse.metric_catalogue import call_of, unit_text, version_of
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_notes, format_verdict

# A text that a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Fractions of a metric that is a share; of a count only its change is one.
SHARES = frozenset(
    {"value", "value_low", "value_high", "base_value", "change", "change_rate", "interval_low", "interval_high"}
)
CHANGES = frozenset({"change_rate", "interval_low", "interval_high"})
# Excel allows 31 characters in the name of a sheet, and none of these.
LONGEST_NAME, FORBIDDEN = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
WIDEST_COLUMN = 40

Cell = str | float | int | None


def csv_of(panel: Panel, view: View) -> bytes:
    """All rows of all questions of a panel, one heading, numbers unrounded; UTF-8 with the mark that Excel needs."""
    dimensions = tuple(dict.fromkeys(name for asked in panel.asked for name in asked.by))
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(headings(dimensions, view.language))
    stamps = [*stamp_lines(view)[1:]]
    for asked in panel.asked:
        for row in asked.rows:
            writer.writerow(
                [_escaped(cell) for cell in [*cells(row, asked.metric, dimensions, view.language), *stamps]]
            )
    return stream.getvalue().encode("utf-8-sig")


def headings(dimensions: Sequence[str], language: Language) -> list[str]:
    """The columns of an exported table: codes and names of the dimensions, windows, numbers, judgement and stamp."""
    named = []
    for name in dimensions:
        words = begin_sentence(DIMENSIONS[name].text.in_language(language))
        named += [text("export.code", language, name=words), words]
    first = [text(f"export.{name}", language) for name in ("metric", "version")]
    windows = ("period_start", "period_end", "base_start", "base_end", "unit")
    rest = [text(f"export.{name}", language) for name in (*windows, *NUMBERS, "verdict", "notes", "data", "audience")]
    return [*first, *named, *rest]


def cells(row: ComparisonRow, metric: Metric, dimensions: Sequence[str], language: Language) -> list[Cell]:
    """One row, in the order of `headings`, without the stamp."""
    record = row.as_record()
    found: list[Cell] = [begin_sentence(metric.name.in_language(language)), version_of(metric)]
    for name in dimensions:
        found += [record.get(name), record.get(f"{name}_name")]
    found += [record[name] for name in ("period_start", "period_end", "base_start", "base_end")]
    found.append(unit_text(metric).in_language(language))
    found += [record[name] for name in NUMBERS]
    return [*found, format_verdict(row, metric, language), format_notes(row, metric, language)]


def _escaped(cell: Cell) -> Cell:
    """A name that begins like a formula stays a name."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def workbook_of(panel: Panel, view: View) -> bytes:
    """A workbook: a sheet for each question, numbers as numbers, and one that says how they are defined."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": panel.title, "comments": " ".join(stamp_lines(view))})
        used: set[str] = set()
        for asked in panel.asked:
            _table_sheet(book, _sheet_name(asked, view.language, used), asked, panel, view)
        _definition_sheet(book, panel, view)
    return stream.getvalue()


def _sheet_name(asked: Asked, language: Language, used: set[str]) -> str:
    words = begin_sentence(asked.metric.name.in_language(language)).translate(FORBIDDEN)
    name = words[:LONGEST_NAME].strip()
    number = 1
    while name.casefold() in used:
        number += 1
        name = f"{words[: LONGEST_NAME - 3]} {number}"
    used.add(name.casefold())
    return name


def _table_sheet(book: Any, name: str, asked: Asked, panel: Panel, view: View) -> None:
    sheet, head = book.add_worksheet(name), headings(asked.by, view.language)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, panel.title, book.add_format({"bold": True, "font_size": 14}))
    for line, words in enumerate([panel.subtitle, *stamp_lines(view)], start=1):
        sheet.write_string(line, 0, words, book.add_format({"font_color": "#5F6B78"}))
    top = 6
    # The stamp stands above: a column of the same words helps nobody in a sheet.
    shown = head[:-2]
    bold = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#F4F6F8"}
    for column, words in enumerate(shown):
        sheet.write_string(top, column, words, book.add_format(bold))
    formats = _formats(book, asked)
    widths = [len(words) for words in shown]
    for line, row in enumerate(asked.rows, start=top + 1):
        for column, cell in enumerate(cells(row, asked.metric, asked.by, view.language)):
            _write(sheet, line, column, cell, formats[column])
            widths[column] = max(widths[column], _width(cell))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(WIDEST_COLUMN, width + 3))
    sheet.freeze_panes(top + 1, 2 + 2 * len(asked.by))
    sheet.autofilter(top, 0, top + max(1, len(asked.rows)), len(shown) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _formats(book: Any, asked: Asked) -> list[Any]:
    """A number format for each column: shares as percentages, counts with thousands separators."""
    plain, count, share = book.add_format(), book.add_format({"num_format": "#,##0.###"}), book.add_format()
    share.set_num_format("0.0%")
    is_share = asked.metric.unit == "fraction"
    numbers = [share if name in (SHARES if is_share else CHANGES if asked.metric.is_count else ()) else count
               for name in NUMBERS]  # fmt: skip
    return [*[plain] * (2 + 2 * len(asked.by) + 5), *numbers, plain, plain]


def _write(sheet: Any, line: int, column: int, cell: Cell, form: Any) -> None:
    if cell is None:
        sheet.write_blank(line, column, None, form)
    elif isinstance(cell, str):
        sheet.write_string(line, column, cell, form)
    else:
        sheet.write_number(line, column, cell, form)


def _width(cell: Cell) -> int:
    """Columns of a spreadsheet that a cell takes; a Chinese character takes two."""
    words = f"{cell:,.1f}" if isinstance(cell, float) else str(cell or "")
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in words)


def _definition_sheet(book: Any, panel: Panel, view: View) -> None:
    sheet, language = book.add_worksheet(text("export.definitions", view.language)), view.language
    wrap, bold = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True, "valign": "top"})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    lines: list[tuple[str, str]] = []
    for asked in panel.asked:
        metric = asked.metric
        lines += [
            (text("export.metric", language), f"{begin_sentence(metric.name.in_language(language))} ({metric.id})"),
            (text("export.version", language), version_of(metric)),
            (text("export.formula", language), metric.formula.in_language(language)),
            (text("export.command", language), asked.command(str(view.board.folder))),
        ]
        if asked.rows:
            lines.append(("SQL", call_of(metric, asked.rows[0].period.start, asked.rows[-1].period.end)))
    lines += [("", words) for words in stamp_lines(view)]
    for line, (label, words) in enumerate(lines):
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, words, wrap)
