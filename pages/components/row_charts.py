"""Rows that fit a phone: the name above its bar, the number behind it, base and change below; polars frame in."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt
import polars as pl

from pages.components.charts import ROLES, finish, paint, rows_to_come
from pages.components.drawing import Drawing, pickable

STEP, STEP_WITH_BOUNDS, STEP_OF_RATES = 58, 76, 78
# Where the lines of a row stand, in pixels from its middle.
NAME, BAR, SAID = -20, -3, 15
BAR_HEIGHT = 12
# With a fourth line the others move up.
LIFT = 8
# Room behind the longest bar for its number.
WIDEST = 1.85


def bars(frame: pl.DataFrame, *, description: str) -> Drawing:
    """One bar a row from nought, a stroke where its base ended; a figure of the kind "at least" outlined below it.

    `frame`: code, name, length and before (0..1 of the widest bar that it may be held against; null = not known), end
    (of the longer of them), shown (the number as text, or why there is none), said (base, change and verdict), role,
    bound (length of the figure of the kind "at least", null without one) and bound_shown. The two bars stand apart:
    their figures are never added.
    """
    has_bounds = bool(frame["bound"].is_not_null().any())
    step = STEP_WITH_BOUNDS if has_bounds else STEP
    return _bars(tuple(frame.columns), has_bounds=has_bounds).with_rows(
        frame, description=description, height=step * max(frame.height, 1)
    )


@cache
def _bars(columns: tuple[str, ...], *, has_bounds: bool) -> Drawing:
    base = _rows(columns)
    scale = alt.Scale(domain=[0, WIDEST], nice=False)
    x = alt.X("length:Q", axis=None, scale=scale)
    up = 9 if has_bounds else 0
    known, quiet = base.transform_filter("datum.length !== null").encode(x=x), paint(base, "ordinary")
    nothing = paint(base.transform_filter("datum.length === null && datum.bound === null"), "attention")
    bound = base.transform_filter("datum.bound !== null").encode(x=alt.X("bound:Q", axis=None, scale=scale))
    layers = [
        _line(paint(base, "ink"), "name", NAME - up),
        pickable(_coloured(known).mark_bar(height=BAR_HEIGHT, yOffset=BAR - up, cursor="pointer")),
        *_strokes(base, scale, up),
        paint(known, "ink")
        .mark_text(align="left", dx=8, dy=BAR - up, fontWeight="bold")
        .encode(x=alt.X("end:Q", axis=None, scale=scale), text="shown:N"),
        # Outlined: nobody knows where it ends.
        paint(bound, "ordinary").mark_bar(
            height=11, yOffset=BAR + up, fillOpacity=0.12, stroke={"expr": INK}, strokeDash=[3, 2], strokeWidth=1.2
        ),
        paint(bound, "ink").mark_text(align="left", dx=8, dy=BAR + up).encode(text="bound_shown:N"),
        nothing.mark_text(align="left", dx=0, dy=BAR - up).encode(x=alt.XDatum(0, scale=scale), text="shown:N"),
        _line(quiet.transform_filter("datum.bound !== null"), "said", SAID + up, fontSize=11),
        _line(quiet.transform_filter("datum.bound === null"), "said", SAID - up, fontSize=11),
    ]
    return finish(layers, "")


def rates(frame: pl.DataFrame, *, description: str) -> Drawing:
    """One share a row as a bar on its track from 0 to all, with its interval; a stroke where its base stood.

    `frame`: code, name, rate, low, high, before (fractions; rate null = not given), shown (rate and verdict), said
    (base and change), role.
    """
    filled = frame.with_columns(whole=1.0)
    height = STEP_OF_RATES * max(frame.height, 1)
    return _rates(tuple(filled.columns)).with_rows(filled, description=description, height=height)


@cache
def _rates(columns: tuple[str, ...]) -> Drawing:
    base = _rows(columns)
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("rate:Q", axis=None, scale=scale)
    track = paint(base, "ordinary").encode(x=alt.X("whole:Q", scale=scale, axis=None))
    known = base.transform_filter("datum.rate !== null").encode(x=x)
    interval = paint(base.transform_filter("datum.low !== null"), "ink")
    layers = [
        _line(paint(base, "ink"), "name", NAME - LIFT),
        track.mark_bar(height=BAR_HEIGHT, yOffset=BAR - LIFT, opacity=0.16),
        pickable(_coloured(known).mark_bar(height=BAR_HEIGHT, yOffset=BAR - LIFT, opacity=0.75, cursor="pointer")),
        *_strokes(base, scale, LIFT),
        interval.mark_rule(strokeWidth=2, yOffset=BAR - LIFT).encode(
            x=alt.X("low:Q", scale=scale, axis=None), x2="high:Q"
        ),
        _line(paint(base, "ink"), "shown", SAID - LIFT, fontWeight="bold"),
        _line(paint(base, "ordinary"), "said", SAID - LIFT + 16, fontSize=11),
    ]
    return finish(layers, "")


# The outline takes the colour of text, whichever theme the reader has.
INK = "scale('color', 'ink')"


def _rows(columns: tuple[str, ...]) -> alt.Chart:
    """A chart of rows yet to come, in their own order."""
    y = alt.Y("name:N", sort=None, axis=None, scale=alt.Scale(padding=0))
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title=" "), alt.Tooltip("said:N", title=" ")]
    return rows_to_come(columns).encode(y=y, tooltip=tip)


def _coloured(chart: alt.Chart) -> alt.Chart:
    coloured: alt.Chart = chart.encode(color=alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None))
    return coloured


def _line(chart: alt.Chart, field: str, down: int, **look: Any) -> alt.Chart:
    """A line of words from the left edge; cut where the chart ends, or it would push the bars together."""
    words = chart.encode(x=alt.value(0), text=f"{field}:N")
    line: alt.Chart = words.mark_text(align="left", dy=down, limit={"expr": "width"}, **look)
    return line


def _strokes(base: alt.Chart, scale: alt.Scale, up: int) -> list[alt.Chart]:
    before = paint(base.transform_filter("datum.before !== null"), "ink")
    x = alt.X("before:Q", axis=None, scale=scale)
    return [before.mark_tick(thickness=2, size=18, yOffset=BAR - up).encode(x=x)]
