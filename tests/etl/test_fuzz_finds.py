"""Spoiled files that went wrong once in the long fuzz (`./run bench fuzz`), each by its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.file_fuzz import Bench
from tests.bench.mutations import mutant

SEED = 1
FINDS = {
    # A phone that has run together with the digits beside it stood in the quarantine.
    519: "loaded",
    9321: "loaded",
    # Versions of the zip format that nobody writes.
    1605: "not_what_it_says",
    6109: "not_what_it_says",
    8566: "not_what_it_says",
    8732: "not_what_it_says",
    # Polars aborted.
    8362: "not_what_it_says",
}


@pytest.mark.parametrize("number", FINDS)
def test_what_the_fuzz_found_is_refused_or_loaded_without_a_trace(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    _, name, data = mutant(number, SEED)
    outcome, _, wrong = Bench(tmp_path).try_file(name, data)
    assert (outcome, wrong) == (FINDS[number], [])


@pytest.mark.parametrize(
    ("count", "reasons"),
    [
        ("9999999999", {}),
        ("10000000000", {"out_of_range": 1}),
        ("2139541726031", {"out_of_range": 1}),
        ("13954172603", {"misplaced_identifier": 1}),
    ],
)
def test_no_count_is_as_large_as_a_phone_number(
    count: str, reasons: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    text = f"走访编号,派出所,走访时间,走访户数\nZF1,青山派出所,2025-03-01 09:00,{count}\n"
    outcome, info, wrong = Bench(tmp_path).try_file("走访登记_20250403.csv", text.encode())
    assert (outcome, wrong, info["quarantined_by_reason"]) == ("loaded", [], reasons)
