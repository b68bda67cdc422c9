"""The whole job against a known truth: what the demo bureau spoilt on purpose is what the ledger reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from etl.__main__ import app
from etl.status import status
from tests.etl.nights import ask


@pytest.fixture(scope="module", params=[1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3))])
def bureau(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo bureau of one year, written and loaded by the command that a user runs."""
    data = tmp_path_factory.mktemp("bureau") / "data"
    size = ["--years", "1", "--incidents-per-year", "3000", "--seed", str(request.param)]
    done = CliRunner().invoke(app, ["demo", "--data", str(data), *size])
    assert done.exit_code == 0, done.output
    return data


def told_by_status(data: Path) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["status", "--data", str(data), "--json"])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.output))


def test_status_reports_the_truth_to_the_row(bureau: Path) -> None:
    truth = json.loads((bureau / "truth.json").read_text("utf-8"))
    assert told_by_status(bureau)["feeds"] == truth["feeds"]
    assert len(truth["feeds"]) == 9


def test_every_file_balances(bureau: Path) -> None:
    files = status(bureau)["files"]
    assert len(files) > 30
    for entry in files:
        parts = entry["loaded"] + entry["quarantined"] + entry["duplicates"] + entry["dropped"]
        assert entry["rows_in"] == parts, entry["file"]
    published = ask(
        bureau,
        "select count(*), sum(rows_in - loaded - quarantined - duplicates - dropped) from ops.load_file",
    )
    assert published == [(len(files), 0)]


def test_the_mess_is_really_in_the_files(bureau: Path) -> None:
    feeds = status(bureau)["feeds"]
    reasons = {reason for feed in feeds.values() for reason in feed["quarantined_by_reason"]}
    assert reasons >= {
        "bad_code",
        "bad_date",
        "lossy_id",
        "missing_required",
        "misplaced_identifier",
        "out_of_range",
        "short_row",
    }
    assert feeds["incident"]["duplicates"] > 0
    assert feeds["incident"]["dropped"] > 0


def test_no_name_phone_or_number_of_a_demo_person_is_in_what_was_written(bureau: Path) -> None:
    """The files carry a person's columns on every row; a sample of their values must be nowhere else."""
    inbox = [path for path in (bureau / "inbox").rglob("*.csv") if "接处警" in path.name or "纠纷警情" in path.name]
    text = "".join(path.read_bytes().decode("gb18030", errors="ignore") for path in inbox[:3])
    phones = {
        word
        for word in text.replace("\t", ",").split(",")
        if len(word) == 11 and word.startswith("1") and word.isdigit()
    }
    assert len(phones) > 100
    written = b"".join(path.read_bytes() for path in bureau.rglob("*") if path.is_file() and "inbox" not in path.parts)
    found = [phone for phone in phones if phone.encode() in written.replace((bureau / "truth.json").read_bytes(), b"")]
    assert not found
