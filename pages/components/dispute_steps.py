"""The change on the base step by step: months, quarters, years to date or twelve months at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from pages.components import dispute_charts, figures
from pages.components.dispute_splits import DISPUTES, METRIC, Named, changes_title, split_subtitle
from pages.components.findings import changes_chart, extent_of
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import Asked, View
from warehouse.wording import format_month, format_period

MONTHS, QUARTERS, YEAR = 24, 8, 12


def by_month(view: View) -> Panel:
    """Two years of months."""
    first = figures.months_before(view.month, MONTHS - 1)
    asked = view.ask(DISPUTES, "month", period=f"{first:%Y-%m}..{view.month:%Y-%m}")
    named: list[Named] = [(None, format_month(row.period.start, view.language), row) for row in asked.rows]
    return _panel("month", named, (asked,), view)


def by_quarter(view: View) -> Panel:
    """Two years of whole quarters."""
    return _asked("quarter", [f"{end.year}-Q{end.month // 3}" for end in quarter_ends(view.month)], view)


def to_date(view: View) -> Panel:
    """The year to date as it stood after each of its months."""
    ends = [date(view.month.year, number, 1) for number in range(1, view.month.month + 1)]
    return _asked("to_date", [f"{end.year}-01..{end:%Y-%m}" for end in ends], view)


def rolling(view: View) -> Panel:
    """Twelve months up to each of the last twelve."""
    ends = [figures.months_before(view.month, back) for back in reversed(range(YEAR))]
    periods = [f"{figures.months_before(end, YEAR - 1):%Y-%m}..{end:%Y-%m}" for end in ends]
    return _asked("rolling", periods, view)


STEPS: Mapping[str, Callable[[View], Panel]] = {
    "month": by_month,
    "quarter": by_quarter,
    "to_date": to_date,
    "rolling": rolling,
}


def quarter_ends(month: date) -> list[date]:
    """The last months of the whole quarters up to a month, the latest last."""
    last = figures.months_before(month, month.month % 3)
    return [figures.months_before(last, 3 * back) for back in reversed(range(QUARTERS))]


def _asked(step: str, periods: list[str], view: View) -> Panel:
    asked = tuple(view.ask(DISPUTES, period=period) for period in periods)
    named: list[Named] = [(None, _name(step, one, view), one.row) for one in asked if one.row]
    return _panel(step, named, asked, view)


def _name(step: str, asked: Asked, view: View) -> str:
    assert asked.row
    period = asked.row.period
    if step == "rolling":
        return text("disputes.steps.until", view.language, month=format_month(period.end, view.language))
    return format_period(period, view.language)


def _panel(step: str, named: list[Named], asked: tuple[Asked, ...], view: View) -> Panel:
    language = view.language
    if not named:
        return Panel("steps", text("disputes.steps.title", language), missing_words(asked[0], view), asked)
    # The latest first: what a title names is what is newest.
    title, _ = changes_title(named[::-1], f"steps_{step}", view)
    extent = extent_of([row for *_, row in named], METRIC)
    words = [text(word, language) for word in ("disputes.both", "column.change", "column.verdict")]
    frame = changes_chart(named, METRIC, language, extent=extent)
    drawing = dispute_charts.steps(
        frame.with_columns(label=pl.Series([name for _, name, _ in named], dtype=pl.String)),
        extent=extent,
        words=(words[0], words[1], words[2]),
        description=title,
    )
    return Panel("steps", title, split_subtitle(f"steps_{step}", named, view), asked, drawing)
