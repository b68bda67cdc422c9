"""The first months of a year against the year before, by solar days and by lunar ones, side by side."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from pages.components import charts
from pages.components.dispute_splits import DISPUTES, METRIC, Named
from pages.components.findings import changes_chart, extent_of
from pages.components.labels import text
from pages.components.panel import Panel
from pages.components.view import Asked, View
from warehouse.finding import find
from warehouse.periods import Basis, new_year_day
from warehouse.wording import (
    begin_sentence,
    format_change,
    format_date,
    format_day,
    format_period,
    format_verdict,
    verdict_word,
)

# Bare of any bias when nothing changed but the date of Spring Festival.
BEFORE, AFTER = timedelta(days=30), timedelta(days=44)
QUARTER_END = (3, 31)
BASES: tuple[Basis, Basis] = ("yoy", "lunar")


def festival(view: View) -> tuple[Panel, ...]:
    """The last spring that the period has seen to its end, on either calendar; none where the data hold no spring."""
    year = festival_year(view.window.end, view.until)
    if year is None:
        return ()
    asked = {basis: _asked(view, year, basis) for basis in BASES}
    named = {basis: _named(found, year, view) for basis, found in asked.items()}
    if not all(any(find(row, METRIC).change is not None for *_, row in own) for own in named.values()):
        return ()
    extent = max(extent_of([row for *_, row in own], METRIC) for own in named.values())
    return tuple(_panel(view, year, basis, asked[basis], named[basis], extent) for basis in BASES)


def festival_year(end: date, until: date) -> int | None:
    """The latest year up to a day of which the data hold the whole spring: first quarter and festival window."""
    for year in (end.year, end.year - 1):
        window = festival_window(year)
        if window and max(window[1], date(year, *QUARTER_END)) <= until:
            return year
    return None


def festival_window(year: int) -> tuple[date, date] | None:
    """From thirty days before lunar new year's day to forty-four after it."""
    new_year = new_year_day(year)
    return (new_year - BEFORE, new_year + AFTER) if new_year else None


def _asked(view: View, year: int, basis: Basis) -> tuple[Asked, ...]:
    window = festival_window(year)
    assert window
    months = view.ask(DISPUTES, "month", period=f"{year}-01..{year}-03", basis=basis)
    periods = (f"{year}-01..{year}-02", f"{year}-Q1", f"{window[0]}..{window[1]}")
    return months, *(view.ask(DISPUTES, period=period, basis=basis) for period in periods)


def _named(asked: tuple[Asked, ...], year: int, view: View) -> list[Named]:
    months, *rest = asked
    rows = [*months.rows, *(one.row for one in rest if one.row)]
    around = text("disputes.festival.around", view.language)
    names = [
        around if row.period.kind == "days" else begin_sentence(format_period(row.period, view.language))
        for row in rows
    ]
    return [(None, name, row) for name, row in zip(names, rows, strict=True)]


def _panel(view: View, year: int, basis: Basis, asked: tuple[Asked, ...], named: list[Named], extent: float) -> Panel:
    language = view.language
    title = text(f"disputes.festival.title_{basis}", language, finding=_finding(named, basis, view))
    words = [text(word, language) for word in ("column.name", "disputes.both", "column.change", "column.verdict")]
    # "Not comparable, Spring Festival" leaves a phone no room for the chart, and the line above says why.
    short = pl.when(pl.col("rate").is_null()).then(pl.lit(verdict_word("not_comparable", METRIC, language)))
    frame = changes_chart(named, METRIC, language, extent=extent)
    drawing = charts.changes(
        frame.with_columns(verdict=short.otherwise("verdict")),
        extent=extent,
        words=(words[0], words[1], words[2], words[3]),
        description=title,
    )
    return Panel(f"festival_{basis}", title, _why(year, basis, asked, view), asked, drawing)


def _finding(named: list[Named], basis: Basis, view: View) -> str:
    """The row to go by: the quarter of the same dates, the days around the festival of the lunar-aligned ones."""
    _, name, row = named[-1 if basis == "lunar" else -2]
    verdict = format_verdict(row, METRIC, view.language)
    if find(row, METRIC).change is None:
        return text("disputes.title_one", view.language, name=name, verdict=verdict)
    return text(
        "disputes.one", view.language, name=name, verdict=verdict, change=format_change(row, METRIC, view.language)
    )


def _why(year: int, basis: Basis, asked: tuple[Asked, ...], view: View) -> str:
    """Which days are compared, from the windows of the compared rows."""
    this, last = new_year_day(year), new_year_day(year - 1)
    quarter = asked[2].row
    assert this
    assert last
    assert quarter
    assert quarter.base
    shift = (this - last.replace(year=year)).days
    said = text(
        f"disputes.festival.why_{basis}",
        view.language,
        this=format_date(this, view.language),
        last=format_date(last, view.language),
        days=abs(shift),
        word=text(f"disputes.festival.{'later' if shift > 0 else 'earlier'}", view.language),
        period=format_period(quarter.period, view.language),
        base=format_period(quarter.base, view.language),
        first=format_day(this - BEFORE, view.language),
        end=format_day(this + AFTER, view.language),
    )
    return begin_sentence(said)
