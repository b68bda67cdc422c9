"""Named parameters: found where the engine would find them, read as an analyst means them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pages.components.sql_parameters import Value, defaults_in, names_in, value_of, values_of


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select $a, $b, $a", ("a", "b")),
        ("select '$a', \"$b\", $c", ("c",)),
        ("-- $a\nselect $b /* $c\n$d */", ("b",)),
        ("select 'it''s $a', $b", ("b",)),
        ("select $$ $a $$, $t$ $b $t$, $c", ("c",)),
        ("select 1", ()),
        ("select $1", ()),
        ("where o.name like '%' || $station || '%'", ("station",)),
    ],
)
def test_parameters_are_what_stands_outside_of_texts_and_comments(sql: str, expected: tuple[str, ...]) -> None:
    assert names_in(sql) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", None),
        ("  ", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("0.25", Decimal("0.25")),
        ("2026-10-01", date(2026, 10, 1)),
        ("2026-13-01", "2026-13-01"),
        ("20261001", 20261001),
        ("true", True),
        ("城东", "城东"),
        ("'12'", "12"),
        ("'it''s'", "it's"),
        ("'", "'"),
        # Codes keep their zeros; a number too long for the engine stays a text.
        ("0571", "0571"),
        ("9" * 30, Decimal("9" * 30)),
    ],
)
def test_values_are_read_as_they_are_written(typed: str, expected: Value) -> None:
    found = value_of(typed)
    assert found == expected
    assert type(found) is type(expected)


def test_comments_give_defaults() -> None:
    assert defaults_in("-- $start = 2026-07-01\n--$n=3 \n-- a comment\nselect $start") == {
        "start": "2026-07-01",
        "n": "3",
    }


def test_only_what_the_query_asks_for_is_handed_in() -> None:
    assert values_of({"a": "1", "b": "2"}, ("b", "c")) == {"b": 2, "c": None}
