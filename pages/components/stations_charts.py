"""Charts of one unit against the bureau: its months beside the bureau's, and units against their expectation."""

from __future__ import annotations

from typing import Literal

import altair as alt
import polars as pl

from pages.components.charts import ROLES, ROW_HEIGHT, Y_TITLE, finish, paint
from pages.components.drawing import Drawing, pickable
from pages.components.signal_charts import UTC, month_axis

HEIGHT = 170


def against_bureau(
    frame: pl.DataFrame, *, own: str, bureau: str, language: Literal["zh", "en"], description: str
) -> Drawing:
    """A share by month: the unit's line solid, the bureau's dashed; a month without a figure is a gap.

    `frame`: month_start, label (the month as text), own, bureau (fractions; null = not given), shown, bureau_shown,
    is_missing (not delivered, marked by ×), is_latest. `own` and `bureau` name the two.
    """
    ends = [frame[column].drop_nulls() for column in ("own", "bureau")]
    values = pl.concat(ends)
    low, high = float(str(values.min() or 0)), float(str(values.max() or 1))
    room = (high - low) * 0.12 or 0.02
    scale = alt.Scale(domain=[max(0.0, low - room), min(1.0, high + room)], nice=False, zero=False)
    axis = alt.Axis(**{**Y_TITLE, "format": ".0%", "tickCount": 4})
    base = alt.Chart(frame).encode(x=alt.X("month_start:T", scale=UTC, axis=month_axis(frame, language)))
    tip = [alt.Tooltip(f"{name}:N", title=title) for name, title in _titles(own, bureau)]
    ordinary, ink = paint(base, "ordinary"), paint(base, "ink")
    line = ink.encode(y=alt.Y("own:Q", title=None, scale=scale, axis=axis), tooltip=tip)
    before = ordinary.encode(y=alt.Y("bureau:Q", title=None, scale=scale, axis=axis), tooltip=tip)
    absent = paint(base, "attention").transform_filter("datum.is_missing")
    layers = [
        before.mark_line(strokeDash=[5, 4], strokeWidth=1.6, invalid="break-paths-filter-domains"),
        line.mark_line(strokeWidth=2.4, invalid="break-paths-filter-domains"),
        line.mark_point(filled=True, size=30, opacity=1),
        absent.mark_text(text="×", fontSize=13, baseline="bottom").encode(y=alt.value("height"), tooltip=tip),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=HEIGHT), description)


def _titles(own: str, bureau: str) -> list[tuple[str, str]]:
    return [("label", " "), ("shown", own), ("bureau_shown", bureau)]


def ratios(frame: pl.DataFrame, *, extent: float, words: tuple[str, str, str], description: str) -> Drawing:
    """Observed / expected of every unit around 1, in the frame's order, with 95 % intervals on pale 99.8 % limits.

    `frame`: code, name, ratio, low, high, far_low, far_high (null = nothing expected), role, is_chosen, shown, interval
    and verdict (as text). The axis goes from 0 to `extent`, ends beyond it are cut; `words`: titles of the texts.
    """
    order = frame["name"].to_list()
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(grid=False, labelLimit=200, labelOverlap=False))
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
    titles = zip(("name", "shown", "interval", "verdict"), (" ", *words), strict=True)
    base = alt.Chart(frame).encode(
        y=y, color=colour, tooltip=[alt.Tooltip(f"{name}:N", title=title) for name, title in titles]
    )
    axis = alt.Axis(title=None, orient="top", grid=True, tickCount=5, format=".1f")
    scale = alt.Scale(domain=[0, extent], nice=False)
    known = base.transform_filter("datum.ratio !== null")

    def span(first: str, last: str) -> alt.Chart:
        return known.encode(x=alt.X(f"{first}:Q", scale=scale, axis=axis), x2=f"{last}:Q")

    chosen = paint(alt.Chart(frame).encode(y=y), "ink").transform_filter("datum.is_chosen")
    point = known.encode(x=alt.X("ratio:Q", scale=scale, axis=axis))
    bars = paint(alt.Chart(frame).encode(y=y), "ordinary").transform_filter("datum.ratio !== null")
    layers = [
        bars.mark_bar(height=15, opacity=0.16, clip=True).encode(
            x=alt.X("far_low:Q", scale=scale, axis=axis), x2="far_high:Q"
        ),
        paint(alt.Chart(frame.head(1)), "ordinary").encode(x=alt.XDatum(1)).mark_rule(strokeWidth=1.4),
        span("low", "high").mark_rule(strokeWidth=2, opacity=0.7, clip=True),
        pickable(point.mark_point(filled=True, size=64, opacity=1, cursor="pointer")),
        chosen.encode(x=alt.X("ratio:Q", scale=scale, axis=axis)).mark_point(
            filled=False, size=190, strokeWidth=2, opacity=1
        ),
        base.transform_filter("datum.ratio === null").mark_text(align="left").encode(x=alt.XDatum(0), text="verdict:N"),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=ROW_HEIGHT * max(frame.height, 1)), description)
