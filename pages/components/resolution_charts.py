"""The charts of the page on resolution: polars frame in, drawing out."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import polars as pl

from pages.components.charts import ROLES, ROW_HEIGHT, Y_TITLE, Role, finish, paint
from pages.components.drawing import Drawing, pickable
from pages.components.signal_charts import UTC, month_axis

HEIGHT = 300
SHARE = {**Y_TITLE, "format": ".0%"}
ROLE = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
TIP = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title=" "), alt.Tooltip("note:N", title=" ")]


def bars(frame: pl.DataFrame, *, description: str) -> Drawing:
    """One bar a row from zero, in the frame's order, with a tick at what it was before.

    `frame`: name, value, before (null = not compared), role, shown and note (as text).
    """
    drawn = frame.with_columns(end=pl.max_horizontal("value", "before"))
    base = alt.Chart(drawn).encode(y=lines(frame), tooltip=TIP)
    scale = alt.Scale(domain=[0, _largest(drawn, "end") * 1.42], nice=False)
    layers = [
        base.mark_bar(height=13, opacity=0.62).encode(x=alt.X("value:Q", axis=None, scale=scale), color=ROLE),
        paint(base, "ink")
        .transform_filter("datum.before !== null")
        .mark_tick(thickness=2, size=19)
        .encode(x=alt.X("before:Q", axis=None, scale=scale)),
        paint(base, "ink")
        .mark_text(align="left", dx=7)
        .encode(x=alt.X("end:Q", axis=None, scale=scale), text="shown:N"),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=row_height(frame) * max(frame.height, 1)), description)


def shares(frame: pl.DataFrame, *, reference: float | None, description: str) -> Drawing:
    """One dot a row with its interval, in the frame's order; hollow: before; a row without a value shows its text.

    `frame`: code, name, value, low, high, before (fractions, null = not given), role, shown and note (as text).
    `reference`: a line at the share of all rows together.
    """
    drawn = frame.with_columns(end=pl.max_horizontal("value", "high", "before", pl.lit(0.0)))
    base = alt.Chart(drawn).encode(y=lines(frame), tooltip=TIP)
    domain = [0, min(max(_largest(drawn, "end"), reference or 0) * 1.3, 1.3)]
    scale = alt.Scale(domain=domain, nice=False)
    axis = alt.Axis(
        title=None,
        orient="top",
        grid=True,
        tickCount=4,
        labelExpr="datum.value > 1 ? '' : format(datum.value, '.0%')" if domain[1] >= 0.1 else alt.Undefined,
        format=".0%" if domain[1] >= 0.1 else ".1%",
    )

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=scale, axis=axis)

    known, line = base.transform_filter("datum.value !== null"), paint(alt.Chart(drawn.head(1)), "ordinary")
    layers = [
        *([line.mark_rule(strokeDash=[4, 3]).encode(x=alt.XDatum(reference))] if reference is not None else []),
        known.mark_rule(strokeWidth=3, opacity=0.45).encode(x=x("low"), x2="high:Q", color=ROLE),
        paint(base, "ordinary")
        .transform_filter("datum.before !== null")
        .mark_point(filled=False, size=52, opacity=1, strokeWidth=1.4)
        .encode(x=x("before")),
        pickable(known.mark_point(filled=True, size=64, opacity=1, cursor="pointer").encode(x=x("value"), color=ROLE)),
        paint(base, "ink").mark_text(align="left", dx=8).encode(x=x("end"), text="shown:N"),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=row_height(frame) * max(frame.height, 1)), description)


def rate_by_month(frame: pl.DataFrame, *, limits: str, language: Literal["zh", "en"], description: str) -> Drawing:
    """A share by month inside the limits of its p' chart; hollow where it will still move, × where nothing came.

    `frame`: month_start, name, value (null = none), is_settled, is_outside, is_latest, is_missing, centre, lower and
    upper (null = no limits), role, shown, note and figure (as text). The axis is cut.
    """
    base = alt.Chart(frame).encode(x=alt.X("month_start:T", scale=UTC, axis=month_axis(frame, language)))
    scale = alt.Scale(domain=_around(frame), nice=False, clamp=True)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=None, scale=scale, axis=alt.Axis(format=".0%", tickCount=5))

    quiet, ink = paint(base, "ordinary"), paint(base, "ink")
    own = ink.encode(y=y("value"), tooltip=TIP)
    settled = ink.transform_calculate(settled="datum.is_settled ? datum.value : null")
    first = quiet.transform_filter("datum.is_first_limit")
    layers = [
        quiet.mark_area(opacity=0.16, invalid="break-paths-filter-domains").encode(y=y("lower"), y2="upper:Q"),
        quiet.mark_line(strokeDash=[4, 3], strokeWidth=1.2).encode(y=y("centre")),
        first.mark_text(align="left", dy=-8, fontSize=11).encode(y=y("upper"), text=alt.value(limits)),
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
    return finish(alt.LayerChart(layer=layers).properties(height=HEIGHT), description)


def closing_curve(
    frame: pl.DataFrame, points: pl.DataFrame, *, this: str, last: str, x_title: str, y_title: str, description: str
) -> Drawing:
    """The share closed by each day after receipt: this period as steps with its band, the base dashed.

    `frame`: day, share, low, high, who (this | last). `points`: day, share, name, shown, note and figure (as text):
    days with a figure of their own; `this`, `last`: what the two periods are called.
    """
    days = points["day"].to_list()
    last_day = max([30, *frame["day"].to_list()])
    x_axis = alt.Axis(title=x_title, values=[0, *[day for day in days if day]], ticks=True, labelFlush=False)
    x = alt.X("day:Q", scale=alt.Scale(domain=[0, last_day], nice=False), axis=x_axis)
    scale = alt.Scale(domain=[0, 1], nice=False)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=y_title, scale=scale, axis=alt.Axis(**SHARE))

    base = alt.Chart(frame).encode(x=x)
    own, before = base.transform_filter("datum.who == 'this'"), base.transform_filter("datum.who == 'last'")
    marks = paint(alt.Chart(points).encode(x=x, tooltip=TIP), "ink").encode(y=y("share"))
    step: dict[str, Any] = {"interpolate": "step-after"}
    named: list[tuple[Role, str, int, list[int]]] = [("ink", this, 30, [1, 0]), ("ordinary", last, 12, [5, 4])]
    layers = [
        paint(own, "ordinary").mark_area(opacity=0.22, **step).encode(y=y("low"), y2="high:Q"),
        paint(before, "ordinary").mark_line(strokeDash=[5, 4], strokeWidth=1.6, **step).encode(y=y("share")),
        paint(own, "ink").mark_line(strokeWidth=2.6, **step).encode(y=y("share")),
        marks.mark_point(filled=True, size=60, opacity=1),
        marks.mark_text(dy=18, dx=4, align="left", fontWeight="bold").encode(text="figure:N"),
        *(layer for role, name, up, dash in named if name for layer in _named(frame.head(1), role, name, up, dash)),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=HEIGHT), description)


def lines(frame: pl.DataFrame) -> alt.Y:
    """The rows by name, in the frame's order; a name may have several lines."""
    axis = alt.Axis(grid=False, labelLimit=200, labelOverlap=False, labelExpr="split(datum.label, '\\n')")
    return alt.Y("name:N", sort=frame["name"].to_list(), title=None, axis=axis)


def row_height(frame: pl.DataFrame) -> int:
    """As much as the name with the most lines needs."""
    most = max((name.count("\n") + 1 for name in frame["name"]), default=1)
    return max(ROW_HEIGHT, 14 * most + 8)


def _named(frame: pl.DataFrame, role: Role, name: str, up: int, dash: list[int]) -> list[alt.Chart]:
    """What a line is called, in the corner that no curve reaches."""
    base = paint(alt.Chart(frame), role)
    y = alt.value(alt.ExprRef(f"height - {up}"))
    begin, end, words = (alt.value(alt.ExprRef(f"width - {left}")) for left in (34, 4, 42))
    return [
        base.mark_rule(strokeDash=dash, strokeWidth=2).encode(x=begin, x2=end, y=y),
        base.mark_text(align="right", text=name).encode(x=words, y=y),
    ]


def _largest(frame: pl.DataFrame, column: str) -> float:
    return float(str(frame[column].max() or 1))


def _around(frame: pl.DataFrame) -> list[float]:
    """From a little below the lowest mark to a little above the highest, in whole steps of five points."""
    lowest = min((value for name in ("value", "lower") for value in frame[name].drop_nulls()), default=0.0)
    highest = max((value for name in ("value", "upper") for value in frame[name].drop_nulls()), default=1.0)
    return [max(0.0, int(lowest * 20 - 0.5) / 20), min(1.0, int(highest * 20 + 1.5) / 20)]
