"""The funnel plot: a rate of every unit by the size it rests on, around the bureau's, with limits."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt
import polars as pl

from pages.components.charts import ROLES, Y_TITLE, finish, paint
from pages.components.drawing import Drawing, pickable

HEIGHT = 280
# The axis goes on beyond the largest unit, so that the bureau's name stands where no point is, also on a phone.
ROOM = 1.42


UNIT_SCHEMA = {
    "code": pl.String,
    "name": pl.String,
    "size": pl.Float64,
    "value": pl.Float64,
    "shown": pl.String,
    "limits": pl.String,
    "note": pl.String,
    "role": pl.String,
    "is_named": pl.Boolean,
    "is_chosen": pl.Boolean,
}
CURVE_SCHEMA = dict.fromkeys(("size", "low", "high", "far_low", "far_high", "target"), pl.Float64)


def funnel(
    units: pl.DataFrame,
    curve: pl.DataFrame,
    *,
    target_words: str,
    size_words: str,
    is_share: bool,
    words: tuple[str, str, str],
    description: str,
) -> Drawing:
    """Points inside 95 % and 99.8 % limits; named are the points outside the latter and the one that is chosen.

    `units`: see UNIT_SCHEMA (shown, limits and note are texts; role a Role). `curve`: the limits by size up to the end
    of the axis, and the bureau's rate, named by `target_words`. `words`: titles of shown, limits and note.
    """
    # To the left of a point in the right half, so that no name leaves the chart.
    middle = float(str(curve["size"].max() or 0)) / 2
    drawn = curve.with_columns(target_words=pl.when(pl.int_range(pl.len()) == pl.len() - 1).then(pl.lit(target_words)))
    points = units.with_columns(is_right=pl.col("size") > middle)
    return _template(size_words, is_share, words).with_rows(points, drawn, description=description)


@cache
def _template(size_words: str, is_share: bool, words: tuple[str, str, str]) -> Drawing:
    """The chart without its rows; all that differs between two funnels stands in these."""
    units = pl.DataFrame(schema=UNIT_SCHEMA | {"is_right": pl.Boolean})
    curve = pl.DataFrame(schema=CURVE_SCHEMA | {"target_words": pl.String})
    sizes = alt.Scale(nice=False, zero=True)
    # The band of a cut axis is what is read, so the cut hides nothing; the padding leaves room for whole points.
    values = alt.Scale(nice=False, zero=False, padding=8)
    axis = alt.Axis(**{**Y_TITLE, "format": ".0%" if is_share else ",.3~f"})

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=sizes, axis=alt.Axis(title=size_words, format=",d", tickCount=5))

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=None, scale=values, axis=axis)

    limits = paint(alt.Chart(curve), "ordinary")
    by_size = limits.encode(x=x("size"))
    layers = [
        by_size.mark_area(opacity=0.14).encode(y=y("low"), y2="high:Q"),
        *(by_size.mark_line(strokeDash=[5, 4], strokeWidth=1.3).encode(y=y(end)) for end in ("far_low", "far_high")),
        limits.transform_filter("datum.target_words !== null").mark_rule(strokeWidth=1.2).encode(y=y("target")),
        limits.transform_filter("datum.target_words !== null")
        .mark_text(align="right", baseline="bottom", dy=-3)
        .encode(x=alt.value("width"), y=y("target"), text="target_words:N"),
        *_points(units, x, y, words),
    ]
    return finish(layers, "", height=HEIGHT)


def _points(units: pl.DataFrame, x: Any, y: Any, words: tuple[str, str, str]) -> list[alt.Chart]:
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
    titles = zip(("name", "shown", "limits", "note"), (" ", *words), strict=True)
    tip = [alt.Tooltip(f"{column}:N", title=title) for column, title in titles]
    base = alt.Chart(units).encode(x=x("size"), y=y("value"))
    points = base.encode(color=colour, tooltip=tip)
    chosen = paint(base, "ink").transform_filter("datum.is_chosen")
    named = base.encode(color=colour, text="name:N")
    left, right = (
        named.transform_filter(f"datum.is_named && {test}") for test in ("!datum.is_right", "datum.is_right")
    )
    return [
        pickable(points.mark_point(filled=True, size=64, opacity=0.95, cursor="pointer")),
        chosen.mark_point(filled=False, size=190, strokeWidth=2, opacity=1),
        left.mark_text(align="left", dx=10, fontWeight="bold"),
        right.mark_text(align="right", dx=-10, fontWeight="bold"),
    ]
