"""The operator's commands: exit codes, sentences, and what they leave alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl.__main__ import app
from tests.etl.nights import incidents, night, write_mapping, write_rows
from warehouse.__main__ import app as warehouse_app

run = CliRunner()


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after its first night: thirty incidents, and one on a day that does not exist."""
    folder = tmp_path_factory.mktemp("first")
    write_rows(folder / "data" / "inbox", "a_20261001.csv", [*incidents(30), ("A99", "甲所", "2026-02-30", "调解成功")])
    night(folder / "data", write_mapping(folder / "sources"))
    return folder / "data"


@pytest.fixture
def published(first_night: Path, data: Path) -> Path:
    """A copy of it that a test may change."""
    shutil.copytree(first_night, data, symlinks=True, dirs_exist_ok=True)
    return data


def test_demo_does_not_touch_a_directory_that_is_no_demo(published: Path) -> None:
    before = sorted(path.name for path in published.rglob("*"))
    done = run.invoke(app, ["demo", "--data", str(published)])
    assert done.exit_code == 1
    assert sorted(path.name for path in published.rglob("*")) == before


def test_status_without_a_generation_exits_1_and_says_what_to_do(data: Path) -> None:
    done = run.invoke(app, ["status", "--data", str(data), "--json"])
    report = json.loads(done.output)
    assert (done.exit_code, report["generation"], report["feeds"]) == (1, None, {})
    assert "refresh" in report["problems"][0]


def test_status_has_the_fields_of_the_contract(published: Path) -> None:
    report = json.loads(run.invoke(app, ["status", "--data", str(published), "--json"]).output)
    assert report.keys() >= {"generation", "built_at", "data_until", "feeds", "files", "held", "problems"}
    assert report["feeds"]["incident"] == {
        "rows_in": 31,
        "loaded": 30,
        "quarantined": 1,
        "duplicates": 0,
        "dropped": 0,
        "records": 30,
        "quarantined_by_reason": {"bad_date": 1},
    }
    assert report["data_until"] == {"incident": "2026-09-28"}


def test_status_on_a_terminal_fits_one_screen(published: Path) -> None:
    done = run.invoke(app, ["status", "--data", str(published)])
    assert done.exit_code == 0
    assert "昨夜正常" in done.output
    assert len(done.output.splitlines()) < 24


def test_quarantine_tells_file_line_and_reason(published: Path) -> None:
    rows = json.loads(run.invoke(app, ["quarantine", "--data", str(published), "--json"]).output)
    assert [(row["file"], row["line"], row["reason_code"], row["header"]) for row in rows] == [
        ("a_20261001.csv", 32, "bad_date", "接警时间")
    ]
    none = run.invoke(app, ["quarantine", "--data", str(published), "--reason", "bad_code", "--json"])
    assert json.loads(none.output) == []
    assert run.invoke(app, ["quarantine", "--data", str(published)]).exit_code == 0


def test_verify_is_0_for_a_sound_generation_and_1_for_a_damaged_one(published: Path) -> None:
    assert run.invoke(app, ["verify", "--data", str(published)]).exit_code == 0
    database = (published / "current").resolve() / "warehouse.duckdb"
    content = bytearray(database.read_bytes())
    for place in range(20_000, len(content), 4_096):
        content[place] ^= 0xFF
    database.write_bytes(content)
    assert run.invoke(app, ["verify", "--data", str(published)]).exit_code == 1


def test_generations_mark_the_current_one(published: Path) -> None:
    (row,) = json.loads(run.invoke(app, ["generations", "--data", str(published), "--json"]).output)
    assert row["current"]
    assert row["batches"] == 1


def test_accept_of_an_unknown_batch_says_what_is_held(published: Path) -> None:
    done = run.invoke(app, ["accept", "nonsense", "--data", str(published)])
    assert done.exit_code == 1
    assert "nonsense" in done.stderr


def test_a_wrong_mapping_ends_in_a_sentence_and_touches_nothing(published: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "x.toml").write_text('feed = "nonsense"\n[match]\nfiles = ["*"]\n', "utf-8")
    done = run.invoke(app, ["refresh", "--data", str(published), "--sources", str(wrong)])
    assert done.exit_code == 1
    assert "x.toml: feed: 找到 'nonsense'" in done.stderr


def test_another_key_is_refused(published: Path, key_file: Path) -> None:
    assert not key_file.exists()
    done = run.invoke(app, ["refresh", "--data", str(published)])
    assert done.exit_code == 1
    assert "key" in done.stderr
    assert not key_file.exists()


def examined(data: Path) -> dict[str, bool]:
    findings = json.loads(run.invoke(app, ["doctor", "--data", str(data), "--json"]).output)
    return {finding["check"]: finding["ok"] for finding in findings}


def test_doctor_finds_a_fresh_directory_fit(data: Path) -> None:
    data.chmod(0o750)
    found = examined(data)
    assert found.keys() >= {"磁盘 disk", "字体 fonts", "沙箱 sandbox"}
    fit = ("密钥 key", "权限 permissions", "权限 permissions inbox", "python", "duckdb", "polars", "时钟 clock")
    assert {name: found[name] for name in (*fit, "归档 archive")} == dict.fromkeys((*fit, "归档 archive"), True)


def test_doctor_finds_what_is_wrong(published: Path, key_file: Path) -> None:
    published.chmod(0o755)
    last = json.loads((published / "last_night.json").read_text("utf-8"))
    (published / "last_night.json").write_text(json.dumps(last | {"finished_at": "2999-01-01T02:10:00"}), "utf-8")
    found = examined(published)
    wrong = {"密钥 key", "权限 permissions inbox", "权限 permissions archive", "时钟 clock"}
    assert {name for name in wrong if not found[name]} == wrong
    assert found["数据版本 generation"]
    # It has looked at the key, and made none.
    assert not key_file.exists()
    assert "clock" in run.invoke(app, ["status", "--data", str(published)]).output


def test_fields_lists_what_a_mapping_may_fill() -> None:
    done = run.invoke(app, ["fields", "visit"])
    assert done.exit_code == 0
    assert "visited" in done.output


def test_describe_tells_grain_and_columns(published: Path) -> None:
    tables = json.loads(run.invoke(warehouse_app, ["describe", "--data", str(published), "--json"]).output)
    assert {table["name"] for table in tables} >= {"core.fct_incident", "mart.incident_day", "ops.load_file"}
    one = run.invoke(warehouse_app, ["describe", "core.dim_org", "--data", str(published)])
    assert one.exit_code == 0
    assert "station_code" in one.output
    assert run.invoke(warehouse_app, ["describe", "core.nonsense", "--data", str(published)]).exit_code == 1
