"""Funnels against hand calculation, exact tail probabilities, and rates that are known to differ by chance alone."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from warehouse.comparison_row import ComparisonRow
from warehouse.funnel import ALARM, exact_limits, exact_ratio_limits, funnel_of, limits_of
from warehouse.metrics import METRICS
from warehouse.periods import Period

MONTH = Period("month", date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 31))
RESOLUTION, ESCALATION = METRICS["resolution_rate_closed"], METRICS["escalation_rate_per_1000"]


def row(code: str | None, hits: float | None, n: float | None, *, metric: str = RESOLUTION.id) -> ComparisonRow:
    value = METRICS[metric].scale * hits / n if hits is not None and n else None
    return ComparisonRow(
        metric=metric,
        unit=METRICS[metric].unit,
        basis="yoy",
        period=MONTH,
        base=None,
        value=value,
        verdict="no_base",
        numerator=hits,
        denominator=n,
        keys={"station": code} if code != "bureau" else {},
        names={"station": code} if code != "bureau" else {},
    )


def binomial_tail(count: int, n: int, share: float) -> tuple[float, float]:
    """P(X <= count) and P(X >= count), summed term by term."""
    terms = [math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    return sum(terms[: count + 1]), sum(terms[count:])


def poisson_tail(count: int, mean: float) -> tuple[float, float]:
    terms = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1)]
    return sum(terms), 1 - sum(terms[:-1])


def test_the_limit_between_two_counts_is_the_one_worked_out_by_hand() -> None:
    # Ten tosses: P(0) = 1/1024 < 0.001 <= P(X <= 1) = 11/1024; a = (11/1024 - 0.001) / (10/1024) = 0.9976.
    low, high = exact_limits(10, 0.5, confidence=0.998)
    assert low == pytest.approx(0.00024)
    assert high == pytest.approx(1 - 0.00024)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
@pytest.mark.parametrize("share", [0.03, 0.5, 0.93])
@pytest.mark.parametrize("n", [10, 30, 137])
def test_a_share_is_outside_exactly_where_one_as_extreme_is_less_likely_than_the_tail(
    n: int, share: float, confidence: float
) -> None:
    low, high = exact_limits(n, share, confidence=confidence)
    tail = (1 - confidence) / 2
    for count in range(n + 1):
        below, above = binomial_tail(count, n, share)
        assert (count / n < low - 1e-12) == (below < tail), count
        assert (count / n > high + 1e-12) == (above < tail), count


@pytest.mark.parametrize("confidence", [0.95, 0.998])
@pytest.mark.parametrize("mean", [0.3, 2.0, 17.5, 60.0])
def test_events_are_outside_exactly_where_as_many_or_few_are_less_likely_than_the_tail(
    mean: float, confidence: float
) -> None:
    low, high = exact_ratio_limits(mean, confidence=confidence)
    tail = (1 - confidence) / 2
    for count in range(int(3 * mean) + 8):
        below, above = poisson_tail(count, mean)
        assert (count / mean < low - 1e-12) == (below < tail), count
        assert (count / mean > high + 1e-12) == (above < tail), count


def test_a_share_of_nothing_or_all_has_nothing_outside_it() -> None:
    for target in (0.0, 1.0):
        low, high = exact_limits([5, 40], target, confidence=0.998)
        assert (low <= target).all()
        assert (high >= target).all()


def test_the_limits_are_those_on_the_arcsine_scale_where_units_differ_and_are_large() -> None:
    # asin(sqrt(0.5)) = pi/4; s2 = 1/4000, tau2 = 0.00975: the root of their sum is 0.1; z = 3.0902323.
    low, high = limits_of(RESOLUTION, 1000, 0.5, tau2=0.00975, confidence=0.998)
    assert low == pytest.approx(math.sin(math.pi / 4 - 0.30902323) ** 2, abs=1e-7)
    assert high == pytest.approx(math.sin(math.pi / 4 + 0.30902323) ** 2, abs=1e-7)


def test_the_limits_of_few_events_are_never_narrower_than_the_exact_ones() -> None:
    sizes = np.arange(30, 400, 10)
    low, high = limits_of(RESOLUTION, sizes, 0.93, confidence=ALARM)
    exact_low, exact_high = exact_limits(sizes, 0.93, confidence=ALARM)
    assert (low <= exact_low).all()
    assert (high >= exact_high).all()


def test_units_are_placed_by_the_limits_of_their_own_size() -> None:
    # Four units cannot tell how much units differ: chance alone. 70/100 at 0.9 is 6.7 deviations below; 100/100 has
    # a probability of 0.9^100 = 0.00003; 83/100 has P(X <= 83) = 0.0206, between 0.025 and 0.001.
    rows = [row("S1", 70, 100), row("S2", 100, 100), row("S3", 83, 100), row("S4", 91, 100)]
    funnel = funnel_of(rows, row("bureau", 900, 1000), RESOLUTION)
    assert funnel is not None
    assert [unit.place for unit in funnel.units] == ["far_below", "far_above", "below", "within"]
    assert (funnel.dispersion, funnel.tau2) == (None, 0.0)
    assert binomial_tail(83, 100, 0.9)[0] == pytest.approx(0.0206, abs=1e-4)


def test_too_few_cases_no_figure_and_no_unit_are_told_apart() -> None:
    rows = [row("S1", 27, 29), row("S2", None, None), row(None, 50, 60), row("S3", 30, 30)]
    funnel = funnel_of(rows, row("bureau", 90, 100), RESOLUTION)
    assert funnel is not None
    assert [unit.row.keys["station"] for unit in funnel.units] == ["S3"]
    assert [one.keys["station"] for one in funnel.few] == ["S1"]
    assert [one.keys["station"] for one in funnel.silent] == ["S2"]


def test_units_that_all_differ_widen_the_funnel_until_none_of_them_is_news() -> None:
    shares = (0.4, 0.6) * 6
    rows = [row(f"S{number}", share * 500, 500) for number, share in enumerate(shares)]
    funnel = funnel_of(rows, row("bureau", 3000, 6000), RESOLUTION)
    assert funnel is not None
    # z = (asin(sqrt(0.6)) - pi/4) x 2 x sqrt(500) = 0.100679 x 44.72136 = 4.5025 for each: phi is its square.
    assert funnel.dispersion == pytest.approx(4.5025**2, abs=0.01)
    # Equal weights of 2000: (12 phi - 11) / (24,000 - 2,000).
    assert funnel.tau2 == pytest.approx((12 * 4.5025**2 - 11) / 22_000, abs=1e-5)
    assert {unit.place for unit in funnel.units} == {"within"}


def test_events_per_exposure_are_placed_around_the_bureaus_rate() -> None:
    # 10 of 1,000 at the bureau: 50 expected of 5,000; P(X >= 85) is below 0.00001, 55 is within.
    rows = [row("S1", 85, 5000, metric=ESCALATION.id), row("S2", 55, 5000, metric=ESCALATION.id)]
    bureau = row("bureau", 1000, 100_000, metric=ESCALATION.id)
    funnel = funnel_of(rows, bureau, ESCALATION)
    assert funnel is not None
    assert funnel.target == 10
    assert [unit.place for unit in funnel.units] == ["far_above", "within"]
    low, high = funnel.limits_at(5000, 0.998)
    assert low < 10 * 31 / 50
    assert 10 * 70 / 50 < high < 10 * 80 / 50


def test_units_that_differ_by_chance_alone_are_hardly_ever_outside() -> None:
    rng = np.random.default_rng(12)
    outside = 0
    for _ in range(100):
        sizes = rng.integers(30, 600, size=20)
        hits = rng.binomial(sizes, 0.9)
        rows = [row(f"S{place}", int(hit), int(n)) for place, (hit, n) in enumerate(zip(hits, sizes, strict=True))]
        funnel = funnel_of(rows, row("bureau", int(hits.sum()), int(sizes.sum())), RESOLUTION)
        assert funnel is not None
        outside += sum(unit.place.startswith("far") for unit in funnel.units)
    # 2,000 units at 0.2 %: four at most on average; five standard deviations above would be 14.
    assert outside <= 10


def test_a_count_has_no_funnel_and_a_bureau_without_a_rate_neither() -> None:
    with pytest.raises(ValueError, match="dispute_incident_count"):
        funnel_of([], row("bureau", 1, 2), METRICS["dispute_incident_count"])
    with pytest.raises(ValueError, match="response_minutes_median"):
        funnel_of([], row("bureau", 1, 2), METRICS["response_minutes_median"])
    assert funnel_of([row("S1", None, None)], row("bureau", None, None), RESOLUTION) is None
