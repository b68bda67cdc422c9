"""Control limits of months: the season is no signal, nor is Spring Festival; a recorded decision begins anew."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import numpy as np
import pytest

from warehouse.monthly_limits import MonthlyLimits, monthly_limits

MONTHS = [date(2022 + number // 12, number % 12 + 1, 1) for number in range(48)]
# As many a day as its month has: of 28 to 31 days, with a summer twice as busy as the winter.
SEASON = {1: 10, 2: 10, 3: 12, 4: 14, 5: 16, 6: 20, 7: 20, 8: 20, 9: 16, 10: 14, 11: 12, 12: 10}
QUIET = np.array([SEASON[month.month] * monthrange(month.year, month.month)[1] for month in MONTHS], dtype=float)


def at(year: int, month: int) -> int:
    return (year - 2022) * 12 + month - 1


def broken(limits: MonthlyLimits) -> dict[int, tuple[str, int]]:
    return {
        place: (rule, side)
        for place, (rule, side) in enumerate(zip(limits.rules, limits.sides.tolist(), strict=True))
        if rule
    }


def test_a_season_that_repeats_itself_is_the_centre_and_no_signal() -> None:
    limits = monthly_limits(MONTHS, QUIET)
    assert broken(limits) == {}
    winter = [month.month <= 2 for month in MONTHS]
    assert np.isnan(limits.centre).tolist() == winter
    # Nothing varies but the season, so the limits close on it.
    expected = np.where(winter, np.nan, QUIET)
    assert limits.centre == pytest.approx(expected, nan_ok=True)
    assert limits.upper == pytest.approx(expected, nan_ok=True)


def test_limits_are_the_mean_and_2_66_moving_ranges_of_what_the_season_leaves() -> None:
    # Every other year one more and one less in a hundred: 101 and 99 per cent of its month in turn.
    turns = np.array([1.01 if (month.year + month.month) % 2 else 0.99 for month in MONTHS])
    turns[[month.month <= 2 for month in MONTHS]] = 1.0
    limits = monthly_limits(MONTHS, QUIET * turns)
    centre = limits.centre[at(2025, 6)]
    # From point to point 2 per cent, save beside the winter's point, where it is 1; of 21 ranges in two years, three
    # meet a winter's point. Four years of each month: what is left varies by three quarters.
    ranges = (18 * 0.02 + 3 * 0.01) / 21
    assert (limits.upper[at(2025, 6)] - centre) / centre == pytest.approx(2.66 * ranges * (4 / 3) ** 0.5, rel=0.02)
    assert broken(limits) == {}


def test_incidents_that_spring_festival_moves_between_january_and_february_are_no_signal() -> None:
    moved = QUIET.copy()
    moved[at(2024, 1)] += 120
    moved[at(2024, 2)] -= 120
    assert broken(monthly_limits(MONTHS, moved)) == {}


def test_a_winter_that_is_really_busier_is_one_of_both_its_months() -> None:
    rng = np.random.default_rng(7)
    busy = QUIET * rng.normal(1, 0.01, len(QUIET))
    busy[at(2025, 1)] *= 1.4
    busy[at(2025, 2)] *= 1.4
    found = broken(monthly_limits(MONTHS, busy))
    assert found[at(2025, 1)] == found[at(2025, 2)] == ("outside", 1)


def test_a_month_outside_its_limits_is_marked_and_the_months_beside_it_are_not() -> None:
    rng = np.random.default_rng(1)
    counts = QUIET * rng.normal(1, 0.02, len(QUIET))
    counts[at(2025, 6)] *= 0.7
    found = broken(monthly_limits(MONTHS, counts))
    assert found[at(2025, 6)] == ("outside", -1)
    assert at(2025, 5) not in found
    assert at(2025, 7) not in found


@pytest.mark.parametrize("day", [date(2024, 7, 1), date(2024, 6, 20)])
def test_limits_begin_anew_with_the_first_whole_month_after_a_recorded_decision(day: date) -> None:
    half = QUIET.copy()
    half[at(2024, 7) :] /= 2
    rebased = monthly_limits(MONTHS, half, rebased_on=[day])
    assert broken(rebased) == {}
    assert rebased.centre[at(2024, 6)] == pytest.approx(600)
    assert rebased.centre[at(2024, 8)] == pytest.approx(310)
    assert broken(monthly_limits(MONTHS, half))


def test_too_short_after_a_decision_there_are_no_limits_rather_than_the_old_ones() -> None:
    limits = monthly_limits(MONTHS, QUIET, rebased_on=[date(2025, 6, 1)])
    assert np.isnan(limits.centre[at(2025, 6) :]).all()
    assert limits.centre[at(2025, 5)] == pytest.approx(QUIET[at(2025, 5)])


def test_seven_months_on_one_side_are_a_run() -> None:
    rng = np.random.default_rng(3)
    counts = QUIET * rng.normal(1, 0.02, len(QUIET))
    counts[at(2025, 4) :] = QUIET[at(2025, 4) :] * 1.06
    limits = monthly_limits(MONTHS, counts)
    assert "run" in limits.rules[at(2025, 10) :]
    assert limits.sides[-1] == 1


def test_a_month_that_was_not_delivered_is_not_judged_and_leaves_the_others_as_they_are() -> None:
    gap = QUIET.copy()
    gap[at(2024, 5)] = np.nan
    limits = monthly_limits(MONTHS, gap)
    assert broken(limits) == {}
    assert limits.centre[at(2024, 4)] == pytest.approx(QUIET[at(2024, 4)])


def test_without_three_years_there_are_no_limits() -> None:
    assert not monthly_limits(MONTHS[:35], QUIET[:35]).are_drawn
    assert monthly_limits(MONTHS[:36], QUIET[:36]).are_drawn
    assert not monthly_limits([], []).are_drawn


def test_of_pure_noise_about_one_month_in_two_hundred_lies_outside() -> None:
    rng = np.random.default_rng(20261101)
    rules = [rule for _ in range(150) for rule in monthly_limits(MONTHS, rng.poisson(QUIET)).rules]
    # docs: rule 1 falsely flags 0.5 % of points, a run 0.7 % of latest ones.
    assert 0.002 < rules.count("outside") / len(rules) < 0.011
