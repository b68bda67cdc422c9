"""What the page on resolution says and draws of compared rows, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pages.components import resolution_charts, resolution_findings
from pages.components.resolution_findings import (
    ages_title,
    bars,
    curves,
    in_order,
    is_withheld,
    outcomes_title,
    rate_by_month,
    rate_title,
    shares,
)
from tests.pages.rows import count, month_of, rate
from warehouse.comparison_row import ComparisonRow, Flag, Verdict
from warehouse.metrics import METRICS
from warehouse.survival_curve import Curve

OCTOBER = date(2026, 10, 1)
CASES, OPEN, CLOSED = METRICS["dispute_case_count"], METRICS["unresolved_count"], METRICS["resolution_rate_closed"]
REPEATS = METRICS["repeat_rate_90d"]


def of(
    dimension: str, code: str | None, now: int, before: int = 100, verdict: Verdict = "within_noise"
) -> ComparisonRow:
    names = {dimension: f"名{code}"}
    return count(now, before, verdict, month=OCTOBER, keys={dimension: code}, names=names)


def test_bands_and_codes_stand_in_their_own_order_without_what_no_source_names() -> None:
    bands = [of("age_band", code, 1) for code in ("0-7", "31-90", "8-30", "90+", None)]
    assert [row.keys["age_band"] for row in in_order(bands, "age_band")] == ["0-7", "8-30", "31-90", "90+"]
    outcomes = [of("outcome", code, 1) for code in ("invalid", "to_litigation", "pending")]
    assert [row.keys["outcome"] for row in in_order(outcomes, "outcome")] == ["pending", "to_litigation", "invalid"]
    assert in_order([of("outcome", "invalid", 0, 0)], "outcome") == []


def test_open_cases_are_told_with_those_that_wait_longest() -> None:
    total = count(150, 140, "within_noise", month=OCTOBER)
    old = of("age_band", "90+", 60, 40, "up")
    # 60 / 40 is half as much again.
    assert (
        ages_title(total, [of("age_band", "0-7", 90), old], OPEN, "zh")
        == "150 起未化解，其中90天以上60 起，上升（+50.0%）"
    )
    young = ages_title(total, [of("age_band", "0-7", 150)], OPEN, "en")
    # 150 / 140 = +7.1 %.
    assert young == "150 cases unresolved, no significant difference (+7.1%); none for over 90 days"


def test_the_largest_end_is_no_open_one() -> None:
    rows = [of("outcome", "pending", 900), of("outcome", "self_settled", 70), of("outcome", "invalid", 20)]
    assert outcomes_title(rows, CASES, "zh") == "名self_settled最多，70 起；办理中900 起"
    assert outcomes_title(rows[:1], CASES, "zh") == "办理中900 起"


def test_bars_of_what_is_not_compared_have_no_mark_of_before_and_no_colour() -> None:
    rows = [of("age_band", "90+", 60, 40, "up")]
    compared, alone = bars(rows, OPEN, "zh"), bars(rows, OPEN, "zh", is_compared=False)
    assert compared.select("value", "before", "role", "shown", "note").row(0) == (
        60, 40, "attention", "60", "上升（+50.0%） （对比期 40 起）",
    )  # fmt: skip
    assert alone.select("before", "role", "note").row(0) == (None, "ordinary", "")


def test_a_share_of_too_few_has_its_counts_and_no_mark() -> None:
    enough = replace(
        rate((4, 200), (6, 200), "within_noise", metric=REPEATS.id, month=OCTOBER),
        keys={"dispute_group": "a"}, names={"dispute_group": "邻里纠纷"}, value_low=0.008, value_high=0.05,
    )  # fmt: skip
    few = replace(
        rate((2, 29), (6, 200), "small_base", metric=REPEATS.id, month=OCTOBER),
        keys={"dispute_group": "b"}, names={"dispute_group": "医疗纠纷"},
    )  # fmt: skip
    frame = shares([enough, few], REPEATS, "zh")
    assert frame.select("code", "name", "value", "before", "shown").rows() == [
        ("a", "邻里纠纷\n4/200", 0.02, 0.03, "2.0%"),
        ("b", "医疗纠纷\n2/29", None, None, "样本不足"),
    ]
    assert resolution_charts.shares(frame, reference=0.02, description="x").can_pick


def months(*shares: int, young: int = 0) -> list[ComparisonRow]:
    """A month each, so many of a hundred resolved, from January 2024 on; the last `young` are immature."""
    rows = []
    for place, share in enumerate(shares):
        first = date(2024 + place // 12, place % 12 + 1, 1)
        row = rate((share, 100), (90, 100), "within_noise", metric=CLOSED.id, month=first)
        flags: tuple[Flag, ...] = ("immature",) if place >= len(shares) - young else ()
        rows.append(replace(row, period=month_of(first), flags=flags))
    return rows


def all_whole(rows: list[ComparisonRow]) -> set[date]:
    return {row.period.start for row in rows}


def test_limits_stand_on_the_first_two_years_and_a_later_month_is_held_against_them() -> None:
    # 88 and 92 in turn: centre 0.9, s = 0.03, |z2 - z1| = 4 / 3 at every step, limits 0.9 -+ 3 x 0.03 x 4 / 3 / 1.128.
    rows = months(*[88, 92] * 12, 91, 70)
    frame = rate_by_month(rows, CLOSED, whole=all_whole(rows), language="zh")
    half = 3 * 0.03 * (4 / 3) / 1.128
    assert frame["centre"].to_list() == pytest.approx([0.9] * 26)
    assert frame["lower"].to_list() == pytest.approx([0.9 - half] * 26)
    assert frame["upper"].to_list() == pytest.approx([1.0] * 26)
    assert frame["is_outside"].to_list() == [False] * 25 + [True]
    assert frame["role"][-1] == "attention"
    assert rate_title(frame, rows, CLOSED, "zh") == (
        "化解率（按结案）：2026年2月70.0%（70/100），近 12 个月有 1 个月超出控制限"
    )


def test_an_immature_month_makes_no_limits_and_is_not_the_one_told() -> None:
    rows = months(*[88, 92] * 7, 40, young=1)
    frame = rate_by_month(rows, CLOSED, whole=all_whole(rows), language="zh")
    assert (frame["is_settled"][-1], frame["is_outside"][-1], frame["lower"][-1]) == (False, False, None)
    assert frame["note"][-1] == "未成熟，还会变动"
    assert rate_title(frame, rows, CLOSED, "zh") == (
        "化解率（按结案）：2025年2月92.0%（92/100），近 12 个月都在控制限内"
    )


def test_a_month_that_was_not_delivered_whole_is_hollow_and_few_months_have_no_limits() -> None:
    rows = months(90, 90, 90)
    frame = rate_by_month(rows, CLOSED, whole={rows[0].period.start}, language="zh")
    assert frame["is_settled"].to_list() == [True, False, False]
    assert frame["upper"].null_count() == 3
    assert rate_title(frame, rows, CLOSED, "zh").endswith("月份不足，暂不设控制限")
    assert resolution_charts.rate_by_month(frame, limits="x", language="zh", description="x").height == 300


def test_a_curve_that_may_not_be_told_is_not_drawn() -> None:
    row = rate((1, 1), (1, 1), "no_base", metric=CLOSED.id, month=OCTOBER)
    assert is_withheld([])
    assert is_withheld([replace(row, flags=("suppressed",))])
    assert is_withheld([replace(row, denominator=0)])
    assert not is_withheld([row])


def test_the_base_is_drawn_without_its_band() -> None:
    curve = Curve((0.5, 1.0), (0.4, 0.9), (0.6, 1.0), 10)
    frame = curves(curve, curve)
    assert frame.filter(frame["who"] == "last")["low"].null_count() == 2
    assert curves(curve, None)["who"].to_list() == ["this", "this"]


def test_long_names_are_broken_so_that_a_phone_has_room() -> None:
    assert (
        resolution_findings.label("Village or residents' committee", "3/9") == "Village or\nresidents' committee\n3/9"
    )
    assert resolution_findings.label("派出所", "") == "派出所"


def test_rows_without_a_mark_keep_their_place_among_the_others() -> None:
    spec = resolution_charts.shares(shares([], REPEATS, "zh"), reference=None, description="x").spec
    # The order of a drawing is that of its first layer with rows: one that leaves none out.
    first = next(layer for layer in spec["layer"] if "y" in layer["encoding"])
    assert "transform" not in first
    assert first["encoding"]["y"]["sort"] is None
