"""What may be said of a compared figure, and its exact numbers: one decision for sentence, card and table.

The verdict and the flags of the row decide. Added here are only the rules of wording: a change that shows as 0.0 is
"unchanged", a small base takes no percentage, a rate of few cases is not given, a rise above 100 % is told from-to,
and January or February alone is never compared with the year before.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from warehouse.comparison_row import ComparisonRow
from warehouse.metric_definition import Metric
from warehouse.periods import never_a_headline
from warehouse.rounding import half_up

Case = Literal[
    "suppressed",
    "not_delivered",
    "at_least",
    "no_value",
    "not_comparable",
    "festival",
    "no_base",
    "both_zero",
    "base_zero",
    "flat",
    "up",
    "down",
    "small_base",
    "within_noise",
]
Family = Literal["count", "share", "rate", "duration"]
# Cases in which a difference of two numbers is shown.
COMPARED = ("both_zero", "base_zero", "flat", "up", "down", "small_base", "within_noise")


@dataclass(frozen=True)
class Finding:
    """The case, and the numbers it is told with, exact; a share counts in percent, all else in its own unit.

    `percent` is the change in percent of the base, of counts only; `is_small`: too few for a percentage (count) or for
    a rate to be compared; `is_few`: too few in this period for the rate to be given at all.
    """

    case: Case
    family: Family
    value: Fraction | None
    base: Fraction | None
    is_small: bool
    is_few: bool

    @property
    def change(self) -> Fraction | None:
        """Value - base, of unrounded numbers; None where it may not be told."""
        if self.value is None or self.base is None or self.case not in COMPARED:
            return None
        # Of too few cases neither the rate nor its change in points is given.
        return None if self.is_small and self.family != "count" else self.value - self.base

    @property
    def percent(self) -> Fraction | None:
        """The change in percent, where that is told: not of small bases, not above 100, not of a fall to nothing."""
        if self.change is None or not self.base or not self.value or self.is_small or self.family != "count":
            return None
        percent = 100 * self.change / self.base
        return percent if percent <= 100 else None


def find(row: ComparisonRow, metric: Metric) -> Finding:
    """Decide what may be said of a row."""
    value = exact_value(row.value, row.numerator, row.denominator, metric)
    base = exact_value(row.base_value, row.base_numerator, row.base_denominator, metric)
    family = family_of(metric)
    is_few = family != "count" and is_below(row.denominator, metric)
    counted = row.base_value if family == "count" else row.base_denominator
    is_small = row.verdict == "small_base" or is_few or is_below(counted, metric)
    return Finding(_case(row, value, base, family), family, value, base, is_small, is_few)


def family_of(metric: Metric) -> Family:
    """How a metric's change is told: in percent, in points, in its own unit, or as time."""
    if metric.is_count:
        return "count"
    if metric.unit in ("minutes", "days"):
        return "duration"
    return "share" if metric.unit == "fraction" else "rate"


def is_below(count: float | None, metric: Metric) -> bool:
    """Whether a base or a denominator is too small for the metric."""
    return count is not None and count < metric.smallest_n


def exact_value(
    value: float | None, numerator: float | None, denominator: float | None, metric: Metric
) -> Fraction | None:
    """The number to show, unrounded: of a rate from its two counts, never from the float where the counts are known."""
    if value is None:
        return None
    scale = 100 if metric.unit == "fraction" else metric.scale
    if family_of(metric) in ("share", "rate") and numerator is not None and denominator:
        return scale * exact(numerator) / exact(denominator)
    return exact(value) * (100 if metric.unit == "fraction" else 1)


def exact(number: float) -> Fraction:
    """A float at its shortest repr: 0.1 is a tenth, 731.0 is 731."""
    return Fraction(repr(float(number)))


def rounded(number: Fraction) -> Decimal:
    """As people read it: whole numbers as they are, all else to one decimal, half up."""
    return half_up(number, 0 if number.denominator == 1 else 1)


def shown(number: Fraction, family: Family) -> Decimal:
    """The digits of a number of this family: rates always with one decimal, 96.0 and 3.0."""
    return half_up(number, 1) if family in ("share", "rate") else rounded(number)


def _case(row: ComparisonRow, value: Fraction | None, base: Fraction | None, family: Family) -> Case:
    if "suppressed" in row.flags:
        return "suppressed"
    if value is None and row.at_least_value is None:
        return "not_delivered" if "not_delivered" in row.flags else "no_value"
    if row.verdict == "not_comparable":
        return "not_comparable"
    # A lower bound, in the period or in its base, says nothing about more or less.
    if value is None or "at_least" in row.flags:
        return "at_least"
    if row.basis == "yoy" and "spring_festival" in row.flags and never_a_headline(row.period):
        return "festival"
    if row.base is None or base is None:
        return "no_base"
    return _compared_case(row, value, base, family)


def _compared_case(row: ComparisonRow, value: Fraction, base: Fraction, family: Family) -> Case:
    if base == 0 and (family == "count" or row.verdict == "no_base"):
        return "base_zero" if value else "both_zero"
    if row.verdict == "no_base":
        return "no_base"
    change = value - base
    if change == 0 or half_up(100 * change / base if family == "count" else change, 1) == 0:
        return "flat"
    # A verdict against the sign of the difference, which the engine does not pass, is not put into words.
    if row.verdict == ("up" if change > 0 else "down"):
        return row.verdict
    return "small_base" if row.verdict == "small_base" else "within_noise"
