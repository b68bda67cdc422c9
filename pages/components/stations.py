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
from warehouse.funnel import Place
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
    return Stations(
        _unit_answer(found, view) if is_chosen else _answer(found, view),
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
    """Which rates have units outside the limits, and who they are."""
    language, period = view.language, format_period(view.window, view.language)
    judged = [one for one in found if one.judged]
    outside = {_rate(one, view): _outside(one) for one in judged if _outside(one)}
    if not judged:
        return text("stations_answer.nothing", language, period=period)
    rates = _joined(
        [text("stations_answer.rate", language, rate=rate, names=_names(rows, view)) for rate, rows in outside.items()],
        view,
    )
    kind = "within" if not outside else "outside" if len(outside) < len(judged) else "outside_all"
    return text(f"stations_answer.{kind}", language, period=period, all=len(judged), n=len(outside), rates=rates)


def _unit_answer(found: Sequence[FunnelFigures], view: View) -> str:
    """How many of the chosen unit's rates lie outside the limits; of what is no unit of a funnel, what follows."""
    language, period, unit = view.language, format_period(view.window, view.language), plain(view.unit.name)
    if view.unit.level != found[0].level:
        return text("stations_unit.members", language, unit=unit, period=period)
    own = {_rate(one, view): _own_place(one, view) for one in found if _own_place(one, view)}
    outside = [rate for rate, place in own.items() if place in FAR]
    if not own:
        return text("stations_unit.nothing", language, unit=unit, period=period)
    kind = "within" if not outside else "outside" if len(outside) < len(own) else "outside_all"
    rates = _joined(outside, view)
    return text(f"stations_unit.{kind}", language, unit=unit, period=period, all=len(own), n=len(outside), rates=rates)


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
    members = [unit for unit in found.judged if unit.row.keys[found.level] in view.unit.members]
    if view.unit.level != found.level and members:
        words = begin_sentence(units_finding(members, metric, language))
        return text("stations_unit.line", language, place=words, **figures)
    return text("stations_unit.line_alone", language, **figures)


def _own_place(found: FunnelFigures, view: View) -> Place | None:
    return next((one.place for one in found.judged if one.row.keys[found.level] == view.unit.code), None)


def _outside(found: FunnelFigures) -> list[ComparisonRow]:
    return [unit.row for unit in found.judged if unit.place in FAR]


def _rate(found: FunnelFigures, view: View) -> str:
    return begin_sentence(found.units.metric.name.in_language(view.language))


def _names(rows: Sequence[ComparisonRow], view: View) -> str:
    if len(rows) > NAMED:
        return text("funnel.units", view.language, n=len(rows))
    return _joined([plain(str(next(iter(row.names.values())))) for row in rows], view)


def _joined(parts: Sequence[str], view: View) -> str:
    return text("stations_answer.joiner", view.language).join(parts)
