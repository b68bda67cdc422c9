"""A few short lives of a bureau; `./run bench faults` lives many long ones."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.etl.night_machine import NightMachine

pytestmark = pytest.mark.long


def test_any_sequence_of_nights_faults_and_decisions_leaves_what_the_model_says() -> None:
    run_state_machine_as_test(NightMachine, settings=settings(max_examples=3, stateful_step_count=6))
