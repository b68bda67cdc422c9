"""How the cases of a period come to an end, day by day: the curve that the median and the shares in time stand on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from warehouse.comparison import measure_slices
from warehouse.distribution_estimates import shares_finished
from warehouse.facts import Facts
from warehouse.measures import Distribution
from warehouse.question import NotAsked, Question
from warehouse.slices import slices_of


@dataclass(frozen=True)
class Curve:
    """The share finished (0..1) by every day from 0 on, with its pointwise 95 % band; `cases` are what it rests on.

    It ends on the last day on which any case was still followed: nothing is known after it.
    """

    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    cases: int


def survival_curves(facts: Facts, question: Question, *, last_day: int) -> tuple[Curve | None, Curve | None]:
    """The curves of a question's period and of its base, up to `last_day` days; None where nothing is known.

    Of the same windows, filters and cases as the figures of the metric, which lie on the curve: its median is the first
    day on which `share` reaches a half. Raises NotAsked for a metric of another kind and for a question that is split.
    """
    if question.metric.kind != "survival" or question.by:
        raise NotAsked(f"{question.metric.id} 没有曲线 / has no curve, or not one alone")
    sides = measure_slices(facts, replace(question, by=()), slices_of(facts, question))
    found = [measured.get((0, ())) for measured in sides]
    current, base = (parts.distribution if parts else None for parts in found)
    return _curve(current, last_day), _curve(base, last_day)


def _curve(distribution: Distribution | None, last_day: int) -> Curve | None:
    if distribution is None or not (distribution.cases.sum() + distribution.open.sum()):
        return None
    share, low, high = (figures[0] for figures in shares_finished([distribution], range(last_day + 1)))
    known = np.isfinite(share)
    cases = int(distribution.cases.sum() + distribution.open.sum())
    followed, lows, highs = (tuple(figures[known].tolist()) for figures in (share, low, high))
    return Curve(followed, lows, highs, cases)
