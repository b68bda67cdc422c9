"""The charts of what people think of us: polars frame in, a drawing with a description for screen readers out."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from math import ceil, floor
from typing import Any, Literal

import altair as alt
import polars as pl

from pages.components.charts import (
    NARROW,
    ROLES,
    ROW_HEIGHT,
    Y_TITLE,
    finish,
    in_two_lines,
    paint,
    rows_to_come,
)
from pages.components.drawing import Drawing
from pages.components.signal_charts import UTC, month_axis

COLOUR = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
# The width of the plot itself on a phone, for what cannot ask for the container's.
FEW_PIXELS = "width < 330"
# In letters: what a phone has room for beside bars.
LONG_BAR_NAME = 26
# A key holds its place before its name, so that two rows may have one name.
NAME_OF_KEY = "slice(datum.value, indexof(datum.value, '|') + 1)"
# Pixels that a percentage takes.
LABEL_WIDTH = 34
# Beside the longest bar, as a fraction of all answers.
MARGIN = 0.02
PERCENT: dict[str, Any] = {**Y_TITLE, "format": ".0%"}


def levels(frame: pl.DataFrame, *, description: str) -> Drawing:
    """Answers by level, the middle of the scale at nought, the better ones to the right.

    `frame`, one row a level: key (place|name of its bar, in order), start, end (signed fractions; null where the bar
    says only its `label`), role, strength (0..1), is_base (thinner, paler), label, level, note.
    """
    height = ROW_HEIGHT * max(frame["key"].n_unique(), 1) + 24
    return _levels(tuple(frame.columns), *_both_ways(frame)).with_rows(frame, description=description, height=height)


@lru_cache(maxsize=200)
def _levels(columns: tuple[str, ...], low: float, high: float) -> Drawing:
    # On a phone a long name has two lines; Vega centres the first one on the row.
    is_long = f"{NARROW} && length({NAME_OF_KEY}) > {LONG_BAR_NAME}"
    axis = alt.Axis(
        grid=False,
        labelExpr=f"{is_long} ? {in_two_lines(NAME_OF_KEY, within=0.6)} : {NAME_OF_KEY}",
        labelLimit=alt.ExprRef(f"{NARROW} ? 150 : 240"),
        labelOffset={"condition": {"test": is_long, "value": -7}, "value": 0},
        labelOverlap=False,
    )
    y = alt.Y("key:N", sort=None, title=None, axis=axis)
    tip = [alt.Tooltip("level:N", title=" "), alt.Tooltip("note:N", title=" ")]
    base = rows_to_come(columns).encode(y=y)
    scale = alt.Scale(domain=[low, high], nice=False)
    axis = alt.Axis(title=None, orient="top", grid=True, tickCount=5, labelExpr="format(abs(datum.value), '.0%')")
    x = alt.X("start:Q", scale=scale, axis=axis)
    drawn = base.transform_filter("datum.start !== null").transform_calculate(middle="(datum.start + datum.end) / 2")
    bars = drawn.encode(x=x, x2="end:Q", color=COLOUR, opacity=alt.Opacity("strength:Q", scale=None), tooltip=tip)
    # A figure stands only in a bar that has room for it: on a phone in fewer than on a desk.
    room = f"(datum.end - datum.start) / {high - low:.4f} * width"
    words = (
        paint(drawn, "ink")
        .transform_calculate(fits=f"{room} > {LABEL_WIDTH} ? datum.label : ''")
        .encode(x=alt.X("middle:Q", scale=scale, axis=axis), text="fits:N", tooltip=tip)
    )
    layers = [
        # All rows first: they hold the order.
        base.mark_tick(opacity=0),
        # Behind the bars, where it crosses no figure.
        paint(alt.Chart(pl.DataFrame({"zero": [0]})), "ordinary").mark_rule(strokeWidth=1.2).encode(x=alt.XDatum(0)),
        bars.transform_filter("!datum.is_base").mark_bar(height=20, cornerRadius=0),
        bars.transform_filter("datum.is_base").mark_bar(height=12, cornerRadius=0),
        words.transform_filter("!datum.is_base").mark_text(fontSize=12),
        words.transform_filter("datum.is_base").mark_text(fontSize=10),
        paint(base.transform_filter("datum.start === null"), "ordinary")
        # On a phone there is less room behind nought than the words take.
        .mark_text(align=alt.ExprRef(f"{FEW_PIXELS} ? 'right' : 'left'"))
        .encode(x=alt.value(alt.ExprRef(f"{FEW_PIXELS} ? width : scale('x', 0) + 4")), text="label:N"),
    ]
    return finish(layers, "")


def _both_ways(frame: pl.DataFrame) -> tuple[float, float]:
    """The ends of the longest bars with a little room, outwards to the next twentieth."""
    low, high = frame["start"].min(), frame["end"].max()
    least, most = float(str(low if low is not None else 0)), float(str(high if high is not None else 1))
    return floor((least - MARGIN) * 20) / 20, ceil((most + MARGIN) * 20) / 20


def intervals(frame: pl.DataFrame, *, words: tuple[str, str], description: str) -> Drawing:
    """One dot a row with its interval, the base hollow below it, and what is possible as a thin line.

    `frame`: name, value, low, high (fractions; null where no rate is given), worst, best (null where most answered),
    base (null without a comparison), role, label, shown, note. `words`: titles of value and note.
    """
    height = (ROW_HEIGHT + 15) * max(frame.height, 1)
    chart = _intervals(tuple(frame.columns), _floor(frame), words)
    return chart.with_rows(frame, description=description, height=height)


@lru_cache(maxsize=200)
def _intervals(columns: tuple[str, ...], least: float, words: tuple[str, str]) -> Drawing:
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=False, labelLimit=220, labelOverlap=False))
    tip = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title=words[0]),
        alt.Tooltip("note:N", title=words[1]),
    ]
    base = rows_to_come(columns).encode(y=y, tooltip=tip)
    scale = alt.Scale(domain=[least, 1], nice=False)
    axis = alt.Axis(title=None, format=".0%", orient="top", grid=True, tickCount=5, labelFlush=True)

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=scale, axis=axis)

    known = base.transform_filter("datum.value !== null")
    own, before = known.encode(color=COLOUR), paint(known, "ordinary").transform_filter("datum.base !== null")
    possible = paint(known, "ordinary").transform_filter("datum.worst !== null")
    layers = [
        base.mark_tick(opacity=0),
        possible.mark_rule(strokeWidth=1, strokeDash=[2, 3]).encode(x=x("worst"), x2="best:Q"),
        possible.mark_tick(thickness=1.4, size=9).encode(x=x("worst")),
        possible.mark_tick(thickness=1.4, size=9).encode(x=x("best")),
        before.mark_point(filled=False, size=30, strokeWidth=1.4, yOffset=9, opacity=1).encode(x=x("base")),
        own.mark_rule(strokeWidth=3.4, opacity=0.45).encode(x=x("low"), x2="high:Q"),
        own.mark_point(filled=True, size=70, opacity=1).encode(x=x("value")),
        paint(known, "ink").mark_text(dy=-12, fontSize=12).encode(x=x("value"), text="label:N"),
        paint(base.transform_filter("datum.value === null"), "ordinary")
        .mark_text(align="left", dx=4)
        .encode(x=alt.XDatum(least), text="label:N"),
    ]
    return finish(layers, "")


def _floor(frame: pl.DataFrame) -> float:
    """Where the axis begins: the next twentieth below everything drawn."""
    ends = [frame[name].min() for name in ("low", "worst", "base")]
    lowest = min([float(str(end)) for end in ends if end is not None], default=0.5)
    return max(0.0, int(lowest * 20) / 20)


def control(frame: pl.DataFrame, *, words: tuple[str, str], language: Literal["zh", "en"], description: str) -> Drawing:
    """A share by month between its control limits, called `words`; a month that breaks a rule stands out.

    `frame`: month_start, label, value (null: not delivered or too few), centre, lower, upper (null: no limits), role,
    is_signal, is_first (the first with limits), is_latest, is_whole (hollow where not), is_missing, shown, note.
    """
    return _control(tuple(frame.columns), words, language).with_rows(frame, description=description)


@cache
def _control(columns: tuple[str, ...], words: tuple[str, str], language: Literal["zh", "en"]) -> Drawing:
    base = rows_to_come(columns).encode(x=alt.X("month_start:T", scale=UTC, axis=month_axis(language)))
    scale = alt.Scale(zero=False, nice=True, padding=6)
    axis = alt.Axis(**PERCENT)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=None, scale=scale, axis=axis)

    tip = [alt.Tooltip(f"{name}:N", title=" ") for name in ("label", "shown", "note")]
    quiet, ink = paint(base, "ordinary"), paint(base, "ink").encode(y=y("value"))
    dots = ink.encode(tooltip=tip).transform_filter("datum.value !== null")
    layers = [
        quiet.mark_area(opacity=0.16, interpolate="step", invalid="break-paths-filter-domains").encode(
            y=y("lower"), y2="upper:Q"
        ),
        quiet.mark_line(strokeDash=[4, 3], strokeWidth=1.4, invalid="break-paths-filter-domains").encode(y=y("centre")),
        ink.mark_line(strokeWidth=1.6, invalid="break-paths-filter-domains"),
        dots.transform_filter("datum.is_whole").mark_point(filled=True, size=24, opacity=1),
        dots.transform_filter("!datum.is_whole").mark_point(filled=False, size=34, opacity=1, strokeWidth=1.4),
        base.encode(y=y("value"), color=COLOUR, tooltip=tip)
        .transform_filter("datum.is_signal")
        .mark_point(filled=True, size=110, opacity=1),
        paint(base, "attention")
        .transform_filter("datum.is_missing")
        .mark_text(text="×", fontSize=13, baseline="bottom")
        .encode(y=alt.value("height"), tooltip=tip),
        quiet.transform_filter("datum.is_first")
        .mark_text(align="left", dy=-7, fontSize=11)
        .encode(y=y("upper"), text=alt.value(words[0])),
        quiet.transform_filter("datum.is_first")
        .mark_text(align="left", dy=11, fontSize=11)
        .encode(y=y("lower"), text=alt.value(words[1])),
        dots.transform_filter("datum.is_latest").mark_text(dy=-13, dx=-4, fontWeight="bold").encode(text="label_end:N"),
    ]
    return finish(layers, "", height=270)


def years(frame: pl.DataFrame, *, names: list[str], labels: list[str], description: str) -> Drawing:
    """The same months of every year, a line for each mode of survey beside the others.

    `frame`: group (number of the mode), place (where on the axis), value, low, high (null where no rate is given),
    role, is_latest, label, name, year, shown, note. `names` of the groups; `labels`: of the years of one group.
    """
    return _years(tuple(frame.columns), tuple(names), tuple(labels)).with_rows(frame, description=description)


@lru_cache(maxsize=200)
def _years(columns: tuple[str, ...], names: tuple[str, ...], labels: tuple[str, ...]) -> Drawing:
    step = len(labels) + 1
    marks = [group * step + year for group in range(len(names)) for year in range(len(labels))]
    year = f"datum.value % {step}"
    # On a phone only the first and the last year of a group have room.
    is_left_out = f"{FEW_PIXELS} && {year} > 0 && {year} < {len(labels) - 1}"
    label = f"{is_left_out} ? '' : {json.dumps(labels, ensure_ascii=False)}[{year}]"
    axis = alt.Axis(title=None, values=marks, labelExpr=label, labelOverlap=False)
    scale = alt.Scale(domain=[-0.7, max(len(names), 1) * step - 1.3], nice=False)
    x = alt.X("place:Q", scale=scale, axis=axis)
    # Room for the names above the lines.
    y_scale = alt.Scale(zero=False, nice=True, padding=30)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=None, scale=y_scale, axis=alt.Axis(**PERCENT))

    tip = [alt.Tooltip(f"{name}:N", title=" ") for name in ("name", "year", "shown", "note")]
    base = rows_to_come(columns).encode(x=x)
    known = base.transform_filter("datum.value !== null").encode(tooltip=tip)
    heads = pl.DataFrame(
        {"place": [group * step + (step - 2) / 2 for group in range(len(names))], "name": names},
        schema={"place": pl.Float64, "name": pl.String},
    )
    layers = [
        paint(known, "ordinary").mark_rule(strokeWidth=3, opacity=0.4).encode(y=y("low"), y2="high:Q"),
        paint(base, "ink")
        .mark_line(strokeWidth=1.8, invalid="break-paths-filter-domains")
        .encode(y=y("value"), detail="group:N"),
        paint(known, "ink").mark_point(filled=True, size=34, opacity=1).encode(y=y("value")),
        known.transform_filter("datum.is_latest")
        .mark_point(filled=True, size=84, opacity=1)
        .encode(y=y("value"), color=COLOUR),
        paint(known.transform_filter("datum.is_latest"), "ink")
        .mark_text(dy=-9, fontWeight="bold")
        .encode(y=y("high"), text="label:N"),
        paint(alt.Chart(heads), "ordinary")
        .transform_calculate(lines=f"{FEW_PIXELS} ? {in_two_lines('datum.name')} : datum.name")
        .mark_text(baseline="top", fontSize=alt.ExprRef(f"{FEW_PIXELS} ? 11 : 12"))
        .encode(x=x, y=alt.value(0), text="lines:N"),
    ]
    return finish(layers, "", height=250)
