"""Records without quotes are cut at their delimiters, or left to the general parser."""

from __future__ import annotations

from typing import cast

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.readers.plain import parse_plain

HEADERS = ("甲", "乙", "丙")


def parse(text: str, wanted: tuple[str, ...] = HEADERS, delimiter: str = ",") -> pl.DataFrame | None:
    table = parse_plain(text.encode(), delimiter, HEADERS, wanted)
    return None if table is None else cast(pl.DataFrame, pl.from_arrow(table))


def test_cells_are_texts_and_empty_ones_null() -> None:
    found = parse("1,b,\n 2 ,NULL,nan\n,,\n")
    assert found is not None
    assert found.schema == dict.fromkeys(HEADERS, pl.String())
    assert found.rows() == [("1", "b", None), (" 2 ", "NULL", "nan"), (None, None, None)]


@pytest.mark.parametrize("odd", ["1,2\n", "1,2,3,4\n", ",\n", " \n"])
def test_a_record_of_another_width_is_left_to_the_general_parser(odd: str) -> None:
    assert parse(f"a,b,c\n{odd}d,e,f\n") is None
    assert parse(f"a,b,c\n{odd}d,e,f\n", ("甲",)) is None


def test_an_empty_line_is_a_record_of_nothing() -> None:
    found = parse("a,b,c\n\nd,e,f\n")
    assert found is not None
    assert found.rows() == [("a", "b", "c"), (None, None, None), ("d", "e", "f")]


def test_only_what_is_asked_for_is_made_into_text() -> None:
    found = parse("1|2|3\n4|5|6\n", ("丙", "甲"), "|")
    assert found is not None
    assert found.rows() == [("3", "1"), ("6", "4")]


def test_records_across_parts_are_whole() -> None:
    """A part is a megabyte; one longer than that is left to the general parser."""
    found = parse("".join(f"{i},{'说' * 100},x{i}\n" for i in range(9_000)), ("甲", "丙"))
    assert found is not None
    assert found["甲"].to_list() == [str(i) for i in range(9_000)]
    assert found["丙"].to_list() == [f"x{i}" for i in range(9_000)]
    assert parse(f"1,{'说' * 1_000_000},3\n") is None


CELL = st.text(st.characters(exclude_characters='"\r\n\0\x1a,', exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_every_cell_is_what_stands_between_delimiters(rows: list[tuple[str, str, str]]) -> None:
    """The oracle is Python's own split."""
    text = "".join(",".join(row) + "\n" for row in rows).removeprefix("\ufeff")
    expected = [tuple(cell or None for cell in line.split(",")) for line in text.split("\n")[:-1]]
    found = parse(text)
    assert found is not None
    assert found.rows() == expected
