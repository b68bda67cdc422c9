"""Heat maps: a matrix with its numbers in the cells, and a year of days; polars frame in, drawing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import altair as alt
import polars as pl

from pages.components.charts import finish, paint, rows_to_come
from pages.components.drawing import Drawing, pickable

ROW, LINE, DAY_ROW = 30, 13, 22
# A leap year that begins on a Sunday.
WEEKS = 54
# The scale goes on past what is drawn: text keeps a contrast of 4.5 to 1 on the darkest cell, in either theme.
ROOM_FOR_TEXT = 2.2


def matrix(frame: pl.DataFrame, *, split: str, description: str) -> Drawing:
    """Unit × category with the numbers written in the cells, darker where more is done; an empty cell says why.

    `frame`: code, name, column, rate (0..1, null = none), shown (in the cell), note. Rows and columns in the frame's
    order; headings break at `split`.
    """
    lines = max((len(column.split(split)) for column in frame["column"].unique()), default=1)
    height = ROW * max(frame["name"].n_unique(), 1) + 18 + LINE * lines
    return _matrix(tuple(frame.columns), split, lines).with_rows(frame, description=description, height=height)


@cache
def _matrix(columns: tuple[str, ...], split: str, lines: int) -> Drawing:
    heading = alt.Axis(
        orient="top",
        labelAngle=0,
        title=None,
        labelExpr=f"split(datum.label, '{split}')",
        labelOverlap=False,
        labelLimit=120,
        labelFontSize=10,
        labelLineHeight=LINE,
        # Lines run downwards from the first one.
        labelPadding=6 + LINE * (lines - 1),
    )
    x = alt.X("column:N", sort=None, axis=heading)
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=False, labelLimit=110, labelOverlap=False))
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("column:N", title=" "), alt.Tooltip("note:N", title=" ")]
    base = rows_to_come(columns).encode(x=x, y=y, tooltip=tip)
    shade = alt.Fill("rate:Q", scale=alt.Scale(domain=[0, ROOM_FOR_TEXT], nice=False), legend=None)
    known = base.transform_filter("datum.rate !== null")
    layers = [
        # All cells first: they hold the order of rows and columns, and empty ones can say why they are.
        base.mark_rect(opacity=0),
        pickable(known.mark_rect(cursor="pointer").encode(fill=shade)),
        paint(known, "ink").mark_text(fontSize=11).encode(text="shown:N"),
        paint(base.transform_filter("datum.rate === null"), "ordinary").mark_text(fontSize=11).encode(text="shown:N"),
    ]
    return finish(layers, "")


def calendar(frame: pl.DataFrame, *, months: Mapping[int, str], weekdays: Sequence[str], description: str) -> Drawing:
    """A year of days, a week a column, darker where more was done; × where nothing was delivered.

    `frame`: week (0 is that of 1 January), weekday (one of `weekdays`), day (its text), value (null = not delivered),
    shown. `months`: the week in which each month begins, and its name.
    """
    chart = _calendar(tuple(frame.columns), tuple(months.items()), tuple(weekdays))
    return chart.with_rows(frame, description=description)


@cache
def _calendar(columns: tuple[str, ...], months: tuple[tuple[int, str], ...], weekdays: tuple[str, ...]) -> Drawing:
    names = ", ".join(f"'{week}': '{name}'" for week, name in months)
    heading = alt.Axis(
        orient="top",
        values=[week for week, _ in months],
        labelExpr=f"{{{names}}}[datum.value]",
        labelAngle=0,
        labelAlign="left",
        labelOffset=-6,
        labelOverlap="greedy",
        title=None,
    )
    x = alt.X("week:O", axis=heading, scale=alt.Scale(domain=list(range(WEEKS)), paddingInner=0.12))
    y = alt.Y("weekday:N", sort=list(weekdays), title=None, axis=alt.Axis(grid=False, labelOverlap=False))
    tip = [alt.Tooltip("day:N", title=" "), alt.Tooltip("shown:N", title=" ")]
    base = rows_to_come(columns).encode(x=x, y=y, tooltip=tip)
    shade = alt.Fill("value:Q", scale=alt.Scale(domainMin=0, nice=False), legend=None)
    missing = paint(base.transform_filter("datum.value === null"), "attention")
    layers = [
        base.transform_filter("datum.value !== null").mark_rect().encode(fill=shade),
        missing.mark_text(text="×", fontSize=10),
    ]
    return finish(layers, "", height=DAY_ROW * 7 + 26)
