"""Every fixture of the catalogue gets its expected report, in one night over one inbox."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.inbox import readable_name
from etl.refresh import refresh
from etl.status import status
from tests.bad_inputs.case import Case
from tests.bad_inputs.catalogue import CASES, SOURCES, key_of, write_catalogue
from tests.bad_inputs.contents import CANARIES
from warehouse.archive import read_batches
from warehouse.connection import open_generation
from warehouse.generations import current_generation
from warehouse.redaction import redact

ROWS = range(1, 65)
# Shown elsewhere: half-written files (57) need a second process, a fall of rows (58) a second night.
ELSEWHERE = {57, 58}
PARTS = ("rows_in", "loaded", "quarantined", "duplicates", "dropped", "records")


@dataclass(frozen=True)
class Night:
    """What became of the inbox: entries of `status`, the JSON of the batches, where all is."""

    data: Path
    entries: dict[str, dict[str, Any]]
    batches: dict[str, dict[str, Any]]
    exit_code: int

    def rows(self, kind: str, case: Case) -> pl.DataFrame:
        """The archived or the quarantined rows of a fixture's file."""
        info = self.batches[case.id]
        path = self.data / kind / info["feed"] / f"{info['batch']}.parquet"
        return pl.read_parquet(path) if path.is_file() else pl.DataFrame()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One night over all fixtures."""
    data = tmp_path_factory.mktemp("catalogue")
    written = write_catalogue(data / "inbox")
    report = refresh(data, sources=SOURCES)
    labels = {redact(readable_name(path.relative_to(data / "inbox"))): name for name, path in written.items()}
    entries = {labels[one["file"]]: one for one in status(data)["files"] if one["file"] in labels}
    infos = (batch.info for batch in read_batches(data / "archive"))
    batches = {labels[info["file"]]: info for info in infos if info["file"] in labels}
    return Night(data, entries, batches, report.exit_code)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_fixture_gets_its_report(case: Case, night: Night) -> None:
    expected, entry = case.report, night.entries[case.id]
    assert (entry["status"], entry["reason"]) == (expected.status, expected.reason)
    if expected.status == "refused":
        assert [entry[part] for part in PARTS] == [0] * len(PARTS)
        assert (entry["sheet"], entry["line"]) == (expected.sheet, expected.line)
        return
    counts = (expected.rows_in, expected.loaded, expected.duplicates, expected.dropped)
    found = (entry["rows_in"], entry["loaded"], entry["duplicates"], entry["dropped"])
    assert (found, entry["quarantined_by_reason"]) == (counts, expected.quarantined)
    archived = expected.loaded + expected.duplicates if expected.records is None else expected.records
    assert entry["records"] == night.rows("archive", case).height == archived
    told = set(entry["warnings"])
    # Columns that a mapping knows and a file does not have are told in every file; only one fixture is about them.
    assert told - {one for one in told if one.startswith("missing_column")} <= set(expected.warnings) <= told
    assert tuple(night.batches[case.id]["notes"]) == expected.notes
    if expected.encoding:
        assert night.batches[case.id]["encoding"] == expected.encoding


@pytest.mark.parametrize("case", [case for case in CASES if case.report.values], ids=lambda case: case.id)
def test_what_is_loaded_of_a_fixture_is_what_it_says(case: Case, night: Night) -> None:
    records = night.rows("archive", case)
    assert {name: records[name].to_list() for name in case.report.values} == case.report.values


@pytest.mark.parametrize("case", [case for case in CASES if case.report.quarantined], ids=lambda case: case.id)
def test_quarantined_rows_keep_line_and_reason(case: Case, night: Night) -> None:
    rows = night.rows("quarantine", case)
    assert Counter(rows["reason_code"]) == case.report.quarantined
    if case.report.lines is not None:
        assert tuple(rows["line"].sort()) == case.report.lines
    for text in case.report.told:
        assert any(text in (value or "") for value in rows["values"])


def test_the_night_is_published_and_says_that_files_were_refused(night: Night) -> None:
    assert night.exit_code == 3
    assert current_generation(night.data) is not None


def test_every_row_of_the_catalogue_has_a_fixture() -> None:
    assert {case.row for case in CASES} | ELSEWHERE == set(ROWS)
    assert len({case.id for case in CASES}) == len(CASES)
    assert len({case.content(key_of(case)) for case in CASES}) == len(CASES), "the same bytes would be loaded once"


def test_no_row_is_lost_in_any_file(night: Night) -> None:
    """Law 1, with the rows themselves counted in the files of the archive and the quarantine."""
    for case in CASES:
        entry = night.entries[case.id]
        assert entry["rows_in"] == sum(entry[part] for part in ("loaded", "quarantined", "duplicates", "dropped"))
        if case.report.status == "loaded":
            archived = night.rows("archive", case)["line"].n_unique()
            assert archived + night.rows("quarantine", case).height + entry["dropped"] == entry["rows_in"]


def test_every_refusal_says_what_was_found_what_was_expected_and_what_to_do(night: Night) -> None:
    for case in CASES:
        entry = night.entries[case.id]
        if entry["status"] == "refused":
            assert entry["found"], case.id
            assert entry["expected"], case.id
            assert "请" in entry["zh"], case.id
            assert entry["en"].count(".") >= 2, case.id
            assert not {"[", "{"} & set(entry["zh"] + entry["en"]), case.id


def test_the_newest_delivery_and_the_later_line_win(night: Night) -> None:
    generation = current_generation(night.data)
    assert generation is not None
    with open_generation(generation) as connection:
        row = connection.execute(
            "select count(*), count(*) filter (where outcome_code = 'mediation_failed') from core.fct_incident"
        ).fetchone()
    incidents = [case for case in CASES if case.report.status == "loaded"]
    archived = pl.concat(
        night.rows("archive", case).select("record_key", "is_total", "outcome_code", "line")
        for case in incidents
        if night.batches[case.id]["feed"] == "incident"
    )
    assert row is not None
    assert row[0] == archived["record_key"].n_unique()
    # Of keys with two outcomes: later_line_wins, newer_delivery_wins, and the corrected file of row 56.
    assert row[1] == 3


def test_a_day_after_the_delivery_moves_nothing(night: Night) -> None:
    generation = current_generation(night.data)
    assert generation is not None
    assert generation.manifest["data_until"]["incident"] <= "2025-04-03"


def test_no_person_of_the_fixtures_is_in_anything_that_was_written(night: Night) -> None:
    inbox = night.data / "inbox"
    for path in night.data.rglob("*"):
        if path.is_file() and inbox not in path.parents:
            data = path.read_bytes()
            for canary in CANARIES:
                assert canary.encode() not in data, f"{canary} in {path.relative_to(night.data)}"
                assert canary.encode("utf-16-le") not in data


def test_file_names_lead_nowhere_and_are_kept_as_text(night: Night) -> None:
    written = {path.name for path in night.data.iterdir()}
    assert written <= {
        "inbox", "archive", "quarantine", "ledger", "generations", "current", "building", "batches.json",
        "inbox_index.json", "last_night.json", ".lock", "key_index", "log",
    }  # fmt: skip
    for case in CASES:
        if case.row == 55:
            assert os.sep not in night.batches[case.id]["batch"]
            assert json.dumps(night.batches[case.id]["file"], ensure_ascii=False).encode()
