"""One watched series against what was expected of it: polars frame in, drawing out."""

from __future__ import annotations

from typing import Literal

import altair as alt
import polars as pl

from pages.components.charts import Y_TITLE, finish, paint
from pages.components.drawing import Drawing

HEIGHT = 200
# Months at either end that are too near the edge for words above them.
ROOM = 4

UTC = alt.Scale(type="utc", padding=14)


def month_axis(language: Literal["zh", "en"]) -> alt.Axis:
    """Each January by its year and each July by its name: they fit a phone, and the eye counts the rest."""
    year, month = {"zh": ("%Y年", "%-m月"), "en": ("%Y", "%b")}[language]
    return alt.Axis(
        title=None,
        tickCount=alt.TimeIntervalStep(interval="month", step=6),
        labelExpr=f"utcFormat(datum.value, utcmonth(datum.value) == 0 ? '{year}' : '{month}')",
        ticks=True,
    )


def series(frame: pl.DataFrame, *, unit: str, bound: str, language: Literal["zh", "en"], description: str) -> Drawing:
    """Counts by month with their expectation and its 99 % bound, from zero; a month without a report is a gap.

    `frame`: month_start, label (the month as text), observed (null = not reported), expected, upper_bound, is_above,
    is_latest, shown (the count as text), note.
    """
    base = alt.Chart(_with_peak(frame)).encode(x=alt.X("month_start:T", scale=UTC, axis=month_axis(language)))
    scale = alt.Scale(domainMin=0, nice=True)
    axis = alt.Axis(**{**Y_TITLE, "tickCount": 4})

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=unit, scale=scale, axis=axis)

    tip = [alt.Tooltip("label:N", title=" "), alt.Tooltip("note:N", title=" ")]
    quiet, ink = paint(base, "ordinary"), paint(base, "ink").encode(y=y("observed"))
    above = paint(base, "attention").encode(y=y("observed"), tooltip=tip)
    missing = paint(base, "attention").transform_filter("datum.observed === null")
    peak = quiet.transform_filter("datum.is_peak")
    layers = [
        quiet.mark_area(opacity=0.18).encode(y=y("expected"), y2="upper_bound:Q"),
        quiet.mark_line(strokeWidth=1, opacity=0.8).encode(y=y("upper_bound")),
        peak.mark_text(dy=-7, fontSize=11).encode(y=y("upper_bound"), text=alt.value(bound)),
        quiet.mark_line(strokeDash=[4, 3], strokeWidth=1.4).encode(y=y("expected")),
        ink.mark_line(strokeWidth=1.8, invalid="break-paths-filter-domains"),
        ink.encode(tooltip=tip).mark_point(filled=True, size=22, opacity=1),
        above.transform_filter("datum.is_above").mark_point(filled=True, size=90, opacity=1),
        missing.mark_text(text="×", fontSize=14, fontWeight="bold").encode(y=alt.YDatum(0), tooltip=tip),
        ink.transform_filter("datum.is_latest").mark_text(dy=-12, fontWeight="bold").encode(text="shown:N"),
    ]
    return finish(layers, description, height=HEIGHT)


def _with_peak(frame: pl.DataFrame) -> pl.DataFrame:
    """Mark the month that names the bound: where it is highest its line falls to either side of the words."""
    inner = pl.int_range(pl.len()).is_between(ROOM, pl.len() - 1 - ROOM)
    highest = pl.col("upper_bound").filter(inner).max()
    return frame.with_columns(is_peak=(inner & (pl.col("upper_bound") == highest)).fill_null(False)).with_columns(
        is_peak=pl.col("is_peak") & (pl.col("is_peak").cum_sum() == 1)
    )
