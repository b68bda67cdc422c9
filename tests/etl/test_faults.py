"""Twenty nights killed in the middle, and fifty publishes under readers; `./run bench faults` has all the rest."""

from __future__ import annotations

import pytest

from tests.bench.measure import run_module

pytestmark = pytest.mark.long


def test_twenty_killed_nights_and_fifty_publishes_under_readers_have_no_bad_outcome() -> None:
    told = run_module("tests.bench.faults", "killed-at-random", "readers", "--quick").told
    assert told["failures"] == []
    assert told["counts"]["killed-at-random"]["killed"] == 20
    assert told["counts"]["killed-at-random"]["healed"] == 3
    assert told["counts"]["readers"]["publishes"] == 50
    assert told["counts"]["readers"]["reads"] > 50
