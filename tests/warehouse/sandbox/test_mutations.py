"""A few hundred mutated and spliced statements; `./run bench fuzz` asks twenty thousand."""

from __future__ import annotations

import pytest

from tests.bench import fuzz_sql

pytestmark = pytest.mark.long


def test_the_same_seed_makes_the_same_statements_and_another_makes_others() -> None:
    first, again, other = (list(fuzz_sql.mutations(seed, 50)) for seed in (1, 1, 2))
    assert first == again != other


def test_no_mutated_statement_leaks_writes_or_ends_the_board() -> None:
    result = fuzz_sql.run(quick=True, statements=120)
    assert result["failures"] == []
    assert sum(result["verdicts"].values()) == 120
    assert len(result["verdicts"]) > 5
