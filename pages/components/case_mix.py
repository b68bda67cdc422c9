"""Units against what their own cases would give at the bureau's rates: indirect standardisation, told and drawn."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from pages.components import stations_charts
from pages.components.charts import Role
from pages.components.data import standardised
from pages.components.drawing import Drawing
from pages.components.funnel import FAR, FunnelFigures, place_role
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import View
from warehouse.funnel import Place
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.standardisation import Standardised, can_be_standardised
from warehouse.wording import begin_sentence, format_decimal, format_period

# An interval beyond that says that nothing is known; the axis does not follow it.
WIDEST = 2.0
NAMED = 3
# So few units stand in a table below the chart too.
TABLED = 40


def case_mix_panel(found: FunnelFigures, view: View, *, key: str) -> Panel:
    """The panel of a share; its figures are observed of the units asked, and expected and ratio computed from them.

    Raises ValueError for a metric that cannot be standardised by type of dispute and channel.
    """
    asked, language = found.units, view.language
    metric = asked.metric
    if not can_be_standardised(metric, unit=found.level):
        raise ValueError(f"{metric.id} cannot be standardised by type of dispute and channel")
    name = begin_sentence(metric.name.in_language(language))
    units = _units(found, view)
    if not units:
        reason = text("stations_mix.withheld", language) if view.is_public else missing_words(asked, view)
        title = text("funnel.title", language, metric=name, finding=text("funnel.none", language))
        return Panel(key, title, reason or text("stations_mix.nothing", language), (asked,))
    title = text("stations_mix.title", language, metric=name, finding=_finding(units, metric, view))
    period = format_period(asked.rows[0].period, language)
    subtitle = text("stations_mix.subtitle", language, period=period)
    return Panel(
        key,
        title,
        subtitle,
        (asked,),
        _drawing(units, metric, view, title),
        _table(units, found.level, language) if len(units) <= TABLED else None,
        pick="org",
        derived=text("stations_mix.formula", language, metric=name),
    )


def mix_role(unit: Standardised, metric: Metric) -> Role:
    """Colour only outside the 99.8 % limits, and only for a measure that is good or bad."""
    return place_role(mix_place(unit), metric)


def mix_place(unit: Standardised) -> Place:
    """Outside the 99.8 % limits around 1, or within."""
    if unit.ratio is None or unit.far_low is None or unit.far_high is None:
        return "within"
    return "far_below" if unit.ratio < unit.far_low else "far_above" if unit.ratio > unit.far_high else "within"


def _units(found: FunnelFigures, view: View) -> list[Standardised]:
    """Units with something to expect; none for the public, who could work small counts out of the expectations."""
    rows = found.units.rows
    if view.is_public or not any(row.denominator for row in rows):
        return []
    units = standardised(
        view.board,
        found.units.metric.id,
        found.units.period,
        unit=found.level,
        where=found.units.where,
        language=view.language,
    )
    smallest = found.units.metric.smallest_n
    return [unit if unit.denominator >= smallest else _silent(unit) for unit in units if unit.code is not None]


def _silent(unit: Standardised) -> Standardised:
    """Of too few cases no rate is given, and no ratio of rates either."""
    return replace(unit, ratio=None, ratio_low=None, ratio_high=None, far_low=None, far_high=None)


def _finding(units: list[Standardised], metric: Metric, view: View) -> str:
    language = view.language
    own = next((unit for unit in units if unit.code == view.unit.code), None)
    if own:
        figures = figure_words(own, language)
        return text(
            "stations_mix.own", language, unit=own.name, figures=figures, verdict=verdict_words(own, metric, language)
        )
    outside = [unit for unit in units if mix_place(unit) in FAR]
    compared = [unit for unit in units if unit.ratio is not None]
    if not outside:
        return text("stations_mix.none", language, n=len(compared))
    names = text("funnel.name_joiner", language).join(
        text("stations_mix.one", language, unit=unit.name, verdict=verdict_words(unit, metric, language))
        for unit in outside[:NAMED]
    )
    key = "stations_mix.some" if len(outside) <= NAMED else "stations_mix.many"
    return text(key, language, names=names, n=len(outside), all=len(compared))


def verdict_words(unit: Standardised, metric: Metric, language: Language) -> str:
    """Less or more than expected and what that means, or no significant difference."""
    if unit.ratio is None:
        return text("stations_mix.few", language)
    place = mix_place(unit)
    if place not in FAR:
        return text("stations_mix.as_expected", language)
    words, role = text(f"stations_mix.{place}", language), place_role(place, metric)
    return text(f"funnel.role_{role}", language, place=words) if role in ("better", "attention") else words


def figure_words(unit: Standardised, language: Language) -> str:
    """Ratio, observed and expected: 0.87（实际 1,597 起，预期 1,827.9 起）."""
    return text(
        "stations_mix.figures",
        language,
        ratio=_ratio(unit),
        observed=format_decimal(unit.observed, 0),
        expected=format_decimal(unit.expected, 1),
    )


def _ratio(unit: Standardised) -> str:
    return "—" if unit.ratio is None else format_decimal(unit.ratio, 2)


def interval_words(unit: Standardised, language: Language) -> str:
    """The 95 % interval of the ratio."""
    if unit.ratio_low is None or unit.ratio_high is None:
        return "—"
    low, high = format_decimal(unit.ratio_low, 2), format_decimal(unit.ratio_high, 2)
    return text("stations_mix.interval", language, low=low, high=high)


def units_frame(units: list[Standardised], metric: Metric, view: View) -> pl.DataFrame:
    """The units with the words of their marks: what `stations_charts.ratios` draws."""
    rows = [
        (
            unit.code,
            unit.name,
            unit.ratio,
            unit.ratio_low,
            unit.ratio_high,
            unit.far_low,
            unit.far_high,
            mix_role(unit, metric),
            view.unit.code is not None and unit.code in view.unit.members,
            figure_words(unit, view.language),
            interval_words(unit, view.language),
            verdict_words(unit, metric, view.language),
        )
        for unit in units
    ]
    return pl.DataFrame(rows, schema=stations_charts.RATIO_SCHEMA, orient="row")


def _drawing(units: list[Standardised], metric: Metric, view: View, title: str) -> Drawing:
    ends = [end for unit in units for end in (unit.ratio, unit.ratio_high) if end is not None]
    words = [text(f"stations_mix.{name}", view.language) for name in ("ratio", "interval_title", "verdict")]
    return stations_charts.ratios(
        units_frame(units, metric, view),
        extent=max(min(WIDEST, max(ends, default=WIDEST)), *(unit.ratio or 0 for unit in units), 1.0) * 1.05,
        words=(words[0], words[1], words[2]),
        description=title,
    )


def _table(units: list[Standardised], level: str, language: Language) -> pl.DataFrame:
    rows = [
        (
            unit.name,
            format_decimal(unit.observed, 0),
            format_decimal(unit.expected, 1),
            _ratio(unit),
            interval_words(unit, language),
        )
        for unit in units
    ]
    names = (level, "observed", "expected", "mix_ratio", "mix_interval")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
