"""Figures that functions of the warehouse compute from a page's metrics: limits of funnels, expectations and ratios."""

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
from warehouse.question import Question
from warehouse.standardisation import can_be_standardised, standardise


def derived_figures(data: Path, commands: list[str]) -> set[float]:
    """Everything that may be derived from the questions by station that a page names in its commands."""
    generation = current_generation(data)
    assert generation is not None
    with open_generation(generation) as connection:
        facts = read_facts(connection)
        questions = [asked for command in commands if (asked := _by_station(facts, command))]
        return {float(figure) for asked in questions for figure in _of(facts, asked) if figure is not None}


def _by_station(facts: Facts, command: str) -> Question | None:
    words = shlex.split(command)[4:]
    options = list(zip(words[1::2], words[2::2], strict=True))
    if [value for name, value in options if name == "--by"] != ["station"]:
        return None
    period = next(value for name, value in options if name == "--period")
    where = dict(value.split("=") for name, value in options if name == "--where")
    asked = ask(facts, words[0], period, by=["station"], where={name: [code] for name, code in where.items()})
    return asked if asked.metric.feed in facts.data_until else None


def _of(facts: Facts, asked: Question) -> Iterator[float | None]:
    rows, (bureau,) = compare(facts, asked), compare(facts, replace(asked, by=()))
    if can_be_judged(asked.metric) and (funnel := funnel_of(rows, bureau, asked.metric)):
        for unit in funnel.units:
            yield from (unit.low, unit.high, unit.far_low, unit.far_high)
    if can_be_standardised(asked.metric):
        for one in standardise(facts, asked):
            yield from (one.observed, one.expected, one.ratio, one.ratio_low, one.ratio_high)
