"""The list of functions: all of them exist, and none of those that reach beyond their arguments is on it."""

from __future__ import annotations

import re

import duckdb
import pytest

from warehouse.sandbox.functions import allowed

# The parser's own names: operators that are no functions of the catalogue, and count(*).
_PARSER = {"unnest", "count_star", "is distinct from", "is not distinct from"}
# What the engine has and a statement must not call, by what it reaches.
DENIED = {
    "files": r"^(read_|sniff_|parquet_(?!$)|glob$|.*_scan(_dumb)?$|write_log)",
    "other statements": r"^(query|query_table|json_execute_.*|json_(de)?serialize_.*|histogram_values|summary)$",
    "the catalogue": r"^(duckdb_|pragma_|has_|pg_(?!size_pretty|typeof)|.*_description$|in_search_path|format_type)",
    "settings and variables": r"^(current_(setting|schema|database|catalog|query|role|user|connection)|getvariable)",
    "state": r"^(nextval|currval|setval|setseed|txid_|(force_)?checkpoint|(en|dis)able_|.*external_resource)",
    "pointers and tests": r"^(python_map_function|test_|seq_scan|stats|vector_type|sleep_ms|pg_sleep)",
    "the inside of the engine": r"^(__internal|__between|__cast|icu_collate|collate_|create_sort_key|combine|finalize)",
    "people and addresses": r"^(user|session_user|inet_)",
    "secrets": r"secret",
}


@pytest.fixture(scope="module")
def engine() -> dict[str, set[str]]:
    """Every function of the installed engine, with its kinds."""
    found: dict[str, set[str]] = {}
    for name, kind in duckdb.execute("select lower(function_name), function_type from duckdb_functions()").fetchall():
        found.setdefault(name, set()).add(kind)
    return found


def test_every_allowed_function_is_one_of_the_engine(engine: dict[str, set[str]]) -> None:
    assert sorted(allowed().values - engine.keys() - _PARSER) == []
    # Some that return lists of rows are macros of values, and stand in FROM all the same.
    assert sorted(allowed().tables - engine.keys() - _PARSER) == []


def test_no_allowed_function_in_from_is_a_macro_over_a_named_table(engine: dict[str, set[str]]) -> None:
    assert [name for name in allowed().tables if "table_macro" in engine.get(name, ())] == []


@pytest.mark.parametrize("reach", DENIED)
def test_what_reaches_beyond_its_arguments_is_denied(reach: str, engine: dict[str, set[str]]) -> None:
    reaching = {name for name in engine if re.search(DENIED[reach], name)}
    assert reaching
    assert sorted(reaching & (allowed().values | allowed().tables)) == []


def test_what_analysts_use_every_day_is_allowed() -> None:
    daily = "sum avg count min max median quantile_cont mode string_agg list arg_max corr stddev row_number lag"
    daily += " date_trunc strftime strptime date_diff regexp_replace split_part list_transform round"
    assert sorted(set(daily.split()) - allowed().values) == []


def test_the_list_is_generous(engine: dict[str, set[str]]) -> None:
    assert len((allowed().values | allowed().tables) & engine.keys()) > 600
