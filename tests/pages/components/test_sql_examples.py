"""Every example answers its question in the sandbox, on a bureau that has something to answer with."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages.components.sql_examples import Example, read_examples
from pages.components.sql_parameters import defaults_in, names_in, values_of
from warehouse.generations import current_generation
from warehouse.sandbox import run_sql


def test_there_are_enough_and_each_asks_in_both_languages() -> None:
    examples = read_examples()
    assert len(examples) >= 15
    for example in examples:
        assert example.zh.endswith(("？", "）"))
        assert example.en.endswith(("?", ")"))
        assert example.text("zh").startswith(f"-- {example.zh}\n")


@pytest.mark.parametrize("example", read_examples(), ids=lambda example: example.name)
def test_an_example_runs_as_it_is_offered(example: Example, built: Path) -> None:
    generation = current_generation(built)
    assert generation
    sql = example.text("en")
    names = names_in(sql)
    assert set(names) == set(defaults_in(sql)), "a parameter without a value to begin with"
    result = run_sql(generation.database, sql, parameters=values_of(defaults_in(sql), names) or None)
    assert result.columns
    assert not result.is_truncated
