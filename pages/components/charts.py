"""The charts of the board: polars frame in, Altair chart with a description for screen readers out."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import polars as pl

Role = Literal["better", "attention", "ordinary", "ink"]
# Marks name a role; its colour comes from `chartCategoricalColors` of .streamlit/config.toml, in this order,
# a list for light and one for dark: a chart follows the reader's theme without the server knowing it.
ROLES: tuple[Role, ...] = ("better", "attention", "ordinary", "ink")
# Streamlit's own grey for axis labels has a contrast of 3.7; this asks the chart's colour scale for ours.
AXIS_COLOUR = {"expr": "scale('color', 'ordinary')"}
ROW_HEIGHT = 27
UTC = alt.Scale(type="utc", padding=14)

# What both themes share; fonts and grounds come from Streamlit's own theme.
THEME: dict[str, Any] = {
    "padding": {"left": 4, "right": 4, "top": 4, "bottom": 4},
    "axis": {
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
        "labelFontSize": 12,
        "labelColor": AXIS_COLOUR,
        "titleColor": AXIS_COLOUR,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridOpacity": 0.6,
        "labelFlush": False,
        "labelOverlap": "greedy",
    },
    "axisX": {"grid": False},
    "view": {"stroke": None},
    "line": {"strokeWidth": 2, "strokeCap": "round"},
    "text": {"fontSize": 12},
    "bar": {"cornerRadiusEnd": 2},
    "rect": {"cornerRadius": 2},
    "scale": {"bandPaddingInner": 0.08, "rectBandPaddingInner": 0.08},
}


def paint(chart: alt.Chart, role: Role) -> alt.Chart:
    """One colour for all marks of a layer, by what it means."""
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
    return chart.transform_calculate(role=f"'{role}'").encode(color=colour)


def finish(chart: alt.LayerChart, description: str) -> alt.LayerChart:
    """Add the house theme and the words for who cannot see the chart."""
    described: alt.LayerChart = chart.configure(**THEME).properties(description=description)
    return described


def month_axis(frame: pl.DataFrame, language: Literal["zh", "en"]) -> alt.Axis:
    """Each January by its year and each July by its name: they fit a phone, and the eye counts the rest."""
    shown = frame.filter(pl.col("month_start").dt.month().is_in([1, 7]))["month_start"]
    year, month = {"zh": ("%Y年", "%-m月"), "en": ("%Y", "%b")}[language]
    return alt.Axis(
        title=None,
        values=[f"{day}T00:00:00Z" for day in shown],
        labelExpr=f"utcFormat(datum.value, utcmonth(datum.value) == 0 ? '{year}' : '{month}')",
        ticks=True,
    )


def months(
    frame: pl.DataFrame,
    *,
    unit: str,
    language: Literal["zh", "en"],
    new_year: str,
    no_report: str,
    description: str,
) -> alt.LayerChart:
    """Counts by month from zero; months that are not whole are hollow, months without a report have no point.

    `frame`: month_start, label (the month as text), value (null = not reported), shown (the number as text),
    note, is_new_year, is_whole, is_latest, is_running.
    """
    base = alt.Chart(frame).encode(x=alt.X("month_start:T", scale=UTC, axis=month_axis(frame, language)))
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(domainMin=0, nice=True), axis=alt.Axis(**Y_TITLE))
    tip = [
        alt.Tooltip("label:N", title=" "),
        alt.Tooltip("shown:N", title=unit),
        alt.Tooltip("note:N", title=" "),
    ]
    festival = paint(base, "ordinary").transform_filter("datum.is_new_year")
    line, dots = paint(base, "ordinary").encode(y=y), paint(base, "ordinary").encode(y=y, tooltip=tip)
    latest = paint(base, "ink").encode(y=y, tooltip=tip).transform_filter("datum.is_latest")
    absent = paint(base, "attention").transform_filter("datum.value === null")
    layers = [
        festival.mark_rule(strokeWidth=11, opacity=0.16),
        festival.mark_text(text=new_year, dy=-7, fontSize=11).encode(y=alt.value(0)),
        line.transform_filter("!datum.is_running").mark_line(opacity=0.55, invalid="break-paths-filter-domains"),
        line.transform_filter("datum.is_running || datum.is_latest").mark_line(opacity=0.55, strokeDash=[2, 4]),
        dots.transform_filter("datum.is_whole").mark_point(filled=True, size=34, opacity=1),
        dots.transform_filter("!datum.is_whole").mark_point(filled=False, size=40, opacity=1, strokeWidth=1.6),
        absent.mark_text(text="×", fontSize=13).encode(
            y=alt.YDatum(0), tooltip=alt.Tooltip("label:N", title=no_report)
        ),
        latest.transform_filter("datum.is_whole").mark_point(filled=True, size=80, opacity=1),
        latest.mark_text(dy=-14, fontWeight="bold", fontSize=13).encode(text="shown:N"),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=280), description)


# Above the axis and level, so that it can be read without tilting the head.
Y_TITLE: dict[str, Any] = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "start",
    "titleX": -28,
    "titleY": -14,
    "tickCount": 5,
    "format": ",d",
}


def bars(frame: pl.DataFrame, *, beside: int, description: str) -> alt.LayerChart:
    """One bar a row, in the frame's order, the number written at its end.

    `frame`: name, value, shown (the number as text). `beside`: rows of the chart it stands next to.
    """
    base = alt.Chart(frame).encode(y=_rows(frame), x=alt.X("value:Q", axis=None, scale=_room(frame)))
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title=" ")]
    # As tall as its neighbour, but not so tall that the bars lose each other.
    rows = max(frame.height, min(beside, 2 * frame.height), 1)
    layers = [
        paint(base, "ordinary").mark_bar(height=15, opacity=0.75).encode(tooltip=tip),
        paint(base, "ink").mark_text(align="left", dx=6).encode(text="shown:N"),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=ROW_HEIGHT * rows), description)


def dots(frame: pl.DataFrame, *, description: str) -> alt.LayerChart:
    """One dot a row on a thin stem, in the frame's order; a row whose value is null shows its text alone.

    `frame`: name, value, shown (the number as text, or why there is none).
    """
    base = alt.Chart(frame).encode(y=_rows(frame))
    known = base.encode(x=alt.X("value:Q", axis=None, scale=_room(frame))).transform_filter("datum.value !== null")
    missing = paint(base, "attention").encode(x=alt.XDatum(0)).transform_filter("datum.value === null")
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title=" ")]
    layers = [
        paint(known, "ordinary").mark_bar(height=1.5, opacity=0.55),
        paint(known, "ordinary").mark_point(filled=True, size=60, opacity=1).encode(tooltip=tip),
        paint(known, "ink").mark_text(align="left", dx=9).encode(text="shown:N"),
        missing.mark_text(align="left", dx=2).encode(text="shown:N"),
    ]
    return finish(alt.LayerChart(layer=layers).properties(height=ROW_HEIGHT * max(frame.height, 1)), description)


def delivery(frame: pl.DataFrame, *, description: str) -> alt.LayerChart:
    """Unit × month: a pale square where everything was delivered, a half or a cross where it was not.

    `frame`: name, month_start, month (its text), state (full | part | none), sign, note.
    """
    order = frame["month"].unique(maintain_order=True).to_list()
    x = alt.X("month:O", sort=order, axis=alt.Axis(orient="top", labelAngle=0, title=None, labelOverlap=False))
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("note:N", title=" ")]
    base = alt.Chart(frame).encode(x=x, y=_rows(frame), tooltip=tip)
    full = paint(base, "ordinary").transform_filter("datum.state == 'full'")
    lacking = paint(base, "attention").transform_filter("datum.state != 'full'")
    layers = [
        full.mark_rect(opacity=0.22),
        lacking.mark_rect(opacity=0.2),
        lacking.mark_text(fontSize=13, fontWeight="bold").encode(text="sign:N"),
    ]
    rows = frame["name"].n_unique()
    return finish(alt.LayerChart(layer=layers).properties(height=ROW_HEIGHT * max(rows, 1) + 28), description)


def _rows(frame: pl.DataFrame) -> alt.Y:
    order = frame["name"].unique(maintain_order=True).to_list()
    return alt.Y("name:N", sort=order, title=None, axis=alt.Axis(grid=False, labelLimit=230, labelOverlap=False))


def _room(frame: pl.DataFrame) -> alt.Scale:
    # A fifth of the width stays free, for the number at the end of the longest mark.
    largest = frame["value"].max() or 1
    return alt.Scale(domain=[0, float(str(largest)) * 1.22], nice=False)
