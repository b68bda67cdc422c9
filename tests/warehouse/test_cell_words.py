"""What stands beside a figure: the interval of its change, and its flags in words."""

from __future__ import annotations

from datetime import date

import pytest

from tests.warehouse.figure_rows import ARRIVAL, INCIDENTS, RESOLVED, rate_of, row_of
from warehouse.cell_words import format_notes
from warehouse.comparison_row import ComparisonRow, Flag, Verdict
from warehouse.interval_words import format_change_interval
from warehouse.metric_definition import Metric

COUNT = row_of(INCIDENTS, 820, 1040, "down", change_rate=-0.212, interval_low=-0.281, interval_high=-0.136)
RATE = rate_of(RESOLVED, (731, 758), (700, 740), interval_low=-0.004, interval_high=0.041)
MINUTES = row_of(ARRIVAL, 8.0, 8.0, denominator=200.0, base_denominator=200.0, interval_low=0.0, interval_high=1.45)


@pytest.mark.parametrize(
    ("row", "metric", "zh", "en"),
    [
        (COUNT, INCIDENTS, "-28.1%至-13.6%", "-28.1% to -13.6%"),
        (RATE, RESOLVED, "-0.4至+4.1个百分点", "-0.4 to +4.1 percentage points"),
        # No sign for zero, halves up.
        (MINUTES, ARRIVAL, "0.0至+1.5分钟", "0.0 to +1.5 minutes"),
        # One end is infinite.
        (row_of(INCIDENTS, 90, 30, "up", change_rate=2.0, interval_low=0.95), INCIDENTS, "+95.0%以上", "from +95.0%"),
        # A bound of a real change is not shown as nothing.
        (
            row_of(INCIDENTS, 820, 1040, "down", interval_low=-0.4, interval_high=-0.0004),
            INCIDENTS,
            "-40.0%至-0.04%",
            "-40.0% to -0.04%",
        ),
        # Of a base of 4 no percentage is given, and so no interval of percentages.
        (row_of(INCIDENTS, 9, 4, "small_base", interval_low=-0.3, interval_high=6.0), INCIDENTS, "—", "—"),
        (row_of(INCIDENTS, 9, 40, "not_comparable", interval_low=-0.9, interval_high=-0.5), INCIDENTS, "—", "—"),
        (row_of(INCIDENTS, 40, None, "no_base"), INCIDENTS, "—", "—"),
    ],
)
def test_an_interval_stands_in_the_unit_of_its_change(row: ComparisonRow, metric: Metric, zh: str, en: str) -> None:
    assert format_change_interval(row, metric, "zh") == zh
    assert format_change_interval(row, metric, "en") == en


@pytest.mark.parametrize(
    ("flags", "zh"),
    [
        ((), ""),
        (("coverage_gap",), "上年同期或本期有单位尚未报送"),
        (("immature", "is_estimate"), "部分案件尚未满观察期；常住人口为估计数"),
        (("immature", "suppressed"), ""),
        (("immature", "not_delivered"), "部分案件尚未满观察期"),
    ],
)
def test_flags_are_told_in_words_one_after_the_other(flags: tuple[Flag, ...], zh: str) -> None:
    verdict: Verdict = "not_comparable" if "coverage_gap" in flags else "within_noise"
    assert format_notes(row_of(INCIDENTS, 820, 1040, verdict, flags=flags), INCIDENTS, "zh") == zh


def test_a_part_month_says_until_when() -> None:
    row = row_of(
        INCIDENTS, 820, 1040, period="2026-03", data_until=date(2026, 3, 20), flags=("partial_period", "unequal_days")
    )
    assert format_notes(row, INCIDENTS, "zh") == "截至20日（不完整月）；本期20天，上年同期20天"
