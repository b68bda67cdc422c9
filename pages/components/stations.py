"""What the page of units shows for one selection: each rate of each unit against the bureau's, never a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages.components.cards import plain
from pages.components.case_mix import case_mix_panel
from pages.components.funnel import FAR, FunnelFigures, panel_of, place_words, read_funnel, units_finding
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.station_lines import line_panel
from pages.components.view import View
from warehouse.comparison_row import ComparisonRow
from warehouse.funnel import FunnelUnit, Place
from warehouse.standardisation import can_be_standardised
from warehouse.wording import begin_sentence, format_period, format_value

RATES = (
    "resolution_rate_closed",
    "satisfaction_rate_top2",
    "repeat_rate_90d",
    "visit_coverage_rate",
    "on_time_arrival_rate",
)
# Whether a case is settled, and whether it comes back, depends on what it is about; how soon somebody arrives does not.
STANDARDISED = ("resolution_rate_closed", "repeat_rate_90d")
NAMED = 3


@dataclass(frozen=True)
class Stations:
    """One period of one selection; `sentences` and `lines` are of the chosen unit, and empty without one."""

    answer: str
    sentences: tuple[str, ...]
    lines: tuple[Panel, ...]
    funnels: tuple[Panel, ...]
    mixes: tuple[Panel, ...]


def read_stations(view: View) -> Stations:
    """The page of a view; a rate that is not delivered says so in its panel."""
    read = {rate: read_funnel(view, rate) for rate in RATES}
    found = tuple(read.values())
    is_chosen = view.unit.code is not None
    is_lowest = view.unit.level == found[0].level
    return Stations(
        _unit_answer(found, view) if is_lowest else _answer(found, view),
        tuple(_sentence(one, view) for one in found) if is_chosen else (),
        tuple(line_panel(view, rate, key=f"line-{rate}") for rate in RATES) if is_chosen else (),
        tuple(panel_of(one, view, key=f"funnel-{rate}") for rate, one in read.items()),
        tuple(
            case_mix_panel(read[rate], view, key=f"mix-{rate}")
            for rate in STANDARDISED
            if can_be_standardised(read[rate].units.metric, unit=read[rate].level)
        ),
    )


def _answer(found: Sequence[FunnelFigures], view: View) -> str:
    """Which rates have units outside the limits, and who they are: of the bureau, or of what a chosen unit leads."""
    judged = {_rate(one, view): _own_units(one, view) for one in found if _own_units(one, view)}
    outside = {rate: [unit.row for unit in units if unit.place in FAR] for rate, units in judged.items()}
    rates = [
        text("stations_answer.rate", view.language, rate=rate, names=_names(rows, view))
        for rate, rows in outside.items()
        if rows
    ]
    return _told("stations_answer", len(judged), rates, view)


def _unit_answer(found: Sequence[FunnelFigures], view: View) -> str:
    """How many of the chosen unit's rates lie outside the limits."""
    own = {_rate(one, view): place for one in found if (place := _own_place(one, view))}
    return _told("stations_unit", len(own), [rate for rate, place in own.items() if place in FAR], view)


def _told(texts: str, count: int, outside: Sequence[str], view: View) -> str:
    kind = "nothing" if not count else "within" if not outside else "outside"
    if outside and len(outside) == count:
        kind = "outside_all"
    when = format_period(view.window, view.language)
    if view.unit.code is not None:
        when = text("stations_answer.when_unit", view.language, unit=plain(view.unit.name), period=when)
    n = len(outside) if kind == "outside" else count
    rates = text("stations_answer.joiner", view.language).join(outside)
    return text(f"{texts}.{kind}", view.language, when=when, all=count, n=n, rates=rates)


def _sentence(found: FunnelFigures, view: View) -> str:
    """One rate of the chosen unit beside the bureau's, and what the difference means."""
    metric, language = found.units.metric, view.language
    own = view.ask(metric.id, period=found.units.period)
    if own.row is None or found.bureau.row is None:
        return text("stations_unit.line_missing", language, words=missing_words(own, view))
    place = _own_place(found, view)
    figures = {
        "metric": _rate(found, view),
        "value": format_value(own.row, metric, language),
        "bureau": format_value(found.bureau.row, metric, language),
    }
    if place:
        words = begin_sentence(place_words(place, metric, language))
        return text("stations_unit.line", language, place=words, **figures)
    if _leads(found, view) and (units := _own_units(found, view)):
        words = begin_sentence(units_finding(units, metric, language))
        return text("stations_unit.line", language, place=words, **figures)
    return text("stations_unit.line_alone", language, **figures)


def _own_place(found: FunnelFigures, view: View) -> Place | None:
    return next((one.place for one in found.judged if one.row.keys[found.level] == view.unit.code), None)


def _leads(found: FunnelFigures, view: View) -> bool:
    """Whether the chosen unit is above those of the funnel."""
    return view.unit.code is not None and view.unit.level != found.level


def _own_units(found: FunnelFigures, view: View) -> list[FunnelUnit]:
    """The units of the funnel that belong to the chosen one; without one, all."""
    if view.unit.code is None:
        return list(found.judged)
    return [unit for unit in found.judged if unit.row.keys[found.level] in view.unit.members]


def _rate(found: FunnelFigures, view: View) -> str:
    return begin_sentence(found.units.metric.name.in_language(view.language))


def _names(rows: Sequence[ComparisonRow], view: View) -> str:
    if len(rows) > NAMED:
        return text("funnel.units", view.language, n=len(rows))
    names = [plain(str(next(iter(row.names.values())))) for row in rows]
    return text("funnel.name_joiner", view.language).join(names)
