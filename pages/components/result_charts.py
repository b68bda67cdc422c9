"""An answer drawn as lines, bars or points; colours tell series apart and judge nothing."""

from __future__ import annotations

from datetime import time
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
    """How many rows of an answer its chart draws: those with x, and no more than can be told apart."""
    most = MOST_BARS * (MOST_SERIES if plan.series else 1) if plan.form == "bars" else MOST_POINTS
    return min(frame.drop_nulls(plan.x).height, most)


def gaps(frame: pl.DataFrame, plan: Plan) -> int:
    """How many of the rows that its chart draws have no value in any of its numbers: they leave a gap."""
    return _drawn(frame, plan).filter(pl.all_horizontal(pl.col(plan.y).is_null())).height


def _drawn(frame: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    return frame.drop_nulls(plan.x).head(drawn_rows(frame, plan))


def chart_of(frame: pl.DataFrame, plan: Plan, *, description: str) -> Drawing:
    """The chart that a plan describes, of the first rows of the answer; rows without x or y are left out."""
    rows = _rows(frame, plan)
    form = {"line": _lines, "bars": _bars, "points": _points}[plan.form]
    base = alt.Chart(rows).encode(tooltip=_tips(plan))
    layers, height = form(base, rows, plan)
    return draw(layers, height=height, config=_theme(plan), description=description)


def _rows(frame: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    kept = _drawn(frame, plan)
    parts = []
    for name in plan.y:
        series = (
            pl.lit(name) if len(plan.y) > 1 else pl.col(plan.series).cast(pl.String) if plan.series else pl.lit(ONE)
        )
        parts.append(
            kept.select(
                _along_x(frame, plan).alias(X),
                pl.col(name).cast(pl.Float64).alias(Y),
                series.fill_null("∅").alias(SERIES),
                pl.col(plan.x).cast(pl.String).alias(X_TEXT),
                pl.col(name).cast(pl.String).alias(Y_TEXT),
            )
        )
    return pl.concat(parts)


def _along_x(frame: pl.DataFrame, plan: Plan) -> pl.Expr:
    column, kind = pl.col(plan.x), frame[plan.x].dtype
    if plan.form == "points" and kind.is_numeric():
        return column.cast(pl.Float64)
    # date_trunc gives days as moments.
    if isinstance(kind, pl.Datetime) and frame[plan.x].drop_nulls().dt.time().unique().to_list() == [time()]:
        return column.cast(pl.Date).cast(pl.String)
    return column.cast(pl.String)


def _tips(plan: Plan) -> list[alt.Tooltip]:
    tips = [alt.Tooltip(f"{X_TEXT}:N", title=plan.x), alt.Tooltip(f"{Y_TEXT}:N", title=_name(plan))]
    return [*tips, alt.Tooltip(f"{SERIES}:N", title=plan.series or " ")] if _has_series(plan) else tips


def _theme(plan: Plan) -> dict[str, Any]:
    # The house's grey of labels is asked of the scale of roles, which a chart of series does not have.
    kept = {name: value for name, value in THEME["axis"].items() if name not in ("labelColor", "titleColor")}
    return THEME | {"axis": kept} if _has_series(plan) else THEME


def _name(plan: Plan) -> str:
    return plan.y[0] if len(plan.y) == 1 else " "


def _has_series(plan: Plan) -> bool:
    return plan.series is not None or len(plan.y) > 1


def _colour(chart: alt.Chart, rows: pl.DataFrame, plan: Plan) -> alt.Chart:
    if not _has_series(plan):
        return paint(chart, "better")
    # Without a scale of its own a chart takes the page's colours, light and dark.
    names = rows[SERIES].unique(maintain_order=True).to_list()
    return chart.encode(
        color=alt.Color(f"{SERIES}:N", sort=names, title=plan.series or " ", legend=alt.Legend(orient="top"))
    )


def _value(plan: Plan, **more: Any) -> alt.Y:
    return alt.Y(f"{Y}:Q", title=_name(plan), axis=alt.Axis(**(Y_TITLE | {"format": ",~r"})), **more)


def _lines(base: alt.Chart, rows: pl.DataFrame, plan: Plan) -> tuple[list[alt.Chart], int]:
    # In the order of time whatever the query's is; the texts of times sort as the times do.
    names = rows[X].unique().sort().to_list()
    x = alt.X(f"{X}:O", sort=names, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy"))
    lines = _colour(base.encode(x=x, y=_value(plan)), rows, plan)
    layers = [lines.mark_line(strokeWidth=2.4)]
    if rows.height <= 120:
        layers.append(lines.mark_point(filled=True, size=36, opacity=1))
    return layers, HEIGHT


def _bars(base: alt.Chart, rows: pl.DataFrame, plan: Plan) -> tuple[list[alt.Chart], int]:
    names = rows[X].unique(maintain_order=True).to_list()
    y = alt.Y(f"{X}:N", sort=names, title=None, axis=alt.Axis(grid=False, labelLimit=260, labelOverlap=False))
    x = alt.X(f"{Y}:Q", title=_name(plan), axis=alt.Axis(orient="top", format=",~r", tickCount=5, grid=True))
    bars = _colour(base.encode(x=x, y=y), rows, plan)
    layers = [bars.mark_bar(size=ROW_HEIGHT * 0.6)]
    if not _has_series(plan):
        numbers = paint(base.encode(x=x, y=y, text=alt.Text(f"{Y}:Q", format=",~r")), "ink")
        layers.append(numbers.mark_text(align="left", dx=5))
    return layers, ROW_HEIGHT * max(len(names), 2) + 30


def _points(base: alt.Chart, rows: pl.DataFrame, plan: Plan) -> tuple[list[alt.Chart], int]:
    scale = alt.Scale(zero=False, nice=True)
    is_number = rows[X].dtype.is_numeric()
    x = alt.X(f"{X}:{'Q' if is_number else 'O'}", title=plan.x, axis=alt.Axis(labelAngle=0, grid=is_number))
    marks = _colour(base.encode(x=x.scale(scale) if is_number else x, y=_value(plan, scale=scale)), rows, plan)
    return [marks.mark_point(filled=True, size=46, opacity=0.7)], HEIGHT
