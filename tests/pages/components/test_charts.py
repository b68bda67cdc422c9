"""Charts are valid, described, start at zero and take their colours from the theme."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from pages.components import charts
from pages.components.drawing import Drawing

YEAR = pl.DataFrame(
    {
        "name": ["1月", "2月", "3月"],
        "value": [40, None, 12],
        "before": [38, 31, None],
        "low": [35, 31, None],
        "high": [41, 44, None],
        "shown": ["40 起", "", "12 起"],
        "before_shown": ["38", "31", "—"],
        "note": ["差异不显著", "尚未报送", "月份未完"],
        "is_whole": [True, False, False],
        "is_latest": [True, False, False],
        "is_new_year": [False, True, False],
        "is_missing": [False, True, False],
    }
)
TYPES = pl.DataFrame(
    {
        "name": ["甲 40→60", "乙 4→9", "丙 —→3"],
        "rate": [0.5, 1.0, None],
        "low": [0.1, -0.4, None],
        "high": [0.9, 1.0, None],
        "role": ["ink", "ordinary", "ordinary"],
        "is_small": [False, True, True],
        "counts": ["40 → 60 起", "4 → 9 起", "— → 3 起"],
        "change": ["+50.0%", "+5 起", "—"],
        "verdict": ["上升", "基数较小", "无可比基数"],
    }
)
ROWS = pl.DataFrame({"name": ["甲", "乙"], "value": [3, None], "shown": ["3", "尚未报送"]})
CELLS = pl.DataFrame(
    {"name": ["甲", "甲"], "month": ["1", "2"], "state": ["full", "none"], "sign": ["", "×"], "note": ["a", "b"]}
)


def year(frame: pl.DataFrame) -> Drawing:
    return charts.year_over_year(
        frame, this="2026年", last="2025年", unit="起／月", new_year="春节", no_report="尚未报送", description="d"
    )


def drawn() -> dict[str, Drawing]:
    """One of each."""
    return {
        "year": year(YEAR),
        "changes": charts.changes(TYPES, extent=1.0, words=("a", "b", "c", "d"), description="d"),
        "dots": charts.dots(ROWS, description="d"),
        "delivery": charts.delivery(CELLS, description="d"),
    }


def walk(part: Any) -> list[dict[str, Any]]:
    """Every object of a chart's specification."""
    if isinstance(part, dict):
        return [part, *(found for value in part.values() for found in walk(value))]
    return [found for value in part for found in walk(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("name", drawn())
def test_a_chart_is_valid_and_described(name: str) -> None:
    specification = drawn()[name].spec
    assert specification["description"] == "d"
    assert specification["config"]["view"]["stroke"] is None


@pytest.mark.parametrize("name", drawn())
def test_no_chart_names_a_colour(name: str) -> None:
    text = json.dumps(drawn()[name].spec, ensure_ascii=False)
    assert "#" not in text
    assert not {"red", "green", "blue", "orange"} & set(text.replace('"', " ").split())


@pytest.mark.parametrize("name", drawn())
def test_every_coloured_layer_draws_on_the_same_four_roles(name: str) -> None:
    colours = [part["color"] for part in walk(drawn()[name].spec) if "color" in part]
    assert colours
    assert {tuple(colour["scale"]["domain"]) for colour in colours} == {charts.ROLES}


def scales(chart: Drawing) -> set[bool]:
    return {part["y"]["scale"]["zero"] for part in walk(chart.spec) if "scale" in part.get("y", {})}


def test_an_axis_of_counts_begins_at_nought_however_large_they_are() -> None:
    assert scales(year(YEAR)) == {True}
    far_above = YEAR.with_columns(value=1000, before=1100, low=900, high=1200)
    assert scales(year(far_above)) == {True}


def layers(chart: Drawing, kind: str) -> list[dict[str, Any]]:
    return [layer["mark"] for layer in chart.spec["layer"] if layer["mark"]["type"] == kind]


def test_this_year_is_solid_and_thick_and_last_year_dashed() -> None:
    before, own = layers(year(YEAR), "line")
    assert "strokeDash" in before
    assert "strokeDash" not in own
    assert own["strokeWidth"] > before["strokeWidth"]


def test_the_years_and_spring_festival_are_named_in_the_chart() -> None:
    text = json.dumps(year(YEAR).spec, ensure_ascii=False)
    assert all(name in text for name in ("2026年 ", "2025年", "春节"))
    # Without a year before there is nothing to name.
    alone = YEAR.with_columns(before=pl.lit(None, pl.Int64))
    assert len(layers(year(alone), "text")) == len(layers(year(YEAR), "text")) - 1


def test_changes_lie_around_no_change() -> None:
    chart = charts.changes(TYPES, extent=0.6, words=("a", "b", "c", "d"), description="d")
    domains = [part["x"]["scale"]["domain"] for part in walk(chart.spec) if "scale" in part.get("x", {})]
    assert domains
    assert all(domain == [-0.6, 0.6] for domain in domains)


def test_a_change_beyond_the_axis_is_a_triangle_on_its_edge() -> None:
    chart = charts.changes(TYPES, extent=0.6, words=("a", "b", "c", "d"), description="d")
    points = [layer["encoding"] for layer in chart.spec["layer"] if layer["mark"]["type"] == "point"]
    assert points
    for encoding in points:
        assert encoding["x"]["scale"]["clamp"] is True
        beyond = {one["test"]: one["value"] for one in encoding["shape"]["condition"]}
        assert beyond == {"datum.rate < -0.6": "triangle-left", "datum.rate > 0.6": "triangle-right"}
        assert encoding["shape"]["value"] == "circle"


def test_charts_of_nothing_can_be_drawn() -> None:
    assert charts.dots(ROWS.clear(), description="d").spec["height"] == charts.ROW_HEIGHT
    empty = charts.changes(TYPES.clear(), extent=0.2, words=("a", "b", "c", "d"), description="d")
    assert empty.spec["height"] == charts.ROW_HEIGHT + charts.AXIS_HEIGHT
    assert year(YEAR.clear()).spec["description"] == "d"
