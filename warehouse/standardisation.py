"""Case mix: what a unit would have had at the bureau's rates, and how its own figure stands to that.

Indirect standardisation: expected E = sum over strata of the bureau's rate times the unit's denominator; the ratio O/E
is valid of a unit against the bureau, and not of one unit against another, whose strata weigh differently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from warehouse.comparison import compare
from warehouse.facts import Facts
from warehouse.question import NotAsked, Question
from warehouse.statistics import standardised_ratio_interval

_Sums = defaultdict[tuple[str | None, ...], float]
_UnitSums = defaultdict[str | None, float]

# Easy rows between neighbours are resolved more often than rows about land, and calls otherwise than visits.
STRATA = ("dispute_type", "channel")


@dataclass(frozen=True)
class Standardised:
    """One unit: events observed and expected at the bureau's rates, O/E with its 95 % interval, and ratio x rate."""

    code: str | None
    name: str | None
    observed: float
    expected: float
    denominator: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    standardised_rate: float | None


def standardise(
    facts: Facts, question: Question, *, unit: str = "station", strata: Sequence[str] = STRATA
) -> list[Standardised]:
    """Every unit's standardised ratio for a metric that is a share; sorted by code.

    Raises:
        NotAsked: the metric is no share, or cannot be split by unit and strata.
    """
    metric = question.metric
    missing = [name for name in (unit, *strata) if name not in metric.dimensions]
    if metric.interval != "wilson" or missing:
        reason = f"不能按 {', '.join(missing)} 分" if missing else "不是比率"
        raise NotAsked(f"{metric.id} 不能标准化：{reason} / {metric.id} cannot be standardised by {unit} and strata")
    rows = compare(facts, replace(question, by=(unit, *strata)))
    cells = [row for row in rows if row.denominator]
    hits, cases = _Sums(float), _Sums(float)
    for row in cells:
        stratum = tuple(row.keys[name] for name in strata)
        hits[stratum] += row.numerator or 0.0
        cases[stratum] += row.denominator or 0.0
    names: dict[str | None, str | None] = {}
    observed, expected, sizes = _UnitSums(float), _UnitSums(float), _UnitSums(float)
    for row in cells:
        code, stratum = row.keys[unit], tuple(row.keys[name] for name in strata)
        names[code] = row.names[unit]
        observed[code] += row.numerator or 0.0
        sizes[code] += row.denominator or 0.0
        expected[code] += hits[stratum] / cases[stratum] * (row.denominator or 0.0)
    rate = sum(hits.values()) / sum(cases.values()) if cases else float("nan")
    codes = sorted(names, key=lambda code: (code is None, code or ""))
    low, high = standardised_ratio_interval([observed[code] for code in codes], [expected[code] for code in codes])
    return [
        _row(code, names[code], observed[code], expected[code], sizes[code], float(bottom), float(top), rate)
        for code, bottom, top in zip(codes, np.atleast_1d(low), np.atleast_1d(high), strict=True)
    ]


def _row(
    code: str | None,
    name: str | None,
    observed: float,
    expected: float,
    denominator: float,
    low: float,
    high: float,
    rate: float,
) -> Standardised:
    if expected <= 0:
        return Standardised(code, name, observed, expected, denominator, None, None, None, None)
    ratio = observed / expected
    return Standardised(code, name, observed, expected, denominator, ratio, low, high, ratio * rate)
