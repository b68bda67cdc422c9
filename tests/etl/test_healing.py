"""Nights that meet damage, a full disk, a vanishing inbox: what was published stays, and the next night mends it."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl import load
from etl import refresh as refresh_module
from etl.__main__ import app
from etl.healing import RUNNING
from etl.inbox import InboxFile, complete_files, identify
from etl.night import NightReport
from etl.refresh import refresh
from etl.status import exit_code, status
from tests.etl.faulty_disk import faulty
from tests.etl.nights import incident_count, incidents, write_bytes, write_mapping, write_rows
from warehouse.generations import current_generation, list_generations, read_json, write_json, writer_lock

pytestmark = pytest.mark.long

run = CliRunner()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bureau after two nights: thirty incidents, then five more and a row that cannot be true."""
    folder = tmp_path_factory.mktemp("healing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENGQIAO_KEY_FILE", str(folder / "key"))
        sources, data = write_mapping(folder / "sources"), folder / "data"
        write_rows(data / "inbox", "a_20261001.csv", incidents(30))
        refresh(data, sources=sources)
        write_rows(data / "inbox", "b_20261002.csv", [*incidents(5, start=31), ("X", "甲所", "2026-02-30", "调解成功")])
        refresh(data, sources=sources)
        yield folder


@pytest.fixture
def bureau(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, with the data directory and the key that the settings name."""
    folder = tmp_path / "bureau"
    shutil.copytree(built, folder, symlinks=True)
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(folder / "key"))
    monkeypatch.setenv("FENGQIAO_DATA", str(folder / "data"))
    return folder


def next_night(bureau: Path, **options: bool | int) -> NightReport:
    return refresh(bureau / "data", sources=bureau / "sources", **options)  # type: ignore[arg-type]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def hashes(data: Path) -> dict[str, str]:
    current = current_generation(data)
    assert current is not None
    return dict(current.manifest["content_hash"])


def test_one_flipped_bit_is_told_by_verify_and_status_and_mended_by_a_night_without_news(bureau: Path) -> None:
    data, before = bureau / "data", hashes(bureau / "data")
    damaged = current_generation(data)
    assert damaged is not None
    flip(damaged.database)
    assert run.invoke(app, ["verify"]).exit_code == 1
    told = run.invoke(app, ["status"])
    assert told.exit_code == 3
    assert damaged.id in told.output
    report = next_night(bureau)
    assert (report.exit_code, report.is_published, report.loaded) == (0, True, ())
    assert damaged.id in report.notes[0]
    assert hashes(data) == before
    assert damaged.id not in [one.id for one in list_generations(data)]
    assert not (data / "generations" / damaged.id).exists()
    assert run.invoke(app, ["verify"]).exit_code == 0
    assert run.invoke(app, ["status"]).exit_code == 0


def test_what_somebody_accepted_is_not_held_again_when_a_lost_generation_is_rebuilt(bureau: Path) -> None:
    data = bureau / "data"
    header = "编号,单位,接警时间,结果,状态"
    withdrawn = [(*row, "已撤销") for row in incidents(25)]
    write_rows(data / "inbox", "c_20261003.csv", withdrawn, header=header)
    assert next_night(bureau, accept_drop=True).is_published
    assert incident_count(data) == 10
    (data / "current" / "manifest.json").write_text("{}", "utf-8")
    # Until the night readers get the generation before.
    assert incident_count(data) == 35
    report = next_night(bureau)
    assert (report.exit_code, report.is_published, report.held) == (0, True, ())
    assert incident_count(data) == 10


def test_a_full_disk_holds_nothing_and_the_next_night_publishes(bureau: Path) -> None:
    data = bureau / "data"
    write_rows(data / "inbox", "c_20261003.csv", incidents(2, start=100))
    with faulty("write .manifest.json.new", "ENOSPC"):
        report = next_night(bureau)
    assert (report.exit_code, report.is_published, report.held) == (1, False, ())
    assert "the disk is full" in report.problems[0]
    assert incident_count(data) == 35
    told = run.invoke(app, ["status"])
    assert told.exit_code == 3
    assert "the disk is full" in " ".join(told.output.split())
    assert next_night(bureau).exit_code == 0
    assert incident_count(data) == 37


def test_files_that_vanish_or_change_meanwhile_are_left_for_the_next_night(
    bureau: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bureau / "data"
    gone = write_rows(data / "inbox", "c_20261003.csv", incidents(2, start=100))
    changing = write_rows(data / "inbox", "d_20261003.csv", incidents(2, start=200))
    poison = write_rows(data / "inbox", "e_20261003.csv", incidents(2, start=300))
    complete, outcome, opened = complete_files, load._outcome, identify

    def vanish(files: list[InboxFile]) -> tuple[list[InboxFile], list[InboxFile]]:
        found = complete(files)
        gone.unlink()
        return found

    def change(file: InboxFile, *rest: object) -> object:
        if file.path == changing:
            os.utime(changing)
        return outcome(file, *rest)  # type: ignore[arg-type]

    def stumble(path: Path, *rest: object) -> object:
        if path == poison:
            raise ZeroDivisionError("张三")
        return opened(path, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("etl.night.complete_files", vanish)
        patch.setattr(load, "_outcome", change)
        patch.setattr("etl.night.identify", stumble)
        report = next_night(bureau)
    assert (report.loaded, report.refused, report.is_published) == ((), (), False)
    assert report.growing == ("c_20261003.csv", "d_20261003.csv")
    assert len(report.problems) == 1
    assert "ZeroDivisionError" in report.problems[0]
    assert "张三" not in report.problems[0]
    os.utime(changing, (0, 0))
    report = next_night(bureau)
    assert (report.exit_code, len(report.loaded)) == (0, 2)
    assert incident_count(data) == 39


def test_an_inbox_that_is_gone_ends_in_a_sentence(bureau: Path) -> None:
    data = bureau / "data"
    shutil.move(data / "inbox", data / "elsewhere")
    report = next_night(bureau)
    assert (report.exit_code, report.is_published) == (1, False)
    assert "inbox" in report.problems[0]
    assert incident_count(data) == 35
    shutil.move(data / "elsewhere", data / "inbox")
    assert next_night(bureau).exit_code == 0


def test_an_archive_that_lost_a_published_batch_publishes_nothing(bureau: Path) -> None:
    data = bureau / "data"
    (data / "inbox" / "a_20261001.csv").unlink()
    lost = next((data / "archive" / "incident").glob("20261001-*.json"))
    kept = lost.read_bytes()
    lost.unlink()
    report = next_night(bureau, full=True)
    assert (report.exit_code, report.is_published) == (1, False)
    assert lost.stem in report.problems[0]
    assert (lost.with_suffix(".parquet")).exists()
    findings = {entry["check"]: entry for entry in json.loads(run.invoke(app, ["doctor", "--json"]).output)}
    assert not findings["归档 archive"]["ok"]
    lost.write_bytes(b"{")
    assert next_night(bureau).exit_code == 1
    told = run.invoke(app, ["status"])
    assert lost.name in " ".join(told.output.split())
    lost.write_bytes(kept)
    records = lost.with_suffix(".parquet")
    aside = records.rename(bureau / "aside")
    report = next_night(bureau, full=True)
    assert (report.exit_code, report.is_published) == (1, False)
    assert f"incident/{records.name} 不见了" in report.problems[0]
    aside.rename(records)
    assert next_night(bureau).exit_code == 0


def test_a_night_that_died_is_told_by_status_and_its_leftovers_go(bureau: Path) -> None:
    data = bureau / "data"
    feed = data / "archive" / "incident"
    whole = next(feed.glob("20261001-*.parquet"))
    write_json(data / RUNNING, {"started_at": "2026-11-01T02:10:00"})
    torn = feed / "20261003-own-000000000000.parquet"
    fresh = (feed / ".x.parquet.new", data / ".batches.json.new", data / "archive" / ".key_id.new")
    for leftover in (torn, *fresh, data / "building" / "x" / "y"):
        leftover.parent.mkdir(parents=True, exist_ok=True)
        leftover.write_bytes(b"half")
    assert "2026-11-01T02:10:00" in " ".join(status(data)["problems"])
    assert exit_code(status(data)) == 3
    with writer_lock(data):
        assert status(data)["is_running"]
        assert status(data)["problems"] == []
    report = next_night(bureau)
    assert (report.exit_code, report.is_published) == (0, False)
    assert "2026-11-01T02:10:00" in report.notes[0]
    assert whole.exists()
    assert not torn.exists()
    assert not list(data.rglob("*.new"))
    assert not (data / "building").exists()
    assert status(data)["problems"] == []


def test_a_publication_that_was_cut_off_before_the_flip_is_ended(bureau: Path) -> None:
    data = bureau / "data"
    newest, older = list_generations(data)
    (data / "current").unlink()
    (data / "current").symlink_to(Path("generations") / older.id)
    write_json(data / RUNNING, {"started_at": "2026-11-01T02:10:00", "publishing": newest.id})
    assert next_night(bureau).exit_code == 0
    assert (data / "current").resolve().name == newest.id
    # Without that note it was somebody who went back.
    assert run.invoke(app, ["rollback"]).exit_code == 0
    assert next_night(bureau).exit_code == 0
    assert (data / "current").resolve().name == older.id


def test_two_jobs_at_once_end_in_a_sentence(bureau: Path) -> None:
    with writer_lock(bureau / "data"):
        for command in (["refresh"], ["rollback"], ["accept", "x"]):
            told = run.invoke(app, command)
            assert told.exit_code == 1
            assert "another job is writing" in told.stderr


def test_nobody_can_go_back_to_a_damaged_generation(bureau: Path) -> None:
    data = bureau / "data"
    flip(list_generations(data)[1].database)
    told = run.invoke(app, ["rollback"])
    assert told.exit_code == 1
    assert list_generations(data)[1].id in told.stderr
    assert status(data)["held"] == []


def test_a_damaged_list_of_held_batches_is_not_taken_for_an_empty_one(bureau: Path) -> None:
    data = bureau / "data"
    assert run.invoke(app, ["rollback"]).exit_code == 0
    held = (data / "batches.json").read_bytes()
    (data / "batches.json").write_bytes(held[:10])
    report = next_night(bureau)
    assert (report.exit_code, incident_count(data)) == (1, 30)
    assert "batches.json" in report.problems[0]
    (data / "batches.json").write_bytes(held)
    assert next_night(bureau).exit_code == 0
    assert incident_count(data) == 30


def test_purging_deletes_what_has_been_in_the_warehouse_for_so_many_days_and_nothing_else(bureau: Path) -> None:
    data = bureau / "data"
    inbox = data / "inbox"
    for archived in (data / "archive" / "incident").glob("*.json"):
        info = read_json(archived)
        days = 40 if "20261001" in archived.name else 10
        write_json(archived, info | {"loaded_at": (datetime.now() - timedelta(days=days)).isoformat()})
    write_bytes(inbox, "notes.docx", b"x")
    write_bytes(inbox, "strange.csv", b"foo,bar\n1,2\n")
    again = inbox / "甲所" / "again.csv"
    again.parent.mkdir()
    shutil.copy2(inbox / "a_20261001.csv", again)
    for path in (path for path in inbox.rglob("*") if path.is_file()):
        os.utime(path, (0, 0))
    assert next_night(bureau, purge_inbox=50).purged == 0
    report = next_night(bureau, purge_inbox=30)
    assert report.purged == 2
    left = sorted(path.name for path in inbox.rglob("*") if path.is_file())
    assert left == ["b_20261002.csv", "notes.docx", "strange.csv"]
    assert run.invoke(app, ["rollback"]).exit_code == 0
    assert next_night(bureau, purge_inbox=0).purged == 0
    assert (inbox / "b_20261002.csv").exists()


def test_archive_and_key_alone_bring_the_same_tables_back(bureau: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, restored = bureau / "data", bureau / "restored"
    with tarfile.open(bureau / "backup.tar", "w") as backup:
        for name in ("archive", "quarantine", "ledger", "batches.json"):
            backup.add(data / name, name)
    shutil.copy2(bureau / "key", bureau / "safe")
    before = hashes(data)
    shutil.rmtree(data)
    (bureau / "key").unlink()
    restored.mkdir()
    with tarfile.open(bureau / "backup.tar") as backup:
        backup.extractall(restored, filter="data")
    assert run.invoke(app, ["refresh", "--full", "--data", str(restored)]).exit_code == 1
    assert not (bureau / "key").exists()
    shutil.copy2(bureau / "safe", bureau / "key")
    assert run.invoke(app, ["refresh", "--full", "--data", str(restored)]).exit_code == 0
    assert hashes(restored) == before
    assert run.invoke(app, ["verify", "--data", str(restored)]).exit_code == 0
    assert json.loads(run.invoke(app, ["quarantine", "--data", str(restored), "--json"]).output)[0]["line"] == 7


def test_the_logs_tell_counts_and_rules_and_no_file_name(bureau: Path) -> None:
    log = bureau / "data" / "log"
    people, machine = (log / "night.log").read_text("utf-8"), (log / "night.jsonl").read_text("utf-8")
    entries = [json.loads(line) for line in machine.splitlines()]
    assert [entry["event"] for entry in entries] == ["started", "loaded", "published", "ended"] * 2
    assert entries[5]["reasons"] == {"bad_date": 1}
    assert "quarantined 1 (bad_date 1)" in people
    assert len(people.splitlines()) == len(entries)
    assert ".csv" not in people + machine


def test_a_night_without_mappings_is_a_failed_night(bureau: Path) -> None:
    sources = bureau / "wrong"
    sources.mkdir()
    (sources / "x.toml").write_text('feed = "nonsense"\n[match]\nfiles = ["*"]\n', "utf-8")
    assert run.invoke(app, ["refresh", "--sources", str(sources)]).exit_code == 1
    told = run.invoke(app, ["status"])
    assert told.exit_code == 3
    assert "x.toml" in told.output


def test_a_build_that_is_not_what_was_built_is_made_once_more(bureau: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bureau / "data"
    write_rows(data / "inbox", "c_20261003.csv", incidents(2, start=100))
    told = iter([["core.fct_incident cannot be read"], []])
    monkeypatch.setattr(refresh_module, "verify_generation", lambda directory: next(told))
    report = next_night(bureau)
    assert (report.exit_code, report.is_published, report.problems) == (0, True, ())
