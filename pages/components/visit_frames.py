"""Rows about visits as the frames of their charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from pages.components.figures import Selection
from pages.components.labels import text
from pages.components.row_frames import parts, said
from pages.components.view import Asked
from warehouse.comparison_row import ComparisonRow
from warehouse.metric_definition import Metric
from warehouse.reference import Language, codes_of
from warehouse.wording import begin_sentence, format_count, format_exact, format_month_name, format_value

_MATRIX = {
    "code": pl.String,
    "name": pl.String,
    "column": pl.String,
    "rate": pl.Float64,
    "shown": pl.String,
    "note": pl.String,
}
_CALENDAR = {"week": pl.Int64, "weekday": pl.String, "day": pl.String, "value": pl.Float64, "shown": pl.String}


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
    # A chosen station is the whole itself.
    units = [code for code in names if code != whole.code and any(code == unit for unit, _ in cells)]
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


def calendar_frame(rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> pl.DataFrame:
    """The days of a year, what `heat_charts.calendar` draws."""
    weekdays = text("visits.calendar.weekdays", language).split()
    first = rows[0].period.start.replace(month=1, day=1) if rows else None
    table = []
    for row in rows:
        assert first is not None
        day = row.period.start
        shown = format_value(row, metric, language)
        table.append(
            (_week(day, first), weekdays[day.weekday()], begin_sentence(row.names["day"] or ""), row.value, shown)
        )
    return pl.DataFrame(table, schema=_CALENDAR, orient="row")


def _week(day: date, first: date) -> int:
    """Weeks begin on Monday; the one of 1 January is number 0."""
    return ((day - first).days + first.weekday()) // 7


def month_weeks(year: int, language: Language) -> dict[int, str]:
    """The week of the year in which each month begins, and its name."""
    first = date(year, 1, 1)
    days = [date(year, month, 1) for month in range(1, 13)]
    return {_week(day, first): format_month_name(day, language) for day in days}


def calendar_title(rows: Sequence[ComparisonRow], metric: Metric, *, year: int, language: Language) -> str:
    """The busiest day, and on how many nobody was visited."""
    busiest = max(rows, key=lambda row: row.value or 0)
    none = sum(row.value == 0 for row in rows)
    return text(
        "visits.calendar.title" if none else "visits.calendar.title_all",
        language,
        year=year,
        n=len(rows),
        day=busiest.names["day"],
        most=format_value(busiest, metric, language),
        none=none,
    )


def months_frame(rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> pl.DataFrame:
    """Category × month of what is kept by month only, as `heat_charts.matrix` draws it."""
    most = max((row.value or 0 for row in rows), default=0) or 1
    ordered = in_list_order(rows, "visit_category")
    table = [
        (
            "",
            begin_sentence(row.names["visit_category"] or text("rows.unknown", language)),
            format_month_name(row.period.start, language),
            row.value / most if row.value is not None else None,
            format_exact(int(row.value)) if row.value is not None else "—",
            format_value(row, metric, language),
        )
        for row in ordered
    ]
    return pl.DataFrame(table, schema=_MATRIX, orient="row")


def reach_frame(asked: Asked, level: str, names: Mapping[str, str], language: Language) -> pl.DataFrame:
    """Units in the order of their codes, what `charts.dots` draws."""
    rows = {row.keys[level]: row for row in asked.rows}
    table = [
        (code, name, rows[code].value, format_value(rows[code], asked.metric, language))
        for code, name in names.items()
        if code in rows
    ]
    schema = {"code": pl.String, "name": pl.String, "value": pl.Float64, "shown": pl.String}
    return pl.DataFrame(table, schema=schema, orient="row")


def reach_title(asked: Asked, language: Language) -> str:
    """The range over the units; no unit is named for its place in it."""
    known = [row for row in asked.rows if row.value is not None]
    if not known:
        return text("visits.reach.none", language)
    low, high = min(known, key=lambda row: row.value or 0), max(known, key=lambda row: row.value or 0)
    if len(known) == 1:
        return text("visits.reach.one", language, high=format_value(high, asked.metric, language))
    return text(
        "visits.reach.title",
        language,
        n=len(known),
        low=format_count(int(low.value or 0), language),
        high=format_value(high, asked.metric, language),
    )
