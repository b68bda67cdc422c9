"""What the page of visits shows for one selection: how many, whom the lists still miss, what the visits found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pages.components import charts, figures, findings, heat_charts, row_charts
from pages.components.cards import plain
from pages.components.data import read
from pages.components.headline import card, headline, period_of
from pages.components.kpi import Kpi
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.row_frames import Bar, bars_frame, changes_title, named_by_code, parts, rates_frame
from pages.components.view import Asked, View
from pages.components.visit_frames import (
    calendar_frame,
    calendar_title,
    in_list_order,
    matrix_frame,
    matrix_title,
    month_weeks,
    months_frame,
    reach_frame,
    reach_title,
)
from warehouse.comparison_row import ComparisonRow
from warehouse.metrics import METRICS
from warehouse.wording import begin_sentence, format_month_name, format_period, sentence_of

VISITS, COVERAGE, HOUSEHOLDS = "visit_count", "visit_coverage_rate", "households_visited_count"
CARDS = (VISITS, HOUSEHOLDS, COVERAGE, "disputes_found_per_100_visits", "opinion_count")
SATISFIED = "satisfaction_rate_top2"
STAGES = (VISITS, "visit_dispute_found_count", "visit_dispute_settled_count")
YEARS_BEFORE = 3


@dataclass(frozen=True)
class VisitPage:
    """One period of one selection; `stages` are totals of that period, not the same cases."""

    answer: str
    coverage: str
    cards: tuple[Kpi, ...]
    figures: Panel
    matrix: Panel
    lists: Panel
    stages: tuple[Kpi, ...]
    totals: Panel
    transport: Panel
    reach: Panel
    calendar: Panel
    households: Panel
    note: str


def read_visits(view: View) -> VisitPage:
    """Everything on the page, of the period of the view (by default the latest complete month)."""
    shown, behind = headline(view, CARDS)
    stages, totals = _stages(view)
    by_category = view.ask(COVERAGE, "visit_category", period=period_of(view))
    return VisitPage(
        _sentence(view, VISITS),
        _sentence(view, COVERAGE),
        shown,
        behind,
        _matrix(view, by_category),
        _lists(view, by_category),
        stages,
        totals,
        _transport(view),
        _reach(view),
        _calendar(view),
        _households(view),
        text("visits.note", view.language),
    )


def _sentence(view: View, metric: str) -> str:
    asked = view.ask(metric, period=period_of(view))
    if asked.row is None:
        return missing_words(asked, view)
    return sentence_of(asked.row, METRICS[metric], unit_name=plain(view.unit.name), language=view.language)


def _when(asked: Asked, view: View) -> str:
    return format_period(asked.rows[0].period if asked.rows else view.window, view.language)


def _matrix(view: View, totals: Asked) -> Panel:
    """Who was to be visited and who was: unit by category, the counts in the cells."""
    organisations = read(view.board, "organisations")
    level = figures.lowest_level(read(view.board, "unit_coverage"), organisations)
    asked = view.ask(COVERAGE, "visit_category", level, period=period_of(view))
    if not _listed(asked):
        return _empty("matrix", text("visits.matrix.none", view.language), asked, view)
    names = dict(organisations.select("code", "name").iter_rows())
    frame = matrix_frame(asked, totals, level=level, names=names, whole=view.unit, language=view.language)
    title = matrix_title(_listed(asked), period=_when(asked, view), language=view.language)
    drawing = heat_charts.matrix(frame, split=text("visits.matrix.split", view.language), description=title)
    subtitle = text("visits.matrix.subtitle", view.language)
    return Panel("matrix", title, subtitle, (asked, totals), drawing, pick="org")


def _listed(asked: Asked) -> list[ComparisonRow]:
    return [row for row in asked.rows if row.denominator]


def _lists(view: View, asked: Asked) -> Panel:
    """Coverage of each list against the list itself, and on last year."""
    bars = [named_by_code(row, asked.metric, view.language) for row in in_list_order(_listed(asked), "visit_category")]
    if not bars:
        return _empty("lists", text("visits.lists.none", view.language), asked, view)
    title = changes_title(bars, view.language)
    drawing = row_charts.rates(rates_frame(bars, view.language), description=title)
    subtitle = text("visits.lists.subtitle", view.language, period=_when(asked, view))
    return Panel("lists", title, subtitle, (asked,), drawing)


def _stages(view: View) -> tuple[tuple[Kpi, ...], Panel]:
    """Four totals of one period; the last are the answers of who was asked about a visit."""
    counts = [view.ask(metric, period=period_of(view)) for metric in STAGES]
    answers = view.ask(SATISFIED, period=period_of(view), where={"subject": ("visit",)})
    cards = [replace(card(view, asked), months=()) for asked in counts]
    satisfied = card(view, answers)
    if answers.row is not None and answers.row.denominator:
        satisfied = replace(satisfied, value=parts(answers.row, answers.metric, view.language))
    satisfied = replace(satisfied, label=text("visits.stages.satisfied", view.language), months=())
    period = _when(counts[0], view)
    title = text("visits.stages.title", view.language, period=period)
    subtitle = text("visits.stages.subtitle", view.language)
    return (*cards, satisfied), Panel("stages", title, subtitle, (*counts, answers))


def _transport(view: View) -> Panel:
    asked = view.ask(VISITS, "transport", period=period_of(view))
    rows = in_list_order([row for row in asked.rows if row.value or row.base_value], "transport")
    bars: list[Bar] = [named_by_code(row, asked.metric, view.language) for row in rows]
    if not any(bar.code for bar in bars):
        return _empty("transport", text("visits.transport.none", view.language), asked, view)
    title = changes_title(bars, view.language)
    drawing = row_charts.bars(bars_frame(bars, view.language, is_one_scale=True), description=title)
    subtitle = text("visits.transport.subtitle", view.language, period=_when(asked, view))
    return Panel("transport", title, subtitle, (asked,), drawing)


def _reach(view: View) -> Panel:
    """Households reached by unit, in the order of their codes."""
    organisations = read(view.board, "organisations")
    level = figures.lowest_level(read(view.board, "unit_coverage"), organisations)
    asked = view.ask(HOUSEHOLDS, level, period=period_of(view))
    if not any(row.value is not None for row in asked.rows):
        return _empty("reach", text("visits.reach.none", view.language), asked, view)
    names = dict(organisations.select("code", "name").iter_rows())
    title = reach_title(asked, view.language)
    frame = reach_frame(asked, level, names, view.language)
    # Of one unit the title says it all.
    drawing = charts.dots(frame, description=title) if frame.height > 1 else None
    subtitle = text("visits.reach.subtitle", view.language, period=_when(asked, view))
    return Panel("reach", title, subtitle, (asked,), drawing, pick="org")


def _calendar(view: View) -> Panel:
    """The days of the year; where the source keeps months only, its categories by month."""
    metric, language, year = METRICS[VISITS], view.language, view.month.year
    asked = view.ask(VISITS, "day", period=str(year), basis="yoy")
    days = [row for row in asked.rows if "coarse_grain" not in row.flags]
    if not any(row.value for row in days):
        return _by_month(view, year)
    title = calendar_title(days, metric, year=year, language=language)
    drawing = heat_charts.calendar(
        calendar_frame(days, metric, language),
        months=month_weeks(year, language),
        weekdays=text("visits.calendar.weekdays", language).split(),
        description=title,
    )
    return Panel("calendar", title, text("visits.calendar.subtitle", language), (asked,), drawing)


def _by_month(view: View, year: int) -> Panel:
    asked = view.ask(VISITS, "visit_category", "month", period=str(year), basis="yoy")
    if not any(row.value for row in asked.rows):
        return _empty("calendar", text("visits.calendar.none", view.language, year=year), asked, view)
    title = text("visits.calendar.months", view.language, year=year)
    frame = months_frame(asked.rows, asked.metric, view.language)
    drawing = heat_charts.matrix(frame, split=text("visits.matrix.split", view.language), description=title)
    return Panel("calendar", title, text("visits.calendar.months_subtitle", view.language), (asked,), drawing)


def _households(view: View) -> Panel:
    """Households of the year of the period's last month against the years before."""
    metric, language, year = METRICS[HOUSEHOLDS], view.language, view.month.year
    end = min(view.until, date(year, 12, 31))
    asked = view.ask(HOUSEHOLDS, "month", period=f"{year - YEARS_BEFORE}-01..{end:%Y-%m}", basis="yoy")
    rows = {row.period.start: row for row in asked.rows}
    own = [row for day, row in sorted(rows.items()) if date(year, 1, 1) <= day <= view.month]
    if not any(row.value is not None for row in own):
        return _empty("households", text("visits.households.none", language, year=year), asked, view)
    drawn = findings.year_chart(
        rows,
        metric,
        month=view.month,
        delivered=figures.delivered(read(view.board, "unit_coverage"), view.unit, metric.feed),
        new_years=read(view.board, "new_year_months")["month_start"].to_list(),
        names=[format_month_name(date(year, number, 1), language) for number in range(1, 13)],
        language=language,
    )
    has_band = drawn["low"].is_not_null().any()
    band = text("year.band", language, first=year - YEARS_BEFORE, last=year - 1) if has_band else ""
    title = findings.year_title(own, metric, language)
    drawing = charts.year_over_year(
        drawn,
        this=text("year.name", language, year=year),
        last=text("year.name", language, year=year - 1),
        unit=text("visits.households.unit", language),
        new_year=text("year.new_year", language),
        no_report=text("state.not_delivered", language),
        description=title,
    )
    subtitle = text("visits.households.subtitle", language, year=year, before=year - 1, band=band)
    return Panel("households", title, subtitle, (asked,), drawing)


def _empty(key: str, title: str, asked: Asked, view: View) -> Panel:
    """A panel without figures says why: nothing to list, or rows that do not hold the fact."""
    name = begin_sentence(asked.metric.name.in_language(view.language))
    why = missing_words(asked, view) or text("missing.feed", view.language, name=name)
    return Panel(key, title, why, (asked,))
