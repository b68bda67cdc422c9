"""The charts of the board: polars frame in, a drawing with a description for screen readers out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import polars as pl

from pages.components.drawing import Drawing, draw, pickable

Role = Literal["better", "attention", "ordinary", "ink"]
# Marks name a role; its colour comes from `chartCategoricalColors` of .streamlit/config.toml, in this order,
# a list for light and one for dark: a chart follows the reader's theme without the server knowing it.
ROLES: tuple[Role, ...] = ("better", "attention", "ordinary", "ink")
# Streamlit's own grey for axis labels has a contrast of 3.7; this asks the chart's colour scale for ours.
AXIS_COLOUR = {"expr": "scale('color', 'ordinary')"}
ROW_HEIGHT = 27
# Of an axis above the rows, which would take it from them.
AXIS_HEIGHT = 24
# On a phone: pixels that the page gives the chart, known before its labels take theirs.
NARROW = "containerSize()[0] < 480"
# In letters, with its counts: beyond it a name takes too much of a phone's width.
LONG_NAME = 22
TWO_LINES_HEIGHT = 34

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


def finish(layers: Sequence[alt.Chart], description: str, *, height: int | None = None) -> Drawing:
    """Lay layers over each other in the house theme, with the words for who cannot see the chart; `height` in pixels.

    What is drawn from now on is fixed.
    """
    return draw(layers, height=height, config=THEME, description=description)


def year_over_year(
    frame: pl.DataFrame,
    *,
    this: str,
    last: str,
    unit: str,
    new_year: str,
    no_report: str,
    description: str,
) -> Drawing:
    """This year solid and thick, last year dashed, the range of the three years before as a pale band.

    `frame`, twelve months: name, value and before (null = not delivered), low, high (null = no band), shown and
    before_shown (as text), note, is_whole (hollow where not), is_latest, is_new_year, is_missing. `this` and `last`
    name the two years.
    """
    names = frame["name"].to_list()
    x = alt.X("name:N", sort=names, scale=alt.Scale(padding=0.3), axis=alt.Axis(title=None, labelAngle=0))
    base = alt.Chart(frame).encode(x=x)
    # From nought: a count whose axis is cut looks like news.
    scale = alt.Scale(zero=True, nice=True)
    y = alt.Y("value:Q", title=unit, scale=scale, axis=alt.Axis(**Y_TITLE))
    tip = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("shown:N", title=this),
        alt.Tooltip("before_shown:N", title=last),
        alt.Tooltip("note:N", title=" "),
    ]
    ordinary, ink = paint(base, "ordinary"), paint(base, "ink")
    own = ink.encode(y=y, tooltip=tip)
    # A month that is not whole breaks the line: drawn through, it would look like a fall.
    whole = ink.transform_calculate(whole="datum.is_whole ? datum.value : null").encode(
        y=alt.Y("whole:Q", title=unit, scale=scale)
    )
    before = ordinary.encode(y=alt.Y("before:Q", scale=scale, title=unit))
    band = ordinary.encode(y=alt.Y("low:Q", scale=scale, title=unit), y2="high:Q")
    festival = ordinary.transform_filter("datum.is_new_year")
    absent = paint(base, "attention").transform_filter("datum.is_missing")
    latest = own.transform_filter("datum.is_latest")
    layers = [
        band.mark_area(opacity=0.16, invalid="break-paths-filter-domains"),
        festival.mark_rule(strokeDash=[2, 3], opacity=0.7),
        festival.mark_text(text=new_year, dy=-7, fontSize=11).encode(y=alt.value(0)),
        before.mark_line(strokeWidth=1.6, strokeDash=[5, 4], invalid="break-paths-filter-domains"),
        whole.mark_line(strokeWidth=3.2, invalid="break-paths-filter-domains"),
        own.transform_filter("datum.is_whole").mark_point(filled=True, size=44, opacity=1),
        own.transform_filter("!datum.is_whole && datum.value !== null").mark_point(
            filled=False, size=52, opacity=1, strokeWidth=1.6
        ),
        absent.mark_text(text="×", fontSize=13, baseline="bottom").encode(
            y=alt.value("height"), tooltip=alt.Tooltip("name:N", title=no_report)
        ),
        latest.transform_filter("datum.is_whole").mark_point(filled=True, size=90, opacity=1),
        *_end_labels(frame, ink, ordinary, y, this=this, last=last),
    ]
    return finish(layers, description, height=300)


def _end_labels(
    frame: pl.DataFrame, ink: alt.Chart, ordinary: alt.Chart, y: alt.Y, *, this: str, last: str
) -> list[alt.Chart]:
    """The years' names at the lines: this one's at its latest month, last one's at its end, apart."""
    latest = frame.filter(pl.col("is_latest")).drop_nulls("value")
    past = frame.drop_nulls("before")
    labels = []
    if latest.height:
        row = latest.row(0, named=True)
        is_above = row["before"] is None or row["value"] >= row["before"]
        words = (
            ink.encode(y=y).transform_filter("datum.is_latest").transform_calculate(label=f"'{this} ' + datum.shown")
        )
        labels.append(
            words.mark_text(dy=-16 if is_above else 20, align="right", dx=10, fontWeight="bold", fontSize=13).encode(
                text="label:N"
            )
        )
    if past.height:
        name = past["name"][-1]
        words = ordinary.encode(y=alt.Y("before:Q", title=None)).transform_filter(f"datum.name === '{name}'")
        labels.append(words.mark_text(dy=-12, text=last))
    return labels


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


def changes(frame: pl.DataFrame, *, extent: float, words: tuple[str, str, str, str], description: str) -> Drawing:
    """One dot a row with its interval around no change, in the frame's order; hollow where the base is small.

    `frame`: code, name, rate, low, high (fractions; null where nothing is compared), role, is_small, counts, change and
    verdict (as text). `extent`: the axis goes so far either way, what lies beyond is a triangle on its edge; `words`:
    titles of name, counts, change and verdict.
    """
    is_long = any(len(name) > LONG_NAME for name in frame["name"])
    height = (TWO_LINES_HEIGHT if is_long else ROW_HEIGHT) * max(frame.height, 1) + AXIS_HEIGHT
    chart = _changes(tuple(frame.columns), extent, words)
    return chart.with_rows(frame, description=description, height=height)


# As many as there are axes and languages, over all panels of rows.
@lru_cache(maxsize=200)
def _changes(columns: tuple[str, ...], extent: float, words: tuple[str, str, str, str]) -> Drawing:
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES)), legend=None)
    titles = zip(("name", "counts", "change", "verdict"), words, strict=True)
    tip = [alt.Tooltip(f"{name}:N", title=title) for name, title in titles]
    base = rows_to_come(columns).encode(y=_named_counts(), color=colour, tooltip=tip)
    scale = alt.Scale(domain=[-extent, extent], nice=False, clamp=True)
    label = "datum.value === 0 ? '0' : format(datum.value, '+.0%')"
    axis = alt.Axis(title=None, labelExpr=label, tickCount=5, orient="top", grid=True, labelFlush=True)
    x = alt.X("rate:Q", scale=scale, axis=axis)
    shape = outward("rate", extent, ("triangle-left", "triangle-right"))
    compared, other = "datum.rate !== null", "datum.rate === null"
    known, large, small = (
        base.transform_filter(f"{compared}{more}") for more in ("", " && !datum.is_small", " && datum.is_small")
    )
    real = known.transform_filter("datum.role !== 'ordinary'")
    zero = paint(alt.Chart(pl.DataFrame({"zero": [0]})), "ordinary").encode(x=alt.XDatum(0))
    layers = [
        # All rows first: they hold the order.
        base.mark_tick(opacity=0),
        zero.mark_rule(strokeWidth=1.4),
        large.mark_rule(strokeWidth=3, opacity=0.45).encode(x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"),
        small.mark_rule(strokeWidth=1.2, opacity=0.4).encode(x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"),
        large.mark_point(filled=True, size=64, opacity=1).encode(x=x, shape=shape),
        small.mark_point(filled=False, size=48, opacity=0.9, strokeWidth=1.4).encode(x=x, shape=shape),
        # Over the dots of both kinds, because one layer alone can be clicked on; also easier to hit.
        pickable(known.mark_point(filled=True, size=120, opacity=0, cursor="pointer").encode(x=x, shape=shape)),
        real.mark_text(dy=-10, fontWeight="bold").encode(x=x, text="change:N"),
        # From the right-hand edge: behind the zero line there may be less room than a word takes.
        base.transform_filter(other).mark_text(align="right").encode(x=alt.value("width"), text="verdict:N"),
    ]
    return finish(layers, "")


def _named_counts() -> alt.Y:
    """Rows called "name counts"; where the chart is narrow the counts stand below a long name and leave it room."""
    is_cut = f"{NARROW} && length(datum.label) > {LONG_NAME}"
    # Vega centres the first line on the row.
    up = {"test": is_cut, "value": -7}
    axis = alt.Axis(
        grid=False,
        labelExpr=f"{is_cut} ? {in_two_lines('datum.label')} : datum.label",
        labelLimit=alt.ExprRef(f"{NARROW} ? 170 : 260"),
        labelOffset={"condition": up, "value": 0},
        labelOverlap=False,
    )
    return alt.Y("name:N", sort=None, title=None, axis=axis)


def in_two_lines(text: str, *, within: float = 1) -> str:
    """The Vega expression that cuts a text at the last blank within a share of its length; without one it stays."""
    cut = f"lastindexof(slice({text}, 0, ceil({within} * length({text}))), ' ')"
    return f"({cut} < 0 ? {text} : [slice({text}, 0, {cut}), slice({text}, {cut} + 1)])"


def rows_to_come(columns: tuple[str, ...]) -> alt.Chart:
    """The beginning of a chart that is put together once and filled by `Drawing.with_rows`."""
    return alt.Chart(pl.DataFrame(schema=dict.fromkeys(columns, pl.String)))


def outward(column: str, extent: float, shapes: tuple[str, str]) -> alt.ShapeValue:
    """A circle; or, where a value lies below or above the axis, the first or second shape: its mark stands on the edge.

    The axis must be clamped (`alt.Scale(clamp=True)`).
    """
    below, above = shapes
    beyond = [
        {"test": f"datum.{column} < {-extent}", "value": below},
        {"test": f"datum.{column} > {extent}", "value": above},
    ]
    return alt.ShapeValue("circle", condition=beyond)


def dots(frame: pl.DataFrame, *, description: str) -> Drawing:
    """One dot a row on a thin stem, in the frame's order; a row whose value is null shows its text alone.

    `frame`: code, name, value, shown (the number as text, or why there is none).
    """
    base = alt.Chart(frame).encode(y=_rows(frame))
    known = base.encode(x=alt.X("value:Q", axis=None, scale=_room(frame))).transform_filter("datum.value !== null")
    missing = paint(base, "attention").encode(x=alt.XDatum(0)).transform_filter("datum.value === null")
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title=" ")]
    layers = [
        paint(known, "ordinary").mark_bar(height=1.5, opacity=0.55),
        pickable(
            paint(known, "ordinary").mark_point(filled=True, size=60, opacity=1, cursor="pointer").encode(tooltip=tip)
        ),
        paint(known, "ink").mark_text(align="left", dx=9).encode(text="shown:N"),
        missing.mark_text(align="left", dx=2).encode(text="shown:N"),
    ]
    return finish(layers, description, height=ROW_HEIGHT * max(frame.height, 1))


def delivery(frame: pl.DataFrame, *, description: str) -> Drawing:
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
    return finish(layers, description, height=ROW_HEIGHT * max(rows, 1) + 28)


def _rows(frame: pl.DataFrame) -> alt.Y:
    order = frame["name"].unique(maintain_order=True).to_list()
    return alt.Y("name:N", sort=order, title=None, axis=alt.Axis(grid=False, labelLimit=260, labelOverlap=False))


def _room(frame: pl.DataFrame) -> alt.Scale:
    # A fifth of the width stays free, for the number at the end of the longest mark.
    largest = frame["value"].max() or 1
    return alt.Scale(domain=[0, float(str(largest)) * 1.22], nice=False)
