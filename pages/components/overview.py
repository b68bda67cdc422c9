"""Everything the overview shows for one selection, from the compared rows to the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pages.components import charts, figures, findings, signals
from pages.components.cards import plain
from pages.components.data import read
from pages.components.figures import NOBODY, Delivered
from pages.components.funnel import funnel_panel
from pages.components.kpi import Kpi, kpi, spark
from pages.components.labels import text
from pages.components.panel import Panel
from pages.components.view import LATEST, Asked, View
from warehouse.metrics import METRICS
from warehouse.wording import format_date, format_moment, format_month, format_month_name, format_period, sentence_of

DISPUTES, SATISFACTION = "dispute_incident_count", "satisfaction_rate_top2"
RESOLUTION = "resolution_rate_closed"
CARDS = (DISPUTES, RESOLUTION, SATISFACTION, "visit_count", "repeat_rate_90d")
SPARK_MONTHS = 12
YEARS_BEFORE = 3


@dataclass(frozen=True)
class Overview:
    """One period of one selection; `figures` is what stands behind the cards."""

    answer: str
    service: str
    coverage: str
    cards: tuple[Kpi, ...]
    figures: Panel
    months: Panel
    types: Panel
    units: Panel
    funnel: Panel
    signals: Panel


def read_overview(view: View) -> Overview | None:
    """The period of the view (by default the latest complete month); None before there is a complete month."""
    if not any(view.month in _delivered(view, metric) for metric in CARDS):
        return None
    asked = {metric: view.ask(metric, period=_card_period(view, metric)) for metric in CARDS}
    title = text("cards.title", view.language)
    return Overview(
        _answer(view),
        _service(view),
        findings.coverage_line(
            _delivered(view, DISPUTES).get(view.month, NOBODY), until=view.until, language=view.language
        ),
        tuple(_card(view, asked[metric]) for metric in CARDS),
        Panel("cards", title, "", tuple(asked.values())),
        _months(view),
        _types(view),
        _units(view),
        funnel_panel(view, RESOLUTION, key="funnel"),
        _signals(view),
    )


def waiting(view: View) -> str:
    """Why no month is shown yet."""
    first = read(view.board, "unit_coverage")["month_start"].min()
    assert isinstance(first, date)
    return text(
        "state.no_month",
        view.language,
        from_day=format_month(first, view.language),
        until=format_date(view.until, view.language),
    )


def definition(view: View) -> str:
    """How the page counts, and which generation it shows."""
    built, generation = view.board.built_at, view.board.generation
    name = generation.id if generation else ""
    return text("footer.overview", view.language, id=name, built=format_moment(built) if built else "")


def _delivered(view: View, metric: str) -> dict[date, Delivered]:
    return figures.delivered(read(view.board, "unit_coverage"), view.unit, METRICS[metric].feed)


def _period(view: View) -> str:
    """The period; of the latest month the months that Spring Festival moves in together."""
    return figures.period_of(view.month) if view.period == LATEST else view.period


def _card_period(view: View, metric: str) -> str:
    ripe = view.ripe_period(metric)
    return _period(view) if ripe == view.period else ripe


def _answer(view: View) -> str:
    asked = view.ask(DISPUTES, period=f"{view.month:%Y-%m}" if view.period == LATEST else view.period)
    if asked.row is None:
        return text("answer.missing", view.language, month=format_month(view.month, view.language))
    is_february = view.period == LATEST and view.month.month == 2
    both = view.ask(DISPUTES, period=_period(view)).row if is_february else None
    return sentence_of(
        asked.row, METRICS[DISPUTES], unit_name=plain(view.unit.name), language=view.language, both_months=both
    )


def _service(view: View) -> str:
    row = view.ask(SATISFACTION, period=_period(view)).row
    if row is None or (row.value is None and not row.denominator):
        return ""
    return sentence_of(row, METRICS[SATISFACTION], unit_name=plain(view.unit.name), language=view.language)


def _card(view: View, asked: Asked) -> Kpi:
    """A figure with the twelve months that end with its period."""
    if asked.missing:
        return kpi(None, asked.metric, (), view.language)
    last = figures.latest_complete_month(asked.rows[0].period.end) if asked.rows else view.month
    first = figures.months_before(last, SPARK_MONTHS - 1)
    whole = {day for day, state in _delivered(view, asked.metric.id).items() if state.is_whole}
    months = view.ask(asked.metric.id, "month", period=f"{first:%Y-%m}..{last:%Y-%m}").rows
    before = tuple(spark(one, asked.metric, is_whole=one.period.start in whole) for one in months)
    return kpi(asked.row, asked.metric, before, view.language)


def _months(view: View) -> Panel:
    """The year of the period's last month against the years before."""
    metric, language, year = METRICS[DISPUTES], view.language, view.month.year
    end = min(view.until, date(year, 12, 31))
    asked = view.ask(DISPUTES, "month", period=f"{year - YEARS_BEFORE}-01..{end:%Y-%m}", basis="yoy")
    rows = {row.period.start: row for row in asked.rows}
    own = [row for day, row in sorted(rows.items()) if date(year, 1, 1) <= day <= view.month]
    drawn = findings.year_chart(
        {day: row for day, row in rows.items() if day.year < year or day <= view.until},
        metric,
        month=view.month,
        delivered=_delivered(view, DISPUTES),
        new_years=read(view.board, "new_year_months")["month_start"].to_list(),
        names=[format_month_name(date(year, number, 1), language) for number in range(1, 13)],
        language=language,
    )
    has_band = drawn["low"].is_not_null().any()
    band = text("year.band", language, first=year - YEARS_BEFORE, last=year - 1) if has_band else ""
    subtitle = text("year.subtitle", language, year=year, before=year - 1, band=band)
    title = findings.year_title(own, metric, language)
    drawing = charts.year_over_year(
        drawn,
        this=text("year.name", language, year=year),
        last=text("year.name", language, year=year - 1),
        unit=text("year.unit", language),
        new_year=text("year.new_year", language),
        no_report=text("state.not_delivered", language),
        description=title,
    )
    return Panel("year", title, subtitle, (asked,), drawing)


def _types(view: View) -> Panel:
    """The groups of types against the base; of a chosen group its types."""
    language, metric = view.language, METRICS[DISPUTES]
    asked = view.ask(DISPUTES, "dispute_type" if view.kind else "dispute_group", period=_period(view))
    rows = asked.rows
    drawn, extent = findings.types_chart(rows, metric, language)
    period = format_period(rows[0].period, language) if rows else format_month(view.month, language)
    title = findings.types_title(rows, metric, period=period, language=language)
    subtitle = text("types.subtitle", language, month=period, smallest=metric.smallest_n)
    words = [text(key, language) for key in ("column.type", "types.both", "column.change", "types.verdict")]
    drawing = charts.changes(drawn, extent=extent, words=(words[0], words[1], words[2], words[3]), description=title)
    return Panel("types", title, subtitle, (asked,), drawing, pick="type")


def _units(view: View) -> Panel:
    coverage, organisations = read(view.board, "unit_coverage"), read(view.board, "organisations")
    level = figures.lowest_level(coverage, organisations)
    asked = view.ask(DISPUTES, level, period=f"{view.month:%Y-%m}")
    counts = {
        row.keys[level]: int(row.value)
        for row in asked.rows
        if row.value is not None and "coarse_grain" not in row.flags
    }
    frame = figures.units(coverage, counts, organisations, view.unit, view.month)
    month = format_month(view.month, view.language)
    title = findings.units_title(frame, month=view.month, language=view.language)
    drawing = charts.dots(findings.units_chart(frame, view.language), description=title)
    return Panel("units", title, text("stations.subtitle", view.language, month=month), (asked,), drawing, pick="org")


def _signals(view: View) -> Panel:
    """The night's list; of the whole bureau, whatever unit is chosen."""
    rows = signals.read_series(view.board, view.language)
    listed = signals.listed(rows) if signals.is_judged(rows) else rows.clear()
    title = signals.list_title(listed, view.language)
    subtitle = text("signals.overview", view.language, answer=signals.answer(rows, view.language), page="signals")
    return Panel("signals", title, subtitle, table=listed if listed.height else None)
