"""The 95 % intervals of a comparison row for tables, of the value and of its change, and limits around others."""

from __future__ import annotations

from fractions import Fraction

from warehouse.comparison_row import ComparisonRow
from warehouse.finding import Family, Finding, exact, family_of, find, shown
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.rounding import half_up
from warehouse.sentence_texts import read_texts, say


def format_value_interval(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The interval of the value: 94.9%—97.5%, 761—881; a dash where no value is given or no interval exists."""
    finding = find(row, metric)
    if finding.value is None or finding.is_few or row.value_low is None or row.value_high is None:
        return say("value.missing", language)
    low, high = (_bound(bound, finding.family) for bound in (row.value_low, row.value_high))
    return say("interval.of_value", language, low=low, high=high, unit="%" if finding.family == "share" else "")


def format_limits(low: float, high: float, metric: Metric, language: Language) -> str:
    """Limits of a metric's value that are not its interval, as a funnel's: 88.1%—96.4%."""
    family = family_of(metric)
    unit = "%" if family == "share" else ""
    return say("interval.of_value", language, low=_bound(low, family), high=_bound(high, family), unit=unit)


def format_change_interval(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The 95 % interval of the change: -8.6%至+2.1%, +0.4至+3.0个百分点; a dash where the change is withheld too."""
    finding = find(row, metric)
    low, high = (_change_bound(finding, bound) for bound in (row.interval_low, row.interval_high))
    # Of a base too small for a percentage the interval is one of percentages.
    if finding.change is None or finding.is_small or not (low or high):
        return say("value.missing", language)
    unit = _unit(finding, metric, language)
    if low and high:
        return say("interval.both", language, low=low + ("%" if unit == "%" else ""), high=high + unit)
    return say("interval.above" if low else "interval.below", language, low=low + unit, high=high + unit)


def _bound(bound: float, family: Family) -> str:
    number = exact(bound) * (100 if family == "share" else 1)
    # The exact interval of a count has ends between whole numbers, as the mean it is about.
    return f"{shown(number, 'share'):,}"


def _change_bound(finding: Finding, bound: float | None) -> str:
    if bound is None:
        return ""
    number = exact(bound) * (100 if finding.family in ("count", "share") else 1)
    figure = half_up(number, _digits(finding, number))
    return f"{figure:+}" if figure else f"{figure}"


def _digits(finding: Finding, number: Fraction) -> int:
    """One decimal; more where a real change would otherwise have a bound of 0.0, as in its sentence."""
    if finding.case not in ("up", "down"):
        return 1
    return next((digits for digits in (1, 2, 3) if half_up(number, digits)), 1)


def _unit(finding: Finding, metric: Metric, language: Language) -> str:
    if finding.family == "count":
        return "%"
    word = read_texts()["unit.points" if finding.family == "share" else f"unit.{metric.unit}"][language]
    return f" {word}" if language == "en" else word
