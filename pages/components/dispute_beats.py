"""The beats of one station: counts by month and nothing else, for a beat is one officer and one auxiliary."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pages.components import dispute_charts, figures
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import View
from warehouse.comparison_row import ComparisonRow
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_count, format_month, format_month_name, format_value

CASES = METRICS["dispute_case_count"]
MONTHS = 12


def beats(view: View) -> Panel:
    """Twelve months of every beat of the chosen station, in the order of their codes."""
    first = figures.months_before(view.month, MONTHS - 1)
    asked = view.ask(CASES.id, "beat", "month", period=f"{first:%Y-%m}..{view.month:%Y-%m}")
    frame = beats_frame(asked.rows, view.language)
    if not frame["value"].count():
        said = missing_words(asked, view) or text("disputes.beats.none", view.language)
        return Panel("beats", text("disputes.beats.title_none", view.language), said, (asked,))
    title = beats_title(frame, view.language)
    drawing = dispute_charts.counts(frame, description=title)
    return Panel("beats", title, text("disputes.beats.reading", view.language), (asked,), drawing)


def beats_frame(rows: Sequence[ComparisonRow], language: Language) -> pl.DataFrame:
    """One row per beat and month: what `dispute_charts.heat` draws."""
    table = []
    for row in rows:
        if row.keys["beat"] is None:
            continue
        name = begin_sentence(row.names["beat"] or str(row.keys["beat"]))
        shown = format_value(row, CASES, language)
        month = format_month(row.period.start, language)
        note = text("disputes.beats.cell", language, beat=name, month=month, count=shown)
        short = "×" if row.value is None else format_count(int(row.value), language)
        table.append((name, format_month_name(row.period.start, language), row.value, short, note))
    schema = {"row": pl.String, "column": pl.String, "value": pl.Float64, "shown": pl.String, "note": pl.String}
    return pl.DataFrame(table, schema=schema, orient="row")


def beats_title(frame: pl.DataFrame, language: Language) -> str:
    """The range of a beat's months; never which is the highest."""
    low, high = frame["value"].min(), frame["value"].max()
    assert isinstance(low, float)
    assert isinstance(high, float)
    return text(
        "disputes.beats.title",
        language,
        n=frame["row"].n_unique(),
        low=format_count(int(low), language),
        high=format_count(int(high), language),
    )
