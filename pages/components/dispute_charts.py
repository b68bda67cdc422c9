"""The charts of the disputes page alone: polars frame in, drawing out."""

from __future__ import annotations

from typing import Literal

import altair as alt
import polars as pl

from pages.components.charts import ROLES, ROW_HEIGHT, Y_TITLE, finish, outward, paint
from pages.components.drawing import Drawing
from pages.components.signal_charts import UTC, month_axis

HEIGHT, STEPS_HEIGHT = 280, 220


def months(
    frame: pl.DataFrame, marks: pl.DataFrame, *, unit: str, language: Literal["zh", "en"], description: str
) -> Drawing:
    """Counts by month from zero within their control limits, and numbered marks at what was recorded.

    `frame`: month_start, label, value (null = not delivered), is_whole (hollow where not), low, centre, high (null =
    no limits), is_signal, is_latest, shown, note. `marks`: month_start, sign, rebases, note.
    """
    x = alt.X("month_start:T", scale=UTC, axis=month_axis(language))
    base = alt.Chart(frame).encode(x=x)
    scale = alt.Scale(zero=True, nice=True)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=unit, scale=scale, axis=alt.Axis(**Y_TITLE))

    tip = [alt.Tooltip(f"{name}:N", title=" ") for name in ("label", "shown", "note")]
    quiet, ink = paint(base, "ordinary"), paint(base, "ink").encode(y=y("value"))
    whole = paint(base, "ink").transform_calculate(whole="datum.is_whole ? datum.value : null").encode(y=y("whole"))
    point = ink.encode(tooltip=tip).transform_filter("datum.value !== null")
    known = pl.col("value").is_not_null()
    absent = paint(base, "attention").encode(y=alt.value("height"), tooltip=tip)
    latest = point.transform_filter("datum.is_latest").encode(text="shown:N")
    # The browser warns of a scale without a row: a layer is drawn where some month asks for it.
    optional = (
        (
            known & ~pl.col("is_whole"),
            point.transform_filter("!datum.is_whole").mark_point(filled=False, size=46, opacity=1, strokeWidth=1.6),
        ),
        (
            known & pl.col("is_signal"),
            point.transform_filter("datum.is_signal").mark_point(filled=True, size=110, opacity=1),
        ),
        (
            ~known,
            absent.transform_filter("datum.value === null").mark_text(text="×", fontSize=13, baseline="bottom"),
        ),
        (
            known & pl.col("is_latest"),
            latest.mark_text(dy=_beside_line(frame), align="right", dx=8, fontWeight="bold", fontSize=13),
        ),
    )
    layers = [
        quiet.encode(y=y("low"), y2="high:Q").mark_area(opacity=0.18, invalid="break-paths-filter-domains"),
        quiet.encode(y=y("centre")).mark_line(strokeDash=[4, 3], strokeWidth=1.2, invalid="break-paths-filter-domains"),
        *_marks(marks, x),
        whole.mark_line(strokeWidth=2, invalid="break-paths-filter-domains"),
        point.transform_filter("datum.is_whole").mark_point(filled=True, size=26, opacity=1),
        *(layer for rows, layer in optional if frame.filter(rows).height),
    ]
    return finish(layers, description, height=HEIGHT)


def _beside_line(frame: pl.DataFrame) -> int:
    """Below the last point where the line falls to it, above where it rises."""
    last, before = frame["value"][-1], frame["value"][-2] if frame.height > 1 else None
    return 20 if last is not None and before is not None and last < before else -14


def steps(frame: pl.DataFrame, *, extent: float, words: tuple[str, str, str], description: str) -> Drawing:
    """One dot a step in time with its interval about no change; hollow where the base is small, × where none is told.

    `frame`: as `charts.changes` takes it, and `label`; `words`: titles of counts, change and verdict.
    """
    order = frame["label"].to_list()
    tip = [alt.Tooltip("label:N", title=" ")]
    tip += [
        alt.Tooltip(f"{name}:N", title=title)
        for name, title in zip(("counts", "change", "verdict"), words, strict=True)
    ]
    scale = alt.Scale(domain=[-extent, extent], nice=False, clamp=True)
    percent = "datum.value === 0 ? '0' : format(datum.value, '+.0%')"
    axis = alt.Axis(title=None, labelExpr=percent, tickCount=5, grid=True)
    y, low = (alt.Y(f"{name}:Q", scale=scale, axis=axis) for name in ("rate", "low"))
    x = alt.X("label:N", sort=order, axis=alt.Axis(title=None, labelAngle=0, labelOverlap="greedy"))
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
    base = alt.Chart(frame).encode(x=x, color=colour, tooltip=tip)
    known = base.transform_filter("datum.rate !== null")
    dots = known.encode(y=y, shape=outward("rate", extent, ("triangle-down", "triangle-up")))
    real = known.transform_filter("datum.role !== 'ordinary'")
    layers = [
        paint(alt.Chart(frame.head(1)), "ordinary").encode(y=alt.YDatum(0)).mark_rule(strokeWidth=1.4),
        known.encode(y=low, y2="high:Q").mark_rule(strokeWidth=3, opacity=0.45),
        dots.transform_filter("!datum.is_small").mark_point(filled=True, size=64, opacity=1),
        dots.transform_filter("datum.is_small").mark_point(filled=False, size=48, strokeWidth=1.4),
        real.encode(y=y, text="change:N").mark_text(dx=8, align="left", fontWeight="bold"),
        paint(base, "ordinary").transform_filter("datum.rate === null").encode(y=alt.YDatum(0)).mark_text(text="×"),
    ]
    return finish(layers, description, height=STEPS_HEIGHT)


def _marks(marks: pl.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Upright lines with their numbers above; whole where the limits begin anew. No layer without a row."""
    layers = []
    for rebases in (False, True):
        own = alt.Chart(marks.filter(pl.col("rebases") == rebases)).encode(
            x=x, tooltip=alt.Tooltip("note:N", title=" ")
        )
        if own.data.height:
            line = paint(own, "ink" if rebases else "ordinary")
            layers.append(line.mark_rule(strokeDash=[1, 0] if rebases else [2, 3], strokeWidth=1.3))
            layers.append(paint(own, "ink").encode(y=alt.value(0), text="sign:N").mark_text(dy=-9, fontSize=14))
    return layers


def counts(frame: pl.DataFrame, *, description: str) -> Drawing:
    """Numbers in squares, the greyer the more; pale enough to read the number on any of them.

    `frame`: row, column (both in order), value (null = not delivered), shown, note.
    """
    x, y = _grid(frame)
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=alt.Tooltip("note:N", title=" "))
    strength = alt.Opacity("value:Q", scale=alt.Scale(zero=True, range=[0.04, 0.42]), legend=None)
    layers = [
        paint(base, "ordinary").transform_filter("datum.value !== null").encode(opacity=strength).mark_rect(),
        paint(base, "ink").transform_filter("datum.value !== null").encode(text="shown:N").mark_text(),
        paint(base, "attention").transform_filter("datum.value === null").encode(text="shown:N").mark_text(),
    ]
    height = ROW_HEIGHT * frame["row"].n_unique() + 24
    return finish(layers, description, height=height)


def week(frame: pl.DataFrame, *, description: str) -> Drawing:
    """Weekday by hour, the stronger the colour the more; a legend says how many the strongest and the palest are.

    `frame`: row (weekday, in order), column (hour, 0 to 23), value, note.
    """
    order = frame["row"].unique(maintain_order=True).to_list()
    side = alt.Axis(grid=False, labelOverlap=False, title=None)
    head = alt.Axis(orient="top", labelAngle=0, title=None, labelOverlap="greedy")
    base = alt.Chart(frame).encode(
        x=alt.X("column:O", axis=head),
        y=alt.Y("row:N", sort=order, axis=side),
        tooltip=alt.Tooltip("note:N", title=" "),
    )
    legend = alt.Legend(
        orient="bottom", direction="horizontal", title=None, gradientLength=160, tickCount=3, format=",d"
    )
    # Not by `color`: that scale gives the axes their grey.
    squares = base.encode(fill=alt.Fill("value:Q", scale=alt.Scale(zero=True), legend=legend)).mark_rect()
    # Where nobody sees it: without a mark of a role there is no such scale.
    anchor = paint(base, "ordinary").transform_filter("false").mark_point()
    height = ROW_HEIGHT * len(order) + 64
    return finish([squares, anchor], description, height=height)


def _grid(frame: pl.DataFrame) -> tuple[alt.X, alt.Y]:
    """Columns and rows in the order of the frame."""
    rows, columns = (frame[name].unique(maintain_order=True).to_list() for name in ("row", "column"))
    head = alt.Axis(orient="top", labelAngle=0, labelOverlap="greedy", title=None)
    side = alt.Axis(grid=False, labelLimit=160, labelOverlap=False, title=None)
    return alt.X("column:N", sort=columns, axis=head), alt.Y("row:N", sort=rows, axis=side)
