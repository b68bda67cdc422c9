"""Quantiles and Kaplan-Meier from counts, against expanded lists, published data, scipy and statsmodels."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from warehouse.statistics import (
    kaplan_meier,
    quantile_interval,
    survival_band,
    survival_quantile,
    survival_quantile_interval,
    weighted_quantile,
)

NAN, INF = math.nan, math.inf

# Freireich et al. 1963, weeks in remission under 6-MP, 21 patients: the textbook example of censoring.
WEEKS = [6, 7, 9, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 34, 35]
RELAPSED = [3, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
CENSORED = [1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 1]


# Quantiles of what is finished


def test_the_median_of_an_even_number_is_the_lower_middle_value() -> None:
    assert weighted_quantile([3, 1, 9, 5], [1, 1, 1, 1], 0.5) == 3
    assert weighted_quantile([3, 1, 5], [1, 1, 1], 0.5) == 3


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=1, max_size=30),
    st.integers(1, 100),
)
@settings(max_examples=100)
def test_a_quantile_is_the_value_in_its_place_of_the_written_out_list(
    cells: list[tuple[int, int]], percent: int
) -> None:
    written_out = sorted(value for value, count in cells for _ in range(count))
    ours = weighted_quantile([value for value, _ in cells], [count for _, count in cells], percent / 100)
    if not written_out:
        assert math.isnan(ours)
        return
    # In exact arithmetic, so that 7 % of 100 is the seventh.
    assert ours == written_out[math.ceil(Fraction(percent, 100) * len(written_out)) - 1]


def test_quantiles_agree_with_numpy() -> None:
    counts = np.random.default_rng(1).integers(0, 40, size=90)
    written_out = np.repeat(np.arange(90), counts)
    for q in (0.25, 0.5, 0.75, 0.9, 1.0):
        assert weighted_quantile(np.arange(90), counts, q) == np.quantile(written_out, q, method="inverted_cdf")


def test_a_share_that_is_met_exactly_is_met() -> None:
    # 0.07 x 100 is 7.000000000000001 in floating point.
    assert weighted_quantile([1, 2], [7, 93], 0.07) == 1
    assert weighted_quantile([1, 2], [700_000, 9_300_000], 0.07) == 1
    assert weighted_quantile([1, 2], [699_999, 9_300_001], 0.07) == 2


def test_nothing_counted_has_no_quantile() -> None:
    assert math.isnan(weighted_quantile([], [], 0.5))
    assert math.isnan(weighted_quantile([1, 2], [0, 0], 0.5))
    assert math.isnan(weighted_quantile([1, 2], [NAN, 3], 0.5))


def test_many_cells_share_one_grid() -> None:
    counts = [[1, 0, 0], [0, 0, 0], [1, 1, 8]]
    np.testing.assert_array_equal(weighted_quantile([5, 10, 20], counts, 0.2), [5, NAN, 10])
    low, high = quantile_interval(np.arange(50), np.ones((2, 50)), 0.5)
    assert low.shape == high.shape == (2,)
    assert (low[1], high[1]) == quantile_interval(np.arange(50), np.ones(50), 0.5)


@pytest.mark.parametrize(
    ("n", "first", "last"),
    # Places of the 95 % interval of a median, as in the tables for the sign test; five values are too few.
    [(5, None, None), (6, 1, 6), (8, 1, 8), (9, 2, 8), (10, 2, 9), (15, 4, 12), (20, 6, 15), (25, 8, 18)],
)
def test_the_interval_of_a_median_is_between_the_tabled_order_statistics(
    n: int, first: int | None, last: int | None
) -> None:
    low, high = quantile_interval(range(1, n + 1), [1] * n, 0.5)
    np.testing.assert_array_equal((low, high), (first or NAN, last or NAN))


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=8),
    st.sampled_from([10, 50, 90]),
    st.sampled_from([80, 95]),
)
@settings(max_examples=80)
def test_the_interval_of_a_quantile_agrees_with_exact_binomial_sums(
    counts: list[int], percent: int, confidence: int
) -> None:
    written_out = [value for value, count in enumerate(counts) for _ in range(count)]
    n, q, tail = len(written_out), Fraction(percent, 100), Fraction(100 - confidence, 200)
    exactly = [math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]
    # Places from 1: the last with at most the tail below it, the first with at most the tail from it on.
    lows = [place for place in range(1, n + 1) if sum(exactly[:place]) <= tail]
    highs = [place for place in range(1, n + 1) if sum(exactly[place:]) <= tail]
    wanted = (written_out[max(lows) - 1] if lows else NAN, written_out[min(highs) - 1] if highs else NAN)
    ours = quantile_interval(range(len(counts)), counts, percent / 100, confidence=confidence / 100)
    np.testing.assert_array_equal(ours, wanted)


def test_the_interval_of_a_ninetieth_percentile_is_covered() -> None:
    # 2,000 samples of 80 waiting times; ties make it wider, not narrower.
    rng = np.random.default_rng(12)
    samples = np.minimum(rng.geometric(0.05, size=(2_000, 80)), 400)
    truth = scipy.stats.geom.ppf(0.9, 0.05)
    counts = np.stack([np.bincount(sample, minlength=401) for sample in samples])
    low, high = quantile_interval(np.arange(401), counts, 0.9)
    assert np.mean((low <= truth) & (truth <= high)) >= 0.95 - 0.015


def test_impossible_quantiles_are_refused() -> None:
    with pytest.raises(ValueError, match="quantile"):
        weighted_quantile([1], [1], 50)
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile_interval([1], [1], 0.5, confidence=95)
    with pytest.raises(ValueError, match="negative"):
        weighted_quantile([1, 2], [1, -1], 0.5)
    with pytest.raises(ValueError, match="2 values but counts of shape"):
        weighted_quantile([1, 2], [1, 2, 3], 0.5)


# Kaplan-Meier


def test_survival_by_hand() -> None:
    # Ten cases: day 0 two settled; day 3 one settled, three last seen open; day 5 two of the four left settled.
    times, survival, variance = kaplan_meier([0, 3, 5, 9], [2, 1, 2, 0], [0, 3, 0, 2])
    assert times.tolist() == [0, 3, 5, 9]
    np.testing.assert_allclose(survival, [0.8, 0.8 * 7 / 8, 0.8 * 7 / 8 / 2, 0.8 * 7 / 8 / 2])
    terms = [2 / 80, 2 / 80 + 1 / 56, 2 / 80 + 1 / 56 + 2 / 8]
    np.testing.assert_allclose(variance[:3], survival[:3] ** 2 * terms)
    assert survival_quantile(times, survival, 0.5) == 5
    assert math.isnan(survival_quantile(times, survival, 0.9))


def test_the_textbook_example_comes_out_as_published() -> None:
    times, survival, variance = kaplan_meier(WEEKS, RELAPSED, CENSORED)
    at_event = np.array(RELAPSED) > 0
    assert times.tolist() == WEEKS
    assert survival[at_event].round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    deviations = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    np.testing.assert_allclose(np.sqrt(variance[at_event]), deviations, atol=5e-5)
    assert survival_quantile(times, survival, 0.5) == 23
    assert survival_quantile_interval(times, survival, variance, 0.5) == (13, INF)
    # Stata's `sts list` of the same data, after 6 and after 23 weeks.
    lower, upper = survival_band(survival, variance)
    shown = [(round(lower[place], 4), round(upper[place], 4)) for place in np.searchsorted(times, [6, 23])]
    assert shown == [(0.6197, 0.9516), (0.1881, 0.6801)]


def random_cases(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Days and whether the case was settled on that day; the longest is still open."""
    rng = np.random.default_rng(seed)
    settled_after, seen_for = rng.geometric(0.04, size=size) - 1, rng.integers(0, 90, size=size)
    days = np.append(np.minimum(settled_after, seen_for), 200)
    return days, np.append(settled_after <= seen_for, False)


def counted(days: np.ndarray, settled: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    grid = np.arange(days.max() + 1)
    return grid, np.bincount(days[settled], minlength=grid.size), np.bincount(days[~settled], minlength=grid.size)


@pytest.mark.parametrize(("seed", "size"), [(1, 12), (2, 60), (3, 400), (4, 5_000)])
def test_survival_agrees_with_scipy_and_statsmodels(seed: int, size: int) -> None:
    days, settled = random_cases(seed, size)
    times, survival, variance = kaplan_meier(*counted(days, settled))
    theirs = SurvfuncRight(days, settled.astype(int))
    place = np.searchsorted(times, theirs.surv_times)
    np.testing.assert_allclose(survival[place], theirs.surv_prob, rtol=1e-10)
    np.testing.assert_allclose(np.sqrt(variance[place]), theirs.surv_prob_se, rtol=1e-9)
    curve = scipy.stats.ecdf(scipy.stats.CensoredData(uncensored=days[settled], right=days[~settled])).sf
    np.testing.assert_allclose(survival, curve.evaluate(times), rtol=1e-10)


@pytest.mark.parametrize(("seed", "size"), [(2, 60), (3, 400), (4, 5_000)])
@pytest.mark.parametrize("q", [0.25, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_the_interval_of_a_survival_quantile_agrees_with_statsmodels(
    seed: int, size: int, q: float, confidence: float
) -> None:
    days, settled = random_cases(seed, size)
    theirs = SurvfuncRight(days, settled.astype(int)).quantile_ci(q, alpha=1 - confidence)
    assert survival_quantile_interval(*kaplan_meier(*counted(days, settled)), q, confidence=confidence) == theirs


@given(st.lists(st.integers(0, 8), min_size=1, max_size=30), st.integers(1, 99))
@settings(max_examples=60)
def test_without_open_cases_survival_and_plain_quantiles_are_the_same(counts: list[int], percent: int) -> None:
    days = range(len(counts))
    times, survival, _ = kaplan_meier(days, counts, [0] * len(counts))
    np.testing.assert_array_equal(
        survival_quantile(times, survival, percent / 100), weighted_quantile(days, counts, percent / 100)
    )


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25), st.sampled_from([0.5, 0.9]))
@settings(max_examples=60)
def test_a_survival_quantile_lies_inside_its_interval(cells: list[tuple[int, int]], q: float) -> None:
    curve = kaplan_meier(range(len(cells)), [d for d, _ in cells], [c for _, c in cells])
    value = survival_quantile(curve[0], curve[1], q)
    low, high = survival_quantile_interval(*curve, q)
    # A comparison with a missing limit is false, so only limits that exist are looked at.
    assert not value < low
    assert not value > high


def test_the_median_of_a_censored_sample_is_covered() -> None:
    # 600 samples of 120 cases with a median of 17 days, about a quarter censored.
    rng = np.random.default_rng(13)
    truth = scipy.stats.geom.ppf(0.5, 0.04) - 1
    covered = 0
    for _ in range(600):
        settled_after, seen_for = rng.geometric(0.04, size=120) - 1, rng.integers(0, 120, size=120)
        days, settled = np.minimum(settled_after, seen_for), settled_after <= seen_for
        low, high = survival_quantile_interval(*kaplan_meier(*counted(days, settled)), 0.5)
        covered += bool(low <= truth <= high)
    assert covered / 600 >= 0.95 - 0.027


@pytest.mark.parametrize("n", [10, 20, 24, 28, 30, 54])
def test_half_is_finished_on_the_day_of_the_middle_case(n: int) -> None:
    # One a day: the product of 23/24, 22/23, ... 12/13 is 0.5000000000000001 in floating point.
    times, survival, _ = kaplan_meier(range(1, n + 1), [1] * n, [0] * n)
    assert survival_quantile(times, survival, 0.5) == n / 2


def test_a_quantile_that_all_of_the_band_crosses_on_one_day_is_known_to_the_day() -> None:
    # 900 of 1,000 settled on day 2, the rest seen open on day 9: statsmodels finds no day and gives no interval.
    assert survival_quantile_interval(*kaplan_meier([2, 9], [900, 0], [0, 100]), 0.5) == (2, 2)


def test_days_may_come_in_any_order_and_twice() -> None:
    straight = kaplan_meier([1, 2, 4], [1, 2, 1], [1, 1, 1])
    shuffled = kaplan_meier([4, 1, 2, 2, 1], [1, 1, 1, 1, 0], [1, 0, 0, 1, 1])
    for ours, wanted in zip(shuffled, straight, strict=True):
        np.testing.assert_allclose(ours, wanted)


def test_survival_stands_still_after_the_last_case_and_is_without_variance_at_zero() -> None:
    _, survival, variance = kaplan_meier([1, 2, 3], [1, 0, 0], [0, 1, 0])
    assert (survival.tolist(), variance.tolist()) == ([0.5, 0.5, 0.5], [0.125] * 3)
    _, survival, variance = kaplan_meier([1, 2, 3], [1, 1, 0], [0, 0, 0])
    assert survival.tolist() == [0.5, 0.0, 0.0]
    assert np.isnan(variance).tolist() == [False, True, True]


def test_one_case_says_nothing_about_where_the_median_is_not() -> None:
    curve = kaplan_meier([5], [1], [0])
    low, high = survival_quantile_interval(*curve, 0.5)
    assert survival_quantile(curve[0], curve[1], 0.5) == 5
    assert math.isnan(low)
    assert high == INF


def test_no_cases_have_no_quantile() -> None:
    for days in ([], [1, 2]):
        times, survival, variance = kaplan_meier(days, [0] * len(days), [0] * len(days))
        assert math.isnan(survival_quantile(times, survival, 0.5))
        low, high = survival_quantile_interval(times, survival, variance, 0.5)
        assert math.isnan(low)
        assert high == INF


def test_survival_of_many_cells_is_worked_out_together() -> None:
    rng = np.random.default_rng(14)
    events, censored = rng.integers(0, 5, size=(2, 6, 40))
    times, survival, variance = kaplan_meier(range(40), events, censored)
    medians = survival_quantile(times, survival, 0.5)
    lows, highs = survival_quantile_interval(times, survival, variance, 0.5)
    for cell in range(6):
        curve = kaplan_meier(range(40), events[cell], censored[cell])
        assert medians[cell] == survival_quantile(curve[0], curve[1], 0.5)
        assert (lows[cell], highs[cell]) == survival_quantile_interval(*curve, 0.5)
