"""Intervals against published tables, independent libraries, figures worked out by hand, and simulation."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import scipy.stats
import statsmodels.stats.multitest
import statsmodels.stats.proportion
import statsmodels.stats.rates
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.statistics import (
    benjamini_hochberg,
    difference_interval,
    expected_events,
    newcombe_interval,
    poisson_interval,
    rate_ratio_interval,
    standardised_ratio_interval,
    wilson_interval,
)

NAN, INF = math.nan, math.inf
COUNTS = st.integers(0, 5_000)


def percent(interval: tuple[Any, Any], *, minus: float = 0.0) -> tuple[float, float]:
    low, high = interval
    return round(100 * (low - minus), 1), round(100 * (high - minus), 1)


# Ratio of two counts


def test_the_ratio_of_two_rates_has_the_published_exact_interval() -> None:
    # Fay 2022, vignette of R's rateratio.test: 2 events in 17,877 units of time against 9 in 16,660.
    interval = rate_ratio_interval(2, 9, current_exposure=17_877, base_exposure=16_660)
    assert interval == pytest.approx((0.02177406, 1.0005491), abs=5e-8)


@pytest.mark.parametrize(
    ("current", "base", "low", "high"),
    # The same sort of fall, once noise and once news.
    [(82, 104, -41.7, 6.3), (245, 367, -43.4, -21.3)],
)
def test_the_same_percentage_can_be_noise_or_news(current: int, base: int, low: float, high: float) -> None:
    assert percent(rate_ratio_interval(current, base), minus=1) == (low, high)


@pytest.mark.parametrize(("current", "base"), list(itertools.product([0, 1, 5, 120, 10_000], repeat=2)))
def test_a_ratio_without_dispersion_is_the_exact_binomial_interval(current: int, base: int) -> None:
    low, high = rate_ratio_interval(current, base, current_exposure=28, base_exposure=31)
    if current + base == 0:
        assert (low, high) == (0.0, INF)
        return
    exact = scipy.stats.binomtest(current, current + base).proportion_ci(0.95, method="exact")
    # Back to the share of the current period among all events, 28 days of 59 where nothing changed.
    assert low / (low + 31 / 28) == pytest.approx(exact.low, abs=1e-10)
    assert (high == INF) == (base == 0)
    assert 1 / (1 + 31 / 28 / high) == pytest.approx(exact.high, abs=1e-10)


def test_dispersion_divides_both_counts() -> None:
    assert rate_ratio_interval(300, 450, dispersion=3) == rate_ratio_interval(100, 150)
    # 82 / 1.7 and 104 / 1.7 are no integers: the beta quantiles of scipy.stats instead.
    a, b = 82 / 1.7, 104 / 1.7
    low, high = scipy.stats.beta.ppf(0.025, a, b + 1), scipy.stats.beta.ppf(0.975, a + 1, b)
    wanted = (low / (1 - low), high / (1 - high))
    assert rate_ratio_interval(82, 104, dispersion=1.7) == pytest.approx(wanted, rel=1e-9)


def test_no_event_in_one_period_leaves_one_end_open() -> None:
    # The chance p of a current event is at most 1 - 0.025 ** (1 / 4).
    upper = 1 - 0.025**0.25
    low, high = rate_ratio_interval(0, 4)
    assert (low, high) == (0.0, pytest.approx(upper / (1 - upper), abs=1e-12))
    assert rate_ratio_interval(4, 0) == (pytest.approx(1 / high, rel=1e-12), INF)


@given(COUNTS, COUNTS, st.floats(1, 6), st.integers(1, 366), st.integers(1, 366))
@settings(max_examples=60)
def test_swapping_the_periods_inverts_the_interval(x1: int, x0: int, dispersion: float, t1: int, t0: int) -> None:
    low, high = rate_ratio_interval(x1, x0, current_exposure=t1, base_exposure=t0, dispersion=dispersion)
    back_low, back_high = rate_ratio_interval(x0, x1, current_exposure=t0, base_exposure=t1, dispersion=dispersion)
    assert low == pytest.approx(0 if back_high == INF else 1 / back_high, rel=1e-9)
    assert high == pytest.approx(INF if back_low == 0 else 1 / back_low, rel=1e-9)


@given(COUNTS, COUNTS, st.floats(1, 6), st.floats(0.01, 6))
@settings(max_examples=60)
def test_more_dispersion_and_more_confidence_widen_the_interval(x1: int, x0: int, phi: float, more: float) -> None:
    low, high = rate_ratio_interval(x1, x0, dispersion=phi)
    for wide_low, wide_high in (
        rate_ratio_interval(x1, x0, dispersion=phi + more),
        rate_ratio_interval(x1, x0, dispersion=phi, confidence=0.998),
    ):
        assert wide_low <= low <= high <= wide_high


@given(COUNTS, st.integers(1, 5_000), st.floats(1, 6))
@settings(max_examples=60)
def test_the_ratio_itself_lies_inside_its_interval(x1: int, x0: int, dispersion: float) -> None:
    low, high = rate_ratio_interval(x1, x0, dispersion=dispersion)
    assert low <= x1 / x0 <= high


def test_overdispersed_counts_without_change_are_rarely_called_changed() -> None:
    # 4,000 pairs of months, mean 100, variance 300: docs say 3.6 % with dispersion and 24.1 % without (from 20,000).
    months = np.random.default_rng(20_261_031).negative_binomial(50, 1 / 3, size=(2, 4_000))

    def called(dispersion: float) -> float:
        low, high = rate_ratio_interval(months[0], months[1], dispersion=dispersion)
        return float(np.mean((low > 1) | (high < 1)))

    # Three standard errors of a share of 4,000.
    assert called(3.0) == pytest.approx(0.036, abs=0.009)
    assert called(1.0) == pytest.approx(0.241, abs=0.021)


def test_ten_million_cases_still_have_an_interval() -> None:
    # So many are normal on the log scale: 1.96 sqrt(1/x1 + 1/x0).
    half = 1.959964 * math.sqrt(1 / 1e7 + 1 / 1.01e7)
    low, high = rate_ratio_interval(10_000_000, 10_100_000)
    assert (math.log(low), math.log(high)) == pytest.approx(
        (math.log(1 / 1.01) - half, math.log(1 / 1.01) + half), abs=1e-6
    )


def test_ten_thousand_intervals_take_well_under_a_fifth_of_a_second() -> None:
    counts = np.random.default_rng(7).poisson(40, size=(2, 10_000))
    took = []
    for _ in range(3):
        before = time.process_time()
        rate_ratio_interval(counts[0], counts[1], dispersion=1.4)
        took.append(time.process_time() - before)
    assert min(took) < 0.2


def test_cells_broadcast_and_scalars_come_back_as_floats() -> None:
    low, high = rate_ratio_interval([[1], [20]], [2, 30, 400], dispersion=1.2)
    assert low.shape == high.shape == (2, 3)
    assert (low[1, 2], high[1, 2]) == rate_ratio_interval(20, 400, dispersion=1.2)
    empty_low, empty_high = rate_ratio_interval([], [])
    assert empty_low.shape == empty_high.shape == (0,)
    for interval in (rate_ratio_interval(1, 2), poisson_interval(3), wilson_interval(1, 2)):
        assert all(isinstance(limit, float) for limit in interval)


@pytest.mark.parametrize(
    "arguments",
    [
        {"current": NAN, "base": 3},
        {"current": 3, "base": NAN},
        {"current": NAN, "base": 0},
        {"current": 0, "base": NAN},
        {"current": 3, "base": 3, "dispersion": NAN},
        {"current": 3, "base": 3, "current_exposure": 0},
        {"current": 3, "base": 0, "base_exposure": 0},
    ],
)
def test_a_missing_count_or_no_exposure_gives_no_ratio(arguments: dict[str, float]) -> None:
    assert np.isnan(rate_ratio_interval(**arguments)).all()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"dispersion": -1.0}, "dispersion"),
        ({"dispersion": 0.0}, "dispersion"),
        ({"dispersion": [1.0, -2.0]}, "dispersion"),
        ({"current_exposure": -30}, "exposure"),
        ({"confidence": 95}, "confidence"),
    ],
)
def test_impossible_arguments_of_a_ratio_are_refused(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        rate_ratio_interval(3, 4, **arguments)


@pytest.mark.parametrize(
    "call",
    [
        partial(rate_ratio_interval, -1, 3),
        partial(poisson_interval, [2, -1]),
        partial(wilson_interval, -1, 3),
        partial(newcombe_interval, 1, 3, 1, -3),
    ],
)
def test_a_negative_count_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="negative: -"):
        call()


# Rates


@pytest.mark.parametrize(
    ("count", "exposure", "confidence", "low", "high", "tolerance"),
    [
        # R DescTools PoissonCI, exact, as quoted in the tests of statsmodels.
        (15, 400, 0.95, 0.0209884653319583, 0.0618505471787146, 1e-12),
        # UKHSA PHEindicatormethods, funnel test data.
        (1, 1, 0.998, 0.001000547, 9.233410143, 2e-5),
        (100, 1, 0.95, 81.36400699, 121.6268111, 2e-5),
        # No event: exp(-mu) = 0.025.
        (0, 1, 0.95, 0.0, -math.log(0.025), 1e-12),
    ],
)
def test_rates_have_the_published_exact_poisson_interval(
    count: int, exposure: float, confidence: float, low: float, high: float, tolerance: float
) -> None:
    interval = poisson_interval(count, exposure=exposure, confidence=confidence)
    assert interval == pytest.approx((low, high), abs=tolerance)


def test_many_rates_at_once_agree_with_statsmodels() -> None:
    counts = np.array([1, 2, 7, 40, 999, 10_000_000])
    low, high = statsmodels.stats.rates.confint_poisson(counts, 30.0, method="exact-c", alpha=0.1)
    ours = poisson_interval(counts, exposure=30, confidence=0.9)
    np.testing.assert_allclose(ours, (low, high), rtol=1e-9)


def test_an_effective_count_lies_between_its_neighbours() -> None:
    low, high = poisson_interval([3, 3.4, 4])
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) > 0).all()


def test_a_rate_without_exposure_or_count_is_missing() -> None:
    low, high = poisson_interval([3, 0, NAN], exposure=[0, 0, 1])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_a_standardised_ratio_has_the_published_interval() -> None:
    # sci.stat.consult, "Significance test for differences in SMR", July 2006.
    low, high = standardised_ratio_interval([55, 33], [75.34, 61.28])
    np.testing.assert_allclose(low, [0.55, 0.3707], atol=5e-5)
    np.testing.assert_allclose(high, [0.9502, 0.7563], atol=5e-5)
    assert np.isnan(standardised_ratio_interval(2, 0)).all()


def test_expected_events_are_reference_rates_times_unit_sizes() -> None:
    # 4 x 10 + 6 x 2 + 10 x 1 + 20 x 0.5
    assert expected_events([400, 300, 200, 100], [100, 50, 20, 5], [10, 2, 1, 0.5]) == 72.0
    np.testing.assert_array_equal(expected_events([1, 4], [2, 2], [[2, 0], [0, 3]]), [1.0, 6.0])
    assert expected_events([], [], []) == 0.0


def test_a_stratum_without_a_reference_counts_only_where_somebody_is_in_it() -> None:
    assert expected_events([5, 0], [10, 0], [4, 0]) == 2.0
    assert math.isnan(expected_events([5, 0], [10, 0], [4, 1]))


# Shares


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high", "tolerance"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
        (81, 263, 0.2553, 0.3662, 5e-5),
        (15, 148, 0.0624, 0.1605, 5e-5),
        (0, 20, 0.0, 0.1611, 5e-5),
        (1, 29, 0.0061, 0.1718, 5e-5),
        # A published station report (731 of 758 settled) and a "95 % of 21".
        (731, 758, 0.949, 0.975, 5e-4),
        (20, 21, 0.773, 0.992, 5e-4),
    ],
)
def test_shares_have_the_published_wilson_interval(
    successes: int, trials: int, low: float, high: float, tolerance: float
) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=tolerance)


def test_many_shares_at_once_agree_with_statsmodels() -> None:
    successes, trials = np.array([1, 4, 250, 3, 1_000_000, 2.5]), np.array([2, 9, 1_000, 10_000_000, 10_000_000, 7.25])
    theirs = statsmodels.stats.proportion.proportion_confint(successes, trials, alpha=0.002, method="wilson")
    np.testing.assert_allclose(wilson_interval(successes, trials, confidence=0.998), theirs, rtol=1e-9)


@pytest.mark.parametrize("trials", [1, 9, 30, 758, 10_000_000, 3.7])
def test_none_and_all_reach_their_end_exactly(trials: float) -> None:
    low, high = wilson_interval(0, trials)
    mirrored_low, mirrored_high = wilson_interval(trials, trials)
    assert low == 0.0
    assert mirrored_high == 1.0
    assert 0 < high < 1
    assert mirrored_low == pytest.approx(1 - high, abs=1e-12)


def test_next_to_none_and_next_to_all_stay_within_nought_and_one() -> None:
    low, high = wilson_interval([1e-9, 99_999.999999], [3, 100_000])
    assert (low >= 0).all()
    assert (high <= 1).all()


def test_a_weighted_share_of_one_is_not_more_than_all() -> None:
    # 0.1 + 0.2 over 0.3 is 1 and an ulp.
    assert wilson_interval(0.1 + 0.2, 0.3)[1] == 1.0


def test_nobody_asked_gives_no_share() -> None:
    low, high = wilson_interval([0, NAN, 0, 1], [0, 5, NAN, 2])
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    "call",
    [partial(wilson_interval, 4, 3), partial(wilson_interval, 1, 0), partial(newcombe_interval, 1, 2, 4, 3)],
)
def test_more_successes_than_trials_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="more successes than trials"):
        call()


@pytest.mark.parametrize(
    ("shares", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10.
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_differences_of_shares_have_the_published_newcombe_interval(
    shares: tuple[int, int, int, int], low: float, high: float
) -> None:
    assert newcombe_interval(*shares) == pytest.approx((low, high), abs=5e-5)


def test_many_differences_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(11)
    trials, base_trials = rng.integers(1, 500, size=(2, 20))
    successes, base_successes = rng.integers(0, trials + 1), rng.integers(0, base_trials + 1)
    ours = np.transpose(newcombe_interval(successes, trials, base_successes, base_trials))
    for cell, numbers in zip(ours, zip(successes, trials, base_successes, base_trials, strict=True), strict=True):
        theirs = statsmodels.stats.proportion.confint_proportions_2indep(*numbers, compare="diff", method="newcomb")
        np.testing.assert_allclose(cell, theirs, atol=1e-9)


def test_no_difference_without_both_shares() -> None:
    assert np.isnan(newcombe_interval(1, 2, 0, 0)).all()
    assert np.isnan(newcombe_interval(0, 0, 1, 2)).all()


# Differences of any two estimates


def test_a_difference_squares_and_adds_the_distances_that_matter() -> None:
    # Down: 3 below the value and 4 above the base make 5. Up: 5 above and 12 below make 13.
    assert difference_interval(10, 7, 15, 6, -6, 10) == (4 - 5, 4 + 13)


@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 200), st.integers(1, 200))
@settings(max_examples=40)
def test_newcombe_is_the_difference_of_two_wilson_intervals(k1: int, n1: int, k0: int, n0: int) -> None:
    k1, k0 = min(k1, n1), min(k0, n0)
    wanted = difference_interval(k1 / n1, *wilson_interval(k1, n1), k0 / n0, *wilson_interval(k0, n0))
    assert newcombe_interval(k1, n1, k0, n0) == pytest.approx(wanted, abs=1e-12)


def test_swapping_the_two_estimates_turns_the_difference_over() -> None:
    low, high = difference_interval(10, 7, 15, 6, 5, 9)
    assert difference_interval(6, 5, 9, 10, 7, 15) == pytest.approx((-high, -low))


def test_an_open_end_opens_only_the_end_it_bears_on() -> None:
    low, high = difference_interval(10, 7, INF, 6, 2, 10)
    assert (low, high) == (-1.0, INF)
    low, high = difference_interval(10, 7, 13, 6, 2, INF)
    assert (low, high) == (-INF, 9.0)


def test_a_missing_limit_leaves_the_end_it_bears_on_missing() -> None:
    low, high = difference_interval(10, NAN, 13, 6, 2, INF)
    assert math.isnan(low)
    assert high == 9.0
    assert np.isnan(difference_interval(NAN, 1, 2, 3, 2, 4)).all()


def test_the_difference_of_two_poisson_rates_is_covered() -> None:
    # Rates of 12 and 8 in 3,000 simulated pairs: at least 95 %, less three standard errors.
    counts = np.random.default_rng(3).poisson([[12], [8]], size=(2, 3_000))
    low, high = difference_interval(counts[0], *poisson_interval(counts[0]), counts[1], *poisson_interval(counts[1]))
    assert np.mean((low <= 4) & (high >= 4)) >= 0.95 - 0.012


# A night's list of alarms


def test_the_step_up_rule_rejects_all_below_the_last_p_value_within_its_bound() -> None:
    # Bounds 0.025 0.05 0.075 0.1: the second is above its own, the third within: all three fall.
    assert benjamini_hochberg([0.01, 0.06, 0.07, 0.2], rate=0.1).tolist() == [True, True, True, False]
    assert benjamini_hochberg([0.03, 0.06, 0.08, 0.2], rate=0.1).tolist() == [False] * 4


def test_false_discovery_control_agrees_with_statsmodels() -> None:
    rng = np.random.default_rng(5)
    for size in (1, 7, 200):
        p = rng.uniform(size=size) ** 3
        theirs, *_ = statsmodels.stats.multitest.multipletests(p, alpha=0.1, method="fdr_bh")
        np.testing.assert_array_equal(benjamini_hochberg(p, rate=0.1), theirs)


def test_a_missing_p_value_is_no_test() -> None:
    # 0.04 stays within 0.1 x 1 / 2, and would not within 0.1 x 1 / 3.
    assert benjamini_hochberg([0.04, NAN, 0.9], rate=0.1).tolist() == [True, False, False]
    assert benjamini_hochberg([], rate=0.1).tolist() == []
    with pytest.raises(ValueError, match="p-value"):
        benjamini_hochberg([0.5, 1.5], rate=0.1)


def test_pages_can_import_the_statistics_without_loading_scipy_stats() -> None:
    code = "import sys, warehouse.statistics; sys.exit('scipy.stats' in sys.modules or 'statsmodels' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
