"""The rate month by month between its control limits: the rows of the chart, and what a month outside them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from pages.components import figures, satisfaction_charts
from pages.components.data import read
from pages.components.figures import Delivered
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.satisfaction_view import metric_of
from pages.components.view import View
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import amount
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.share_limits import FEWEST_MONTHS, ShareLimits, share_limits
from warehouse.wording import begin_sentence, format_month, format_value

MOST_MONTHS = 48
NAMED_MONTHS = 3


def panel(view: View) -> Panel:
    """Up to four years of months that end with the period's last complete one."""
    language, metric = view.language, metric_of(view)
    delivered = figures.delivered(read(view.board, "unit_coverage"), view.unit, metric.feed)
    known = [month for month in delivered if month <= view.month]
    first = max(min(known, default=view.month), figures.months_before(view.month, MOST_MONTHS - 1))
    asked = view.ask(metric.id, "month", period=f"{first:%Y-%m}..{view.month:%Y-%m}", basis="yoy")
    rows = {row.period.start: row for row in asked.rows if row.period.start <= view.month}
    if not any(row.denominator for row in rows.values()):
        words = missing_words(asked, view) or text("satisfaction.nobody", language)
        return Panel("control", text("control.none", language), words, (asked,))
    months = [day for day in sorted(rows) if day >= first]
    if not any(is_told(rows[day], metric) for day in months):
        words = text("control.few", language, smallest=metric.smallest_n)
        return Panel("control", text("control.none", language), words, (asked,))
    limits = limits_of([rows[day] for day in months], metric)
    heading = title([rows[day] for day in months], limits, metric, language)
    subtitle = text(
        "control.subtitle" if limits.are_drawn else "control.subtitle_short",
        language,
        fewest=FEWEST_MONTHS,
        smallest=metric.smallest_n,
        rate=begin_sentence(metric.name.in_language(language)),
    )
    drawing = satisfaction_charts.control(
        frame([rows[day] for day in months], limits, metric, language, delivered=delivered),
        words=(text("control.upper", language), text("control.lower", language)),
        language=language,
        description=heading,
    )
    return Panel("control", heading, subtitle, (asked,), drawing)


def limits_of(rows: Sequence[ComparisonRow], metric: Metric) -> ShareLimits:
    """The limits of months of which a rate is given."""
    told = [row if is_told(row, metric) else None for row in rows]
    hits = [row.numerator if row and row.numerator is not None else np.nan for row in told]
    return share_limits(hits, [row.denominator if row and row.denominator else np.nan for row in told])


def is_told(row: ComparisonRow, metric: Metric) -> bool:
    """Whether a rate is given at all: not of too few answers."""
    finding = find(row, metric)
    return finding.value is not None and not finding.is_few and finding.case != "suppressed"


def title(rows: Sequence[ComparisonRow], limits: ShareLimits, metric: Metric, language: Language) -> str:
    """Whether the latest month is a signal, and which months were."""
    if not limits.are_drawn:
        told = sum(is_told(row, metric) for row in rows)
        return text("control.title_short", language, n=told, fewest=FEWEST_MONTHS, smallest=metric.smallest_n)
    last = format_month(rows[-1].period.start, language)
    state = _state(limits, len(rows) - 1, metric) if is_told(rows[-1], metric) else "few"
    latest = text(f"control.latest_{state}", language, month=last)
    before = [row for row, rule in zip(rows[:-1], limits.rules, strict=False) if rule]
    if not before:
        return latest + text("control.title_none", language, n=len(rows) - 1)
    named = text("levels.joiner", language).join(
        format_month(row.period.start, language) for row in before[-NAMED_MONTHS:]
    )
    key = "control.title_some" if len(before) <= NAMED_MONTHS else "control.title_more"
    return latest + text(key, language, n=len(before), months=named)


def _state(limits: ShareLimits, place: int, metric: Metric) -> str:
    """How a month stands: within its limits, or which rule it breaks on which side."""
    rule, side = limits.rules[place], limits.sides[place]
    if not rule:
        return "within"
    return f"{rule}_{'high' if side > 0 else 'low'}"


def role(rule: str, side: int, metric: Metric) -> str:
    """A signal towards the better, one away from it, or ordinary variation."""
    if not rule or not side:
        return "ordinary"
    if metric.direction == "neutral":
        return "ink"
    return "better" if (side > 0) == (metric.direction == "higher_better") else "attention"


def frame(
    rows: Sequence[ComparisonRow],
    limits: ShareLimits,
    metric: Metric,
    language: Language,
    *,
    delivered: Mapping[date, Delivered],
) -> pl.DataFrame:
    """What `satisfaction_charts.control` draws."""
    told = [is_told(row, metric) for row in rows]
    first = next((place for place, is_one in enumerate(told) if is_one), None)
    table = []
    for place, row in enumerate(rows):
        day, finding = row.period.start, find(row, metric)
        lower, upper = float(limits.lower[place]), float(limits.upper[place])
        has_limits = bool(np.isfinite(lower)) and told[place]
        table.append(
            (
                day,
                format_month(day, language),
                float(finding.value) / 100 if told[place] and finding.value is not None else None,
                limits.centre if has_limits else None,
                lower if has_limits else None,
                upper if has_limits else None,
                role(limits.rules[place], limits.sides[place], metric),
                bool(limits.rules[place]),
                place == first,
                place == len(rows) - 1,
                delivered.get(day, figures.NOBODY).is_whole,
                not row.denominator and not delivered.get(day, figures.NOBODY).full,
                format_value(row, metric, language),
                amount(finding.value, metric, language) if told[place] and finding.value is not None else "",
                text(f"control.point_{_state(limits, place, metric)}", language) if has_limits else "",
            )
        )
    schema = {
        "month_start": pl.Date,
        "label": pl.String,
        "value": pl.Float64,
        "centre": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
        "role": pl.String,
        "is_signal": pl.Boolean,
        "is_first": pl.Boolean,
        "is_latest": pl.Boolean,
        "is_whole": pl.Boolean,
        "is_missing": pl.Boolean,
        "shown": pl.String,
        "label_end": pl.String,
        "note": pl.String,
    }
    return pl.DataFrame(table, schema=schema, orient="row")
