"""What the satisfaction page says and draws, from rows written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pages.components import satisfaction_control, satisfaction_levels, satisfaction_rows, satisfaction_years
from pages.components.figures import Delivered, months_before
from pages.components.satisfaction import chance, modes_line, response_line
from pages.components.view import Asked
from tests.pages.rows import rate
from warehouse.comparison_row import ComparisonRow, Verdict
from warehouse.metrics import METRICS

TOP2 = METRICS["satisfaction_rate_top2"]
LEVEL = METRICS["answer_level_share"]
OCTOBER = date(2026, 10, 1)
WHOLE = Delivered(1, 1, is_whole=True)
MODES = {"phone": "电话回访", "sms": "短信评价", "web": "网上评价"}
LEVELS = ("非常不满意", "不满意", "基本满意", "满意", "非常满意")


def top2(now: tuple[int, int], before: tuple[int, int], verdict: Verdict, *, mode: str | None = None) -> ComparisonRow:
    row = rate(now, before, verdict, metric=TOP2.id, month=OCTOBER)
    return replace(row, keys={"mode": mode}, names={"mode": MODES[mode]}) if mode else row


def answers(
    survey: str, now: list[int], before: list[int], *, up: int | None = None, name: str = "纠纷回访"
) -> list[ComparisonRow]:
    """One row a level, the worst first; `up` is the level that really rose."""
    rows = []
    for level, (own, base) in enumerate(zip(now, before, strict=True), start=1):
        row = rate(
            (own, sum(now)),
            (base, sum(before)),
            "up" if level == up else "within_noise",
            metric=LEVEL.id,
            month=OCTOBER,
        )
        words = LEVELS[level - 1] if len(now) == 5 else f"第{level}级（共{len(now)}级）"
        keys, names = {"survey": survey, "level": f"{len(now)}-{level}"}, {"survey": name, "level": words}
        rows.append(replace(row, keys=keys, names=names))
    return rows


# --- the first lines


def test_a_difference_within_sampling_error_is_said_so() -> None:
    words = chance(top2((272, 325), (318, 360), "within_noise"), TOP2, "zh")
    assert words == "差异在抽样误差范围内：看法不变，换一批人来评价，也会相差这么多。"
    assert chance(top2((200, 325), (318, 360), "down"), TOP2, "zh") == "差异超出抽样误差，不只是换了一批人评价。"
    assert chance(top2((20, 22), (318, 360), "small_base"), TOP2, "en").startswith("Fewer than 30 valid answers")
    # Enough now, too few before: the sentence has said that already.
    assert chance(top2((272, 325), (10, 12), "small_base"), TOP2, "zh") == ""


def bound(metric: str, part: int) -> ComparisonRow:
    return rate((part, 653), (300, 680), "within_noise", metric=metric, month=OCTOBER)


def test_fewer_than_half_answering_brings_the_bounds() -> None:
    response = rate((325, 653), (360, 680), "within_noise", metric="survey_response_rate", month=OCTOBER)
    ends = [bound("satisfaction_lowest_rate", 272), bound("satisfaction_highest_rate", 600)]
    # 272 / 653 = 41.65 %, 600 / 653 = 91.88 %.
    assert response_line(response, ends, "zh") == (
        "有效应答率 49.8%（325/653），不足一半，没有回答的人可能另有看法："
        "未答者都不满意时满意率为 41.7%，都满意时为 91.9%。"
    )
    assert response_line(response, [], "zh") == "有效应答率 49.8%（325/653），不足一半，没有回答的人可能另有看法。"
    half = rate((327, 654), (360, 680), "within_noise", metric="survey_response_rate", month=OCTOBER)
    assert response_line(half, ends, "zh") == "有效应答率 50.0%（327/654）。"
    assert response_line(None, ends, "zh") == ""


def asked(rows: list[ComparisonRow]) -> Asked:
    return Asked(TOP2, "2026-10", "yoy", ("mode",), {}, tuple(rows))


def test_mixed_modes_are_named_with_their_answers_the_most_frequent_first() -> None:
    rows = [top2((36, 41), (30, 40), "within_noise", mode="sms"), top2((188, 231), (200, 230), "down", mode="phone")]
    assert modes_line(asked(rows), "zh").startswith("合并了 2 种调查方式：电话回访 231 份、短信评价 41 份。")
    assert modes_line(asked(rows[:1]), "zh") == ""


# --- levels


def test_the_middle_level_is_centred_and_the_base_stands_below() -> None:
    bars = satisfaction_levels.bars(answers("d", [5, 10, 20, 30, 35], [10, 10, 20, 30, 30]), "zh")
    frame = satisfaction_levels.frame(bars, LEVEL, "zh")
    own, base = frame.filter(~frame["is_base"]), frame.filter("is_base")
    # A quarter lies left of nought: 5 + 10 and half of 20; the bar is 100 % long.
    assert own["start"].to_list() == pytest.approx([-0.25, -0.20, -0.10, 0.10, 0.40])
    assert own["end"].to_list() == pytest.approx([-0.20, -0.10, 0.10, 0.40, 0.75])
    assert own["label"].to_list() == ["5.0%", "10.0%", "20.0%", "30.0%", "35.0%"]
    assert own["role"].to_list() == ["attention", "attention", "ordinary", "better", "better"]
    assert own["key"].unique().to_list() == ["0|纠纷回访"]
    assert base["start"].to_list()[0] == pytest.approx(-0.30)
    assert base["key"].unique().to_list() == ["1|上年同期"]
    # Paler, so that this period leads.
    assert all(pale < full for pale, full in zip(base["strength"], own["strength"], strict=True))


def test_a_scale_without_a_middle_is_parted_between_its_levels() -> None:
    bars = satisfaction_levels.bars(answers("s", [10, 20, 30, 40], [10, 20, 30, 40]), "zh")
    frame = satisfaction_levels.frame(bars, LEVEL, "zh")
    assert frame["start"].to_list()[:4] == pytest.approx([-0.3, -0.2, 0.0, 0.3])


@pytest.mark.parametrize("points", range(2, 12))
def test_levels_grow_stronger_away_from_the_middle(points: int) -> None:
    looks = [satisfaction_levels.look(number, points) for number in range(points)]
    strengths = [strength for _, strength in looks]
    assert [role for role, _ in looks] == (
        ["attention"] * (points // 2) + ["ordinary"] * (points % 2) + ["better"] * (points // 2)
    )
    assert strengths == strengths[::-1]
    half = strengths[: points // 2]
    assert half == sorted(half, reverse=True)
    assert max(strengths) == strengths[0] <= 1


def test_scales_of_one_survey_never_share_a_bar() -> None:
    rows = [
        *answers("safety", [10, 40, 50], [10, 40, 50], name="安全感调查"),
        *answers("safety", [5, 10, 20, 30, 35], [10, 10, 20, 30, 30], name="安全感调查"),
    ]
    names = [bar.name for bar in satisfaction_levels.bars(rows, "zh")]
    assert names == ["安全感调查（3 级）", "安全感调查（5 级）"]


def test_the_title_names_the_levels_that_really_changed_in_the_largest_survey() -> None:
    small = answers("v", [1, 9, 20, 30, 30], [10, 10, 20, 30, 30], up=1, name="走访回访")
    large = answers("d", [10, 40, 50, 250, 150], [10, 20, 50, 260, 160], up=2)
    bars = satisfaction_levels.bars([*small, *large], "zh")
    # 40 / 500 - 20 / 500 = 4 points.
    assert satisfaction_levels.title(bars, LEVEL, "zh") == "纠纷回访：不满意提高（+4.0 个百分点）；其余 4 级差异不显著"
    quiet = satisfaction_levels.bars(answers("d", [10, 40, 50, 250, 150], [10, 20, 50, 260, 160]), "zh")
    assert satisfaction_levels.title(quiet, LEVEL, "zh") == "纠纷回访：各等级占比的差异都在抽样误差范围内"


def test_too_few_answers_have_no_shares() -> None:
    bars = satisfaction_levels.bars(answers("d", [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]), "zh")
    frame = satisfaction_levels.frame(bars, LEVEL, "zh")
    assert frame["start"].to_list() == [None]
    assert frame["label"].to_list() == ["样本不足（有效评价 10 份）"]
    assert satisfaction_levels.title(bars, LEVEL, "zh") == "纠纷回访：有效评价不足 30 份，不列占比"


def test_withheld_shares_say_so() -> None:
    rows = [
        replace(row, value=None, numerator=None, denominator=None, base_value=None, change=None, verdict="no_base",
                flags=("suppressed",))
        for row in answers("d", [5, 10, 20, 30, 35], [10, 10, 20, 30, 30])
    ]  # fmt: skip
    bars = satisfaction_levels.bars(rows, "zh")
    assert satisfaction_levels.frame(bars, LEVEL, "zh")["label"].to_list() == ["不公开"]
    assert satisfaction_levels.title(bars, LEVEL, "zh") == "纠纷回访：各等级占比不公开（为保护个人信息）"


# --- the control chart


def months(hits: list[int], asked_of: int = 100) -> list[ComparisonRow]:
    """Months up to October 2026, each against the same figure the year before."""
    days = [months_before(OCTOBER, back) for back in reversed(range(len(hits)))]
    return [
        rate((hit, asked_of), (hit, asked_of), "within_noise", metric=TOP2.id, month=day)
        for hit, day in zip(hits, days, strict=True)
    ]


def test_a_month_below_its_limit_is_named_in_the_title_and_orange() -> None:
    rows = months([80, 82] * 12 + [60, 81])
    limits = satisfaction_control.limits_of(rows, TOP2)
    assert satisfaction_control.title(rows, limits, TOP2, "zh") == "2026年10月在控制限内，此前出现信号的有2026年9月"
    frame = satisfaction_control.frame(
        rows, limits, TOP2, "zh", delivered={row.period.start: WHOLE for row in rows[:-1]}
    )
    assert frame.filter("is_signal")["month_start"].to_list() == [date(2026, 9, 1)]
    assert frame.filter("is_signal")["role"].to_list() == ["attention"]
    assert frame.filter("is_signal")["note"].to_list() == ["低于控制下限"]
    assert frame["is_whole"].to_list() == [True] * 25 + [False]
    assert frame.filter("is_first")["month_start"].to_list() == [date(2024, 9, 1)]


def test_a_signal_of_a_rate_that_should_fall_has_the_other_colour() -> None:
    assert satisfaction_control.role("outside", 1, METRICS["dissatisfaction_rate"]) == "attention"
    assert satisfaction_control.role("outside", 1, TOP2) == "better"
    assert satisfaction_control.role("outside", -1, METRICS["survey_response_rate"]) == "ink"
    assert satisfaction_control.role("", 0, TOP2) == "ordinary"


def test_quiet_months_and_short_series_are_said_so() -> None:
    rows = months([80, 82] * 6)
    limits = satisfaction_control.limits_of(rows, TOP2)
    assert satisfaction_control.title(rows, limits, TOP2, "zh") == "2026年10月在控制限内，此前 11 个月也没有信号"
    few = months([80] * 5)
    words = satisfaction_control.title(few, satisfaction_control.limits_of(few, TOP2), TOP2, "zh")
    assert words == "有 5 个月可给出比率，满 12 个月才有控制限"


def test_a_month_of_few_answers_is_a_gap_and_judged_by_nothing() -> None:
    october = rate((5, 20), (5, 20), "small_base", metric=TOP2.id, month=OCTOBER)
    rows = [*months([80, 82] * 6 + [81])[:-1], october]
    limits = satisfaction_control.limits_of(rows, TOP2)
    frame = satisfaction_control.frame(rows, limits, TOP2, "zh", delivered={row.period.start: WHOLE for row in rows})
    assert frame["value"].to_list()[-1] is None
    assert frame["upper"].to_list()[-1] is None
    assert not frame["is_missing"].any()
    assert satisfaction_control.title(rows, limits, TOP2, "zh").startswith("2026年10月评价太少，不作判断")


# --- modes, subjects, years


def test_rows_carry_interval_response_and_bounds_only_where_most_were_silent() -> None:
    phone = top2((188, 231), (200, 230), "down", mode="phone")
    sms = replace(top2((36, 41), (30, 40), "within_noise", mode="sms"), value_low=0.7449, value_high=0.9468)
    counts = {
        "survey_response_rate": ((231, 330), (41, 178)),
        "satisfaction_lowest_rate": ((188, 330), (36, 178)),
        "satisfaction_highest_rate": ((287, 330), (173, 178)),
    }
    others: dict[str, dict[str | None, ComparisonRow]] = {
        one: {"phone": part(one, *phones), "sms": part(one, *texts)} for one, (phones, texts) in counts.items()
    }
    frame = satisfaction_rows.frame([phone, sms], TOP2, "zh", dimension="mode", others=others)
    assert frame["name"].to_list() == ["电话回访 188/231", "短信评价 36/41"]
    assert frame["role"].to_list() == ["attention", "ordinary"]
    assert frame["worst"].to_list() == [None, pytest.approx(36 / 178)]
    assert frame["best"].to_list() == [None, pytest.approx(173 / 178)]
    assert frame["base"].to_list() == pytest.approx([200 / 230, 0.75])
    assert frame["note"][1] == (
        "95% 区间 74.5%至94.7%；有效应答率 23.0%（41/178）；未答者都不满意时满意率为 20.2%，都满意时为 97.2%；"
        "上年同期 75.0%（30/40）；差异不显著"
    )
    title = satisfaction_rows.title([phone, sms], TOP2, "zh", key="modes")
    # 188 / 231 - 200 / 230 = 81.39 - 86.96 points.
    assert title == "电话回访下降（-5.6 个百分点）；其余 1 项差异不显著"


def part(metric: str, numerator: int, denominator: int) -> ComparisonRow:
    return rate((numerator, denominator), (numerator, denominator), "within_noise", metric=metric, month=OCTOBER)


def test_too_few_answers_stand_as_words() -> None:
    frame = satisfaction_rows.frame(
        [top2((7, 7), (9, 9), "small_base", mode="web")], TOP2, "zh", dimension="mode", others={}
    )
    assert frame["value"].to_list() == [None]
    assert frame["label"].to_list() == ["样本不足（7/7）"]


def test_each_mode_has_a_place_of_its_own_for_every_year() -> None:
    def year(phone: tuple[int, int], sms: tuple[int, int]) -> dict[str | None, ComparisonRow]:
        return {
            "phone": top2(phone, (200, 230), "within_noise", mode="phone"),
            "sms": top2(sms, (30, 40), "within_noise", mode="sms"),
        }

    rows = {2025: year((180, 230), (9, 10)), 2026: year((188, 231), (36, 41))}
    frame = satisfaction_years.frame(rows, ["phone", "sms"], TOP2, "zh")
    # Two years and a gap for each group.
    assert frame["place"].to_list() == [0, 1, 3, 4]
    assert frame["value"].to_list() == pytest.approx([180 / 230, 188 / 231, None, 36 / 41])
    assert frame["is_latest"].to_list() == [False, True, False, True]
