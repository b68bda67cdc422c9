"""Charts of one unit against the bureau: its months beside the bureau's, and units against their expectation."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import altair as alt
import polars as pl

from pages.components.charts import ROLES, ROW_HEIGHT, Y_TITLE, finish, paint
from pages.components.drawing import Drawing, pickable
from pages.components.signal_charts import UTC, month_axis

HEIGHT = 170
Language = Literal["zh", "en"]


MONTH_SCHEMA = {
    "month_start": pl.Date,
    "label": pl.String,
    "own": pl.Float64,
    "bureau": pl.Float64,
    "shown": pl.String,
    "bureau_shown": pl.String,
    "is_missing": pl.Boolean,
}
RATIO_SCHEMA = {
    "code": pl.String,
    "name": pl.String,
    "ratio": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "far_low": pl.Float64,
    "far_high": pl.Float64,
    "role": pl.String,
    "is_chosen": pl.Boolean,
    "shown": pl.String,
    "interval": pl.String,
    "verdict": pl.String,
}


def against_bureau(frame: pl.DataFrame, *, own: str, bureau: str, language: Language, description: str) -> Drawing:
    """A share by month: the unit's line solid, the bureau's dashed; a month without a figure is a gap.

    `frame`: see MONTH_SCHEMA; own and bureau are fractions (null = not given), is_missing is marked by ×. `own` and
    `bureau` name the two.
    """
    return _months(own, bureau, language).with_rows(frame, description=description)


@lru_cache(maxsize=64)
def _months(own: str, bureau: str, language: Language) -> Drawing:
    frame = pl.DataFrame(schema=MONTH_SCHEMA)
    scale = alt.Scale(nice=False, zero=False, padding=10)
    axis = alt.Axis(**{**Y_TITLE, "format": ".0%", "tickCount": 4})
    base = alt.Chart(frame).encode(x=alt.X("month_start:T", scale=UTC, axis=month_axis(language)))
    titles = (("label", " "), ("shown", own), ("bureau_shown", bureau))
    tip = [alt.Tooltip(f"{name}:N", title=title) for name, title in titles]
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
    return finish(layers, "", height=HEIGHT)


def ratios(frame: pl.DataFrame, *, extent: float, words: tuple[str, str, str], description: str) -> Drawing:
    """Observed / expected of every unit around 1, in the frame's order, with 95 % intervals on pale 99.8 % limits.

    `frame`: see RATIO_SCHEMA; null where no ratio is given; shown, interval and verdict are texts. The axis
    ends at `extent`, what goes beyond it is cut; `words`: titles of the texts.
    """
    ends = ("low", "high", "far_low", "far_high")
    cut = frame.with_columns(pl.col(ends).clip(upper_bound=extent))
    return _ratios(tuple(frame["name"]), words).with_rows(cut, description=description)


@lru_cache(maxsize=64)
def _ratios(names: tuple[str, ...], words: tuple[str, str, str]) -> Drawing:
    frame = pl.DataFrame(schema=RATIO_SCHEMA)
    y = alt.Y("name:N", sort=list(names), title=None, axis=alt.Axis(grid=False, labelLimit=200, labelOverlap=False))
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
    titles = zip(("name", "shown", "interval", "verdict"), (" ", *words), strict=True)
    tip = [alt.Tooltip(f"{name}:N", title=title) for name, title in titles]
    axis = alt.Axis(title=None, orient="top", grid=True, tickCount=5, format=".2~f")
    scale = alt.Scale(nice=False, zero=False, padding=8)
    rows = alt.Chart(frame).encode(y=y)
    known = rows.transform_filter("datum.ratio !== null")

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=scale, axis=axis)

    points = known.encode(x=x("ratio"), color=colour, tooltip=tip)
    chosen = paint(known, "ink").transform_filter("datum.is_chosen")
    silent = paint(rows, "ordinary").transform_filter("datum.ratio === null")
    layers = [
        paint(known, "ordinary").mark_bar(height=15, opacity=0.16).encode(x=x("far_low"), x2="far_high:Q"),
        paint(alt.Chart(frame), "ordinary").mark_rule(strokeWidth=1.4).encode(x=alt.XDatum(1)),
        known.mark_rule(strokeWidth=2, opacity=0.7).encode(x=x("low"), x2="high:Q", color=colour, tooltip=tip),
        pickable(points.mark_point(filled=True, size=64, opacity=1, cursor="pointer")),
        chosen.mark_point(filled=False, size=190, strokeWidth=2, opacity=1).encode(x=x("ratio")),
        silent.mark_text(align="left", dx=2).encode(x=alt.value(0), text="verdict:N"),
    ]
    return finish(layers, "", height=ROW_HEIGHT * max(len(names), 1))
