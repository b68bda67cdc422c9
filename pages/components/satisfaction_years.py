"""The same months of every year, each mode of survey on its own: modes never share a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from pages.components import figures, satisfaction_charts
from pages.components.data import read
from pages.components.kpi import role_of
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.satisfaction_control import is_told
from pages.components.satisfaction_rows import title
from pages.components.satisfaction_view import metric_of
from pages.components.view import View
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import amount
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.wording import (
    begin_sentence,
    format_change,
    format_period,
    format_value,
    format_value_interval,
    format_verdict,
)

MOST_YEARS = 5


def panel(view: View) -> Panel:
    """January to the last complete month of each year that was delivered from its first month on."""
    language, metric = view.language, metric_of(view)
    last = view.month
    months = figures.delivered(read(view.board, "unit_coverage"), view.unit, metric.feed)
    years = [
        year
        for year in range(last.year - MOST_YEARS + 1, last.year + 1)
        if months and min(months) <= date(year, 1, 1) <= last
    ]
    asked = tuple(
        view.ask(metric.id, "mode", period=f"{year}-01..{year}-{last.month:02d}", basis="yoy") for year in years
    )
    rows = {year: one.by_key("mode") for year, one in zip(years, asked, strict=True)}
    groups = _groups(rows, metric)
    if not groups:
        words = (missing_words(asked[-1], view) if asked else "") or text("satisfaction.nobody", language)
        return Panel("years", text("years.none", language), words, asked)
    newest = [rows[years[-1]][code] for code in groups if code in rows[years[-1]]]
    heading = title(newest, metric, language, key="years")
    shown = format_period(newest[0].period, language) if newest else str(last.year)
    subtitle = text(
        "years.subtitle",
        language,
        period=shown,
        rate=begin_sentence(metric.name.in_language(language)),
        smallest=metric.smallest_n,
    )
    drawing = satisfaction_charts.years(
        frame(rows, groups, metric, language),
        names=[_name(rows, code) for code in groups],
        labels=[text("years.tick", language, year=f"{year % 100:02d}") for year in years],
        description=heading,
    )
    return Panel("years", heading, subtitle, asked, drawing)


def _groups(rows: Mapping[int, Mapping[str | None, ComparisonRow]], metric: Metric) -> list[str | None]:
    """The modes of which any year has a rate, the one with the most answers first."""
    answers: dict[str | None, float] = {}
    for of_year in rows.values():
        for code, row in of_year.items():
            if is_told(row, metric):
                answers[code] = answers.get(code, 0) + (row.denominator or 0)
    return sorted(answers, key=lambda code: (-answers[code], code or ""))


def _name(rows: Mapping[int, Mapping[str | None, ComparisonRow]], code: str | None) -> str:
    return next(begin_sentence(of_year[code].names["mode"] or "") for of_year in rows.values() if code in of_year)


def frame(
    rows: Mapping[int, Mapping[str | None, ComparisonRow]],
    groups: Sequence[str | None],
    metric: Metric,
    language: Language,
) -> pl.DataFrame:
    """What `satisfaction_charts.years` draws."""
    years = list(rows)
    table = []
    for group, code in enumerate(groups):
        for number, year in enumerate(years):
            row = rows[year].get(code)
            place = group * (len(years) + 1) + number
            named = (group, place, _name(rows, code))
            table.append((*named, *_point(row, metric, language, is_latest=year == years[-1])))
    schema = {
        "group": pl.Int64,
        "place": pl.Int64,
        "name": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "role": pl.String,
        "is_latest": pl.Boolean,
        "label": pl.String,
        "year": pl.String,
        "shown": pl.String,
        "note": pl.String,
    }
    return pl.DataFrame(table, schema=schema, orient="row")


def _point(row: ComparisonRow | None, metric: Metric, language: Language, *, is_latest: bool) -> tuple[object, ...]:
    if row is None or not is_told(row, metric):
        return (None, None, None, "ordinary", is_latest, "", "", "", "")
    finding = find(row, metric)
    assert finding.value is not None
    said = [text("satisfaction.interval", language, interval=format_value_interval(row, metric, language))]
    if finding.change is not None:
        said += [format_change(row, metric, language), format_verdict(row, metric, language)]
    return (
        float(finding.value) / 100,
        row.value_low,
        row.value_high,
        role_of(row, metric),
        is_latest,
        amount(finding.value, metric, language),
        format_period(row.period, language),
        format_value(row, metric, language),
        text("satisfaction.joiner", language).join(said),
    )
