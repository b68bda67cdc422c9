"""The cards of a page: a figure each, with the twelve months that end with its period."""

from __future__ import annotations

from collections.abc import Sequence

from pages.components import figures
from pages.components.data import read
from pages.components.kpi import Kpi, kpi, spark
from pages.components.labels import text
from pages.components.panel import Panel
from pages.components.view import LATEST, Asked, View

SPARK_MONTHS = 12


def period_of(view: View) -> str:
    """The period; of the latest month the months that Spring Festival moves in together."""
    return figures.period_of(view.month) if view.period == LATEST else view.period


def headline(view: View, metrics: Sequence[str]) -> tuple[tuple[Kpi, ...], Panel]:
    """The cards of these metrics, and what stands behind them."""
    asked = [view.ask(metric, period=period_of(view)) for metric in metrics]
    panel = Panel("cards", text("cards.title", view.language), "", tuple(asked))
    return tuple(card(view, one) for one in asked), panel


def card(view: View, asked: Asked) -> Kpi:
    """A figure with its months; a month that some unit did not deliver in full is a gap."""
    if asked.missing or not asked.rows:
        return kpi(None, asked.metric, (), view.language)
    last = figures.latest_complete_month(asked.rows[0].period.end)
    first = figures.months_before(last, SPARK_MONTHS - 1)
    delivered = figures.delivered(read(view.board, "unit_coverage"), view.unit, asked.metric.feed)
    whole = {day for day, state in delivered.items() if state.is_whole}
    months = view.ask(asked.metric.id, "month", period=f"{first:%Y-%m}..{last:%Y-%m}", where=asked.where).rows
    before = tuple(spark(one, asked.metric, is_whole=one.period.start in whole) for one in months)
    return kpi(asked.row, asked.metric, before, view.language)
