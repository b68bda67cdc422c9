"""Observed against expected in words, by figures made by hand."""

from __future__ import annotations

import pytest

from pages.components.case_mix import figure_words, interval_words, mix_place, units_frame, verdict_words
from tests.pages.components.test_funnel import view
from warehouse.metrics import METRICS
from warehouse.standardisation import Standardised

RESOLUTION, REPEATS = METRICS["resolution_rate_closed"], METRICS["repeat_rate_90d"]
FEWER = Standardised("S1", "S1", 122, 146.55, 160, 0.8325, 0.736, 0.909, 0.92, 1.05, 0.77)
AS_EXPECTED = Standardised("S2", "S2", 1250, 1249.0, 1400, 1.0008, 0.98, 1.03, 0.92, 1.05, 0.92)
MORE = Standardised("S3", "S3", 60, 30.0, 900, 2.0, 1.53, 2.57, 0.4, 1.8, 0.08)
TOO_FEW = Standardised("S4", "S4", 9, 8.6, 9, None, None, None, None, None, None)


def test_a_ratio_is_placed_by_the_limits_around_one_and_not_by_its_own_interval() -> None:
    assert [mix_place(one) for one in (FEWER, AS_EXPECTED, MORE, TOO_FEW)] == [
        "far_below",
        "within",
        "far_above",
        "within",
    ]
    interval_alone = Standardised("S5", "S5", 69, 52.7, 1324, 1.31, 1.02, 1.66, 0.5, 1.6, 0.05)
    assert mix_place(interval_alone) == "within"


def test_the_same_side_is_good_of_one_rate_and_bad_of_another() -> None:
    assert verdict_words(FEWER, RESOLUTION, "zh") == "少于预期，需要查看"
    assert verdict_words(FEWER, REPEATS, "zh") == "少于预期，好于全局"
    assert verdict_words(MORE, REPEATS, "en") == "more than expected, needs a look"
    assert verdict_words(AS_EXPECTED, RESOLUTION, "zh") == "与预期差异不显著"
    assert verdict_words(TOO_FEW, RESOLUTION, "zh") == "样本不足，不作对照"


def test_figures_are_rounded_half_up_from_what_was_computed() -> None:
    assert figure_words(FEWER, "zh") == "0.83（实际 122 起，预期 146.6 起）"
    assert figure_words(AS_EXPECTED, "en") == "1.00 (1,250 observed, 1,249.0 expected)"
    assert interval_words(FEWER, "zh") == "0.74—0.91"
    assert interval_words(TOO_FEW, "zh") == "—"


def test_units_stand_in_the_order_given_with_the_chosen_one_marked() -> None:
    frame = units_frame([FEWER, AS_EXPECTED, TOO_FEW], RESOLUTION, view(unit="S2", members=("S2",)))
    assert frame["code"].to_list() == ["S1", "S2", "S4"]
    assert frame["is_chosen"].to_list() == [False, True, False]
    assert frame["role"].to_list() == ["attention", "ordinary", "ordinary"]
    assert frame["ratio"].to_list() == [pytest.approx(0.8325), pytest.approx(1.0008), None]
