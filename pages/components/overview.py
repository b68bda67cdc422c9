"""Everything the overview shows for one selection, from the compared rows to the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pages.components import figures, findings
from pages.components.cards import plain
from pages.components.data import Board, compared, last_days, read
from pages.components.figures import NOBODY, Delivered, Selection
from pages.components.kpi import Kpi, kpi, spark
from pages.components.labels import text
from warehouse.comparison_row import ComparisonRow
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import format_date, format_moment, format_month, format_month_name, format_period, sentence_of

DISPUTES, SATISFACTION = "dispute_incident_count", "satisfaction_rate_top2"
CARDS = (DISPUTES, "resolution_rate_closed", SATISFACTION, "visit_count", "repeat_rate_90d")
SPARK_MONTHS = 12
YEARS_BEFORE = 3


@dataclass(frozen=True)
class Finding:
    """A chart's title, subtitle and rows."""

    title: str
    subtitle: str
    rows: pl.DataFrame


@dataclass(frozen=True)
class Overview:
    """One month of one selection; `extent`: how far the axis of types goes, `year`: this one and the last by name."""

    answer: str
    service: str
    coverage: str
    cards: tuple[Kpi, ...]
    months: Finding
    year: tuple[str, str]
    types: Finding
    extent: float
    units: Finding


@dataclass(frozen=True)
class _View:
    """What is asked: whose figures, of which month, in which language."""

    board: Board
    selection: Selection
    month: date
    until: date
    language: Language

    def rows(self, metric: str, period: str, *by: str) -> list[ComparisonRow]:
        return compared(self.board, metric, period, by=by, where=self.selection.where, language=self.language)

    def row(self, metric: str, period: str) -> ComparisonRow | None:
        return next(iter(self.rows(metric, period)), None)

    def delivered(self, metric: str) -> dict[date, Delivered]:
        return figures.delivered(read(self.board, "unit_coverage"), self.selection, METRICS[metric].feed)

    @property
    def period(self) -> str:
        return figures.period_of(self.month)


def read_overview(board: Board, selection: Selection, language: Language) -> Overview | None:
    """The latest complete month of the incidents (of any feed, without them); None before there is one."""
    until = figures.headline_day(last_days(board))
    if until is None:
        return None
    view = _View(board, selection, figures.latest_complete_month(until), until, language)
    if not any(view.month in view.delivered(metric) for metric in CARDS):
        return None
    months, types = _months(view), view.rows(DISPUTES, view.period, "dispute_group")
    drawn, extent = findings.types_chart(types, METRICS[DISPUTES], language)
    return Overview(
        _answer(view),
        _service(view),
        findings.coverage_line(view.delivered(DISPUTES).get(view.month, NOBODY), until=until, language=language),
        tuple(_card(view, metric) for metric in CARDS),
        months,
        (text("year.name", language, year=view.month.year), text("year.name", language, year=view.month.year - 1)),
        _types(view, types, drawn),
        extent,
        _units(view),
    )


def waiting(board: Board, language: Language) -> str:
    """Why no month is shown yet."""
    first = read(board, "unit_coverage")["month_start"].min()
    until = figures.headline_day(last_days(board))
    assert isinstance(first, date)
    assert until is not None
    return text(
        "state.no_month",
        language,
        from_day=format_month(first, language),
        until=format_date(until, language),
    )


def definition(board: Board, language: Language) -> str:
    """How the page counts, and which generation it shows."""
    built, generation = board.built_at, board.generation
    name = generation.id if generation else ""
    return text("footer.overview", language, id=name, built=format_moment(built) if built else "")


def _answer(view: _View) -> str:
    row = view.row(DISPUTES, f"{view.month:%Y-%m}")
    if row is None:
        return text("answer.missing", view.language, month=format_month(view.month, view.language))
    both = view.row(DISPUTES, view.period) if view.month.month == 2 else None
    return sentence_of(
        row, METRICS[DISPUTES], unit_name=plain(view.selection.name), language=view.language, both_months=both
    )


def _service(view: _View) -> str:
    row = view.row(SATISFACTION, view.period)
    if row is None or (row.value is None and not row.denominator):
        return ""
    return sentence_of(row, METRICS[SATISFACTION], unit_name=plain(view.selection.name), language=view.language)


def _card(view: _View, name: str) -> Kpi:
    metric = METRICS[name]
    until = last_days(view.board).get(metric.feed)
    if until is None:
        return kpi(None, metric, (), view.language)
    month = figures.ripe_month(view.month, until=until, follow_up_days=metric.follow_up_days)
    row = view.row(name, figures.period_of(month))
    first = figures.months_before(month, SPARK_MONTHS - 1)
    whole = {day for day, state in view.delivered(name).items() if state.is_whole}
    months = view.rows(name, f"{first:%Y-%m}..{month:%Y-%m}", "month")
    before = tuple(spark(one, metric, is_whole=one.period.start in whole) for one in months)
    return kpi(row, metric, before, view.language)


def _months(view: _View) -> Finding:
    metric, language, year = METRICS[DISPUTES], view.language, view.month.year
    asked = f"{year - YEARS_BEFORE}-01..{view.until:%Y-%m}"
    rows = {row.period.start: row for row in view.rows(DISPUTES, asked, "month")}
    own = [row for day, row in sorted(rows.items()) if date(year, 1, 1) <= day <= view.month]
    drawn = findings.year_chart(
        {day: row for day, row in rows.items() if day.year < year or day <= view.until},
        metric,
        month=view.month,
        delivered=view.delivered(DISPUTES),
        new_years=read(view.board, "new_year_months")["month_start"].to_list(),
        names=[format_month_name(date(year, number, 1), language) for number in range(1, 13)],
        language=language,
    )
    has_band = drawn["low"].is_not_null().any()
    band = text("year.band", language, first=year - YEARS_BEFORE, last=year - 1) if has_band else ""
    subtitle = text("year.subtitle", language, year=year, before=year - 1, band=band)
    return Finding(findings.year_title(own, metric, language), subtitle, drawn)


def _types(view: _View, rows: list[ComparisonRow], drawn: pl.DataFrame) -> Finding:
    language = view.language
    period = format_period(rows[0].period, language) if rows else format_month(view.month, language)
    title = findings.types_title(rows, METRICS[DISPUTES], period=period, language=language)
    subtitle = text("types.subtitle", language, month=period, smallest=METRICS[DISPUTES].smallest_n)
    return Finding(title, subtitle, drawn)


def _units(view: _View) -> Finding:
    coverage, organisations = read(view.board, "unit_coverage"), read(view.board, "organisations")
    level = figures.lowest_level(coverage, organisations)
    rows = view.rows(DISPUTES, f"{view.month:%Y-%m}", level)
    counts = {
        row.keys[level]: int(row.value) for row in rows if row.value is not None and "coarse_grain" not in row.flags
    }
    frame = figures.units(coverage, counts, organisations, view.selection, view.month)
    month = format_month(view.month, view.language)
    return Finding(
        findings.units_title(frame, month=view.month, language=view.language),
        text("stations.subtitle", view.language, month=month),
        findings.units_chart(frame, view.language),
    )
