"""Rows about visits as the frames of their charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pages.components.figures import Selection
from pages.components.labels import text
from pages.components.row_frames import parts, said
from pages.components.view import Asked
from warehouse.comparison_row import ComparisonRow
from warehouse.reference import Language, codes_of
from warehouse.wording import begin_sentence, format_value

_MATRIX = {
    "code": pl.String,
    "name": pl.String,
    "column": pl.String,
    "rate": pl.Float64,
    "shown": pl.String,
    "note": pl.String,
}


def in_list_order(
    rows: Sequence[ComparisonRow], dimension: str, *, list_code: str | None = None
) -> list[ComparisonRow]:
    """Rows in the order of their code list; what a source does not tell comes last."""
    order = codes_of(list_code or dimension)["code"].to_list()
    return sorted(rows, key=lambda row: order.index(code) if (code := row.keys[dimension]) in order else len(order))


def matrix_frame(
    asked: Asked, totals: Asked, *, level: str, names: Mapping[str, str], whole: Selection, language: Language
) -> pl.DataFrame:
    """Unit × category, what `heat_charts.matrix` draws: the whole first, then the units in their own order."""
    listed = in_list_order([row for row in totals.rows if row.denominator], "visit_category")
    cells = {(row.keys[level], row.keys["visit_category"]): row for row in asked.rows}
    units = [code for code in names if any(code == unit for unit, _ in cells)]
    table = [_cell(whole.code, begin_sentence(whole.name), total, total, asked, language) for total in listed]
    table += [
        _cell(code, names[code], total, cells.get((code, total.keys["visit_category"])), asked, language)
        for code in units
        for total in listed
    ]
    return pl.DataFrame(table, schema=_MATRIX, orient="row")


def _cell(
    code: str | None, name: str, total: ComparisonRow, row: ComparisonRow | None, asked: Asked, language: Language
) -> tuple[object, ...]:
    column = begin_sentence(total.names["visit_category"] or "")
    if row is None or not row.denominator or row.numerator is None or "suppressed" in row.flags:
        note = text("visits.matrix.no_list", language)
        return code or "", name, column, None, "—", note
    note = text("card.joiner", language).join(
        part for part in (format_value(row, asked.metric, language), said(row, asked.metric, language)) if part
    )
    # A list is counted in full: its share is a fact, however short the list.
    return code or "", name, column, row.numerator / row.denominator, parts(row, asked.metric, language), note


def matrix_title(rows: Sequence[ComparisonRow], *, period: str, language: Language) -> str:
    """How many of the cells are done, and in how many nobody was visited."""
    done = sum(row.numerator == row.denominator for row in rows)
    untouched = sum(row.numerator == 0 for row in rows)
    return text("visits.matrix.title", language, period=period, n=len(rows), done=done, untouched=untouched)
