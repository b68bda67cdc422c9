"""A unit's rates by month beside the bureau's: small multiples for who runs the unit."""

from __future__ import annotations

import polars as pl

from pages.components import stations_charts
from pages.components.figures import latest_complete_month, months_before, ripe_month
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import Asked, View
from warehouse.comparison_row import ComparisonRow
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.wording import (
    begin_sentence,
    format_change,
    format_month,
    format_value,
    format_verdict,
)

MONTHS = 24


def line_panel(view: View, metric_id: str, *, key: str) -> Panel:
    """One share of the chosen unit by month, beside the bureau's; its title is the change against last year."""
    now = view.ask(metric_id, period=view.ripe_period(metric_id))
    period = _months(view, now)
    own = view.ask(metric_id, "month", period=period)
    bureau = view.ask(metric_id, "month", period=period, everywhere=True)
    title = _title(now, view)
    frame = months_frame(own, bureau, view.language)
    lacking = frame["own"].null_count()
    if 2 * lacking >= frame.height:
        smallest, language = own.metric.smallest_n, view.language
        too_few = text("stations_line.nothing", language, n=lacking, all=frame.height, smallest=smallest)
        reason = missing_words(own, view) or too_few
        return Panel(key, title, reason, (now, own, bureau))
    drawing = stations_charts.against_bureau(
        frame,
        own=view.unit.name,
        bureau=text("stations_line.bureau", view.language),
        language=view.language,
        description=title,
    )
    return Panel(key, title, _subtitle(own, frame, view), (now, own, bureau), drawing)


def _months(view: View, now: Asked) -> str:
    """Two years of months up to the last complete one of the period whose cases had their follow-up."""
    row = now.row
    last = min(latest_complete_month(row.period.end), view.month) if row else view.month
    last = ripe_month(last, until=view.until, follow_up_days=now.metric.follow_up_days)
    return f"{months_before(last, MONTHS - 1):%Y-%m}..{last:%Y-%m}"


def _title(now: Asked, view: View) -> str:
    metric, language = now.metric, view.language
    name = begin_sentence(metric.name.in_language(language))
    if now.row is None:
        return text("funnel.title", language, metric=name, finding=text("funnel.none", language))
    value = format_value(now.row, metric, language)
    verdict = format_verdict(now.row, metric, language)
    found = find(now.row, metric)
    if found.is_few or verdict == value:
        finding = value
    elif found.change is None:
        finding = text("stations_line.alone", language, value=value, verdict=verdict)
    else:
        change = format_change(now.row, metric, language)
        finding = text("stations_line.change", language, value=value, change=change, verdict=verdict)
    return text("funnel.title", language, metric=name, finding=finding)


def _subtitle(own: Asked, frame: pl.DataFrame, view: View) -> str:
    language = view.language
    few = frame.filter(pl.col("own").is_null() & ~pl.col("is_missing")).height
    first, last = (format_month(day, language) for day in (frame["month_start"][0], frame["month_start"][-1]))
    said = text("stations_line.subtitle", language, first=first, last=last, unit=view.unit.name)
    return said + (text("stations_line.few", language, n=few, smallest=own.metric.smallest_n) if few else "")


def months_frame(own: Asked, bureau: Asked, language: Language) -> pl.DataFrame:
    """Months with both figures as `stations_charts.against_bureau` draws them; too few cases give no figure."""
    others = {row.period.start: row for row in bureau.rows}
    rows = [
        (
            row.period.start,
            format_month(row.period.start, language),
            _value(row, own.metric),
            _value(others.get(row.period.start), own.metric),
            format_value(row, own.metric, language),
            _shown(others.get(row.period.start), own.metric, language),
            row.value is None,
        )
        for row in own.rows
    ]
    return pl.DataFrame(rows, schema=stations_charts.MONTH_SCHEMA, orient="row").sort("month_start")


def _value(row: ComparisonRow | None, metric: Metric) -> float | None:
    return None if row is None or find(row, metric).is_few else row.value


def _shown(row: ComparisonRow | None, metric: Metric, language: Language) -> str:
    return format_value(row, metric, language) if row else "—"
