"""The rate by mode of survey and by what was rated: rows with intervals, response and what is possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pages.components import satisfaction_charts
from pages.components.kpi import role_of
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.satisfaction_view import RESPONSE, ask, definition_of, metric_of
from pages.components.view import Asked, View
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import amount, parts_words
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.period_words import basis_words
from warehouse.reference import Language
from warehouse.wording import (
    begin_sentence,
    format_base,
    format_change,
    format_period,
    format_value,
    format_value_interval,
    format_verdict,
)

LOWEST, HIGHEST = "satisfaction_lowest_rate", "satisfaction_highest_rate"
HALF = 0.5
Rows = Mapping[str | None, ComparisonRow]


def by_mode(view: View) -> Panel:
    """How each mode of survey answers, how many of those asked, and what the silent ones could change."""
    asked = ask(view, metric_of(view).id, "mode")
    beside = [ask(view, RESPONSE, "mode")]
    if definition_of(view) == "top2":
        beside += [ask(view, LOWEST, "mode"), ask(view, HIGHEST, "mode")]
    return _panel(view, asked, "modes", "mode", beside)


def by_subject(view: View) -> Panel:
    """How mediation, visits, service and safety are rated."""
    return _panel(view, ask(view, metric_of(view).id, "subject"), "subjects", "subject", [])


def _panel(view: View, asked: Asked, key: str, dimension: str, beside: Sequence[Asked]) -> Panel:
    language, metric = view.language, asked.metric
    rows = [row for row in asked.rows if row.denominator or "suppressed" in row.flags]
    if not rows:
        words = missing_words(asked, view) or text("satisfaction.nobody", language)
        return Panel(key, text(f"{key}.none", language), words, (asked,))
    heading = title(rows, metric, language, key=key)
    others = {one.metric.id: one.by_key(dimension) for one in beside}
    subtitle = text(
        f"{key}.subtitle",
        language,
        period=format_period(rows[0].period, language),
        rate=begin_sentence(metric.name.in_language(language)),
        base=basis_words(rows[0], language),
        smallest=metric.smallest_n,
    )
    if LOWEST in others and any(_is_quiet(row.keys[dimension], others) for row in rows):
        subtitle += text("modes.bounds", language)
    drawing = satisfaction_charts.intervals(
        frame(rows, metric, language, dimension=dimension, others=others),
        words=(begin_sentence(metric.name.in_language(language)), text("column.notes", language)),
        description=heading,
    )
    return Panel(key, heading, subtitle, (asked, *beside), drawing)


def title(rows: Sequence[ComparisonRow], metric: Metric, language: Language, *, key: str) -> str:
    """Which rows really changed; without any, that all differences may be chance."""
    compared = [row for row in rows if find(row, metric).change is not None]
    real = [row for row in compared if find(row, metric).case in ("up", "down")]
    if not compared:
        return text(f"{key}.not_comparable", language)
    if not real:
        return text(f"{key}.noise", language, n=len(compared))
    named = text("levels.joiner", language).join(
        text(
            "levels.one",
            language,
            level=begin_sentence(next(iter(row.names.values())) or ""),
            verdict=format_verdict(row, metric, language),
            change=format_change(row, metric, language),
        )
        for row in real
    )
    rest = len(compared) - len(real)
    return text("satisfaction.rest", language, named=named, n=rest) if rest else named


def frame(
    rows: Sequence[ComparisonRow],
    metric: Metric,
    language: Language,
    *,
    dimension: str,
    others: Mapping[str, Rows],
) -> pl.DataFrame:
    """What `satisfaction_charts.intervals` draws."""
    table = [_row(row, metric, language, dimension=dimension, others=others) for row in rows]
    schema = {
        "name": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "worst": pl.Float64,
        "best": pl.Float64,
        "base": pl.Float64,
        "role": pl.String,
        "label": pl.String,
        "shown": pl.String,
        "note": pl.String,
    }
    return pl.DataFrame(table, schema=schema, orient="row")


def _row(
    row: ComparisonRow, metric: Metric, language: Language, *, dimension: str, others: Mapping[str, Rows]
) -> tuple[object, ...]:
    finding, code = find(row, metric), row.keys[dimension]
    name = begin_sentence(row.names[dimension] or "")
    if finding.is_few or finding.value is None:
        empty = (None,) * 6
        words = format_value(row, metric, language)
        return (name, *empty, "ordinary", words, words, "")
    lowest, highest = (others.get(metric_id, {}).get(code) for metric_id in (LOWEST, HIGHEST))
    is_bound = _is_quiet(code, others) and lowest is not None and highest is not None
    has_base = finding.change is not None and finding.base is not None
    return (
        text(
            "satisfaction.row", language, name=name, n=parts_words((row.numerator, row.denominator), metric, language)
        ),
        float(finding.value) / 100,
        row.value_low,
        row.value_high,
        lowest.value if is_bound and lowest else None,
        highest.value if is_bound and highest else None,
        float(finding.base) / 100 if has_base and finding.base is not None else None,
        role_of(row, metric),
        amount(finding.value, metric, language),
        format_value(row, metric, language),
        note(row, metric, language, code=code, others=others),
    )


def note(
    row: ComparisonRow, metric: Metric, language: Language, *, code: str | None, others: Mapping[str, Rows]
) -> str:
    """Interval, response, bounds, base and verdict of a row."""
    said = [text("satisfaction.interval", language, interval=format_value_interval(row, metric, language))]
    response = others.get(RESPONSE, {}).get(code)
    if response is not None and response.denominator:
        figure = format_value(response, METRICS[RESPONSE], language)
        said.append(text("satisfaction.response", language, figure=figure))
    ends = [others[one][code] for one in (LOWEST, HIGHEST) if code in others.get(one, {})]
    bounds = bounds_words(ends, language)
    if bounds and _is_quiet(code, others):
        said.append(bounds)
    said.append(
        text("satisfaction.base", language, base=basis_words(row, language), figure=format_base(row, metric, language))
    )
    said.append(format_verdict(row, metric, language))
    return text("satisfaction.joiner", language).join(said)


def bounds_words(ends: Sequence[ComparisonRow], language: Language) -> str:
    """What the rate would be if nobody of the silent were satisfied, and if all were; `ends` in that order."""
    found = [find(row, METRICS[row.metric]) for row in ends]
    if len(found) < 2 or any(end.value is None or end.is_few for end in found):
        return ""
    low, high = (amount(end.value, METRICS[LOWEST], language) for end in found if end.value is not None)
    return text("satisfaction.bounds", language, low=low, high=high)


def _is_quiet(code: str | None, others: Mapping[str, Rows]) -> bool:
    """Whether fewer than half of those asked gave a valid answer."""
    response = others.get(RESPONSE, {}).get(code)
    return response is not None and response.value is not None and response.value < HALF
