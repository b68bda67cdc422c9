"""Answers as a page shows them: names a frame can hold, values as they stand in the data."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from pages.components.result_table import (
    LONGEST_CELL,
    NULL,
    PAGE_ROWS,
    SHOWN_COLUMNS,
    count_pages,
    format_cell,
    numeric_columns,
    page_of,
    unique_names,
)


def test_names_are_made_unique_and_never_empty() -> None:
    assert unique_names(["a", "a", "", "a (2)", "a"]) == ["a", "a (2)", "_3", "a (2) (2)", "a (3)"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, NULL),
        ("", ""),
        (True, "true"),
        (1_234_567, "1234567"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333333"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (Decimal("10.50"), "10.50"),
        (date(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 10, 1, 9, 30), "2026-10-01 09:30:00"),
        ([1, None], "[1, None]"),
        ("字" * 500, "字" * LONGEST_CELL + "…"),
    ],
)
def test_a_value_is_shown_as_it_stands(value: object, expected: str) -> None:
    assert format_cell(value) == expected


def test_a_page_holds_its_rows_and_the_last_one_the_rest() -> None:
    rows = [(number,) for number in range(2 * PAGE_ROWS + 3)]
    assert count_pages(len(rows)) == 3
    assert page_of(["n"], rows, 2)["n"].to_list() == [str(number) for number in range(PAGE_ROWS, 2 * PAGE_ROWS)]
    assert page_of(["n"], rows, 3).height == 3
    assert count_pages(0) == 1


def test_a_very_wide_answer_shows_its_first_columns() -> None:
    columns = [f"c{number}" for number in range(500)]
    assert page_of(columns, [tuple(range(500))], 1).width == SHOWN_COLUMNS


def test_numbers_are_known_by_the_engines_types() -> None:
    types = ["BIGINT", "VARCHAR", "DECIMAL(14,3)", "DOUBLE", "INTEGER[]", "STRUCT(a INTEGER)", "DATE", "INTERVAL"]
    columns = [f"c{number}" for number in range(len(types))]
    assert numeric_columns(columns, types) == {"c0", "c2", "c3"}
