"""What can be queried, found by a word of its name or its columns, and offered while typing."""

from __future__ import annotations

from datetime import date

from pages.components.sql_catalogue import SCHEMAS, Table, catalogue_of, completions, find
from warehouse.describe import ColumnDescription, TableDescription

DAYS = (date(2026, 10, 1), date(2026, 10, 31))
TABLES = [
    TableDescription(
        "ops.batch", "每行一个批次", "one row per batch", 3, (ColumnDescription("batch", "VARCHAR", "批次", "batch"),)
    ),
    TableDescription(
        "core.fct_visit",
        "每行一次走访",
        "one row per visit",
        None,
        (ColumnDescription("minutes", "BIGINT", "时长（分钟）", "duration in minutes"),),
    ),
]


def tables(language: str = "zh") -> tuple[Table, ...]:
    return catalogue_of(TABLES, {"visit_count"}, DAYS, language)  # type: ignore[arg-type]


def test_tables_stand_by_schema_and_speak_the_readers_language() -> None:
    assert [table.full_name for table in tables()] == ["core.fct_visit", "metric.visit_count", "ops.batch"]
    assert tables("en")[0].about == "one row per visit"
    assert tables()[0].columns[0].about == "时长（分钟）"


def test_a_macro_is_called_with_the_days_of_the_latest_month() -> None:
    macro = tables()[1]
    assert macro.sample == "select * from metric.visit_count(date '2026-10-01', date '2026-10-31', 'station')"
    assert [column.name for column in macro.columns] == ["by_key", "numerator", "denominator", "value"]


def test_a_table_is_found_by_its_columns_too_and_first_by_its_name() -> None:
    assert [table.name for table in find(tables(), "分钟", None)] == ["fct_visit"]
    assert [table.name for table in find(tables(), "ＶＩＳＩＴ", None)] == ["fct_visit", "visit_count"]
    assert find(tables(), "visit", "ops") == []
    assert len(find(tables(), "", None)) == 3


def test_completion_offers_schemas_tables_columns_and_whole_calls() -> None:
    offered = completions(tables(), dict.fromkeys(SCHEMAS, "about"))
    assert [one["schema"] for one in offered] == [*SCHEMAS]
    assert offered[0]["tables"][0]["columns"] == [{"name": "minutes", "about": "时长（分钟）"}]
    assert "call" not in offered[0]["tables"][0]
    assert offered[2]["tables"][0]["call"] == "visit_count(date '2026-10-01', date '2026-10-31', 'station')"
