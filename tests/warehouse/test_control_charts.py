"""Control charts and funnels against published cases, hand-made ones, and slow plain-Python versions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
import statsmodels.stats.meta_analysis
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.statistics import (
    funnel_dispersion,
    funnel_limits,
    laney_limits,
    proportion_funnel_dispersion,
    proportion_funnel_limits,
    shift_signals,
    trend_signals,
    two_of_three_signals,
    xmr_limits,
)

NAN = math.nan


# XmR


def test_individuals_limits_agree_with_the_nist_handbook() -> None:
    # NIST/SEMATECH e-Handbook 6.3.2.2; it takes 3 / 1.128 where the NHS rounds to 2.66.
    rates = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    assert xmr_limits(rates) == pytest.approx((50.81, 45.8159, 55.8041), abs=0.001)


def test_screening_leaves_out_the_jumps_of_one_outlier_but_not_the_outlier() -> None:
    # Ranges: 2 ten times, then 36 and 36; their mean is 92 / 12, the ceiling 25.05, the rest have mean 2.
    values = [10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 46, 10]
    centre = sum(values) / 13
    assert xmr_limits(values) == pytest.approx((centre, centre - 2.66 * 92 / 12, centre + 2.66 * 92 / 12))
    assert xmr_limits(values, screen=True) == pytest.approx((centre, centre - 2.66 * 2, centre + 2.66 * 2))


def test_screening_looks_only_once() -> None:
    # Twenty ranges of 1, one of 30, one of 400: the first ceiling 66.8 lets 30 stay, a second one (7.8) would not.
    values = np.cumsum([0.0, *[1.0, -1.0] * 10, 30.0, 400.0])
    centre, lower, upper = xmr_limits(values, screen=True)
    assert upper - centre == pytest.approx(2.66 * 50 / 21)
    assert centre - lower == pytest.approx(2.66 * 50 / 21)


def test_a_constant_series_has_limits_on_its_centre() -> None:
    assert xmr_limits([4, 4, 4]) == xmr_limits([4, 4, 4], screen=True) == (4, 4, 4)


def test_a_missing_month_is_in_no_mean_and_in_no_moving_range() -> None:
    # Mean of 1 3 8 12; ranges 2 and 4, none across the gap.
    assert xmr_limits([1, 3, NAN, 8, 12]) == pytest.approx((6, 6 - 2.66 * 3, 6 + 2.66 * 3))


def test_too_few_points_have_no_limits() -> None:
    centre, lower, upper = xmr_limits([5])
    assert centre == 5
    assert math.isnan(lower)
    assert math.isnan(upper)
    assert np.isnan(xmr_limits([])).all()
    assert np.isnan(xmr_limits([NAN, NAN], screen=True)).all()


def test_many_charts_are_worked_out_together() -> None:
    charts = np.random.default_rng(1).normal(50, 5, size=(3, 24))
    charts[1, 3] = NAN
    centres, lowers, uppers = xmr_limits(charts, screen=True)
    for row in range(3):
        assert (centres[row], lowers[row], uppers[row]) == xmr_limits(charts[row], screen=True)


def test_pure_noise_lies_outside_the_limits_about_three_times_in_a_thousand() -> None:
    # The limits come from a long first series, the points from a second; a normal one leaves 0.27 % outside.
    rng = np.random.default_rng(9)
    _, lower, upper = xmr_limits(rng.normal(size=40_000))
    fresh = rng.normal(size=40_000)
    assert np.mean((fresh < lower) | (fresh > upper)) == pytest.approx(0.0027, abs=0.001)


# Run rules, with the cases of NHSRplotthedots


@pytest.mark.parametrize(
    ("sides", "signals"),
    [
        ([1] * 6, [0] * 6),
        ([1] * 6 + [-1], [0] * 7),
        ([1] * 8 + [-1], [0, 0, 0, 0, 0, 0, 1, 1, 0]),
        ([1, *[-1] * 8, 1], [0, 0, 0, 0, 0, 0, 0, -1, -1, 0]),
        ([0] * 9, [0] * 9),
        ([1, 1, 1, 0, 1, 1, 1, 1], [0] * 8),
        ([1, 1, 1, NAN, 1, 1, 1, 1], [0] * 8),
        ([], []),
    ],
)
def test_seven_on_one_side_are_marked_from_the_seventh_on(sides: list[float], signals: list[int]) -> None:
    assert shift_signals(sides).tolist() == signals


@pytest.mark.parametrize(
    ("values", "signals"),
    [
        ([1, 2, 3, 4, 5, 6], [0] * 6),
        ([1, 2, 3, 3, 4, 5, 6], [0] * 7),
        ([1, 2, 3, 4, 5, 6, 7], [0] * 6 + [1]),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [0] * 7 + [1, 0]),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [0] * 7 + [-1, 0]),
        ([1, 2, 3, NAN, 5, 6, 7, 8, 9], [0] * 9),
        ([], []),
    ],
)
def test_seven_rising_or_falling_are_marked_from_the_seventh_on(values: list[float], signals: list[int]) -> None:
    assert trend_signals(values).tolist() == signals


@pytest.mark.parametrize(
    ("near", "signals"),
    [
        ([0, 0, 0], [0, 0, 0]),
        ([1, 0, 1], [1, 1, 1]),
        ([0, -1, -1], [1, 1, 1]),
        ([0, 0, 1, 0, 1, 0, 0], [0, 0, 1, 1, 1, 0, 0]),
        ([0, 0, 1, 1, 0, 0, 0], [0, 1, 1, 1, 1, 0, 0]),
        ([1, 0, 0, 1], [0, 0, 0, 0]),
        # One near each limit is no signal.
        ([0, 1, -1, 0, 1], [0, 0, 0, 0, 0]),
        ([1, NAN, 1], [1, 1, 1]),
        # Three points make a window, two do not.
        ([1, 1], [0, 0]),
        ([], []),
    ],
)
def test_two_of_three_near_one_limit_mark_all_three(near: list[float], signals: list[int]) -> None:
    assert two_of_three_signals(near).tolist() == signals


def slow_shift(sides: Sequence[int], run: int) -> list[int]:
    signals, length = [], 0
    for place, side in enumerate(sides):
        length = length + 1 if place and side == sides[place - 1] else 1
        signals.append(side if length >= run else 0)
    return signals


def slow_trend(values: Sequence[int], run: int) -> list[int]:
    signals = []
    for end in range(len(values)):
        window = list(values[end - run + 1 : end + 1]) if end >= run - 1 else []
        distinct = len(set(window)) == run
        rising, falling = distinct and window == sorted(window), distinct and window == sorted(window, reverse=True)
        signals.append(int(rising) - int(falling))
    return signals


@given(st.lists(st.integers(-1, 1), max_size=30), st.integers(2, 7))
@settings(max_examples=60)
def test_runs_agree_with_counting_them_one_by_one(sides: list[int], run: int) -> None:
    assert shift_signals(sides, run=run).tolist() == slow_shift(sides, run)


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(2, 4))
@settings(max_examples=60)
def test_trends_agree_with_sorting_every_window(values: list[int], run: int) -> None:
    assert trend_signals(values, run=run).tolist() == slow_trend(values, run)


@given(st.lists(st.integers(-1, 1), max_size=30))
@settings(max_examples=60)
def test_two_of_three_agree_with_looking_at_every_window(near: list[int]) -> None:
    marked = [0] * len(near)
    for start in range(len(near) - 2):
        window = near[start : start + 3]
        if max(window.count(1), window.count(-1)) >= 2:
            marked[start : start + 3] = [1, 1, 1]
    assert two_of_three_signals(near).tolist() == marked


def test_the_rules_read_many_charts_together() -> None:
    sides = np.random.default_rng(2).choice([-1, 1], size=(4, 40), p=[0.2, 0.8])
    for rule in (shift_signals, trend_signals, two_of_three_signals):
        np.testing.assert_array_equal(rule(sides), [rule(row) for row in sides])


# Laney p'


def test_two_months_have_the_limits_worked_out_by_hand() -> None:
    # Pooled share 0.5, deviation 0.05, z -2 and 2: sigma_z is 4 / 1.128.
    half = 3 * 0.05 * 4 / 1.128
    centre, lower, upper = laney_limits([40, 60], [100, 100])
    assert centre == 0.5
    np.testing.assert_allclose(lower, [0.5 - half] * 2)
    np.testing.assert_allclose(upper, [0.5 + half] * 2)


def test_laney_limits_agree_with_a_slow_version() -> None:
    rng = np.random.default_rng(4)
    asked = [int(n) for n in rng.integers(20, 4_000, size=30)]
    pleased = [int(rng.binomial(n, rng.beta(90, 10))) for n in asked]
    centre = sum(pleased) / sum(asked)
    deviations = [math.sqrt(centre * (1 - centre) / n) for n in asked]
    z = [(k / n - centre) / s for k, n, s in zip(pleased, asked, deviations, strict=True)]
    sigma = sum(abs(b - a) for a, b in itertools.pairwise(z)) / 29 / 1.128
    ours, lower, upper = laney_limits(pleased, asked)
    assert ours == pytest.approx(centre)
    np.testing.assert_allclose(lower, [centre - 3 * s * sigma for s in deviations])
    np.testing.assert_allclose(upper, [centre + 3 * s * sigma for s in deviations])


def test_later_points_do_not_move_limits_that_stand_on_the_first_ones() -> None:
    centre, lower, upper = laney_limits([40, 60], [100, 100])
    ours = laney_limits([40, 60, 95, 380], [100, 100, 100, 400], baseline=2)
    assert ours[0] == centre
    # The same where as many were asked, half as wide where four times as many were.
    np.testing.assert_allclose(ours[1], [*lower, lower[0], centre - (centre - lower[0]) / 2])
    np.testing.assert_allclose(ours[2], [*upper, upper[0], centre + (upper[0] - centre) / 2])


def test_a_month_without_answers_has_no_limits_and_harms_no_other() -> None:
    centre, lower, upper = laney_limits([40, 60, 0, 50], [100, 100, 0, 100])
    assert centre == 0.5
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [False, False, True, False]
    # The only neighbours are the first two: sigma_z as if the rest were not there.
    np.testing.assert_allclose(upper[:2], 0.5 + 3 * 0.05 * 4 / 1.128)


def test_a_month_with_a_missing_count_is_left_out_of_the_pooled_share() -> None:
    ours, without = laney_limits([40, 60, NAN, 50], [100, 100, 900, 100]), laney_limits([40, 60], [100, 100])
    assert ours[0] == without[0] == 0.5
    np.testing.assert_array_equal(ours[1][:2], without[1])


@pytest.mark.parametrize(("share", "successes"), [(0.0, [0, 0, 0]), (1.0, [10, 20, 30])])
def test_all_or_nothing_has_limits_on_its_centre(share: float, successes: list[int]) -> None:
    centre, lower, upper = laney_limits(successes, [10, 20, 30])
    assert (centre, lower.tolist(), upper.tolist()) == (share, [share] * 3, [share] * 3)


def test_no_month_or_one_has_no_laney_limits() -> None:
    centre, lower, upper = laney_limits([], [])
    assert math.isnan(centre)
    assert lower.shape == upper.shape == (0,)
    centre, lower, upper = laney_limits([3], [4])
    assert centre == 0.75
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [True]
    with pytest.raises(ValueError, match="between 0 and trials"):
        laney_limits([5, 1], [4, 4])


# Funnels


def test_two_stations_have_the_dispersion_worked_out_by_hand() -> None:
    # z = 2 (6 - 5) and 2 (9 - 10); weights 100 and 400: (2 x 4 - 1) / (500 - 170,000 / 500).
    assert funnel_dispersion([36, 81], [25, 100], winsorise=0) == pytest.approx((4, 7 / 160))


def test_winsorising_draws_each_tail_in_to_its_quantile() -> None:
    # Of eleven, the 10 % quantile is the second smallest: -9 becomes -1 and 8 becomes 2.
    z = np.array([-9, -1, 0, 0, 0, 0, 0, 0, 0, 2, 8])
    phi, tau2 = funnel_dispersion((10 + z / 2) ** 2, np.full(11, 100))
    assert phi == pytest.approx((1 + 1 + 4 + 4) / 11)
    # 10 is no more than 11 - 1: nothing beyond chance.
    assert tau2 == 0.0


def test_stations_more_alike_than_chance_have_no_variance_between_them() -> None:
    assert funnel_dispersion([30, 50, 90], [30, 50, 90]) == (0.0, 0.0)


def test_tau2_is_dersimonian_and_laird_where_the_target_is_the_weighted_mean() -> None:
    rng = np.random.default_rng(6)
    expected = rng.uniform(20, 400, size=15)
    observed = rng.poisson(expected * rng.gamma(20, 1 / 20, size=15)).astype(float)
    # Scaled so that the mean of sqrt(O / E), weighted by 4 E, is the target 1.
    expected *= (np.sum(np.sqrt(observed * expected)) / np.sum(expected)) ** 2
    phi, tau2 = funnel_dispersion(observed, expected, winsorise=0)
    theirs = statsmodels.stats.meta_analysis.combine_effects(
        np.sqrt(observed / expected), 1 / (4 * expected), method_re="chi2"
    )
    assert tau2 > 0
    assert tau2 == pytest.approx(theirs.tau2, abs=1e-12)
    assert phi * 15 == pytest.approx(theirs.q, rel=1e-9)


def test_stations_without_a_figure_or_an_expectation_are_left_out() -> None:
    assert funnel_dispersion([36, NAN, 81, 0, 7], [25, 40, 100, 0, NAN], winsorise=0) == funnel_dispersion(
        [36, 81], [25, 100], winsorise=0
    )


def test_one_station_or_none_has_no_variance_between_stations() -> None:
    phi, tau2 = funnel_dispersion([36], [25])
    assert phi == 4.0
    assert math.isnan(tau2)
    assert np.isnan(funnel_dispersion([], [])).all()


@pytest.mark.parametrize("winsorise", [-0.1, 0.5])
def test_winsorising_by_half_or_less_than_nothing_is_refused(winsorise: float) -> None:
    with pytest.raises(ValueError, match="winsorise"):
        funnel_dispersion([36, 81], [25, 100], winsorise=winsorise)


def test_funnel_limits_are_squares_around_one() -> None:
    # s = 0.1 for 25 expected; with tau2 0.03 the deviation is 0.2; z = 1.959964 and 3.090232.
    assert funnel_limits(25) == pytest.approx(((1 - 0.1959964) ** 2, (1 + 0.1959964) ** 2), abs=1e-7)
    assert funnel_limits(25, tau2=0.03) == pytest.approx(((1 - 0.3919928) ** 2, (1 + 0.3919928) ** 2), abs=1e-7)
    assert funnel_limits(25, confidence=0.998) == pytest.approx(((1 - 0.3090232) ** 2, (1 + 0.3090232) ** 2), abs=1e-7)


def test_a_small_station_has_no_lower_limit() -> None:
    low, high = funnel_limits([0, 0.5, 0.9, 100])
    assert low[:3].tolist() == [0, 0, 0]
    assert high[0] == math.inf
    assert (np.diff(high[1:]) < 0).all()


def test_stations_that_differ_by_chance_alone_stay_inside_the_funnel() -> None:
    expected = np.full(20_000, 60.0)
    ratio = np.random.default_rng(8).poisson(expected) / expected
    for confidence, outside, slack in ((0.95, 0.05, 0.012), (0.998, 0.002, 0.0012)):
        low, high = funnel_limits(expected, confidence=confidence)
        assert np.mean((ratio < low) | (ratio > high)) == pytest.approx(outside, abs=slack)


def test_shares_are_put_in_a_funnel_on_the_arcsine_scale() -> None:
    # Target 0.5 is pi / 4; s = 0.05 for 100 trials.
    low, high = proportion_funnel_limits([100, 1], 0.5)
    half = 1.9599640 * 0.05
    assert (low[0], high[0]) == pytest.approx(
        (math.sin(math.pi / 4 - half) ** 2, math.sin(math.pi / 4 + half) ** 2), abs=1e-7
    )
    assert (low[1], high[1]) == (0.0, 1.0)


def test_the_dispersion_of_shares_is_around_the_pooled_share() -> None:
    # Pooled 0.5; arcsin(sqrt(0.25)) is pi / 6 and of 0.75 pi / 3, so z = -+ 20 x pi / 12 for 100 trials each.
    phi, tau2 = proportion_funnel_dispersion([25, 75, 0], [100, 100, 0], winsorise=0)
    assert phi == pytest.approx((20 * math.pi / 12) ** 2)
    assert tau2 == pytest.approx((2 * phi - 1) / (800 - 400))


def test_impossible_funnels_are_refused() -> None:
    with pytest.raises(ValueError, match="tau2"):
        funnel_limits(25, tau2=-0.1)
    with pytest.raises(ValueError, match="confidence"):
        funnel_limits(25, confidence=95)
    with pytest.raises(ValueError, match="negative"):
        funnel_dispersion([-1, 2], [3, 3])
    with pytest.raises(ValueError, match="between 0 and trials"):
        proportion_funnel_dispersion([5, 2], [3, 3])
