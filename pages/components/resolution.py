"""The page on resolution: what is not settled yet, where disputes end, how long it takes, and whether it lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from pages.components import figures, resolution_charts
from pages.components import resolution_findings as findings
from pages.components.cards import plain
from pages.components.data import last_days, read
from pages.components.kpi import Kpi, kpi, spark
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import LATEST, Asked, View
from warehouse.metrics import METRICS
from warehouse.wording import begin_sentence, format_period, format_value, sentence_of

CLOSED, RECEIVED, MEDIATED = "resolution_rate_closed", "resolution_rate_received", "mediation_success_rate"
# What the switch offers, by its code in the URL.
DEFINITIONS = {"closed": CLOSED, "received": RECEIVED, "mediated": MEDIATED}
UNRESOLVED, MEDIAN, REPEATS = "unresolved_count", "days_to_resolution_median", "repeat_rate_90d"
CASES, SESSIONS = "dispute_case_count", "mediation_session_count"
POINTS = ("closed_same_day_rate", *(f"closed_within_{days}_days_rate" for days in (7, 15, 30, 60, 90)))
CURVE_DAYS = 90
MONTHS, SPARK_MONTHS, LONG = 36, 12, 12
LEVELS = ("city_bureau", "branch", "station")


@dataclass(frozen=True)
class Resolution:
    """One period of one selection, all but the rate by month, which a reader chooses the definition of."""

    answer: str
    unresolved: str
    cards: tuple[Kpi, ...]
    figures: Panel
    ages: Panel
    outcomes: Panel
    stages: Panel
    curve: Panel
    repeat_types: Panel
    repeat_units: Panel
    kinds: Panel
    places: Panel
    sessions: Panel
    referrals: Panel


def definition_names(view: View) -> dict[str, str]:
    """What the switch calls each definition."""
    names = {code: METRICS[metric].name.in_language(view.language) for code, metric in DEFINITIONS.items()}
    return {code: begin_sentence(name) for code, name in names.items()}


def read_resolution(view: View) -> Resolution | None:
    """Everything of a view; None before there is a complete month."""
    if view.month not in figures.delivered(read(view.board, "unit_coverage"), view.unit, "incident"):
        return None
    months = {metric: _months(view, metric) for metric in (CLOSED, RECEIVED)}
    asked = _card_figures(view)
    return Resolution(
        _sentence(view, asked[CLOSED]),
        _sentence(view, asked[UNRESOLVED]),
        tuple(_card(view, one, months) for one in asked.values()),
        Panel("cards", text("cards.title", view.language), "", tuple(asked.values())),
        _ages(view, asked[UNRESOLVED]),
        _outcomes(view),
        _stages(view),
        _curve(view),
        _repeats(view, "repeat_types", "dispute_type" if view.kind else "dispute_group"),
        _repeats(view, "repeat_units", _next_level(view)),
        _sessions(view, "kinds", "mediation_kind"),
        _sessions(view, "places", "mediation_place"),
        _session_shares(view),
        _referrals(view),
    )


def _sentence(view: View, asked: Asked) -> str:
    if asked.row is None:
        return missing_words(asked, view)
    return sentence_of(asked.row, asked.metric, unit_name=plain(view.unit.name), language=view.language)


# --- periods ----------------------------------------------------------------------------------------------------------


def _settled_period(view: View, metric: str) -> str:
    """The period; instead of the latest month the latest one that the metric no longer calls immature."""
    days, until = METRICS[metric].maturity_days, last_days(view.board).get(METRICS[metric].feed)
    if view.period != LATEST or until is None:
        return view.period
    return f"{figures.ripe_month(view.month, until=until, follow_up_days=days):%Y-%m}"


def _year_of(view: View, ripe: str) -> str:
    """Of the latest month the twelve that end with it: a single one splits into too few cases; else the period."""
    if view.period != LATEST:
        return view.period
    last = date.fromisoformat(f"{ripe}-01")
    return f"{figures.months_before(last, LONG - 1):%Y-%m}..{last:%Y-%m}"


def _ripe(view: View, metric: str) -> str:
    ripe = view.ripe_period(metric)
    return f"{view.month:%Y-%m}" if ripe == LATEST else ripe


# --- cards ------------------------------------------------------------------------------------------------------------


def _card_figures(view: View) -> dict[str, Asked]:
    periods = {
        CLOSED: view.period,
        RECEIVED: _settled_period(view, RECEIVED),
        MEDIAN: view.period,
        UNRESOLVED: view.period,
        REPEATS: view.ripe_period(REPEATS),
    }
    return {metric: view.ask(metric, period=period) for metric, period in periods.items()}


def _card(view: View, asked: Asked, months: Mapping[str, Asked]) -> Kpi:
    """A figure with the twelve months that end with its period."""
    metric = asked.metric
    if asked.missing or not asked.rows:
        return kpi(None, metric, (), view.language)
    last = figures.latest_complete_month(asked.rows[0].period.end)
    rows = (months.get(metric.id) or view.ask(metric.id, "month", period=_months_until(last, SPARK_MONTHS))).rows
    first = figures.months_before(last, SPARK_MONTHS - 1)
    before = tuple(
        spark(row, metric, is_whole="coverage_gap" not in row.flags or row.value is not None)
        for row in rows
        if first <= row.period.start <= last and "immature" not in row.flags
    )
    return kpi(asked.row, metric, before, view.language)


def _months_until(last: date, count: int) -> str:
    return f"{figures.months_before(last, count - 1):%Y-%m}..{last:%Y-%m}"


# --- what is open, where the rest ended -------------------------------------------------------------------------------


def _nothing(view: View, key: str, *asked: Asked) -> Panel:
    """A panel that says why it has no chart."""
    name = asked[0].metric.name.in_language(view.language)
    said = next((words for one in asked if (words := missing_words(one, view))), "")
    if any("not_delivered" in row.flags for one in asked for row in one.rows):
        said = text("missing.feed", view.language, name=name)
    said = said or text("resolution.nothing", view.language, name=name)
    return Panel(key, text(f"{key}.none", view.language), said, asked)


def _ages(view: View, total: Asked) -> Panel:
    asked = view.ask(UNRESOLVED, "age_band")
    rows = findings.in_order(asked.rows, "age_band")
    if not rows or total.row is None or total.row.value is None:
        return _nothing(view, "ages", asked, total)
    title = findings.ages_title(total.row, rows, asked.metric, view.language)
    subtitle = text("ages.subtitle", view.language, period=format_period(total.row.period, view.language))
    drawing = resolution_charts.bars(findings.bars(rows, asked.metric, view.language), description=title)
    return Panel("ages", title, subtitle, (asked, total), drawing)


def _outcomes(view: View) -> Panel:
    period = _settled_period(view, RECEIVED)
    asked, rate = view.ask(CASES, "outcome", period=period), view.ask(RECEIVED, period=period)
    rows = findings.in_order(asked.rows, "outcome")
    if not rows or rate.row is None:
        return _nothing(view, "outcomes", rate, asked)
    title = findings.outcomes_title(rows, asked.metric, view.language)
    values = {"period": format_period(rate.row.period, view.language)}
    values["rate"] = format_value(rate.row, rate.metric, view.language)
    subtitle = text("outcomes.subtitle", view.language, **values)
    frame = findings.bars(rows, asked.metric, view.language, is_compared=False)
    return Panel("outcomes", title, subtitle, (asked, rate), resolution_charts.bars(frame, description=title))


def _stages(view: View) -> Panel:
    period = _settled_period(view, RECEIVED)
    asked = view.ask(CASES, "settled_stage", period=period)
    early, found = (view.ask(one, period=period) for one in ("settled_before_arrival_rate", "found_before_call_rate"))
    rows = findings.in_order(asked.rows, "settled_stage")
    if not rows or early.row is None or found.row is None:
        return _nothing(view, "stages", early, found, asked)
    title = findings.stages_title(early.row, early.metric, view.language)
    subtitle = text(
        "stages.subtitle",
        view.language,
        period=format_period(early.row.period, view.language),
        found=format_value(found.row, found.metric, view.language),
    )
    frame = findings.bars(rows, asked.metric, view.language, is_compared=False)
    drawing = resolution_charts.bars(frame, description=title)
    return Panel("stages", title, subtitle, (asked, early, found), drawing)


# --- resolution by month, and the curve -------------------------------------------------------------------------------


def _months(view: View, metric: str) -> Asked:
    return view.ask(metric, "month", period=_months_until(view.month, MONTHS))


def read_closed(view: View) -> Panel:
    """The rate of cases closed, by month."""
    return _rate(view, CLOSED)


def read_received(view: View) -> Panel:
    """The rate of cases received, by month."""
    return _rate(view, RECEIVED)


def read_mediated(view: View) -> Panel:
    """The rate of cases put to mediation, by month."""
    return _rate(view, MEDIATED)


# A drawing takes its time: only the one that is looked at is made.
RATES: Mapping[str, Callable[[View], Panel]] = {
    "closed": read_closed,
    "received": read_received,
    "mediated": read_mediated,
}


def _rate(view: View, name: str) -> Panel:
    asked = _months(view, name)
    metric, language = asked.metric, view.language
    coverage = figures.delivered(read(view.board, "unit_coverage"), view.unit, metric.feed)
    whole = {day for day, state in coverage.items() if state.is_whole}
    frame = findings.rate_by_month(asked.rows, metric, whole=whole, language=language)
    if frame["value"].is_null().all():
        return _nothing(view, "rate", asked)
    title = findings.rate_title(frame, asked.rows, metric, language)
    limits = "limits" if frame["upper"].is_not_null().any() else "no_limits"
    young = text("rate.young", language, days=metric.maturity_days) if metric.maturity_days else ""
    subtitle = text("rate.subtitle", language, young=young, limits=text(f"rate.{limits}", language))
    name = text("rate.limit_name", language)
    drawing = resolution_charts.rate_by_month(frame, limits=name, language=language, description=title)
    return Panel("rate", title, subtitle, (asked,), drawing)


def _curve(view: View) -> Panel:
    period, language = _settled_period(view, RECEIVED), view.language
    asked = [view.ask(metric, period=period) for metric in (MEDIAN, "days_to_resolution_p90", *POINTS)]
    median, tail, *points = asked
    current, base = view.curves(median, last_day=CURVE_DAYS)
    known = [one.row for one in points if one.row is not None]
    if current is None or tail.row is None or points[0].row is None or findings.is_withheld(known):
        return _nothing(view, "curve", *asked)
    is_comparable = not any(row.verdict == "not_comparable" for row in known)
    frame = findings.curves(current, base if is_comparable else None)
    marks = findings.curve_points([(one.row, one.metric) for one in points if one.row], language)
    title = findings.curve_title((points[0].row, points[0].metric), (tail.row, tail.metric), language)
    drawn = format_period(tail.row.period, language)
    before = format_period(tail.row.base, language) if tail.row.base else ""
    last = text("curve.last" if is_comparable and base else "curve.no_last", language, base=before)
    subtitle = text("curve.subtitle", language, period=drawn, last=last)
    drawing = resolution_charts.closing_curve(
        frame,
        marks,
        this=drawn,
        last=before,
        x_title=text("curve.days", language),
        y_title=text("curve.share", language),
        description=title,
    )
    return Panel("curve", title, subtitle, tuple(asked), drawing)


# --- whether it lasts -------------------------------------------------------------------------------------------------


def _repeats(view: View, key: str, by: str) -> Panel:
    period = _year_of(view, _ripe(view, REPEATS))
    asked, total = view.ask(REPEATS, by, period=period), view.ask(REPEATS, period=period)
    return _shares(view, key, asked, total, pick="org" if key == "repeat_units" else "type")


def _shares(view: View, key: str, asked: Asked, total: Asked, *, pick: str = "") -> Panel:
    rows = [row for row in asked.rows if row.denominator and None not in row.keys.values()]
    if not rows or total.row is None or total.row.value is None:
        return _nothing(view, key, asked, total)
    dimension = asked.by[0]
    if dimension not in LEVELS:
        rows = findings.in_order(rows, dimension)
    title = findings.share_title(key, total.row, total.metric, view.language)
    values = {"period": format_period(total.row.period, view.language), "smallest": total.metric.smallest_n}
    drawing = resolution_charts.shares(
        findings.shares(rows, asked.metric, view.language), reference=total.row.value, description=title
    )
    subtitle = text(f"{key}.subtitle", view.language, **values)
    return Panel(key, title, subtitle, (asked, total), drawing, pick=pick)  # type: ignore[arg-type]


def _next_level(view: View) -> str:
    """The level below the chosen unit, as far as this bureau has any; at the lowest its own."""
    known = [level for level in LEVELS if (read(view.board, "organisations")["level_code"] == level).any()]
    lowest = figures.lowest_level(read(view.board, "unit_coverage"), read(view.board, "organisations"))
    known = known[: known.index(lowest) + 1] if lowest in known else [lowest]
    below = known[known.index(view.unit.level) + 1 :] if view.unit.level in known else known[1:]
    return below[0] if below else known[-1]


# --- mediation and referral -------------------------------------------------------------------------------------------


def _sessions(view: View, key: str, by: str) -> Panel:
    asked, total = view.ask(SESSIONS, by), view.ask(SESSIONS)
    rows = findings.in_order(asked.rows, by)
    if not rows or total.row is None or total.row.value is None:
        return _nothing(view, key, asked)
    title = findings.sessions_title(key, total.row, rows, asked.metric, view.language)
    subtitle = text(f"{key}.subtitle", view.language, period=format_period(total.row.period, view.language))
    drawing = resolution_charts.bars(findings.bars(rows, asked.metric, view.language), description=title)
    return Panel(key, title, subtitle, (asked, total), drawing)


def _session_shares(view: View) -> Panel:
    asked = [
        view.ask(metric)
        for metric in ("on_request_mediation_share", "joint_mediation_share", "away_from_station_share")
    ]
    known = [(one.row, one.metric) for one in asked if one.row is not None and one.row.denominator]
    if not known:
        return _nothing(view, "sessions", *asked)
    title = findings.session_shares_title(known, view.language)
    subtitle = text("sessions.subtitle", view.language, period=format_period(known[0][0].period, view.language))
    frame = findings.shares_of(known, view.language)
    drawing = resolution_charts.shares(frame, reference=None, description=title)
    return Panel("sessions", title, subtitle, tuple(asked), drawing)


def _referrals(view: View) -> Panel:
    period = _year_of(view, _settled_period(view, "referral_completion_rate"))
    by_target = view.ask("referral_completion_rate", "referral_target", period=period)
    panel = _shares(view, "referrals", by_target, view.ask("referral_completion_rate", period=period))
    if panel.drawing is None:
        return panel
    rate = view.ask("referral_rate", period=period)
    if rate.row is None:
        return panel
    said = text("referrals.rate", view.language, rate=format_value(rate.row, rate.metric, view.language))
    return Panel(panel.key, panel.title, panel.subtitle + said, (*panel.asked, rate), panel.drawing)
