"""The model files: every table says its grain, every column has its text, and the SQL is portable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.small_archive import SmallArchive
from warehouse.describe import TableDescription, UnknownTable, describe
from warehouse.early_warning import SIGNAL
from warehouse.model_files import (
    MODELS,
    ColumnTexts,
    Model,
    Text,
    in_dependency_order,
    read_column_texts,
    read_models,
)

MODELS_ON_DISK = read_models()
TABLES_OF_CORE = {
    "annotation", "dim_code", "dim_date", "dim_dispute_type", "dim_org", "fct_activity", "fct_incident",
    "fct_mediation", "fct_satisfaction", "fct_visit", "incident_part", "population", "reported_window",
    "reporting", "reporting_unit", "visit_target",
}  # fmt: skip
NOT_PORTABLE = {
    "a cast by colons": "::",
    "qualify": r"\bqualify\b",
    "group by all": r"\bgroup by all\b",
    "order by all": r"\border by all\b",
    "a DuckDB aggregate": r"\b(arg_max|arg_min|quantile_cont|quantile|median|list|string_agg)\(",
    "a date function": r"\b(date_diff|datediff|date_trunc|date_part|extract|isodow|strftime|age|now|today)\(",
    "an interval": r"\binterval\b",
    "an exclude or replace list": r"\*\s*(exclude|replace)\b",
    "a file": r"\bread_\w+\(",
    "a struct or list literal": r"[\[{]",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse without records, attached as the board attaches it."""
    result = SmallArchive(tmp_path_factory.mktemp("models")).build()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{result.database}' as generation (read_only)")
        connection.execute("use generation")
        yield connection


@pytest.fixture(scope="module")
def described(empty: duckdb.DuckDBPyConnection) -> list[TableDescription]:
    return describe(empty)


def without_comments(model: Model) -> str:
    return re.sub(r"--.*", "", model.sql)


def test_core_has_the_tables_of_the_design() -> None:
    assert {model.name for model in MODELS_ON_DISK if model.schema == "core"} == TABLES_OF_CORE


def test_every_published_table_says_its_grain_in_both_languages(described: list[TableDescription]) -> None:
    written = {model.table for model in MODELS_ON_DISK if model.is_published} | {SIGNAL.table}
    assert {table.name for table in described} == written
    silent = [t.name for t in described if not re.match("每行.*", t.grain_zh) or not t.grain_en.startswith("one row")]
    assert silent == []


def test_every_published_column_has_its_text_and_no_text_is_left_over(
    described: list[TableDescription],
) -> None:
    columns = {table.name: [column.name for column in table.columns] for table in described}
    assert read_column_texts().problems(columns) == []
    empty = [
        f"{table.name}.{column.name}"
        for table in described
        for column in table.columns
        if not re.search(r"[\u4e00-\u9fff]", column.zh) or not re.search("[a-z]", column.en)
    ]
    assert empty == []


def test_missing_and_superfluous_texts_are_named() -> None:
    text = Text("中", "en")
    texts = ColumnTexts({"a": text, "b": text, "c": text}, {"core.t": {"b": text, "x": text}})
    assert texts.problems({"core.t": ["a", "b", "d"]}) == [
        "core.t.d: no text",
        "core.t.x: a text without a column",
        "b: a text without a column",
        "c: a text without a column",
    ]


@pytest.mark.parametrize("model", MODELS_ON_DISK, ids=lambda model: model.table)
def test_a_model_keeps_to_portable_sql(model: Model) -> None:
    sql = without_comments(model)
    assert [name for name, pattern in NOT_PORTABLE.items() if re.search(pattern, sql)] == []
    windows = re.search(r"\bover\s*\(", sql)
    assert not (windows and model.schema == "mart"), "marts use no window functions"


@pytest.mark.parametrize("model", MODELS_ON_DISK, ids=lambda model: model.table)
def test_a_model_reads_only_what_stands_before_it(model: Model) -> None:
    earlier = {
        "staging": ["staging"],
        "core": ["staging", "core"],
        "mart": ["staging", "core", "mart"],
        "ops": ["staging"],
    }
    assert {table.split(".")[0] for table in model.reads} <= set(earlier[model.schema])


def test_models_run_after_what_they_read() -> None:
    order = [model.table for model in in_dependency_order(reversed(MODELS_ON_DISK))]
    assert sorted(order) == sorted(model.table for model in MODELS_ON_DISK)
    late = [
        (model.table, table)
        for model in MODELS_ON_DISK
        for table in model.reads & set(order)
        if order.index(table) > order.index(model.table)
    ]
    assert late == []
    assert order.index("core.fct_incident") < order.index("mart.incident_day") < order.index("mart.incident_month")


def test_models_that_read_each_other_are_refused() -> None:
    one, two = Model("core", "one", "select a from core.two"), Model("core", "two", "select a from core.one")
    with pytest.raises(CycleError):
        in_dependency_order([one, two])


def test_a_name_in_a_comment_is_not_read() -> None:
    assert Model("core", "one", "-- not core.two\nselect a from core.three").reads == {"core.three"}


def test_a_model_without_its_grain_is_refused(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "bad.sql").write_text("select 1 as one\n", "utf-8")
    with pytest.raises(ValueError, match=r"core/bad\.sql"):
        read_models(tmp_path)


def test_no_file_among_the_models_is_overlooked() -> None:
    known = set(MODELS.glob("*/*.sql")) | set(MODELS.glob("**/columns.toml"))
    assert {path for path in MODELS.rglob("*") if path.is_file()} == known


def test_describe_finds_one_table_with_or_without_its_schema(empty: duckdb.DuckDBPyConnection) -> None:
    (by_name,), (by_full_name,) = describe(empty, "dim_date"), describe(empty, "core.dim_date")
    assert by_name == by_full_name
    assert (by_name.rows, by_name.grain_en) == (13149, "one row per day (2000-2035)")
    first = by_name.columns[0]
    assert (first.name, first.type, first.zh, first.en) == ("date", "DATE", "日期", "day")
    with pytest.raises(UnknownTable, match=r"core\.dim_date"):
        describe(empty, "nothing")


def test_code_lists_are_published_with_their_flags(empty: duckdb.DuckDBPyConnection) -> None:
    query = "select flags from core.dim_code where list_code = 'outcome' and code = 'to_criminal_case'"
    assert empty.execute(query).fetchall() == [("closed;failure;escalation",)]
    without = "select count(*) from core.dim_code where list_code = 'org_level' and flags = ''"
    assert empty.execute(without).fetchone() == (4,)
