"""Twenty nights killed in the middle; `./run bench faults` has all the rest, tests/pages/test_publishing.py readers."""

from __future__ import annotations

from tests.bench.measure import run_module


def test_twenty_killed_nights_have_no_bad_outcome() -> None:
    told = run_module("tests.bench.faults", "killed-at-random", "--quick").told
    assert told["failures"] == []
    assert told["counts"]["killed-at-random"]["killed"] == 20
    assert told["counts"]["killed-at-random"]["healed"] == 3
