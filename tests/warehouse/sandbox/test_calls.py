"""Whatever is handed to run_sql, nothing but Refused and LimitExceeded comes out."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from warehouse.sandbox import SCREEN, LimitExceeded, Limits, Refused, run_sql, submit

MART = ("mart",)
ODD_CALLS: dict[str, dict[str, Any]] = {
    "not_text": {"sql": 7},
    "not_text bytes": {"sql": b"select 1"},
    "not_text none": {"sql": None},
    "bad_character surrogate": {"sql": "select '\ud800'"},
    "bad_character nul": {"sql": "select 1\0"},
    "too_long": {"sql": "select '" + "汉" * 100_000 + "'"},
    "no_database missing": {"database": "no/such/file.duckdb"},
    "no_database folder": {"database": "/"},
    "no_database nul": {"database": "a\0b"},
    "no_database surrogate": {"database": "\ud800"},
    "bad_request database": {"database": 5},
    "bad_request schemas": {"schemas": "mart"},
    "bad_request schemas none": {"schemas": None},
    "bad_request schemas of numbers": {"schemas": (1,)},
    "bad_request limits": {"limits": None},
    "bad_request limits of text": {"limits": Limits(seconds="1")},  # type: ignore[arg-type]
    "bad_request negative": {"limits": Limits(rows=-1)},
    "bad_request endless": {"limits": Limits(seconds=float("inf"))},
    "bad_request parameters": {"parameters": 5},
    "bad_request parameters of text": {"parameters": "abc"},
    "parameter_bad object": {"parameters": {"x": object()}},
    "parameter_bad name": {"parameters": {1: 2}},
    "parameter_bad surrogate": {"parameters": {"x": "\ud800"}},
    "parameter_bad surrogate name": {"parameters": {"\ud800": 1}},
    "parameter_bad nul": {"parameters": ["\0"]},
    "parameter_bad huge": {"parameters": [2**200]},
    "parameter_bad thread": {"parameters": [threading.Lock()]},
    "parameter_bad set": {"parameters": [{1}]},
}


@pytest.mark.parametrize("case", ODD_CALLS)
def test_nonsense_is_refused_by_a_sentence(case: str, database: Path) -> None:
    call: dict[str, Any] = {"database": database, "sql": "select 1", "schemas": MART} | ODD_CALLS[case]
    with pytest.raises(Refused) as caught:
        run_sql(**call)
    assert caught.value.code == case.split()[0]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_text("CANARY")
    (tmp_path / "empty.duckdb").touch()
    for name in ("x.duckdb", "empty.duckdb"):
        with pytest.raises(Refused) as caught:
            run_sql(tmp_path / name, "select 1")
        assert caught.value.code == "no_database"


def test_a_file_that_is_being_written_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "x.duckdb") as writer:
        writer.execute("create schema mart")
        with pytest.raises(Refused) as caught:
            run_sql(tmp_path / "x.duckdb", "select 1")
    assert caught.value.code == "no_database"


@pytest.mark.parametrize("name", ["a b.duckdb", "memory.duckdb", "temp.db", "我的'库\".duckdb", "select", "system.x"])
def test_a_database_may_have_any_file_name(name: str, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "first.duckdb") as writer:
        writer.execute("create schema mart; create table mart.t as select 5 as a")
    (tmp_path / "first.duckdb").rename(tmp_path / name)
    assert run_sql(tmp_path / name, "from t", schemas=MART).rows == [(5,)]
    assert run_sql(tmp_path / name, "from mart.t", schemas=MART).rows == [(5,)]
    assert run_sql(str(tmp_path / name), "show tables", schemas=MART).rows == [("t",)]


def test_a_schema_that_is_not_there_grants_nothing(database: Path) -> None:
    assert run_sql(database, "select 1", schemas=("nothing",)).rows == [(1,)]
    assert run_sql(database, "show tables", schemas=("nothing",)).rows == []
    assert run_sql(database, "select 2", schemas=()).rows == [(2,)]
    with pytest.raises(Refused):
        run_sql(database, "from mart.visit", schemas=("nothing",))


def test_the_granted_schemas_decide_what_a_name_means(database: Path) -> None:
    assert run_sql(database, "select id from person", schemas=("mart", "priv")).rows == [(1,)]
    assert run_sql(database, "show tables", schemas=("priv", "mart")).rows == [
        ("priv.person",), ("priv.v_person",), ("mart.dispute",), ("mart.v_station",), ("mart.visit",),
    ]  # fmt: skip


VALUES = {
    "text": "a'; drop table x; --",
    "number": 7,
    "large": 2**100,
    "decimal": Decimal("12.50"),
    "ratio": 0.25,
    "yes": True,
    "nothing": None,
    "bytes": b"\x00\xff",
    "day": date(2024, 2, 29),
    "moment": datetime(2024, 2, 29, 12, 30),
    "clock": time(1, 2, 3),
    "list": ["a", "b"],
}


def test_values_arrive_as_they_are(database: Path) -> None:
    sql = "select " + ", ".join(f"${name} as {name}" for name in VALUES)
    assert run_sql(database, sql, schemas=MART, parameters=VALUES).rows == [tuple(VALUES.values())]
    places = run_sql(database, "select " + ", ".join("?" * len(VALUES)), parameters=list(VALUES.values()))
    assert places.rows == [tuple(VALUES.values())]


def test_numbers_of_numpy_and_durations_are_values_too(database: Path) -> None:
    given = {"a": np.int64(5), "b": np.float32(0.5), "c": timedelta(days=1)}
    sql = "select $a, $b, $c = interval 1 day"
    assert run_sql(database, sql, parameters=given).rows == [(5, 0.5, True)]


def test_values_that_the_statement_does_not_name_are_left_out(database: Path) -> None:
    assert run_sql(database, "select $a", parameters={"a": 1, "b": 2}).rows == [(1,)]
    assert run_sql(database, "select $A", parameters={"a": 1}).rows == [(1,)]


def test_too_many_values_for_the_question_marks_are_refused(database: Path) -> None:
    with pytest.raises(Refused) as caught:
        run_sql(database, "select ?", parameters=[1, 2])
    assert caught.value.code == "parameter_count"


def test_a_parameter_is_a_value_and_never_a_name(database: Path) -> None:
    with pytest.raises(Refused):
        run_sql(database, "from $t", schemas=MART, parameters={"t": "mart.visit"})


def test_a_pivot_takes_parameters_in_both_of_its_questions(database: Path) -> None:
    sql = "pivot (from mart.visit where id < $most) on score using count(*) group by station order by station"
    result = run_sql(database, sql, schemas=MART, parameters={"most": 2})
    assert (result.columns, result.rows) == (["station", "1", "2"], [("S0", 1, 0), ("S1", 0, 1)])


def test_rows_beyond_the_limit_are_left_out_and_told(database: Path) -> None:
    result = run_sql(database, "select id from mart.dispute order by id", schemas=MART, limits=Limits(rows=3000))
    assert (result.row_count, result.is_truncated, result.truncated_by) == (3000, True, "rows")
    assert result.rows[-1] == (2999,)
    exact = run_sql(database, "select * from range(3000)", limits=Limits(rows=3000))
    assert (exact.row_count, exact.is_truncated) == (3000, False)
    none = run_sql(database, "select 1", limits=Limits(rows=0))
    assert (none.rows, none.is_truncated) == ([], True)


def test_bytes_beyond_the_limit_are_left_out_and_told(database: Path) -> None:
    limits = replace(SCREEN, bytes=100_000)
    result = run_sql(database, "select repeat('x', 999) as a from range(1000)", limits=limits)
    assert result.truncated_by == "bytes"
    assert 90 <= result.row_count <= 100
    assert result.byte_count <= 100_000
    with pytest.raises(LimitExceeded) as caught:
        run_sql(database, "select repeat('x', 100001)", limits=limits)
    assert caught.value.which == "bytes"


def test_a_ticket_answers_too_and_nonsense_comes_out_of_its_result(database: Path) -> None:
    assert submit(database, "select 5", user="a").result(timeout=60).rows == [(5,)]
    with pytest.raises(Refused):
        submit(None, None).result(timeout=60)  # type: ignore[arg-type]
