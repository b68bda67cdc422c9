"""What an error means, and that nothing is run again of a statement which the guard has not let pass."""

from __future__ import annotations

from typing import Any, NoReturn

import duckdb
import pytest

from warehouse.sandbox import Refused
from warehouse.sandbox.answering import explain_error
from warehouse.sandbox.catalogue import Catalogue


class Untouchable:
    """A connection that must not be used."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"the connection was asked for {name}")


def told(message: str, error: type[Exception] = duckdb.Error) -> Any:
    connection: Any = Untouchable()
    catalogue = Catalogue("d", (), {}, frozenset(), frozenset(), connection)
    return explain_error(error(message), connection, None, catalogue)


def test_of_a_statement_that_has_not_passed_the_guard_nothing_is_run_and_nothing_is_told() -> None:
    refused = told("Error in select name from priv.person: CANARY")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.values) == ("engine_hidden", {})


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Query exceeded maximum execution time", "limit_time"),
        ("Out of Memory Error: could not allocate block", "limit_memory"),
        ("std::bad_alloc", "limit_memory"),
    ],
)
def test_limits_are_told_as_limits_wherever_they_are_met(message: str, code: str) -> None:
    assert told(message).code == code
