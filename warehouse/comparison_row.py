"""One compared figure: the value, its base, what changed, and whether that is news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from warehouse.periods import Basis, Period

Verdict = Literal["not_comparable", "no_base", "up", "down", "small_base", "within_noise"]
Flag = Literal[
    "partial_period",
    "spring_festival",
    "series_break",
    "coverage_gap",
    "coarse_grain",
    "immature",
    "at_least",
    "mixed_modes",
    "is_estimate",
    "whole_months_only",
    "unequal_days",
    "not_delivered",
    "suppressed",
]
FLAGS: tuple[Flag, ...] = Flag.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class ComparisonRow:
    """One cell of a comparison; fractions 0..1, null where a number does not exist, never NaN or infinity.

    `change` is value - base; `change_rate` value/base - 1, of counts only. `interval_low/high` is the 95 % interval of
    `change_rate` for counts and of `change` for everything else. For quantiles the numerator is null and the
    denominator n. `at_least_value` holds "120余" figures, which are never summed with exact ones. With the flag
    `unequal_days` a count is called up or down only where the change per day is real too.
    """

    metric: str
    unit: str
    basis: Basis
    period: Period
    base: Period | None
    value: float | None
    verdict: Verdict
    numerator: float | None = None
    denominator: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    base_value: float | None = None
    base_numerator: float | None = None
    base_denominator: float | None = None
    change: float | None = None
    change_rate: float | None = None
    interval_low: float | None = None
    interval_high: float | None = None
    dispersion: float | None = None
    at_least_value: float | None = None
    flags: tuple[Flag, ...] = ()
    # Dimension -> code (null: the source does not say), and dimension -> name in the reader's language.
    keys: Mapping[str, str | None] = field(default_factory=dict)
    names: Mapping[str, str | None] = field(default_factory=dict)

    def as_record(self) -> dict[str, Any]:
        """The contract of `python -m warehouse metric --format json`: plain values, dates as ISO text."""
        record: dict[str, Any] = {}
        for dimension, code in self.keys.items():
            record |= {dimension: code, f"{dimension}_name": self.names.get(dimension)}
        record |= {
            "metric": self.metric,
            "period_start": self.period.start.isoformat(),
            "period_end": self.period.end.isoformat(),
            "base_start": self.base.start.isoformat() if self.base else None,
            "base_end": self.base.end.isoformat() if self.base else None,
            "unit": self.unit,
        }
        for name in NUMBERS:
            record[name] = _plain(getattr(self, name))
        return record | {"verdict": self.verdict, "flags": list(self.flags)}


def _plain(number: float | None) -> float | int | None:
    """A whole number without its point: counts read as counts."""
    return int(number) if number is not None and number.is_integer() else number


NUMBERS = (
    "value",
    "numerator",
    "denominator",
    "value_low",
    "value_high",
    "base_value",
    "base_numerator",
    "base_denominator",
    "change",
    "change_rate",
    "interval_low",
    "interval_high",
    "dispersion",
    "at_least_value",
)
