"""The funnel plot: a rate of every unit by the size it rests on, around the bureau's, with limits."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from pages.components.charts import ROLES, Y_TITLE, finish, paint
from pages.components.drawing import Drawing, pickable

HEIGHT = 280
# The axis goes on beyond the largest unit, so that the bureau's name stands where no point is.
ROOM = 1.28


def funnel(
    units: pl.DataFrame,
    curve: pl.DataFrame,
    *,
    target: float,
    target_words: str,
    size_words: str,
    is_share: bool,
    words: tuple[str, str, str],
    description: str,
) -> Drawing:
    """Points inside 95 % and 99.8 % limits; named are the points outside the latter and the one that is chosen.

    `units`: code, name, size, value, shown, limits, note (as text), role, is_named, is_chosen. `curve`: size, low,
    high, far_low, far_high. `words`: titles of shown, limits and note.
    """
    x, y = _axes(units, curve, size_words, is_share=is_share)
    limits = paint(alt.Chart(curve).encode(x=x("size")), "ordinary")
    mean = paint(alt.Chart(units.head(1)), "ordinary")
    layers = [
        limits.mark_area(opacity=0.14, clip=True).encode(y=y("low"), y2="high:Q"),
        *(
            limits.mark_line(strokeDash=[5, 4], strokeWidth=1.3, clip=True).encode(y=y(end))
            for end in ("far_low", "far_high")
        ),
        mean.mark_rule(strokeWidth=1.2).encode(y=alt.YDatum(target)),
        mean.mark_text(align="right", baseline="bottom", dy=-3, text=target_words).encode(
            x=alt.value("width"), y=alt.YDatum(target)
        ),
        *_points(units, x, y, words),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=HEIGHT), description)


def _axes(units: pl.DataFrame, curve: pl.DataFrame, size_words: str, *, is_share: bool) -> tuple[Any, Any]:
    largest = float(str(units["size"].max()))
    ends = [curve["far_low"].min(), curve["far_high"].max(), units["value"].min(), units["value"].max()]
    low, high = (pick([float(str(end)) for end in ends]) for pick in (min, max))
    room = (high - low) * 0.06 or 0.01
    top = min(1.0, high + room) if is_share else high + room
    scale = alt.Scale(domain=[max(0.0, low - room), top], nice=False, zero=False)
    sizes = alt.Scale(domain=[0, largest * ROOM], nice=False)

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=sizes, axis=alt.Axis(title=size_words, format=",d", tickCount=5))

    def y(column: str) -> alt.Y:
        # The band of a cut axis is what is read, so the cut hides nothing.
        axis = alt.Axis(**{**Y_TITLE, "format": ".0%" if is_share else ",.3~f"})
        return alt.Y(f"{column}:Q", title=None, scale=scale, axis=axis)

    return x, y


def _points(units: pl.DataFrame, x: Any, y: Any, words: tuple[str, str, str]) -> list[alt.Chart]:
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
    titles = zip(("name", "shown", "limits", "note"), (" ", *words), strict=True)
    tip = [alt.Tooltip(f"{column}:N", title=title) for column, title in titles]
    base = alt.Chart(units).encode(x=x("size"), y=y("value"))
    points = base.encode(color=colour, tooltip=tip)
    chosen = paint(base, "ink").transform_filter("datum.is_chosen")
    named = base.transform_filter("datum.is_named").encode(color=colour)
    # To the left of a point in the right half, so that no name leaves the chart.
    middle = float(str(units["size"].max())) * 0.55
    right, left = (named.transform_filter(f"datum.size {sign} {middle}") for sign in ("<=", ">"))
    return [
        pickable(points.mark_point(filled=True, size=64, opacity=0.95, cursor="pointer")),
        chosen.mark_point(filled=False, size=190, strokeWidth=2, opacity=1),
        right.mark_text(align="left", dx=10, fontWeight="bold").encode(text="name:N"),
        left.mark_text(align="right", dx=-10, fontWeight="bold").encode(text="name:N"),
    ]
