"""A card says what the row says, and carries colour only where a change is real and good or bad."""

from __future__ import annotations

import math
from datetime import date

import pytest

from pages.components.kpi import kpi, role_of, spark
from tests.pages.rows import count, rate
from warehouse.comparison_row import Verdict
from warehouse.metrics import METRICS

JUNE = date(2026, 6, 1)
DISPUTES, RESOLVED, REPEATED = (
    METRICS[name] for name in ("dispute_incident_count", "resolution_rate_closed", "repeat_rate_90d")
)


@pytest.mark.parametrize(
    ("metric", "verdict", "now", "role"),
    [
        ("resolution_rate_closed", "up", 950, "better"),
        ("resolution_rate_closed", "down", 850, "attention"),
        ("repeat_rate_90d", "up", 950, "attention"),
        ("repeat_rate_90d", "down", 850, "better"),
        ("resolution_rate_closed", "within_noise", 905, "ordinary"),
        ("resolution_rate_closed", "not_comparable", 950, "ordinary"),
        # The counts are too few for the change to be told.
        ("resolution_rate_closed", "small_base", 950, "ordinary"),
    ],
)
def test_blue_is_better_and_orange_needs_a_look_by_the_direction_of_the_metric(
    metric: str, verdict: Verdict, now: int, role: str
) -> None:
    row = rate((now, 1000), (900, 1000), verdict, metric=metric, month=JUNE)
    assert role_of(row, METRICS[metric]) == role
    colour = {"better": "blue", "attention": "orange", "ordinary": "gray"}[role]
    assert kpi(row, METRICS[metric], (), "zh").colour == colour


def test_a_real_change_of_a_neutral_measure_is_grey_on_the_card_and_ink_in_a_chart() -> None:
    row = count(300, 200, "up", month=JUNE, interval_low=0.2, interval_high=0.9)
    assert role_of(row, DISPUTES) == "ink"
    card = kpi(row, DISPUTES, (), "zh")
    assert (card.value, card.change, card.colour, card.verdict) == ("300 起", "+50.0%", "gray", "上升")


def test_a_rate_stands_with_its_counts_and_those_of_its_base() -> None:
    card = kpi(rate((731, 758), (700, 750), "within_noise", metric=RESOLVED.id, month=JUNE), RESOLVED, (), "zh")
    # 731 / 758 = 96.44 %, 700 / 750 = 93.33 %, 3.10 points apart.
    assert (card.value, card.change) == ("96.4%", "+3.1 个百分点")
    assert card.beside == "2026年6月 · 731/758 · 上年同期 93.3%（700/750）"


def test_a_figure_that_may_not_be_compared_shows_no_change_and_no_base() -> None:
    card = kpi(count(300, 200, "not_comparable", month=JUNE, flags=("coverage_gap",)), DISPUTES, (), "en")
    assert (card.value, card.change, card.verdict) == ("300 cases", "", "not comparable")
    assert card.beside == "June 2026"
    assert "not every unit has delivered" in card.passport


def test_too_few_cases_are_said_once_and_with_their_counts() -> None:
    row = rate((27, 29), (28, 29), "small_base", metric=RESOLVED.id, month=JUNE)
    card = kpi(row, RESOLVED, (), "zh")
    assert (card.value, card.change, card.verdict) == ("样本不足", "", "")
    assert card.beside == "2026年6月 · 27/29"


def test_nothing_delivered_is_said_in_words_and_is_not_zero() -> None:
    card = kpi(None, DISPUTES, (), "zh")
    assert (card.value, card.change, card.beside, card.months) == ("尚未报送", "", "没有收到文件", ())


def test_the_small_line_has_a_gap_where_a_month_is_not_whole_or_too_small() -> None:
    row = rate((90, 100), (90, 100), "within_noise", metric=REPEATED.id, month=JUNE)
    assert spark(row, REPEATED, is_whole=True) == pytest.approx(90)
    assert math.isnan(spark(row, REPEATED, is_whole=False))
    few = rate((9, 10), (90, 100), "small_base", metric=REPEATED.id, month=JUNE)
    assert math.isnan(spark(few, REPEATED, is_whole=True))
    assert math.isnan(spark(count(None, 4, "no_base", month=JUNE), DISPUTES, is_whole=True))
