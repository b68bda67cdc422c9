"""Figures that functions of the warehouse compute from a page's metrics: limits, expectations, ratios, curves."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from warehouse.comparison import ask, compare, read_facts
from warehouse.connection import open_generation
from warehouse.facts import Facts
from warehouse.funnel import can_be_judged, funnel_of
from warehouse.generations import current_generation
from warehouse.metrics import METRICS
from warehouse.question import Question
from warehouse.standardisation import can_be_standardised, standardise
from warehouse.survival_curve import survival_curves

CURVE_DAYS = 90


def derived_figures(data: Path, commands: list[str]) -> set[float]:
    """Everything that may be derived from the questions that a page names in its commands."""
    generation = current_generation(data)
    assert generation is not None
    with open_generation(generation) as connection:
        facts = read_facts(connection)
        questions = [asked for command in commands if (asked := _asked(facts, command))]
        found = [*(_of(facts, one) for one in questions), *(_on_curves(facts, one) for one in questions)]
        return {float(figure) for figures in found for figure in figures if figure is not None}


def _asked(facts: Facts, command: str) -> Question | None:
    """The question of a command, by station or of one figure alone; others derive nothing."""
    words = shlex.split(command)[4:]
    options = list(zip(words[1::2], words[2::2], strict=True))
    by = [value for name, value in options if name == "--by"]
    if METRICS[words[0]].feed not in facts.data_until or by not in ([], ["station"]):
        return None
    period = next(value for name, value in options if name == "--period")
    where = dict(value.split("=") for name, value in options if name == "--where")
    return ask(facts, words[0], period, by=by, where={name: [code] for name, code in where.items()})


def _on_curves(facts: Facts, asked: Question) -> Iterator[float]:
    """The shares finished by every day, of the period and of its base."""
    if asked.metric.kind == "survival" and not asked.by:
        for curve in survival_curves(facts, asked, last_day=CURVE_DAYS):
            yield from curve.share if curve else ()


def _of(facts: Facts, asked: Question) -> Iterator[float | None]:
    if asked.by != ("station",):
        return
    rows, (bureau,) = compare(facts, asked), compare(facts, replace(asked, by=()))
    if can_be_judged(asked.metric) and (funnel := funnel_of(rows, bureau, asked.metric)):
        for unit in funnel.units:
            yield from (unit.low, unit.high, unit.far_low, unit.far_high)
    if can_be_standardised(asked.metric):
        for one in standardise(facts, asked):
            yield from (one.observed, one.expected, one.ratio, one.ratio_low, one.ratio_high)
