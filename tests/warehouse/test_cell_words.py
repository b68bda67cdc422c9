"""The flags of a figure in words."""

from __future__ import annotations

from datetime import date

import pytest

from tests.warehouse.figure_rows import INCIDENTS, row_of
from warehouse.cell_words import format_notes
from warehouse.comparison_row import Flag, Verdict


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
