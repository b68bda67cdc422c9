"""The charts of the page on resolution: polars frame in, drawing out.

Each is put together once and filled with rows: a page has ten of them.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import altair as alt
import polars as pl

from pages.components.charts import ROLES, ROW_HEIGHT, Y_TITLE, Role, finish, paint, rows_to_come
from pages.components.drawing import Drawing, pickable
from pages.components.signal_charts import UTC, month_axis

HEIGHT = 300
# What Streamlit takes of a chart's height for its edges, and what an axis takes.
PADDING, AXIS = 10, 24
# How much wider than its longest mark a chart is, for the number behind it.
ROOM = 1.3
SHARE = {**Y_TITLE, "format": ".0%"}
ROLE = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
TIP = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title=" "), alt.Tooltip("note:N", title=" ")]


def bars(frame: pl.DataFrame, *, description: str) -> Drawing:
    """One bar a row from zero, in the frame's order, with a tick at what it was before.

    `frame`: name, value, before (null = not compared), role, shown and note (as text).
    """
    end = pl.max_horizontal("value", "before")
    drawn = frame.with_columns(end=end, room=end.max() * ROOM)
    return _bars(tuple(drawn.columns)).with_rows(drawn, description=description, height=height_of(frame))


@cache
def _bars(columns: tuple[str, ...]) -> Drawing:
    base, ink = _rows(columns), paint(_rows(columns), "ink")

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(zero=True, nice=False))

    layers = [
        base.mark_bar(height=13, opacity=0.62).encode(x=x("value"), color=ROLE),
        ink.transform_filter("datum.before !== null").mark_tick(thickness=2, size=19).encode(x=x("before")),
        ink.mark_text(align="left", dx=7).encode(x=x("end"), text="shown:N"),
        base.mark_point(opacity=0).encode(x=x("room")),
    ]
    return finish(layers, "")


def shares(frame: pl.DataFrame, *, reference: float | None, description: str) -> Drawing:
    """One dot a row with its interval, in the frame's order; hollow: before; a row without a value shows its text.

    `frame`: code, name, value, low, high, before (fractions, null = not given), role, shown and note (as text).
    `reference`: a line at the share of all rows together.
    """
    end = pl.max_horizontal("value", "high", "before", pl.lit(0.0))
    line = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(reference, pl.Float64))
    room = (pl.max_horizontal(end.max(), pl.lit(reference or 0.0)) * ROOM).clip(upper_bound=ROOM)
    drawn = frame.with_columns(end=end, reference=line, room=room)
    return _shares(tuple(drawn.columns)).with_rows(drawn, description=description, height=height_of(frame) + AXIS)


@cache
def _shares(columns: tuple[str, ...]) -> Drawing:
    base = _rows(columns)
    label = "datum.value > 1 ? '' : format(datum.value, '~%')"
    axis = alt.Axis(title=None, orient="top", grid=True, tickCount=4, labelExpr=label)

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=alt.Scale(zero=True, nice=False), axis=axis)

    known = base.transform_filter("datum.value !== null")
    # A line through all rows, so without their places.
    line = paint(rows_to_come(columns), "ordinary").transform_filter("datum.reference !== null")
    layers = [
        # All rows first: the layers below leave some out, and would put those last.
        base.mark_point(opacity=0).encode(x=x("room")),
        line.mark_rule(strokeDash=[4, 3]).encode(x=x("reference")),
        known.mark_rule(strokeWidth=3, opacity=0.45).encode(x=x("low"), x2="high:Q", color=ROLE),
        paint(base, "ordinary")
        .transform_filter("datum.before !== null")
        .mark_point(filled=False, size=52, opacity=1, strokeWidth=1.4)
        .encode(x=x("before")),
        pickable(known.mark_point(filled=True, size=64, opacity=1, cursor="pointer").encode(x=x("value"), color=ROLE)),
        paint(base, "ink").mark_text(align="left", dx=8).encode(x=x("end"), text="shown:N"),
    ]
    return finish(layers, "")


def rate_by_month(frame: pl.DataFrame, *, limits: str, language: Literal["zh", "en"], description: str) -> Drawing:
    """A share by month inside the limits of its p' chart; hollow where it will still move, × where nothing came.

    `frame`: month_start, name, value (null = none), is_settled, is_outside, is_latest, is_missing, centre, lower and
    upper (null = no limits), role, shown, note and figure (as text). The axis is cut.
    """
    return _rate_by_month(tuple(frame.columns), limits, language).with_rows(frame, description=description)


@cache
def _rate_by_month(columns: tuple[str, ...], limits: str, language: Literal["zh", "en"]) -> Drawing:
    axis = month_axis(language)
    base = rows_to_come(columns).encode(x=alt.X("month_start:T", scale=UTC, axis=axis))

    def y(column: str) -> alt.Y:
        scale = alt.Scale(zero=False, nice=True, padding=12)
        return alt.Y(f"{column}:Q", title=None, scale=scale, axis=alt.Axis(format="~%", tickCount=5))

    quiet, ink = paint(base, "ordinary"), paint(base, "ink")
    own = ink.encode(y=y("value"), tooltip=TIP)
    settled = ink.transform_calculate(settled="datum.is_settled ? datum.value : null")
    layers = [
        quiet.mark_area(opacity=0.16, invalid="break-paths-filter-domains").encode(y=y("lower"), y2="upper:Q"),
        quiet.mark_line(strokeDash=[4, 3], strokeWidth=1.2).encode(y=y("centre")),
        quiet.transform_filter("datum.is_first_limit")
        .mark_text(align="left", dy=-8, fontSize=11)
        .encode(y=y("upper"), text=alt.value(limits)),
        settled.mark_line(strokeWidth=2.4, invalid="break-paths-filter-domains").encode(y=y("settled")),
        own.transform_filter("datum.is_settled").mark_point(filled=True, size=26, opacity=1),
        own.transform_filter("!datum.is_settled && datum.value !== null").mark_point(
            filled=False, size=56, opacity=1, strokeWidth=1.6
        ),
        base.transform_filter("datum.is_outside")
        .mark_point(filled=True, size=92, opacity=1)
        .encode(y=y("value"), color=ROLE, tooltip=TIP),
        paint(base, "attention")
        .transform_filter("datum.is_missing")
        .mark_text(text="×", fontSize=14, baseline="bottom")
        .encode(y=alt.value("height"), tooltip=TIP),
        own.transform_filter("datum.is_latest")
        .mark_text(dy=-14, align="right", dx=12, fontWeight="bold")
        .encode(text="figure:N"),
    ]
    return finish(layers, "", height=HEIGHT)


def closing_curve(
    frame: pl.DataFrame, points: pl.DataFrame, *, this: str, last: str, x_title: str, y_title: str, description: str
) -> Drawing:
    """The share closed by each day after receipt: this period as steps with its band, the base dashed.

    `frame`: day, share, low, high, who (this | last). `points`: day, share, name, shown, note and figure (as text):
    days with a figure of their own; `this`, `last`: what the two periods are called, "" where there is none.
    """
    names = pl.DataFrame({"this": [this], "last": [last]})
    template = _closing_curve(tuple(frame.columns), tuple(points.columns), x_title, y_title)
    return template.with_rows(frame, points, names, description=description)


@cache
def _closing_curve(columns: tuple[str, ...], of_points: tuple[str, ...], x_title: str, y_title: str) -> Drawing:
    days = alt.Axis(title=x_title, values=[0, 7, 15, 30, 60, 90], ticks=True, labelFlush=False)
    x = alt.X("day:Q", scale=alt.Scale(nice=False, zero=True), axis=days)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=y_title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(**SHARE))

    base = rows_to_come(columns).encode(x=x)
    own, before = base.transform_filter("datum.who == 'this'"), base.transform_filter("datum.who == 'last'")
    marks = paint(rows_to_come(of_points).encode(x=x, tooltip=TIP), "ink").encode(y=y("share"))
    step: dict[str, Any] = {"interpolate": "step-after"}
    layers = [
        paint(own, "ordinary").mark_area(opacity=0.22, **step).encode(y=y("low"), y2="high:Q"),
        paint(before, "ordinary").mark_line(strokeDash=[5, 4], strokeWidth=1.6, **step).encode(y=y("share")),
        paint(own, "ink").mark_line(strokeWidth=2.6, **step).encode(y=y("share")),
        marks.mark_point(filled=True, size=60, opacity=1),
        marks.mark_text(dy=18, dx=4, align="left", fontWeight="bold").encode(text="figure:N"),
        *_named("ink", "this", 30, [1, 0]),
        *_named("ordinary", "last", 12, [5, 4]),
    ]
    return finish(layers, "", height=HEIGHT)


def _named(role: Role, who: str, up: int, dash: list[int]) -> list[alt.Chart]:
    """What a line is called, in the corner that no curve reaches."""
    base = paint(rows_to_come(("this", "last")), role).transform_filter(f"datum.{who} !== ''")
    y = alt.value(alt.ExprRef(f"height - {up}"))
    begin, end, words = (alt.value(alt.ExprRef(f"width - {left}")) for left in (34, 4, 42))
    return [
        base.mark_rule(strokeDash=dash, strokeWidth=2).encode(x=begin, x2=end, y=y),
        base.mark_text(align="right").encode(x=words, y=y, text=f"{who}:N"),
    ]


def _rows(columns: tuple[str, ...]) -> alt.Chart:
    """Rows by name, in their own order; a name may have several lines."""
    # Vega centres the first line on the row: so many pixels up for every further one.
    further = [{"test": f"length(split(datum.label, '\\n')) === {n}", "value": -7 * (n - 1)} for n in (2, 3, 4)]
    axis = alt.Axis(
        grid=False,
        labelLimit=200,
        labelOverlap=False,
        labelExpr="split(datum.label, '\\n')",
        labelOffset={"condition": further, "value": 0},
    )
    return rows_to_come(columns).encode(y=alt.Y("name:N", sort=None, title=None, axis=axis), tooltip=TIP)


def height_of(frame: pl.DataFrame) -> int:
    """Every row as high as the name with the most lines needs."""
    most = max((name.count("\n") + 1 for name in frame["name"]), default=1)
    return max(ROW_HEIGHT, 14 * most + 8) * max(frame.height, 1) + PADDING
