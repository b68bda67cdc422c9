"""An answer drawn as lines, bars or points; colours tell series apart and judge nothing."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from pages.components.charts import ROW_HEIGHT, THEME, Y_TITLE, paint
from pages.components.drawing import Drawing, draw
from pages.components.result_plan import MOST_SERIES, Plan

MOST_BARS, MOST_POINTS = 40, 2_000
HEIGHT = 340
# Two columns of a drawing must not have one name; names of an answer may hold dots and brackets, which Vega reads.
X, Y, SERIES, X_TEXT, Y_TEXT = "x", "y", "series", "x_text", "y_text"
# The series of a chart that has none.
ONE = ""


def drawn_rows(frame: pl.DataFrame, plan: Plan) -> int:
    """How many rows of an answer its chart draws."""
    kept = frame.drop_nulls([plan.x, plan.y])
    return min(kept.height, MOST_BARS * (MOST_SERIES if plan.series else 1) if plan.form == "bars" else MOST_POINTS)


def chart_of(frame: pl.DataFrame, plan: Plan, *, description: str) -> Drawing:
    """The chart that a plan describes, of the first rows of the answer; rows without x or y are left out."""
    rows = _rows(frame, plan)
    form = {"line": _lines, "bars": _bars, "points": _points}[plan.form]
    base = alt.Chart(rows).encode(tooltip=_tips(plan))
    return draw(form(base, rows, plan), config=THEME, description=description)


def _rows(frame: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    series = pl.col(plan.series).cast(pl.String).fill_null("∅") if plan.series else pl.lit(ONE)
    kept = frame.drop_nulls([plan.x, plan.y]).select(
        _along_x(frame, plan).alias(X),
        pl.col(plan.y).cast(pl.Float64).alias(Y),
        series.alias(SERIES),
        pl.col(plan.x).cast(pl.String).alias(X_TEXT),
        pl.col(plan.y).cast(pl.String).alias(Y_TEXT),
    )
    return kept.head(drawn_rows(frame, plan))


def _along_x(frame: pl.DataFrame, plan: Plan) -> pl.Expr:
    column = pl.col(plan.x)
    if plan.form == "points" and frame[plan.x].dtype.is_numeric():
        return column.cast(pl.Float64)
    return column.cast(pl.String)


def _tips(plan: Plan) -> list[alt.Tooltip]:
    tips = [alt.Tooltip(f"{X_TEXT}:N", title=plan.x), alt.Tooltip(f"{Y_TEXT}:N", title=plan.y)]
    return [*tips, alt.Tooltip(f"{SERIES}:N", title=plan.series)] if plan.series else tips


def _colour(chart: alt.Chart, rows: pl.DataFrame, plan: Plan) -> alt.Chart:
    if plan.series is None:
        return paint(chart, "better")
    # Without a scale of its own a chart takes the page's colours, light and dark.
    names = rows[SERIES].unique(maintain_order=True).to_list()
    return chart.encode(color=alt.Color(f"{SERIES}:N", sort=names, title=plan.series, legend=alt.Legend(orient="top")))


def _value(plan: Plan, **more: Any) -> alt.Y:
    return alt.Y(f"{Y}:Q", title=plan.y, axis=alt.Axis(**(Y_TITLE | {"format": ",~r"})), **more)


def _lines(base: alt.Chart, rows: pl.DataFrame, plan: Plan) -> alt.LayerChart:
    # In the order of time whatever the query's is; the texts of times sort as the times do.
    names = rows[X].unique().sort().to_list()
    x = alt.X(f"{X}:O", sort=names, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy"))
    lines = _colour(base.encode(x=x, y=_value(plan)), rows, plan)
    layers = [lines.mark_line(strokeWidth=2.4)]
    if rows.height <= 120:
        layers.append(lines.mark_point(filled=True, size=36, opacity=1))
    return alt.LayerChart(layer=layers).properties(height=HEIGHT)


def _bars(base: alt.Chart, rows: pl.DataFrame, plan: Plan) -> alt.LayerChart:
    names = rows[X].unique(maintain_order=True).to_list()
    y = alt.Y(f"{X}:N", sort=names, title=None, axis=alt.Axis(grid=False, labelLimit=260, labelOverlap=False))
    x = alt.X(f"{Y}:Q", title=plan.y, axis=alt.Axis(orient="top", format=",~r", tickCount=5, grid=True))
    bars = _colour(base.encode(x=x, y=y), rows, plan)
    layers = [bars.mark_bar(size=ROW_HEIGHT * 0.6)]
    if plan.series is None:
        numbers = paint(base.encode(x=x, y=y, text=alt.Text(f"{Y}:Q", format=",~r")), "ink")
        layers.append(numbers.mark_text(align="left", dx=5))
    return alt.LayerChart(layer=layers).properties(height=ROW_HEIGHT * max(len(names), 2) + 30)


def _points(base: alt.Chart, rows: pl.DataFrame, plan: Plan) -> alt.LayerChart:
    scale = alt.Scale(zero=False, nice=True)
    is_number = rows[X].dtype.is_numeric()
    x = alt.X(f"{X}:{'Q' if is_number else 'O'}", title=plan.x, axis=alt.Axis(labelAngle=0, grid=is_number))
    marks = _colour(base.encode(x=x.scale(scale) if is_number else x, y=_value(plan, scale=scale)), rows, plan)
    return alt.LayerChart(layer=[marks.mark_point(filled=True, size=46, opacity=0.7)]).properties(height=HEIGHT)
