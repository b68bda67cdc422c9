"""Models made at the same time: each after what it reads, nothing after a failure."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import duckdb
import pytest

from warehouse.model_files import Model
from warehouse.side_by_side import make_side_by_side

PATIENCE_SECONDS = 30


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse")
        connection.execute("create schema core")
        yield connection


def create(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    connection.execute(f"create table {model.table} as {model.sql}")


def test_every_model_sees_what_it_reads(connection: duckdb.DuckDBPyConnection) -> None:
    # Named against their order, many and deep: 0 reads 1, 1 reads 2, ... 29 reads nothing.
    chain = [Model("core", f"m{n:02}", f"select number + 1 as number from core.m{n + 1:02}") for n in range(29)]
    models = [*chain, Model("core", "m29", "select 0 as number")]
    make_side_by_side(connection, models, create)
    assert connection.execute("select number from core.m00").fetchall() == [(29,)]
    assert connection.execute("select count(*) from duckdb_tables() where schema_name = 'core'").fetchall() == [(30,)]


def test_two_that_do_not_read_each_other_are_made_at_once(connection: duckdb.DuckDBPyConnection) -> None:
    both = threading.Barrier(2)

    def meet(own: duckdb.DuckDBPyConnection, model: Model) -> None:
        both.wait(PATIENCE_SECONDS)
        create(own, model)

    make_side_by_side(connection, [Model("core", name, "select 1 as one") for name in ("a", "b")], meet)
    assert connection.execute("select a.one + b.one from core.a, core.b").fetchall() == [(2,)]


def test_after_a_failure_nothing_is_begun(connection: duckdb.DuckDBPyConnection) -> None:
    begun = []

    def note(own: duckdb.DuckDBPyConnection, model: Model) -> None:
        begun.append(model.name)
        create(own, model)

    chain = [
        Model("core", "a", "select 1 as one"),
        Model("core", "b", "select one / 0 + nowhere as one from core.a"),
        Model("core", "c", "select one from core.b"),
    ]
    with pytest.raises(duckdb.BinderException, match="nowhere"):
        make_side_by_side(connection, chain, note)
    assert begun == ["a", "b"]
    assert connection.execute("select one from core.a").fetchall() == [(1,)]
