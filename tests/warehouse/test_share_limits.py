"""Limits of a monthly share against the arithmetic by hand, and each rule on a series made to break it."""

from __future__ import annotations

from itertools import pairwise
from math import isnan, nan, sqrt

import numpy as np
import pytest

from warehouse.share_limits import share_limits

# Twelve quiet months of 100 answers, 80 and 82 satisfied in turn: z-scores differ by 2 / 4 = one half each time.
QUIET = [80.0, 82.0] * 6


def slow_limits(hits: list[float], asked: list[float], base: int) -> tuple[float, list[float]]:
    """Centre, and half the width of each month's limits, one month at a time."""
    centre = sum(hits[:base]) / sum(asked[:base])
    deviations = [sqrt(centre * (1 - centre) / n) for n in asked]
    scores = [(hit / n - centre) / s for hit, n, s in zip(hits[:base], asked[:base], deviations[:base], strict=True)]
    ranges = [abs(after - before) for before, after in pairwise(scores)]
    return centre, [3 * s * (sum(ranges) / len(ranges)) / 1.128 for s in deviations]


def test_limits_by_hand_and_wider_where_fewer_answered() -> None:
    asked = [100.0] * 12 + [25.0]
    limits = share_limits([*QUIET, 20.0], asked)
    centre, half = slow_limits([*QUIET, 20.0], asked, 13)
    assert limits.centre == pytest.approx(centre)
    assert limits.lower == pytest.approx([centre - one for one in half])
    assert limits.upper == pytest.approx([min(1, centre + one) for one in half])
    # Twice the width for a quarter of the answers.
    assert half[12] == pytest.approx(2 * half[0])
    assert set(limits.rules) == {""}


def test_limits_stand_on_the_first_two_years() -> None:
    early = [80.0, 82.0] * 12
    asked = [100.0] * 36
    with_fall = share_limits([*early, *[60.0] * 12], asked)
    centre, half = slow_limits([*early, *[60.0] * 12], asked, 24)
    assert with_fall.centre == pytest.approx(centre) == pytest.approx(0.81)
    assert with_fall.lower[30] == pytest.approx(centre - half[30])
    assert with_fall.rules[24:] == ("outside",) * 12
    assert with_fall.sides[24:] == (-1,) * 12


def test_fewer_than_twelve_months_have_no_limits() -> None:
    limits = share_limits(QUIET[:11], [100.0] * 11)
    assert not limits.are_drawn
    assert all(map(isnan, limits.lower))
    assert limits.rules == ("",) * 11
    assert not share_limits([*QUIET[:11], nan], [100.0] * 11 + [nan]).are_drawn


def test_seven_months_on_one_side_are_a_signal_from_the_seventh_on() -> None:
    # 0.81 in the first two years; then 83 each month, inside the limits (0.81 -+ 0.053), above the mean.
    limits = share_limits([*[79.0, 83.0] * 12, *[82.0] * 8], [100.0] * 32)
    assert limits.centre == pytest.approx(0.81)
    # The month before is above the mean too: the seventh is the sixth of the eight.
    assert limits.rules[24:] == ("", "", "", "", "", "run", "run", "run")
    assert set(limits.sides[29:]) == {1}


def test_a_month_without_a_figure_ends_a_run() -> None:
    limits = share_limits([*[79.0, 83.0] * 12, *[82.0] * 5, nan, *[82.0] * 3], [100.0] * 29 + [nan] + [100.0] * 3)
    assert "run" not in limits.rules
    assert isnan(limits.upper[29])


def test_two_of_three_near_a_limit_are_a_signal_and_the_third_is_none() -> None:
    base = [79.0, 83.0] * 12
    centre, half = slow_limits(base, [100.0] * 24, 24)
    near = 100 * (centre + 0.9 * half[0])
    limits = share_limits([*base, near, 100 * centre - 1, near], [100.0] * 27)
    assert limits.rules[24:] == ("two_of_three", "", "two_of_three")


def test_seven_months_of_one_rise_are_a_trend() -> None:
    base = [79.0, 83.0] * 12
    # From below the mean to above it, never outside, and never seven on one side.
    rise = [77.5, 79.0, 80.0, 80.9, 81.5, 82.0, 82.5]
    limits = share_limits([*base, *rise], [100.0] * 31)
    assert limits.rules[30] == "trend"
    assert limits.rules[24:30] == ("",) * 6


def test_limits_never_leave_the_range_of_a_share() -> None:
    limits = share_limits([99.0, 97.0] * 6, [100.0] * 12)
    assert np.nanmax(limits.upper) == 1
