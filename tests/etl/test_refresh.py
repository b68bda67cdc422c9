"""Nights: what is new is loaded once, corrected, counted out, held, accepted, rolled back and rebuilt."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl.__main__ import app
from etl.refresh import refresh
from etl.status import exit_code, status
from tests.etl.nights import ask, incident_count, incidents, night, write_bytes, write_mapping, write_rows
from warehouse.generations import Busy, current_generation, list_generations, point_current, writer_lock

SEPTEMBER = '{ start = "2026-09-01", end = "2026-09-30" }'


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return write_mapping(tmp_path / "sources")


@pytest.fixture
def snapshots(tmp_path: Path) -> Path:
    return write_mapping(tmp_path / "snapshots", delivery="snapshot", window=SEPTEMBER)


def test_a_first_night_publishes_what_the_file_holds(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    report = night(data, sources)
    assert (report.exit_code, report.is_published) == (0, True)
    assert incident_count(data) == 30
    assert (data / "current").is_symlink()
    assert not list((data / "building").glob("*"))


def test_a_night_keeps_to_the_memory_it_is_given(data: Path, sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    monkeypatch.setenv("FENGQIAO_MEMORY_LIMIT", "1KB")
    poor = night(data, sources)
    assert (poor.exit_code, poor.is_published, poor.held) == (1, False, ())
    monkeypatch.setenv("FENGQIAO_MEMORY_LIMIT", "200MB")
    assert night(data, sources).is_published
    assert incident_count(data) == 30


def test_the_same_night_again_publishes_nothing_and_is_good(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    first = night(data, sources)
    second = night(data, sources)
    assert (second.exit_code, second.is_published, second.loaded) == (0, False, ())
    current = current_generation(data)
    assert current is not None
    assert current.id == first.generation


def test_a_corrected_redelivery_replaces_by_key(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    night(data, sources)
    write_rows(data / "inbox", "b_20261005.csv", [("A3", "甲所", "2026-09-04 08:30", "调解不成")])
    assert night(data, sources).exit_code == 0
    assert ask(data, "select outcome_code, count(*) from core.fct_incident group by 1 order by 1") == [
        ("mediation_failed", 1),
        ("mediation_success", 29),
    ]
    feed = status(data)["feeds"]["incident"]
    assert (feed["rows_in"], feed["loaded"], feed["duplicates"]) == (31, 31, 0)


def test_an_older_delivery_that_comes_late_does_not_win(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "b_20261005.csv", [("A3", "甲所", "2026-09-04 08:30", "调解不成")])
    night(data, sources)
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    night(data, sources)
    failed = ask(data, "select count(*) from core.fct_incident where outcome_code = 'mediation_failed'")
    assert failed == [(1,)]


def test_the_same_rows_in_another_file_are_duplicates(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    write_rows(data / "inbox", "b_20261005.csv", incidents(10, start=25))
    night(data, sources)
    feed = status(data)["feeds"]["incident"]
    assert (feed["rows_in"], feed["loaded"], feed["duplicates"], feed["records"]) == (40, 34, 6, 40)
    assert incident_count(data) == 34


def test_a_withdrawn_record_is_counted_out_and_stays_in_the_archive(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    night(data, sources)
    header = "编号,单位,接警时间,结果,状态"
    write_rows(
        data / "inbox",
        "b_20261005.csv",
        [("A3", "甲所", "2026-09-04 08:30", "调解成功", "已撤销")],
        header=header,
    )
    night(data, sources)
    assert incident_count(data) == 29
    assert status(data)["feeds"]["incident"]["loaded"] == 31


def test_a_snapshot_without_a_record_counts_it_out_within_its_window_only(data: Path, snapshots: Path) -> None:
    outside = ("B1", "甲所", "2026-08-31 10:00", "调解成功")
    write_rows(data / "inbox", "a_20261001.csv", [*incidents(30), outside])
    night(data, snapshots)
    write_rows(data / "inbox", "b_20261002.csv", incidents(29, start=2))
    assert night(data, snapshots).exit_code == 0
    assert incident_count(data) == 30
    assert ask(data, "select count(*) from core.fct_incident where received_on = date '2026-08-31'") == [(1,)]


def test_a_record_that_returns_in_a_later_snapshot_counts_again(data: Path, snapshots: Path) -> None:
    for day, rows in ((1, incidents(30)), (2, incidents(29)), (3, incidents(31))):
        write_rows(data / "inbox", f"a_2026100{day}.csv", rows)
        night(data, snapshots)
    assert incident_count(data) == 31


def test_a_shrunken_snapshot_is_held_and_released_by_accept(data: Path, snapshots: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(100))
    night(data, snapshots)
    write_rows(data / "inbox", "b_20261002.csv", incidents(70))
    report = night(data, snapshots)
    assert (report.exit_code, len(report.held), report.is_published) == (1, 1, False)
    assert incident_count(data) == 100
    assert status(data)["held"] == list(report.held)
    assert exit_code(status(data)) == 3
    quiet = night(data, snapshots)
    assert (quiet.exit_code, quiet.is_published) == (0, False)
    assert CliRunner().invoke(app, ["accept", *report.held, "--data", str(data)]).exit_code == 0
    assert night(data, snapshots).exit_code == 0
    assert incident_count(data) == 70
    assert status(data)["held"] == []


def test_a_shrinkage_of_twenty_or_of_five_percent_passes(data: Path, snapshots: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(100))
    night(data, snapshots)
    write_rows(data / "inbox", "b_20261002.csv", incidents(80))
    assert night(data, snapshots).exit_code == 0
    assert incident_count(data) == 80


def test_accept_drop_publishes_at_once(data: Path, snapshots: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(100))
    night(data, snapshots)
    write_rows(data / "inbox", "b_20261002.csv", incidents(70))
    assert night(data, snapshots, accept_drop=True).exit_code == 0
    assert incident_count(data) == 70


def test_the_rest_is_published_while_a_batch_is_held(data: Path, snapshots: Path, tmp_path: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(100))
    night(data, snapshots)
    write_rows(data / "inbox", "b_20261002.csv", incidents(70))
    other = (snapshots / "own.toml").read_text("utf-8").replace('["*.csv", "*.xlsx"]', '["*.tsv"]')
    (snapshots / "other.toml").write_text(other.replace('"snapshot"', '"delta"'), "utf-8")
    write_rows(data / "inbox", "c_20261003.tsv", incidents(5, start=500))
    report = night(data, snapshots)
    assert (report.exit_code, report.is_published, len(report.held)) == (3, True, 1)
    assert incident_count(data) == 105


def test_a_rollback_holds_the_newer_batches_and_the_next_night_does_not_bring_them_back(
    data: Path, sources: Path
) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    first = night(data, sources)
    write_rows(data / "inbox", "b_20261005.csv", incidents(5, start=100))
    night(data, sources)
    assert incident_count(data) == 35
    assert CliRunner().invoke(app, ["rollback", "--data", str(data)]).exit_code == 0
    current = current_generation(data)
    assert current is not None
    assert current.id == first.generation
    assert night(data, sources).exit_code == 0
    assert incident_count(data) == 30
    write_rows(data / "inbox", "c_20261006.csv", incidents(2, start=200))
    assert night(data, sources).exit_code == 0
    assert incident_count(data) == 32
    held = status(data)["held"]
    assert CliRunner().invoke(app, ["accept", *held, "--data", str(data)]).exit_code == 0
    night(data, sources)
    assert incident_count(data) == 37


def test_a_full_rebuild_after_losing_every_generation_gives_the_same_tables(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    night(data, sources)
    write_rows(data / "inbox", "b_20261005.csv", [("A3", "甲所", "2026-09-04 08:30", "调解不成")])
    night(data, sources)
    before = current_generation(data)
    assert before is not None
    hashes = before.manifest["content_hash"]
    shutil.rmtree(data / "generations")
    assert (data / "current").is_symlink()
    assert night(data, sources, full=True).exit_code == 0
    after = current_generation(data)
    assert after is not None
    assert after.manifest["content_hash"] == hashes
    assert set(hashes) >= {"core.fct_incident", "core.dim_org", "mart.incident_day"}


def test_a_full_rebuild_without_news_gives_the_same_tables(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    first = night(data, sources)
    second = night(data, sources, full=True)
    generations = {generation.id: generation.manifest["content_hash"] for generation in list_generations(data)}
    assert second.is_published
    assert generations[str(first.generation)] == generations[str(second.generation)]


@pytest.mark.long
def test_seven_generations_are_kept(data: Path, sources: Path) -> None:
    for number in range(8):
        write_rows(data / "inbox", f"a{number}_20261001.csv", incidents(1, start=number + 1))
        night(data, sources)
    assert len(list_generations(data)) == 7
    assert incident_count(data) == 8


def test_an_unknown_layout_is_refused_once_and_the_rest_is_published(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    write_rows(data / "inbox", "strange.csv", [(1, 2)], header="foo,bar")
    report = night(data, sources)
    assert (report.exit_code, report.is_published) == (3, True)
    assert [entry["reason"] for entry in report.refused] == ["unknown_layout"]
    files = {entry["file"]: entry for entry in status(data)["files"]}
    assert (files["strange.csv"]["status"], files["strange.csv"]["rows_in"]) == ("refused", 0)
    assert night(data, sources).exit_code == 0


def test_a_refused_file_is_tried_again_when_a_mapping_changes(data: Path, sources: Path) -> None:
    write_rows(
        data / "inbox",
        "strange.csv",
        [("A1", "甲所", "2026-09-01", "调解成功")],
        header="number,unit,day,result",
    )
    assert night(data, sources).exit_code == 1
    other = (sources / "own.toml").read_text("utf-8")
    for old, new in (("编号", "number"), ("单位", "unit"), ("接警时间", "day"), ("结果", "result")):
        other = other.replace(f'"{old}"', f'"{new}"')
    (sources / "english.toml").write_text(other, "utf-8")
    assert night(data, sources).exit_code == 0
    assert incident_count(data) == 1


def test_only_refused_files_publish_nothing(data: Path, sources: Path) -> None:
    write_bytes(data / "inbox", "empty.csv", b"")
    report = night(data, sources)
    assert (report.exit_code, report.is_published) == (1, False)
    assert [entry["reason"] for entry in report.refused] == ["empty_file"]
    assert current_generation(data) is None
    assert exit_code(status(data)) == 1


def test_a_header_alone_reports_zero_where_the_window_is_known(data: Path, tmp_path: Path) -> None:
    sources = write_mapping(tmp_path / "zero", window=SEPTEMBER)
    write_rows(data / "inbox", "a_20261001.csv", [])
    report = night(data, sources)
    assert (report.exit_code, report.is_published) == (0, True)
    assert ask(data, "select window_start, window_end from core.reporting")[0][0].isoformat() == "2026-09-01"
    assert ask(data, "select data_until from ops.data_until")[0][0].isoformat() == "2026-09-30"


def test_a_header_alone_is_refused_where_the_window_is_not_known(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", [])
    report = night(data, sources)
    assert report.exit_code == 1
    assert [entry["reason"] for entry in report.refused] == ["no_rows"]


def test_hidden_files_lock_files_and_other_kinds_are_left_alone(data: Path, sources: Path) -> None:
    for name in ("~$a.xlsx", ".hidden.csv", "notes.docx", ".folder/a.csv", "readme.md"):
        write_bytes(data / "inbox", name, b"x")
    report = night(data, sources)
    assert (report.exit_code, report.refused, report.loaded) == (0, (), ())


def test_files_in_sub_folders_are_read(data: Path, sources: Path) -> None:
    write_rows(data / "inbox" / "甲所" / "9月", "a_20261001.csv", incidents(3))
    assert night(data, sources).exit_code == 0
    assert incident_count(data) == 3


def test_a_date_after_the_delivery_is_quarantined_and_moves_nothing(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", [*incidents(3), ("X", "甲所", "2026-10-02 08:00", "调解成功")])
    night(data, sources)
    feed = status(data)["feeds"]["incident"]
    assert feed["quarantined_by_reason"] == {"out_of_range": 1}
    assert status(data)["data_until"] == {"incident": "2026-09-04"}


def test_every_file_balances_and_total_rows_and_blanks_are_dropped(data: Path, sources: Path) -> None:
    rows: list[tuple[object, ...]] = [
        *incidents(5),
        ("合计", "", "", "5"),
        ("", "", "", ""),
        ("A6", "甲所", "2026-02-30", "调解成功"),
        ("A7", "甲所", "2026-09-09", "不存在的结果"),
        ("", "甲所", "2026-09-09", "调解成功"),
        ("A8", "甲所", "2026-09-09"),
        ("填表人：张三", "", "", ""),
    ]
    write_rows(data / "inbox", "a_20261001.csv", rows)
    night(data, sources)
    (entry,) = status(data)["files"]
    assert entry["quarantined_by_reason"] == {
        "bad_code": 1,
        "bad_date": 1,
        "missing_required": 1,
        "short_row": 1,
    }
    assert (entry["rows_in"], entry["loaded"], entry["quarantined"], entry["dropped"]) == (12, 5, 4, 3)


def test_a_second_job_waits_for_nobody_and_touches_nothing(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(3))
    with writer_lock(data), pytest.raises(Busy):
        refresh(data, sources=sources)
    assert not (data / "archive").exists()


def test_a_dangling_current_falls_back_to_the_newest_good_generation(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(3))
    report = night(data, sources)
    point_current(data, "29990101T000000")
    current = current_generation(data)
    assert current is not None
    assert current.id == report.generation
    assert any("dangles" in problem for problem in status(data)["problems"])


def test_the_night_report_and_the_manifest_are_written(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(3))
    report = night(data, sources)
    stored = json.loads((data / "last_night.json").read_text("utf-8"))
    assert (stored["generation"], stored["exit_code"]) == (report.generation, 0)
    current = current_generation(data)
    assert current is not None
    assert current.batches == [info["batch"] for info in report.loaded]


def test_a_batch_that_cannot_be_read_back_is_held_and_the_published_one_stays(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(30))
    first = night(data, sources)
    write_rows(data / "inbox", "b_20261002.csv", incidents(30, start=100))
    load_only = night(data, sources)
    (broken,) = (info["batch"] for info in load_only.loaded)
    rollback = CliRunner().invoke(app, ["rollback", "--data", str(data)])
    assert rollback.exit_code == 0
    archived = data / "archive" / "incident" / f"{broken}.parquet"
    archived.write_bytes(archived.read_bytes()[:200])
    assert CliRunner().invoke(app, ["accept", broken, "--data", str(data)]).exit_code == 0
    report = night(data, sources)
    assert (report.exit_code, report.is_published, report.held) == (1, False, (broken,))
    assert report.problems
    current = current_generation(data)
    assert current is not None
    assert current.id == first.generation


def test_a_feed_that_would_shrink_is_held_although_nothing_is_a_snapshot(data: Path, sources: Path) -> None:
    write_rows(data / "inbox", "a_20261001.csv", incidents(100))
    night(data, sources)
    header = "编号,单位,接警时间,结果,状态"
    withdrawn = [(*row, "已撤销") for row in incidents(40)]
    write_rows(data / "inbox", "b_20261002.csv", withdrawn, header=header)
    report = night(data, sources)
    assert (report.exit_code, len(report.held)) == (1, 1)
    assert incident_count(data) == 100
    full = night(data, sources, full=True)
    assert (full.exit_code, full.is_published) == (0, True)
    assert incident_count(data) == 100
