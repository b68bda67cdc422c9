"""The funnel of a rate: every unit that reports around the bureau's rate, in words and as a panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pages.components import figures, funnel_chart
from pages.components.charts import Role
from pages.components.data import read
from pages.components.drawing import Drawing
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import Asked, View
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import amount, parts_words
from warehouse.finding import find
from warehouse.funnel import ALARM, FEWEST_UNITS, WARNING, Funnel, FunnelUnit, Place, funnel_of
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_limits, format_period, format_value, join_sentences

CURVE_POINTS = 80
# So many units are named in a title, and listed in a subtitle; more are counted.
NAMED = 3
YEAR = 365
LISTED = 8
FAR: tuple[Place, ...] = ("far_below", "far_above")


@dataclass(frozen=True)
class FunnelFigures:
    """The two questions behind a funnel, of the units and of the bureau, and the funnel where there is one."""

    level: str
    units: Asked
    bureau: Asked
    funnel: Funnel | None

    @property
    def judged(self) -> tuple[FunnelUnit, ...]:
        """The units that stand in the funnel."""
        return self.funnel.units if self.funnel else ()


def read_funnel(view: View, metric_id: str) -> FunnelFigures:
    """The rate of every unit that reports and of the whole bureau, whatever unit is chosen."""
    level = figures.lowest_level(read(view.board, "unit_coverage"), read(view.board, "organisations"))
    period = view.ripe_period(metric_id)
    units = view.ask(metric_id, level, period=period, everywhere=True)
    bureau = view.ask(metric_id, period=period, everywhere=True)
    found = funnel_of(units.rows, bureau.row, units.metric) if bureau.row else None
    return FunnelFigures(level, units, bureau, found)


def funnel_panel(view: View, metric_id: str, *, key: str) -> Panel:
    """A rate's funnel as a panel: whole bureau, the chosen unit marked; a click goes to a unit.

    Raises ValueError for a metric that is no rate of events (a count, a median).
    """
    return panel_of(read_funnel(view, metric_id), view, key=key)


def panel_of(found: FunnelFigures, view: View, *, key: str) -> Panel:
    """The panel of figures that were read before."""
    title, asked = funnel_title(found, view), (found.units, found.bureau)
    if found.funnel is None or not found.judged:
        return Panel(key, title, _lacking(found, view) or missing_words(found.units, view), asked)
    return Panel(key, title, _subtitle(found, view), asked, _drawing(found, view, title), pick="org")


def funnel_title(found: FunnelFigures, view: View) -> str:
    """The chosen unit's place, or how many units lie outside the 99.8 % limits and what that means."""
    metric = begin_sentence(found.units.metric.name.in_language(view.language))
    finding = chosen_finding(found, view)
    if not finding and found.judged:
        finding = units_finding(found.judged, found.units.metric, view.language)
    finding = finding or text("funnel.none", view.language)
    return text("funnel.title", view.language, metric=metric, finding=finding)


def chosen_finding(found: FunnelFigures, view: View) -> str:
    """The chosen unit's figure and place; empty where none of the units is chosen."""
    row = next((row for row in found.units.rows if row.keys[found.level] == view.unit.code), None)
    if view.unit.code is None or row is None:
        return ""
    unit = next((one for one in found.judged if one.row is row), None)
    value = format_value(row, found.units.metric, view.language)
    if unit is None:
        return text("funnel.chosen_alone", view.language, unit=view.unit.name, value=value)
    place = place_words(unit.place, found.units.metric, view.language)
    return text("funnel.chosen", view.language, unit=view.unit.name, value=value, place=place)


def place_role(place: Place, metric: Metric) -> Role:
    """Colour only outside the 99.8 % limits, and only for a measure that is good or bad."""
    if place not in FAR:
        return "ordinary"
    if metric.direction == "neutral":
        return "ink"
    return "better" if (place == "far_above") == (metric.direction == "higher_better") else "attention"


def place_words(place: Place, metric: Metric, language: Language) -> str:
    """Where a unit stands and what that means: 低于 99.8% 界限，需要查看."""
    words = text(f"funnel.{place}", language)
    role = place_role(place, metric)
    return text(f"funnel.role_{role}", language, place=words) if role in ("better", "attention") else words


def units_finding(units: Sequence[FunnelUnit], metric: Metric, language: Language) -> str:
    """How many of these units lie outside the 99.8 % limits, who they are and what that means."""
    outside = {place: [unit.row for unit in units if unit.place == place] for place in FAR}
    parts = text("funnel.part_joiner", language).join(
        text("funnel.one", language, names=_few_names(rows, language), place=place_words(place, metric, language))
        for place, rows in outside.items()
        if rows
    )
    if not parts:
        return text("funnel.all_within", language, n=len(units))
    kind = "outside" if sum(map(len, outside.values())) < len(units) else "outside_all"
    return text(f"funnel.{kind}", language, n=len(units), parts=parts)


def _few_names(rows: Sequence[ComparisonRow], language: Language) -> str:
    if len(rows) > NAMED:
        return text("funnel.units", language, n=len(rows))
    return text("funnel.name_joiner", language).join(_name(row) for row in rows)


def _name(row: ComparisonRow) -> str:
    return next(iter(row.names.values())) or ""


def _subtitle(found: FunnelFigures, view: View) -> str:
    funnel, language = found.funnel, view.language
    assert funnel is not None
    assert found.bureau.row is not None
    spread = "chance" if funnel.dispersion is None else "wide" if funnel.tau2 else "none"
    said = text(
        "funnel.subtitle",
        language,
        period=format_period(found.bureau.row.period, language),
        value=format_value(found.bureau.row, funnel.metric, language),
        spread=text(f"funnel.spread_{spread}", language, fewest=FEWEST_UNITS),
    )
    return join_sentences((said, _lacking(found, view)), language)


def _lacking(found: FunnelFigures, view: View) -> str:
    """The units that are not drawn, by reason, in the order of their codes."""
    metric, language = found.units.metric, view.language
    few = list(found.funnel.few) if found.funnel else []
    said = []
    if few:
        named = [
            text("funnel.few_one", language, name=_name(row), parts=_parts(row, metric, language))
            for row in few[:LISTED]
        ]
        said.append(text("funnel.few", language, smallest=metric.smallest_n, names=_listed(named, len(few), language)))
    silent = found.funnel.silent if found.funnel else found.units.rows
    reasons: dict[str, list[str]] = {}
    for row in silent:
        reasons.setdefault(begin_sentence(format_value(row, metric, language)), []).append(_name(row))
    if len(reasons) == 1 and len(silent) == len(found.units.rows):
        return text("funnel.silent_all", language, n=len(silent), reason=next(iter(reasons)))
    for reason, names in reasons.items():
        said.append(text("funnel.silent", language, reason=reason, names=_listed(names[:LISTED], len(names), language)))
    if len(few) > len(found.judged) and view.window.days < YEAR:
        said.append(text("funnel.longer", language))
    return join_sentences(said, language)


def _parts(row: ComparisonRow, metric: Metric, language: Language) -> str:
    return parts_words((row.numerator, row.denominator), metric, language)


def _listed(names: Sequence[str], count: int, language: Language) -> str:
    joined = text("funnel.name_joiner", language).join(names)
    return text("funnel.many", language, names=joined, n=count) if count > len(names) else joined


def _drawing(found: FunnelFigures, view: View, title: str) -> Drawing:
    funnel, language = found.funnel, view.language
    assert funnel is not None
    row = found.bureau.row
    value = find(row, funnel.metric).value if row else None
    words = text("funnel.bureau", language, value=amount(value, funnel.metric, language) if value is not None else "")
    return funnel_chart.funnel(
        units_frame(found, view),
        curve_frame(funnel),
        target_words=words,
        size_words=text("funnel.size", language),
        is_share=funnel.metric.unit == "fraction",
        words=(text("funnel.value", language), text("funnel.limits", language), text("funnel.place", language)),
        description=title,
    )


def units_frame(found: FunnelFigures, view: View) -> pl.DataFrame:
    """The points with their words: what `funnel_chart.funnel` draws. The chosen unit's members are all marked."""
    metric, language, is_chosen = found.units.metric, view.language, view.unit.code is not None
    rows = []
    for unit in found.judged:
        code = unit.row.keys[found.level]
        is_own = is_chosen and code in view.unit.members
        rows.append(
            (
                code,
                _name(unit.row),
                unit.row.denominator,
                unit.row.value,
                format_value(unit.row, metric, language),
                format_limits(unit.far_low, unit.far_high, metric, language),
                place_words(unit.place, metric, language),
                place_role(unit.place, metric),
                unit.place in FAR or code == view.unit.code,
                is_own,
            )
        )
    return pl.DataFrame(rows, schema=funnel_chart.UNIT_SCHEMA, orient="row")


def curve_frame(funnel: Funnel) -> pl.DataFrame:
    """The limits from the smallest unit to the end of the axis: what `funnel_chart.funnel` draws."""
    sizes = [unit.row.denominator or 0.0 for unit in funnel.units]
    grid = np.linspace(min(sizes), max(sizes) * funnel_chart.ROOM, CURVE_POINTS)
    low, high = funnel.limits_at(grid, WARNING)
    far_low, far_high = funnel.limits_at(grid, ALARM)
    target = np.full_like(grid, funnel.target)
    columns = (grid, low, high, far_low, far_high, target)
    return pl.DataFrame(dict(zip(funnel_chart.CURVE_SCHEMA, columns, strict=True)), schema=funnel_chart.CURVE_SCHEMA)
