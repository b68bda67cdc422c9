"""Intervals as cells of a table: their own unit, a dash where none may be told, one bound where the other is open."""

from __future__ import annotations

from datetime import date

import pytest

from warehouse.comparison_row import ComparisonRow
from warehouse.metrics import METRICS
from warehouse.periods import Period
from warehouse.wording import format_change_interval, format_value_interval

MARCH = Period("month", date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 31))
BEFORE = Period("month", date(2025, 3, 1), date(2025, 3, 31), date(2025, 3, 31))


def row(metric: str, **figures: object) -> ComparisonRow:
    given: dict[str, object] = {"value": None, "verdict": "within_noise", **figures}
    return ComparisonRow(metric, METRICS[metric].unit, "yoy", MARCH, BEFORE, **given)  # type: ignore[arg-type]


COUNT = row(
    "dispute_incident_count", value=820.0, base_value=1040.0, change=-220.0, change_rate=-0.2115, verdict="down",
    value_low=764.8, value_high=878.1, interval_low=-0.2805, interval_high=-0.1362,
)  # fmt: skip
SHARE = row(
    "resolution_rate_closed", value=0.9643799, numerator=731.0, denominator=758.0, base_value=0.95,
    base_numerator=95.0, base_denominator=100.0, change=0.0144, value_low=0.9486, value_high=0.9754,
    interval_low=-0.012, interval_high=0.034,
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [(COUNT, "764.8至878.1", "764.8 to 878.1"), (SHARE, "94.9%至97.5%", "94.9% to 97.5%")],
)
def test_the_interval_of_a_value(given: ComparisonRow, zh: str, en: str) -> None:
    assert format_value_interval(given, METRICS[given.metric], "zh") == zh
    assert format_value_interval(given, METRICS[given.metric], "en") == en


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        (COUNT, "-28.1%至-13.6%", "-28.1% to -13.6%"),
        (SHARE, "-1.2至+3.4个百分点", "-1.2 to +3.4 percentage points"),
    ],
)
def test_the_interval_of_a_change(given: ComparisonRow, zh: str, en: str) -> None:
    assert format_change_interval(given, METRICS[given.metric], "zh") == zh
    assert format_change_interval(given, METRICS[given.metric], "en") == en


def test_a_bound_without_limit_is_left_out() -> None:
    metric = METRICS["dispute_incident_count"]
    open_above = row("dispute_incident_count", value=40.0, base_value=20.0, interval_low=0.5, change=20.0, verdict="up")
    assert format_change_interval(open_above, metric, "zh") == "+50.0%以上"


def test_too_few_cases_have_no_interval_of_their_rate() -> None:
    few = row("resolution_rate_closed", value=0.9, numerator=9.0, denominator=10.0, value_low=0.6, value_high=0.98)
    assert format_value_interval(few, METRICS[few.metric], "zh") == "—"
    assert format_change_interval(few, METRICS[few.metric], "en") == "—"
