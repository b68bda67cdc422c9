"""What a bulletin says about one period: figures, types, units, signals, and what cannot be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.bulletin_inquiry import FEEDS, Inquiry, Reason, inquire
from warehouse.bulletin_signals import Signals, read_signals
from warehouse.comparison_row import ComparisonRow
from warehouse.facts import Facts
from warehouse.finding import COMPARED, find
from warehouse.funnel import Funnel, funnel_of
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.reference import Language

DISPUTES, SATISFACTION, RESPONSE = "dispute_incident_count", "satisfaction_rate_top2", "survey_response_rate"
# The overview's five: what a leader is asked first.
ANSWERS = (DISPUTES, "resolution_rate_closed", SATISFACTION, "visit_count", "repeat_rate_90d")
FIGURES = (
    DISPUTES,
    "dispute_case_count",
    "found_before_call_rate",
    "settled_before_arrival_rate",
    "resolution_rate_closed",
    "mediation_success_rate",
    "unresolved_count",
    "days_to_resolution_median",
    "repeat_rate_90d",
    "escalation_count",
    "response_minutes_median",
    SATISFACTION,
    RESPONSE,
    "visit_count",
    "visit_coverage_rate",
)
# The satisfied share if none, or all, of those who did not answer had been satisfied.
BOUNDS = ("satisfaction_lowest_rate", "satisfaction_highest_rate")
LINES = (DISPUTES, "resolution_rate_closed", SATISFACTION)
# The rate that units are held against each other by, in a funnel.
JUDGED = "resolution_rate_closed"
MONTHS = 13
TYPES_SHOWN = 20
UNITS_SHOWN = 40
UNITS_NAMED = 8
# The lowest level first.
UNIT_LEVELS = ("station", "branch", "city_bureau")


@dataclass(frozen=True)
class Figure:
    """One row of a table: the metric, the period it was asked for, and the answer."""

    metric: Metric
    period: str
    row: ComparisonRow


@dataclass(frozen=True)
class Split:
    """A metric split by one dimension; `omitted` rows are not listed, `total` have anything to list."""

    by: str
    figures: tuple[Figure, ...]
    omitted: int
    total: int


@dataclass(frozen=True)
class Months:
    """A metric over the months up to the period's last; without rows where some of them are withheld."""

    metric: Metric
    period: str
    rows: tuple[ComparisonRow, ...]


@dataclass(frozen=True)
class Delivery:
    """One feed that was delivered: how many units had to, how many did, and which did not."""

    feed: str
    due: int
    full: int
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Bulletin:
    """Everything on the page, before a word of it is chosen."""

    inquiry: Inquiry
    is_demo: bool
    answers: tuple[Figure, ...]
    figures: tuple[Figure, ...]
    # Of those who did not answer: none satisfied, all satisfied; only where they are more than half.
    bounds: tuple[Figure, ...]
    not_compared: tuple[Figure, ...]
    missing: Mapping[Reason, tuple[Metric, ...]]
    lines: tuple[Months, ...]
    types: Split | None
    units: Split | None
    # Units whose rate lies outside the funnel's limits; None where there is no funnel.
    outside: tuple[Figure, ...] | None
    signals: Signals
    deliveries: tuple[Delivery, ...]
    feeds_missing: tuple[str, ...]


def read_bulletin(
    facts: Facts,
    *,
    period: str = "latest-month",
    where: Mapping[str, tuple[str, ...]] | None = None,
    language: Language = "zh",
    is_public: bool = False,
    is_demo: bool = False,
) -> Bulletin:
    """Ask for everything a bulletin says. Raises NotAsked and BadPeriod as `ask` does."""
    inquiry = inquire(facts, period, where or {}, language, is_public=is_public)
    figures, missing = _figures(inquiry)
    told = {figure.metric.id: figure for figure in figures}
    delivered = tuple(feed for feed in FEEDS if feed in facts.data_until)
    return Bulletin(
        inquiry,
        is_demo,
        tuple(told[name] for name in ANSWERS if name in told),
        figures,
        _bounds(inquiry),
        tuple(figure for figure in figures if not _is_compared(figure)),
        missing,
        _lines(inquiry),
        read_split(inquiry, "types"),
        read_split(inquiry, "units"),
        _outside(inquiry),
        read_signals(inquiry),
        tuple(_delivery(inquiry, feed) for feed in delivered if _is_covered(inquiry, feed)),
        tuple(feed for feed in FEEDS if feed not in facts.data_until),
    )


def _figures(inquiry: Inquiry) -> tuple[tuple[Figure, ...], dict[Reason, tuple[Metric, ...]]]:
    figures, missing = [], dict[Reason, tuple[Metric, ...]]()
    for metric in (METRICS[name] for name in FIGURES):
        period = inquiry.period_of(metric)
        row = inquiry.row(metric.id, period)
        if row is not None:
            figures.append(Figure(metric, period, row))
        else:
            reason = inquiry.answer(metric.id, period).reason or "not_delivered"
            missing[reason] = (*missing.get(reason, ()), metric)
    return tuple(figures), missing


def _bounds(inquiry: Inquiry) -> tuple[Figure, ...]:
    """What the satisfied share might be, where fewer than half of those asked answered."""
    response = inquiry.row(RESPONSE)
    if response is None or response.value is None or response.value >= 0.5:
        return ()
    rows = [(METRICS[name], inquiry.row(name)) for name in BOUNDS]
    return tuple(Figure(metric, inquiry.period, row) for metric, row in rows if row is not None)


def _is_compared(figure: Figure) -> bool:
    return find(figure.row, figure.metric).case in (*COMPARED, "suppressed")


def _lines(inquiry: Inquiry) -> tuple[Months, ...]:
    if inquiry.window is None:
        return ()
    last = inquiry.window.end
    years, place = divmod(last.year * 12 + last.month - MONTHS, 12)
    asked = f"{years}-{place + 1:02}..{last:%Y-%m}"
    found = (Months(METRICS[name], asked, inquiry.answer(name, asked, ("month",)).rows) for name in LINES)
    return tuple(
        months if not any("suppressed" in row.flags for row in months.rows) else Months(months.metric, asked, ())
        for months in found
        if any(row.value is not None or "suppressed" in row.flags for row in months.rows)
    )


def _split(inquiry: Inquiry, by: str) -> list[Figure]:
    """The rows that have anything to say; what is zero in both periods, or unknown without a code, has not."""
    period = inquiry.split_period
    return [
        Figure(METRICS[row.metric], period, row)
        for row in inquiry.answer(DISPUTES, period, (by,)).rows
        if row.value or row.base_value or "suppressed" in row.flags or (by in UNIT_LEVELS and row.keys[by] is not None)
    ]


def _types(inquiry: Inquiry) -> Split | None:
    """By group; within a chosen group by type; nothing where one type was chosen."""
    if "dispute_type" in inquiry.where:
        return None
    by = "dispute_type" if "dispute_group" in inquiry.where else "dispute_group"
    figures = _split(inquiry, by)
    # Withheld rows come last, in the order of their codes: anything else would say something about their size.
    figures.sort(key=lambda one: ("suppressed" in one.row.flags, -abs(one.row.change or 0), -(one.row.value or 0)))
    shown = tuple(figures[:TYPES_SHOWN])
    return Split(by, shown, len(figures) - len(shown), len(figures)) if figures else None


def _units(inquiry: Inquiry) -> Split | None:
    """By the lowest level that reports, in the order of codes; the chosen organisation alone is no table."""
    by = _unit_level(inquiry)
    if by is None:
        return None
    figures = tuple(_split(inquiry, by))
    if len(figures) < 2:
        return None
    return Split(by, figures if len(figures) <= UNITS_SHOWN else (), 0, len(figures))


def _unit_level(inquiry: Inquiry) -> str | None:
    """The lowest level that reports; none where one unit of it was chosen."""
    places = inquiry.facts.units.places
    by = next((level for level in UNIT_LEVELS if any(places[level])), None)
    return None if by in inquiry.where else by


def read_funnel(inquiry: Inquiry) -> Funnel | None:
    """Every unit's rate around the whole selection's; none where small counts are withheld, or nothing is known."""
    by, bureau = _unit_level(inquiry), inquiry.row(JUDGED)
    if by is None or bureau is None or inquiry.is_public:
        return None
    return funnel_of(inquiry.answer(JUDGED, None, (by,)).rows, bureau, METRICS[JUDGED])


def _outside(inquiry: Inquiry) -> tuple[Figure, ...] | None:
    funnel = read_funnel(inquiry)
    if funnel is None or not funnel.units:
        return None
    rows = (unit.row for unit in funnel.units if unit.place != "within")
    return tuple(Figure(funnel.metric, inquiry.period, row) for row in rows)


def read_split(inquiry: Inquiry, name: str) -> Split | None:
    """The split by `types` or by `units`; a name that there is not is a KeyError."""
    return {"types": _types, "units": _units}[name](inquiry)


def _is_covered(inquiry: Inquiry, feed: str) -> bool:
    return inquiry.window is not None and inquiry.window.start <= inquiry.facts.data_until[feed]


def _delivery(inquiry: Inquiry, feed: str) -> Delivery:
    due, full = inquiry.reporting(feed)
    codes = inquiry.facts.units.codes
    lacking = tuple(code for code, is_due, is_full in zip(codes, due, full, strict=True) if is_due and not is_full)
    return Delivery(feed, int(due.sum()), int(full.sum()), lacking)
