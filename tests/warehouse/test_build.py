"""From archive to published tables: versions, copies, snapshots, the ledger, and nothing that must stay behind."""

from __future__ import annotations

import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.feeds import FEEDS
from tests.warehouse.small_archive import BUILT_AT, SmallArchive, key_of
from warehouse.archive import read_batches
from warehouse.build import Unbalanced

JANUARY = ["2026-01-01", "2026-01-31"]


@pytest.fixture
def archive(tmp_path: Path) -> SmallArchive:
    made = SmallArchive(tmp_path)
    made.deliver_orgs()
    return made


def outcomes(archive: SmallArchive) -> list[str]:
    return sorted(row[0] for row in archive.rows("select outcome_code from core.fct_incident"))


def ledger(archive: SmallArchive) -> list[tuple[int, int]]:
    """Rows loaded and duplicates of every incident file, in delivery order."""
    return archive.rows(
        "select f.loaded, f.duplicates from ops.load_file as f join ops.batch as b using (batch)"
        " where f.feed = 'incident' order by b.delivered_at, b.batch"
    )


def test_an_archive_without_batches_builds_empty_typed_tables(tmp_path: Path) -> None:
    archive = SmallArchive(tmp_path)
    result = archive.build()
    facts = {table for table in result.rows if table.startswith(("core.fct", "mart."))}
    assert facts
    assert {table: result.rows[table] for table in facts} == dict.fromkeys(facts, 0)
    assert result.data_until == {}
    assert list(result.seconds) == ["versions", "core", "mart", "metric", "ops", "signal", "comments", "hash"]
    types = archive.rows("select distinct data_type from duckdb_columns() where column_name = 'received_on'")
    assert types == [("DATE",)]
    assert archive.rows("select id, built_at, code_version from ops.generation") == [("one", BUILT_AT, "test")]


def test_newest_version_of_a_key_wins(archive: SmallArchive) -> None:
    archive.deliver("incident", {"key": "a", "outcome_code": "pending"}, at="2026-02-01")
    archive.deliver("incident", {"key": "a", "outcome_code": "mediation_success"}, at="2026-02-02")
    assert outcomes(archive) == ["mediation_success"]
    assert ledger(archive) == [(1, 0), (1, 0)]


def test_a_late_file_that_was_delivered_early_does_not_win(archive: SmallArchive) -> None:
    archive.deliver("incident", {"key": "a", "outcome_code": "mediation_success"}, at="2026-02-02")
    archive.deliver(
        "incident", {"key": "a", "outcome_code": "pending"}, at="2026-02-01", loaded_at="2026-04-01T00:00:00"
    )
    assert outcomes(archive) == ["mediation_success"]


def test_within_a_file_the_later_line_wins(archive: SmallArchive) -> None:
    first, second = {"key": "a", "outcome_code": "withdrawn"}, {"key": "a", "outcome_code": "pending"}
    archive.deliver("incident", first, second)
    assert outcomes(archive) == ["pending"]


def test_the_same_row_again_is_a_duplicate_in_its_file_and_across_files(archive: SmallArchive) -> None:
    row = {"key": "a", "outcome_code": "pending"}
    archive.deliver("incident", row, row, {"key": "b", "outcome_code": "invalid"}, at="2026-02-01")
    archive.deliver("incident", row, at="2026-02-02")
    assert outcomes(archive) == ["invalid", "pending"]
    assert ledger(archive) == [(2, 1), (0, 1)]


def test_a_correction_back_to_the_first_content_is_no_duplicate(archive: SmallArchive) -> None:
    for day, outcome in enumerate(["pending", "mediation_failed", "pending"], start=1):
        archive.deliver("incident", {"key": "a", "outcome_code": outcome}, at=f"2026-02-0{day}")
    assert outcomes(archive) == ["pending"]
    assert ledger(archive) == [(1, 0), (1, 0), (1, 0)]


def test_a_value_that_moves_to_another_column_is_a_new_version(archive: SmallArchive) -> None:
    archive.deliver("incident", {"key": "a", "resolved_count": 1, "failed_count": None}, at="2026-02-01")
    archive.deliver("incident", {"key": "a", "resolved_count": None, "failed_count": 1}, at="2026-02-02")
    assert ledger(archive) == [(1, 0), (1, 0)]
    assert archive.rows("select resolved_count, failed_count from core.fct_incident") == [(None, 1)]


def test_an_unpivoted_row_is_a_duplicate_only_when_all_its_records_are(archive: SmallArchive) -> None:
    may, june = {"key": "may", "line": 2}, {"key": "june", "line": 2, "outcome_code": "pending"}
    archive.deliver("incident", may, june, at="2026-02-01")
    archive.deliver("incident", may, june | {"outcome_code": "withdrawn"}, at="2026-02-02")
    archive.deliver("incident", may, june | {"outcome_code": "withdrawn"}, at="2026-02-03")
    assert ledger(archive) == [(1, 0), (1, 0), (0, 1)]


def test_a_record_counts_as_its_newest_status_says(archive: SmallArchive) -> None:
    statuses = ["active", "corrected", "withdrawn", "duplicate", "invalid"]
    archive.deliver("incident", *({"key": status} for status in statuses), at="2026-02-01")
    newest = [{"key": status, "record_status_code": status, "outcome_code": status} for status in statuses]
    archive.deliver("incident", *newest, at="2026-02-02")
    assert outcomes(archive) == ["active", "corrected"]


def test_a_record_comes_back_when_it_is_delivered_as_active_again(archive: SmallArchive) -> None:
    for day, status in enumerate(["active", "withdrawn", "active"], start=1):
        archive.deliver("incident", {"key": "a", "record_status_code": status}, at=f"2026-02-0{day}")
    assert archive.build().rows["core.fct_incident"] == 1


def test_a_snapshot_counts_out_what_it_lacks_in_its_window(archive: SmallArchive) -> None:
    kept, gone = {"key": "kept", "outcome_code": "pending"}, {"key": "gone", "outcome_code": "withdrawn"}
    december = {"key": "december", "received_on": date(2025, 12, 31), "outcome_code": "invalid"}
    archive.deliver("incident", kept, gone, december, delivery="snapshot", window=["2025-12-01", "2026-01-31"])
    archive.deliver("incident", kept, at="2026-02-02", delivery="snapshot", window=JANUARY)
    assert outcomes(archive) == ["invalid", "pending"]


def test_a_snapshot_counts_nothing_out_of_another_mapping_or_of_a_later_delivery(
    archive: SmallArchive,
) -> None:
    archive.deliver("incident", {"key": "other"}, at="2026-02-01", mapping="other")
    archive.deliver("incident", {"key": "a"}, at="2026-02-02", delivery="snapshot", window=JANUARY)
    archive.deliver("incident", {"key": "later"}, at="2026-02-03")
    assert archive.build().rows["core.fct_incident"] == 3


def test_a_total_that_reaches_beyond_the_snapshots_window_stays(archive: SmallArchive) -> None:
    quarter = {
        "key": "q",
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 3, 31),
        "is_total": True,
    }
    month = {"key": "m", "period_start": date(2026, 1, 1), "period_end": date(2026, 1, 31), "is_total": True}
    archive.deliver("incident", quarter, month, at="2026-02-01")
    archive.deliver("incident", at="2026-02-02", delivery="snapshot", window=JANUARY)
    assert archive.rows("select period_end from core.fct_incident") == [(date(2026, 3, 31),)]


def test_a_snapshot_of_one_station_speaks_for_its_beats_and_for_nobody_else(archive: SmallArchive) -> None:
    first, second = {"key": "1", "org_code": "B11"}, {"key": "2", "org_code": "S2"}
    archive.deliver("incident", first, second, at="2026-02-01")
    archive.deliver("incident", at="2026-02-02", delivery="snapshot", window=JANUARY, reports_for=["S1"])
    assert archive.rows("select org_code from core.fct_incident") == [("S2",)]


def test_an_older_snapshot_still_counts_out_after_a_newer_one_with_another_window(
    archive: SmallArchive,
) -> None:
    archive.deliver("incident", {"key": "gone"}, {"key": "feb", "received_on": date(2026, 2, 3)}, at="2026-02-10")
    archive.deliver("incident", at="2026-02-11", delivery="snapshot", window=JANUARY)
    archive.deliver("incident", {"key": "feb", "received_on": date(2026, 2, 3)}, at="2026-02-12",
                    delivery="snapshot", window=["2026-02-01", "2026-02-12"])  # fmt: skip
    assert archive.rows("select received_on from core.fct_incident") == [(date(2026, 2, 3),)]


def test_a_snapshot_of_a_reference_feed_needs_no_window(archive: SmallArchive) -> None:
    archive.deliver("population", {"key": "1", "residents": 10}, {"key": "2", "org_code": "S2"}, at="2026-02-01")
    archive.deliver("population", {"key": "1", "residents": 11}, at="2026-02-02", delivery="snapshot")
    assert archive.rows("select org_code, year, residents from core.population") == [("S1", 2026, 11)]


def test_an_organisation_missing_from_a_later_snapshot_is_gone_but_its_beats_stay_hidden(
    tmp_path: Path,
) -> None:
    archive = SmallArchive(tmp_path)
    station = {"key": "S1", "code": "S1", "name": "一所", "level_code": "station"}
    beat = {"key": "B11", "code": "B11", "name": "一区", "level_code": "beat", "parent_code": "S1"}
    archive.deliver("org", station, beat, at="2026-01-01", delivery="snapshot")
    archive.deliver("org", station, at="2026-01-02", delivery="snapshot")
    archive.deliver("incident", {"key": "a", "org_code": "B11"})
    assert archive.rows("select code from core.dim_org") == [("S1",)]
    assert archive.rows("select org_code, station_code from core.fct_incident") == [("S1", "S1")]


def test_every_file_balances_and_refused_files_are_listed_with_zeros(archive: SmallArchive) -> None:
    reasons = {"bad_date": 2, "bad_code": 1}
    archive.deliver("incident", {"key": "a"}, {"key": "a"}, rows_in=9, quarantined=3, dropped=4,
                    quarantined_by_reason=reasons, batch="x")  # fmt: skip
    archive.build(refused=[{"file_label": "?-12345678", "sha256": "0", "feed": None, "reason": "encrypted"}])
    columns = "status, reason_code, rows_in, loaded, quarantined, duplicates, dropped, records"
    assert archive.rows(f"select {columns} from ops.load_file where feed is distinct from 'org' order by all") == [
        ("loaded", None, 9, 1, 3, 1, 4, 2),
        ("refused", "encrypted", 0, 0, 0, 0, 0, 0),
    ]
    counts = archive.rows("select reason_code, rows from ops.quarantine_count where batch = 'x' order by all")
    assert counts == [("bad_code", 1), ("bad_date", 2)]
    assert archive.result is not None
    assert archive.result.batches["x"] == {"loaded": 1, "duplicates": 1}


def test_a_file_of_which_nothing_is_loaded_is_listed_too(archive: SmallArchive) -> None:
    batch = archive.deliver("incident", rows_in=5, dropped=5)
    sidecar = archive.folder / "archive" / "incident" / f"{batch}.json"
    target = archive.folder / "archive" / "none" / sidecar.name
    target.parent.mkdir()
    target.write_text(sidecar.read_text("utf-8").replace('"feed": "incident"', '"feed": "none"'), "utf-8")
    sidecar.unlink()
    assert archive.rows("select rows_in, loaded, dropped from ops.load_file where feed = 'none'") == [(5, 0, 5)]


@pytest.mark.parametrize("said", [{"rows_in": 3}, {"quarantined": 1}, {"records": 1}])
def test_a_batch_that_does_not_balance_stops_the_build_and_is_named(
    archive: SmallArchive, said: dict[str, Any]
) -> None:
    archive.deliver("incident", {"key": "a"}, {"key": "b"}, batch="the-batch", **said)
    with pytest.raises(Unbalanced, match="the-batch"):
        archive.build()


def test_data_until_is_the_end_of_a_window_but_never_after_the_delivery(archive: SmallArchive) -> None:
    archive.deliver("incident", at="2026-01-20", window=JANUARY)
    archive.deliver("incident", at="2026-01-15", window=["2026-01-01", "2026-01-14"])
    archive.deliver("visit", at="2026-03-01", window=JANUARY)
    result = archive.build()
    assert result.data_until == {"incident": date(2026, 1, 20), "visit": date(2026, 1, 31)}


def test_batches_are_read_in_delivery_order(archive: SmallArchive) -> None:
    archive.deliver("visit", at="2026-02-03", batch="c")
    archive.deliver("incident", at="2026-02-01T09:00:00", batch="a")
    archive.deliver("incident", at="2026-02-01T10:00:00", batch="0")
    assert [batch.name for batch in read_batches(archive.folder / "archive")][1:] == ["a", "0", "c"]


def test_content_hash_depends_on_content_and_not_on_names_or_order_of_files(tmp_path: Path) -> None:
    rows = [{"key": str(number), "received_hour": number % 24} for number in range(50)]
    hashes = []
    for seed in (1, 2):
        archive = SmallArchive(tmp_path / str(seed))
        numbered = [(start // 10, rows[start : start + 10]) for start in range(0, 50, 10)]
        random.Random(seed).shuffle(numbered)
        for number, delivery in numbered:
            archive.deliver("incident", *delivery, at=f"2026-02-0{number + 1}", file_label="x", batch=f"b{number}")
        hashes.append(archive.build().content_hash)
    assert hashes[0] == hashes[1]
    assert not any(table.startswith("ops.") for table in hashes[0])
    changed = SmallArchive(tmp_path / "changed")
    changed.deliver("incident", *rows[:-1], rows[-1] | {"received_hour": 23}, file_label="x")
    assert changed.build().content_hash["core.fct_incident"] != hashes[0]["core.fct_incident"]


def test_only_the_database_is_left_of_a_build(archive: SmallArchive) -> None:
    archive.deliver("incident", {"key": "a"})
    directory = archive.build().database.parent
    assert [path.name for path in directory.iterdir()] == ["warehouse.duckdb"]


def hexadecimals(content: bytes) -> set[str]:
    """Everything in the bytes that may be a key: 32 hexadecimal digits, also where several stand in a row."""
    runs = [run.decode() for run in re.findall(rb"[0-9a-f]{32,}", content)]
    return {run[start : start + 32] for run in runs for start in range(len(run) - 31)}


def test_no_key_and_no_name_of_a_key_reaches_the_warehouse(archive: SmallArchive) -> None:
    incidents = [{"key": f"i{n}", "incident_key": f"p{n}", "dispute_key": f"d{n % 250}"} for n in range(300)]
    archive.deliver("incident", *incidents)
    archive.deliver("visit", *({"key": f"v{n}", "target_key": f"t{n % 200}"} for n in range(300)))
    archive.deliver("visit_target", *({"key": f"l{n}", "target_key": f"t{n}"} for n in range(300)))
    archive.deliver("mediation", *({"key": f"m{n}", "incident_key": f"p{n}"} for n in range(300)))
    database = archive.build().database
    found = hexadecimals(database.read_bytes())
    kinds = {"incident i": 300, "visit v": 300, "visit_target l": 300, "mediation m": 300, "d": 250, "t": 300}
    assert {key_of(f"{kind}{number}") for kind, count in kinds.items() for number in range(count)} & found == set()
    # The search does find what is published.
    assert {key_of(f"p{number}") for number in range(300)} <= found
    columns = archive.rows("select distinct column_name from duckdb_columns() where not internal")
    assert {name for (name,) in columns if "key" in name} == {"incident_key"}


def test_schemas_are_the_published_ones(archive: SmallArchive) -> None:
    archive.build()
    schemas = archive.rows("select schema_name from duckdb_schemas() where not internal and schema_name <> 'main'")
    assert {name for (name,) in schemas} == {"core", "mart", "metric", "ops"}
    assert archive.rows("select table_name from duckdb_tables() where schema_name in ('main', 'staging')") == []


def test_every_feed_has_a_staging_and_a_core_table(archive: SmallArchive) -> None:
    archive.deliver("mediation", {"key": "m", "is_joint": True})
    archive.deliver("satisfaction", {"key": "s", "org_code": "B11", "level": 4})
    archive.deliver("activity", {"key": "a", "quantity": 120, "qualifier_code": "at_least"})
    archive.deliver("annotation", {"key": "n", "org_code": "S1"})
    result = archive.build()
    tables = ["dim_org", "fct_mediation", "fct_satisfaction", "fct_activity", "annotation"]
    assert {table: result.rows[f"core.{table}"] for table in tables} == dict.fromkeys(tables, 1) | {"dim_org": 6}
    assert len(FEEDS) == 9
    assert archive.rows("select org_code, year, month_start, weekday, level from core.fct_satisfaction") == [
        ("S1", 2026, date(2026, 1, 1), 1, 4)
    ]
    assert archive.rows("select quantity, qualifier_code from mart.activity_day") == [(120, "at_least")]
