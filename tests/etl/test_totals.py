"""Printed totals against running sums, also across chunks."""

from __future__ import annotations

from typing import Any, cast

import polars as pl
import pytest

from etl.recipe import Recipe
from etl.totals import BEFORE, ROWS, PrintedTotals, Sums


class OfCounts:
    """A recipe of a file with one column of counts."""

    class mapping:  # noqa: N801
        unpivot = None

    all_headers = ("单位", "件数")
    headers = {"incident_count": ("件数",)}  # noqa: RUF012

    class feed:  # noqa: N801
        @staticmethod
        def field(name: str) -> Any:
            return type("Field", (), {"name": name, "kind": "integer"})()


def checked(printed: list[tuple[int, str, int]], whole: list[int]) -> list[str]:
    """Warnings about totals (line, cell, sum above within its chunk), each in a chunk with the sum of `whole`."""
    totals = PrintedTotals(cast(Recipe, OfCounts()))
    rows = []
    for (line, cell, before), loaded in zip(printed, whole, strict=True):
        aside = pl.DataFrame({"单位": ["合计"], "件数": [cell], "__line": [line]})
        sums = Sums({ROWS: 0, "件数": loaded}, pl.DataFrame({f"{BEFORE}件数": [before]}))
        rows.append(totals.place(aside, sums))
    totals.add(pl.concat(rows))
    return totals.warnings()


@pytest.mark.parametrize(
    ("printed", "whole"),
    [
        ([(9, "30", 30)], [30]),
        ([(9, "1,030件", 1030)], [1030]),
        ([(1, "30", 0)], [30]),  # above its rows
        ([(5, "10", 10), (9, "20", 20)], [10, 20]),  # subtotals, in two chunks
        ([(5, "10", 10), (9, "30", 20)], [10, 20]),  # then a grand total
        ([(1, "10", 0), (5, "20", 0)], [10, 20]),  # subtotals above their rows
        ([(9, "–", 30)], [30]),
    ],
)
def test_right_totals_are_passed_over(printed: list[tuple[int, str, int]], whole: list[int]) -> None:
    assert checked(printed, whole) == []


def test_wrong_totals_tell_what_was_loaded() -> None:
    assert checked([(5, "11", 10), (9, "30", 20)], [10, 20]) == ["total_mismatch: line 5, 件数: printed 11, loaded 10"]
    assert checked([(1, "31", 0)], [30]) == ["total_mismatch: line 1, 件数: printed 31, loaded 30"]
