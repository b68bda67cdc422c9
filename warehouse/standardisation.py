"""Case mix: what a unit would have had at the bureau's rates, and how its own figure stands to that.

Indirect standardisation: expected E = sum over strata of the bureau's rate times the unit's denominator; the ratio O/E
is valid of a unit against the bureau, and not of one unit against another, whose strata weigh differently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from warehouse.comparison import parts_of
from warehouse.facts import Facts
from warehouse.funnel import ALARM, ratio_dispersion, ratio_limits
from warehouse.measures import Key, Parts
from warehouse.metric_definition import Metric
from warehouse.question import NotAsked, Question
from warehouse.reference import Language
from warehouse.statistics import Numbers, poisson_interval, standardised_ratio_interval

_Sums = defaultdict[tuple[str | None, ...], float]
_UnitSums = defaultdict[str | None, float]

# Easy rows between neighbours are resolved more often than rows about land, and calls otherwise than visits.
STRATA = ("dispute_type", "channel")


@dataclass(frozen=True)
class Standardised:
    """One unit: events observed and expected at the bureau's rates, O/E with its 95 % interval, and ratio x rate.

    `far_low/far_high`: outside these a ratio is further from 1 than chance and the usual differences between units
    explain, the 99.8 % limits of a funnel (`warehouse.funnel`).
    """

    code: str | None
    name: str | None
    observed: float
    expected: float
    denominator: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    far_low: float | None
    far_high: float | None
    standardised_rate: float | None


def can_be_standardised(metric: Metric, *, unit: str = "station", strata: Sequence[str] = STRATA) -> bool:
    """Whether a metric is a share that is kept by unit and by all strata."""
    return metric.interval == "wilson" and {unit, *strata} <= metric.dimensions


def standardise(
    facts: Facts,
    question: Question,
    *,
    unit: str = "station",
    strata: Sequence[str] = STRATA,
    language: Language = "zh",
) -> list[Standardised]:
    """Every unit's standardised ratio for a metric that is a share; sorted by code.

    Raises:
        NotAsked: the metric is no share, or cannot be split by unit and strata.
    """
    metric = question.metric
    if not can_be_standardised(metric, unit=unit, strata=strata):
        missing = [name for name in (unit, *strata) if name not in metric.dimensions]
        reason = f"不能按 {', '.join(missing)} 分" if missing else "不是比率"
        raise NotAsked(f"{metric.id} 不能标准化：{reason} / {metric.id} cannot be standardised by {unit} and strata")
    cells = parts_of(facts, replace(question, by=(unit, *strata)))
    return _standardised(_sums_of(cells), facts.names.get(unit, {}), place=0 if language == "zh" else 1)


def _sums_of(cells: Mapping[Key, Parts]) -> tuple[_UnitSums, _UnitSums, _UnitSums, float]:
    """Observed, expected and cases by unit, and the rate of all."""
    known = [(key, parts.numerator or 0.0, parts.denominator) for key, parts in cells.items() if parts.denominator]
    hits, cases = _Sums(float), _Sums(float)
    for (_, *stratum), numerator, denominator in known:
        hits[tuple(stratum)] += numerator
        cases[tuple(stratum)] += denominator
    observed, expected, sizes = _UnitSums(float), _UnitSums(float), _UnitSums(float)
    for (code, *stratum), numerator, denominator in known:
        observed[code] += numerator
        sizes[code] += denominator
        expected[code] += hits[tuple(stratum)] / cases[tuple(stratum)] * denominator
    return observed, expected, sizes, sum(hits.values()) / sum(cases.values()) if cases else float("nan")


def _standardised(
    sums: tuple[_UnitSums, _UnitSums, _UnitSums, float], names: Mapping[str | None, tuple[str, str]], *, place: int
) -> list[Standardised]:
    observed, expected, sizes, rate = sums
    codes = sorted(sizes, key=lambda code: (code is None, code or ""))
    seen, wanted, cases = (
        np.array([sums[code] for code in codes], dtype=np.float64) for sums in (observed, expected, sizes)
    )
    is_common = rate > 0.5
    ends = ratio_interval(seen, wanted, cases, is_common=is_common)
    limits = [end.tolist() for end in (*ends, *_far_limits(seen, wanted, cases, is_common=is_common))]
    return [
        _row(
            code, names[code][place] if code in names else code, observed[code], expected[code], sizes[code], ends, rate
        )
        for code, *ends in zip(codes, *limits, strict=True)
    ]


def ratio_interval(
    observed: ArrayLike, expected: ArrayLike, cases: ArrayLike, *, is_common: bool, confidence: float = 0.95
) -> tuple[Numbers, Numbers]:
    """(low, high) of observed / expected: exact Poisson of the rarer outcome; NaN where nothing is expected.

    `is_common`: more than half of the cases have the event. Of 160 cases of which 147 should be settled it is the 13
    others that are rare and vary as a Poisson count does; taken for rare themselves, the 147 would have an interval
    three times too wide. The interval of the others is turned back into one of the events.
    """
    seen, wanted, n = (np.asarray(values, dtype=np.float64) for values in (observed, expected, cases))
    if not is_common:
        low, high = standardised_ratio_interval(seen, wanted, confidence=confidence)
        return low, high
    fewest, most = poisson_interval(np.maximum(n - seen, 0), confidence=confidence)
    return _turned(fewest, most, wanted, n)


def _far_limits(seen: Numbers, wanted: Numbers, n: Numbers, *, is_common: bool) -> tuple[Numbers, Numbers]:
    rare, usual = (np.maximum(n - seen, 0), np.maximum(n - wanted, 0)) if is_common else (seen, wanted)
    _, tau2 = ratio_dispersion(rare, usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = ratio_limits(usual, tau2=tau2, confidence=ALARM)
        return _turned(low * usual, high * usual, wanted, n) if is_common else (low, high)


def _turned(fewest: Numbers, most: Numbers, wanted: Numbers, n: Numbers) -> tuple[Numbers, Numbers]:
    """Limits of events / expected, from those of how many cases have no event."""
    share = np.where(wanted > 0, wanted, np.nan)
    return np.maximum(n - most, 0) / share, np.maximum(n - fewest, 0) / share


def _row(
    code: str | None,
    name: str | None,
    observed: float,
    expected: float,
    denominator: float,
    ends: Sequence[float],
    rate: float,
) -> Standardised:
    if expected <= 0:
        return Standardised(code, name, observed, expected, denominator, None, None, None, None, None, None)
    ratio = observed / expected
    low, high, far_low, far_high = ends
    return Standardised(code, name, observed, expected, denominator, ratio, low, high, far_low, far_high, ratio * rate)
