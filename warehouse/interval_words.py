"""The 95 % intervals of a comparison row for tables, of the value and of its change, and limits around others."""

from __future__ import annotations

from warehouse.comparison_row import ComparisonRow
from warehouse.finding import Family, exact, family_of, find, shown
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
    """The interval of the change: -27.6% 至 -14.3%, of a rate in points; a dash where no change is told.

    One bound alone where the other is without limit.
    """
    finding = find(row, metric)
    bounds = (row.interval_low, row.interval_high)
    if finding.change is None or bounds == (None, None):
        return say("value.missing", language)
    is_share = finding.family in ("count", "share")
    low, high = (
        "" if bound is None else f"{half_up(exact(bound) * (100 if is_share else 1), 1):+}" for bound in bounds
    )
    key = "interval.of_change" if low and high else "interval.above" if low else "interval.below"
    return say(key, language, low=low, high=high, unit=_unit(finding.family, metric, language))


def _bound(bound: float, family: Family) -> str:
    number = exact(bound) * (100 if family == "share" else 1)
    # The exact interval of a count has ends between whole numbers, as the mean it is about.
    return f"{shown(number, 'share'):,}"


def _unit(family: Family, metric: Metric, language: Language) -> str:
    if family == "count":
        return "%"
    word = read_texts()[f"unit.{'points' if family == 'share' else metric.unit}"][language]
    return f" {word}"
