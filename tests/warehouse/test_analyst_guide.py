"""docs/analysts.md says of every table what the generation says, is current, and its recipes run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import small_bureau
from tests.warehouse.small_archive import SmallArchive
from warehouse import analyst_guide
from warehouse.analyst_guide import COMMAND, SCHEMAS, render
from warehouse.describe import TableDescription, describe
from warehouse.model_files import PUBLISHED
from warehouse.sandbox import SCREEN, run_sql

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "analysts.md"
COMMITTED = DOCUMENT.read_text("utf-8")
RECIPES = re.findall(r"```sql\n(.+?)```", COMMITTED, re.DOTALL)
STATEMENTS = re.findall(r"`((?:show|describe|summarize|explain) [^`]+)`", COMMITTED)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = SmallArchive(tmp_path_factory.mktemp("bureau"))
    small_bureau.deliver(archive)
    return archive.build().database


@pytest.fixture(scope="module")
def tables(database: Path) -> Sequence[TableDescription]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{database}' as generation (read_only)")
        connection.execute("use generation")
        return describe(connection)


def test_the_committed_guide_is_what_a_generation_says_today(tables: Sequence[TableDescription]) -> None:
    assert render(tables) == COMMITTED, f"out of date: {COMMAND}"


def test_the_guide_says_how_it_is_made_again() -> None:
    assert COMMAND in COMMITTED.partition("## ")[0]
    assert COMMAND.startswith(f"python -m {analyst_guide.__name__} ")


def test_every_table_and_column_is_told_in_both_languages(tables: Sequence[TableDescription]) -> None:
    for table in tables:
        section = COMMITTED.partition(f"#### {table.name}\n")[2].partition("\n#### ")[0]
        told = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
        assert [(name, kind) for name, kind, _, _ in told] == [(one.name, one.type) for one in table.columns]
        assert f"(#{table.name.replace('.', '')})" in COMMITTED
    assert set(SCHEMAS) == set(PUBLISHED) - {"metric"}


@pytest.mark.parametrize("sql", RECIPES, ids=range(len(RECIPES)))
def test_every_recipe_runs_in_the_sandbox_and_finds_something(sql: str, database: Path) -> None:
    assert run_sql(database, sql).row_count > 0


@pytest.mark.parametrize("sql", STATEMENTS)
def test_every_statement_of_the_table_runs(sql: str, database: Path) -> None:
    assert run_sql(database, sql).row_count > 0


def test_the_limits_are_those_of_the_screen() -> None:
    rows, megabytes = f"{SCREEN.rows:,}", f"{SCREEN.bytes >> 20} MB"
    assert f"At most {SCREEN.seconds:g} seconds, {rows} rows, {megabytes}" in COMMITTED
