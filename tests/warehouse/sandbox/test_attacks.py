"""Statements that must run, that must be refused, and that must end: nothing leaks, nothing is written."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.warehouse.sandbox.analyst import CANARY, Attack, Place, attacks
from tests.warehouse.sandbox.known_answers import CHECKED, KNOWN, UNORDERED
from warehouse.sandbox import SCREEN, Limits, NoAnswer, Refused, Result, run_sql
from warehouse.sandbox.refusals import read_texts

# A Python variable that a replacement scan would find.
GLOBAL_DF = cases = [f"{CANARY}_VARIABLE"]
SHORT, PATIENT = Limits(seconds=0.1), Limits(seconds=60)
# One of each kind of bomb that the engine cannot stop by itself, and one that it can, within the limits of a page.
FULL_LENGTH = ("mb_levenshtein", "mb_cross")
SECONDS = 6


@dataclass(frozen=True)
class Outcome:
    """What came of a statement."""

    result: Result | None
    error: NoAnswer | None
    seconds: float

    @property
    def told(self) -> str:
        """All that whoever asked gets to see."""
        if self.result is not None:
            return repr((self.result.columns, self.result.types, self.result.rows))
        assert self.error is not None
        return repr((self.error.reason, self.error.values))


def outcome_of(sql: str, place: Place, limits: Limits) -> Outcome:
    began = time.monotonic()
    try:
        result = run_sql(place.database, sql, schemas=("mart",), limits=limits)
    except NoAnswer as error:
        return Outcome(None, error, time.monotonic() - began)
    return Outcome(result, None, time.monotonic() - began)


@pytest.fixture(scope="module")
def outcomes(place: Place) -> dict[str, Outcome]:
    """All attacks, two at a time."""
    every = attacks("allowed", "denied", "bounded")
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda one: outcome_of(one.aimed_at(place), place, limits_for(one)), every)
        return {attack.name: outcome for attack, outcome in zip(every, found, strict=True)}


def limits_for(attack: Attack) -> Limits:
    """What must answer may take its time on a busy machine; bombs are cut short, but for two of full length."""
    if attack.expected != "bounded":
        return PATIENT
    return SCREEN if attack.name in FULL_LENGTH else SHORT


def names(*expected: str) -> list[str]:
    return [attack.name for attack in attacks(*expected)]


@pytest.mark.parametrize("name", names("denied"))
def test_what_must_be_denied_is_refused_in_two_languages(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[name]
    assert isinstance(outcome.error, Refused), outcome.told
    assert outcome.error.code not in ("worker_ended", "no_worker", "no_database")
    assert outcome.error.reason_in("zh") != outcome.error.reason_in("en")
    template = read_texts()[outcome.error.code]["en"]
    assert set(re.findall(r"{(\w+)}", template)) <= outcome.error.values.keys()


@pytest.mark.parametrize("name", names("allowed"))
def test_what_is_allowed_answers_what_is_worked_out_by_hand(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[name]
    assert outcome.result is not None, outcome.told
    if name in CHECKED:
        assert CHECKED[name](outcome.result.rows)
        return
    found, expected = outcome.result.rows, KNOWN[name]()
    if name == "ok_list":
        found = [(sorted(found[0][0]),)]
    if name in UNORDERED:
        found, expected = sorted(found), sorted(expected)
    assert are_close(found, expected), found[:5]
    assert not outcome.result.is_truncated


def are_close(found: Any, expected: Any) -> bool:
    """Equal, floating-point numbers to twelve digits."""
    if isinstance(expected, float):
        return isinstance(found, (int, float)) and math.isclose(found, expected, rel_tol=1e-12)
    if isinstance(expected, (list, tuple)) and type(found) is type(expected):
        return len(found) == len(expected) and all(map(are_close, found, expected))
    return bool(found == expected and type(found) is type(expected))


@pytest.mark.parametrize("name", names("bounded"))
def test_what_may_run_or_fail_ends_within_its_limits(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[name]
    assert outcome.seconds < SECONDS
    if outcome.result is not None:
        assert outcome.result.row_count <= SCREEN.rows
        assert outcome.result.byte_count <= SCREEN.bytes


@pytest.mark.parametrize("name", FULL_LENGTH)
def test_within_the_limits_of_a_page_a_bomb_is_stopped_and_told_as_such(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    error = outcomes[name].error
    assert error is not None
    assert error.code in ("limit_time", "limit_memory")


def test_no_canary_is_in_anything_that_is_told(outcomes: dict[str, Outcome], place: Place) -> None:
    assert [name for name, outcome in outcomes.items() if CANARY in outcome.told] == []
    assert [name for name, outcome in outcomes.items() if str(place.database.parent) in outcome.told] == []


def test_no_file_was_written_and_the_database_is_untouched(outcomes: dict[str, Outcome], place: Place) -> None:
    assert outcomes
    assert list(place.out.iterdir()) == []
    beside = {path.name for path in place.database.parent.iterdir()}
    assert beside == {place.database.name, place.canaries.name, place.out.name}
    assert sorted(path.name for path in place.canaries.iterdir()) == [
        "other.duckdb", "s.json", "s.parquet", "secret.txt",
    ]  # fmt: skip


def test_every_allowed_statement_has_a_known_answer() -> None:
    assert sorted(KNOWN | CHECKED) == sorted(names("allowed"))


def test_names_of_attacks_are_unique() -> None:
    every: Sequence[str] = names("allowed", "denied", "bounded")
    assert len(every) == len(set(every)) > 300
    assert json.dumps(every)
