"""A hundred and fifty of the ten thousand spoiled files of `./run bench fuzz`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.bench.file_fuzz import MAX_MEGABYTES, fuzz
from tests.bench.mutations import MUTATIONS, mutant, seeds

pytestmark = pytest.mark.long

FILES = 150


def test_spoiled_files_are_loaded_or_refused_balance_and_leak_nobody(tmp_path: Path, key_file: Path) -> None:
    told = fuzz(range(FILES), seed=7, root=tmp_path / "fuzz")
    assert told["bad"] == []
    outcomes: Counter[str] = Counter()
    for counts in told["outcomes"].values():
        outcomes.update(counts)
    assert outcomes.total() == FILES
    # Neither all refused nor all loaded: then the mutations would tell nothing.
    assert FILES * 0.2 < outcomes["loaded"] < FILES * 0.9
    assert told["rows"]["quarantined"] > 0


def test_the_same_number_gives_the_same_file_and_every_mutation_occurs() -> None:
    assert mutant(3, 1) == mutant(3, 1)
    assert {mutant(number, 1)[0] for number in range(120)} == set(MUTATIONS)
    assert len({seed.name for seed in seeds()}) == len(seeds())
    assert MAX_MEGABYTES < 1024
