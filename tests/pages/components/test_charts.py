"""Charts are valid, described, start at zero and take their colours from the theme."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import altair as alt
import polars as pl
import pytest

from pages.components import charts

MONTHS = pl.DataFrame(
    {
        "month_start": [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)],
        "value": [40, None, 12],
        "is_whole": [True, False, False],
        "is_new_year": [False, False, True],
        "label": ["2025年12月", "2026年1月", "2026年2月"],
        "shown": ["40", "", "12"],
        "note": ["全部", "尚未报送", "月份未完"],
        "is_latest": [True, False, False],
        "is_running": [False, False, True],
    }
)
ROWS = pl.DataFrame({"name": ["甲", "乙"], "value": [3, None], "shown": ["3", "尚未报送"]})
CELLS = pl.DataFrame(
    {"name": ["甲", "甲"], "month": ["1", "2"], "state": ["full", "none"], "sign": ["", "×"], "note": ["a", "b"]}
)


def drawn() -> dict[str, alt.LayerChart]:
    """One of each."""
    return {
        "months": charts.months(
            MONTHS, unit="起／月", language="zh", new_year="春节", no_report="尚未报送", description="d"
        ),
        "bars": charts.bars(ROWS, beside=5, description="d"),
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
    specification = drawn()[name].to_dict()
    assert specification["description"] == "d"
    assert specification["config"]["view"]["stroke"] is None


@pytest.mark.parametrize("name", drawn())
def test_no_chart_names_a_colour(name: str) -> None:
    text = json.dumps(drawn()[name].to_dict(), ensure_ascii=False)
    assert "#" not in text
    assert not {"red", "green", "blue", "orange"} & set(text.replace('"', " ").split())


@pytest.mark.parametrize("name", drawn())
def test_every_coloured_layer_draws_on_the_same_four_roles(name: str) -> None:
    colours = [part["color"] for part in walk(drawn()[name].to_dict()) if "color" in part]
    assert colours
    assert {tuple(colour["scale"]["domain"]) for colour in colours} == {charts.ROLES}


def test_counts_by_month_start_at_zero() -> None:
    scales = [part["y"]["scale"] for part in walk(drawn()["months"].to_dict()) if "scale" in part.get("y", {})]
    assert scales
    assert {scale["domainMin"] for scale in scales} == {0}


def test_months_are_placed_in_utc_so_that_no_browser_moves_them() -> None:
    scales = [part["x"]["scale"]["type"] for part in walk(drawn()["months"].to_dict()) if "scale" in part.get("x", {})]
    assert set(scales) == {"utc"}


def test_a_chart_of_types_is_at_most_twice_as_tall_as_its_rows_need() -> None:
    assert charts.bars(ROWS, beside=3, description="d").to_dict()["height"] == 3 * charts.ROW_HEIGHT
    assert charts.bars(ROWS, beside=40, description="d").to_dict()["height"] == 4 * charts.ROW_HEIGHT


def test_charts_of_nothing_can_be_drawn() -> None:
    assert charts.dots(ROWS.clear(), description="d").to_dict()["height"] == charts.ROW_HEIGHT
    assert charts.bars(ROWS.clear(), beside=0, description="d").to_dict()["height"] == charts.ROW_HEIGHT
