"""One finding of a page: what it says, what it draws, and the questions its figures come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from pages.components.drawing import Drawing
from pages.components.labels import text
from pages.components.view import Asked, View
from warehouse.comparison_row import ComparisonRow
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.wording import (
    begin_sentence,
    format_base,
    format_change,
    format_change_interval,
    format_notes,
    format_value,
    format_value_interval,
    format_verdict,
)


@dataclass(frozen=True)
class Panel:
    """A chart or a table with its title (the finding) and subtitle (what, of when, how to read it).

    `key` names it on its page: in keys of widgets, file names and tests. Where neither drawing nor table is given, the
    subtitle says why. `pick`: the filter that a click on a mark sets. `derived`: the formula of figures that are
    computed from those asked. `table` has columns named by keys of `column.`.
    """

    key: str
    title: str
    subtitle: str
    asked: tuple[Asked, ...] = ()
    drawing: Drawing | None = None
    table: pl.DataFrame | None = None
    pick: Literal["", "org", "type"] = ""
    derived: str = ""


def behind(asked: Asked, language: Language) -> pl.DataFrame:
    """The table behind a chart: every row of a question in words, one column a dimension, then the figures.

    Of beats the count alone: one officer and one auxiliary are not compared.
    """
    table = pl.DataFrame(
        [_cells(row, asked.metric, language) for row in asked.rows],
        schema=dict.fromkeys([*asked.by, *FIGURES], pl.String),
        orient="row",
    )
    return table.select(*asked.by, "value") if "beat" in asked.by else table


FIGURES = ("value", "value_interval", "base", "change", "change_interval", "verdict", "notes")


def _cells(row: ComparisonRow, metric: Metric, language: Language) -> tuple[str, ...]:
    return (
        *(begin_sentence(name or "") for name in row.names.values()),
        format_value(row, metric, language),
        format_value_interval(row, metric, language),
        format_base(row, metric, language),
        format_change(row, metric, language),
        format_change_interval(row, metric, language),
        format_verdict(row, metric, language),
        format_notes(row, metric, language),
    )


def missing_words(asked: Asked, view: View) -> str:
    """Why a question has no rows; empty where it has."""
    if asked.rows:
        return ""
    name = begin_sentence(asked.metric.name.in_language(view.language))
    return text(f"missing.{asked.missing or 'nothing'}", view.language, name=name)
