"""A watched series is drawn from zero, with gaps as gaps and its colours from the theme."""

from __future__ import annotations

import json
from datetime import date

import polars as pl

from pages.components import charts, signal_charts
from pages.components.drawing import Drawing

MONTHS = pl.date_range(date(2025, 1, 1), date(2026, 12, 1), "1mo", eager=True)
BOUNDS = [20 + number % 12 for number in range(24)]
FRAME = pl.DataFrame(
    {
        "month_start": MONTHS,
        "label": ["m"] * 24,
        "observed": [10] * 10 + [None] + [10] * 12 + [40],
        "expected": [12.5] * 24,
        "upper_bound": BOUNDS,
        "is_above": [False] * 23 + [True],
        "is_latest": [False] * 23 + [True],
        "shown": ["10"] * 24,
        "note": ["n"] * 24,
    }
)


def drawn(frame: pl.DataFrame = FRAME) -> Drawing:
    return signal_charts.series(frame, unit="起／月", bound="99% 上限", language="zh", description="d")


def test_the_chart_is_valid_described_and_names_no_colour() -> None:
    specification = drawn().spec
    assert specification["description"] == "d"
    assert "#" not in json.dumps(specification, ensure_ascii=False)
    colours = [layer["encoding"]["color"]["scale"]["domain"] for layer in specification["layer"]]
    assert colours == [list(charts.ROLES)] * len(specification["layer"])


def test_every_axis_of_counts_starts_at_zero() -> None:
    scales = [layer["encoding"]["y"].get("scale") for layer in drawn().spec["layer"]]
    assert [scale["domainMin"] for scale in scales if scale] == [0] * 8


def test_a_month_without_a_report_breaks_the_line_and_has_a_mark() -> None:
    layers = drawn().spec["layer"]
    line = next(layer for layer in layers if layer["encoding"]["y"].get("field") == "observed")
    assert line["mark"]["invalid"] == "break-paths-filter-domains"
    assert any(layer["mark"].get("text") == "×" for layer in layers)


def test_the_bound_is_named_once_where_it_is_highest_and_never_at_the_edge() -> None:
    data = next(iter(drawn().frames().values()))
    # 31 in December 2025 and again at the edge, in December 2026.
    assert [f"{month:%Y-%m}" for month in data.filter("is_peak")["month_start"]] == ["2025-12"]


def test_a_series_of_one_month_and_one_without_any_can_be_drawn() -> None:
    assert drawn(FRAME.head(1)).spec["height"] == signal_charts.HEIGHT
    assert drawn(FRAME.clear()).spec["height"] == signal_charts.HEIGHT
