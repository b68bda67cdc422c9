"""When disputes come in: weekday by hour, as counts of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pages.components import dispute_charts, figures
from pages.components.dispute_splits import DISPUTES, METRIC
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import LATEST, View
from warehouse.comparison_row import ComparisonRow
from warehouse.dimensions import HOURS, WEEKDAYS
from warehouse.reference import Language
from warehouse.wording import format_count, format_period, format_value

MONTHS = 12
# A month spreads some hundred disputes over 168 squares: of the latest month, the twelve that end with it are shown.


def hours(view: View) -> Panel:
    """Weekday × hour of the period (by default of twelve months), and how many have no hour."""
    language = view.language
    first = figures.months_before(view.month, MONTHS - 1)
    period = f"{first:%Y-%m}..{view.month:%Y-%m}" if view.period == LATEST else view.period
    asked = view.ask(DISPUTES, "weekday", "hour", period=period)
    by_hour, total = view.ask(DISPUTES, "hour", period=period), view.ask(DISPUTES, period=period)
    questions = (asked, by_hour, total)
    known = {row.keys["hour"]: row for row in by_hour.rows}
    if not asked.rows or not any(row.value for code, row in known.items() if code is not None):
        said = missing_words(asked, view) or text("disputes.hours.none", language)
        return Panel("hours", text("disputes.hours.title_none", language), said, questions)
    title = hours_title(known, language)
    drawing = dispute_charts.week(hours_frame(asked.rows, language), description=title)
    subtitle = text("disputes.hours.reading", language, period=format_period(asked.rows[0].period, language))
    return Panel("hours", title, subtitle + without_hour(known, total.row, language), questions, drawing)


def hours_frame(rows: Sequence[ComparisonRow], language: Language) -> pl.DataFrame:
    """All 168 squares, Monday first: what `dispute_charts.week` draws; no row of a delivered period is a zero."""
    values = {(row.keys["weekday"], row.keys["hour"]): row for row in rows}
    table = []
    for weekday, day in WEEKDAYS.items():
        for hour, at in HOURS.items():
            row = values.get((weekday, hour))
            shown = format_value(row, METRIC, language) if row is not None else "0"
            words = text(
                "disputes.hours.cell",
                language,
                day=day.in_language(language),
                hour=at.in_language(language),
                count=shown,
            )
            table.append((day.in_language(language), int(hour), (row.value if row is not None else 0.0), words))
    schema = {"row": pl.String, "column": pl.Int64, "value": pl.Float64, "note": pl.String}
    return pl.DataFrame(table, schema=schema, orient="row")


def hours_title(known: Mapping[str | None, ComparisonRow], language: Language) -> str:
    """The busiest hour of the day and the quietest, with their counts."""
    counted = [(code, row.value or 0.0) for code, row in known.items() if code is not None]
    most, least = max(counted, key=lambda one: one[1]), min(counted, key=lambda one: one[1])
    named = {
        name: text(
            "disputes.hours.hour",
            language,
            hour=HOURS[code].in_language(language),
            count=format_count(int(count), language),
        )
        for name, (code, count) in (("most", most), ("least", least))
    }
    return text("disputes.hours.title", language, **named)


def without_hour(known: Mapping[str | None, ComparisonRow], total: ComparisonRow | None, language: Language) -> str:
    """How many of all have no hour and so no square."""
    lacking = known.get(None)
    if lacking is None or not lacking.value or total is None or total.value is None:
        return text("disputes.hours.all_known", language)
    count, whole = format_count(int(lacking.value), language), format_count(int(total.value), language)
    return text("disputes.hours.lacking", language, n=count, all=whole)
