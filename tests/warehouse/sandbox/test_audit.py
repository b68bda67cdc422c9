"""What is written of a query, what is not, and for how long."""

from __future__ import annotations

import json
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.warehouse.sandbox.analyst import CANARY, Place
from warehouse.sandbox import LimitExceeded, Limits, Refused, audit, run_sql, submit

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ID_NUMBER, PHONE = "110101199003071233", "13812345678"


@pytest.fixture
def generation(place: Place, tmp_path: Path) -> Path:
    """The database as a generation of a data directory."""
    folder = tmp_path / "data" / "generations" / "20261101T020000"
    folder.mkdir(parents=True)
    shutil.copy(place.database, folder / "warehouse.duckdb")
    return folder / "warehouse.duckdb"


def lines(generation: Path) -> list[dict[str, object]]:
    return audit.read(generation.parents[2] / "audit")


def test_an_answer_is_written_with_its_size_and_without_its_content(generation: Path) -> None:
    result = run_sql(generation, "select station from mart.v_station", schemas=("mart",), user="anna")
    (line,) = lines(generation)
    assert line["user"] == "anna"
    assert line["generation"] == "20261101T020000"
    assert line["sql"] == "select station from mart.v_station"
    assert (line["verdict"], line["code"], line["rows"]) == ("answered", None, 7)
    assert line["bytes"] == result.byte_count
    assert datetime.fromisoformat(str(line["at"])).tzinfo is not None
    assert "S0" not in json.dumps(line)


def test_refusals_and_exceeded_limits_are_written_with_their_code_and_no_message(generation: Path) -> None:
    with pytest.raises(Refused):
        run_sql(generation, "select cast('CANARY' as int)", schemas=("mart",))
    with pytest.raises(Refused):
        run_sql(generation, "from priv.person", schemas=("mart",))
    with pytest.raises(LimitExceeded):
        run_sql(generation, "select count(*) from range(1000000000000)", limits=Limits(seconds=0.1))
    with pytest.raises(Refused):
        run_sql(generation, 7)  # type: ignore[arg-type]
    told = [(line["verdict"], line["code"]) for line in lines(generation)]
    assert told == [
        ("refused", "engine"), ("refused", "schema_denied"), ("exceeded", "limit_time"), ("refused", "not_text"),
    ]  # fmt: skip
    assert f"{CANARY}_PERSON" not in json.dumps(lines(generation))


def test_a_cancelled_query_is_written_as_such(generation: Path) -> None:
    ticket = submit(generation, "select count(*) from range(1000000000000)", limits=Limits(seconds=30), user="b")
    ticket.cancel()
    with pytest.raises(Refused):
        ticket.result(timeout=30)
    assert [line["code"] for line in lines(generation)] in (["cancelled"], [])


def test_identifiers_in_statement_and_parameters_are_not_written(generation: Path) -> None:
    sql = f"select '{ID_NUMBER}' as a, $phone -- 电话{PHONE}"
    run_sql(generation, sql, parameters={"phone": PHONE})
    (line,) = lines(generation)
    written = json.dumps(line, ensure_ascii=False)
    assert ID_NUMBER not in written
    assert PHONE not in written
    assert "‹id›" in written
    assert "‹phone›" in written


def test_files_are_for_the_board_alone_and_by_month(generation: Path) -> None:
    run_sql(generation, "select 1")
    folder = generation.parents[2] / "audit"
    (path,) = folder.iterdir()
    assert path.name == f"{datetime.now().astimezone():%Y-%m}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_answer_that_cannot_be_written_down_is_not_given(generation: Path) -> None:
    (generation.parents[2] / "audit").write_text("a file where the folder should be")
    with pytest.raises(Refused) as caught:
        run_sql(generation, "select 1")
    assert caught.value.code == "not_recorded"


def test_months_go_when_their_last_day_is_more_than_180_days_past(tmp_path: Path) -> None:
    for month in ("2026-04", "2026-05", "2026-06", "2026-11", "2026-13"):
        (tmp_path / f"{month}.jsonl").write_text("{}\n")
    (tmp_path / "notes.txt").touch()
    # 31 May to 27 November: 180 days.
    audit.remove_old(tmp_path, date(2026, 11, 27))
    kept = ["2026-05.jsonl", "2026-06.jsonl", "2026-11.jsonl", "2026-13.jsonl", "notes.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
    audit.remove_old(tmp_path, date(2026, 11, 28))
    assert sorted(path.name for path in tmp_path.iterdir()) == kept[1:]


def test_old_months_go_with_the_first_line_of_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "2026-01.jsonl").write_text("{}\n")
    entry = audit.Entry("", "", "", "", "", "answered", None, 0, 0, 0.0)
    audit.record(tmp_path, entry, NOW)
    audit.record(tmp_path, entry, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11.jsonl"]
    assert len(audit.read(tmp_path)) == 2


def test_a_line_that_was_cut_off_takes_no_other_with_it(tmp_path: Path) -> None:
    entry = audit.Entry("", "", "", "", "", "answered", None, 0, 0, 0.0)
    audit.record(tmp_path, entry, NOW)
    path = tmp_path / "2026-11.jsonl"
    path.write_bytes(path.read_bytes() + '{"user": "张'.encode()[:-1])
    audit.record(tmp_path, entry, NOW)
    assert [line["verdict"] for line in audit.read(tmp_path)] == ["answered", "answered"]


def test_lines_of_many_writers_do_not_mix(tmp_path: Path) -> None:
    entry = audit.Entry("", "", "", "x" * 5000, "", "answered", None, 0, 0, 0.0)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: audit.record(tmp_path, entry, NOW), range(200)))
    assert len(audit.read(tmp_path)) == 200


def test_a_file_outside_a_data_directory_has_no_audit(database: Path) -> None:
    assert audit.folder_of(database) is None
