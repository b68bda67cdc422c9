"""One comparison row, one sentence: by verdict and flags, in Chinese and English."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from tests.warehouse.figure_rows import (
    ARRIVAL,
    FOUND,
    INCIDENTS,
    RESOLVED,
    SETTLED,
    SWEEPS,
    metric_of,
    rate_of,
    row_of,
)
from warehouse.comparison_row import FLAGS, ComparisonRow, Verdict
from warehouse.metric_definition import Metric, Texts
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.sentence_texts import read_texts
from warehouse.wording import format_change, sentence_of

ZH, EN = "城关派出所", "Chengguan police station"
CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]")
# Causes that no figure can show, and sizes that mean nothing.
NEVER_SAID = re.compile(
    "得益于|由于|导致|使得|促进|推动|遏制|成效|翻番|翻一番|大幅|显著上升|显著下降|明显|倍"
    "|thanks to|due to|caused|led to|doubled|tripled|sharply|dramatic|soar|plummet|success"
)


def zh(row: ComparisonRow, metric: Metric, **more: Any) -> str:
    return sentence_of(row, metric, unit_name=ZH, language="zh", **more)


def en(row: ComparisonRow, metric: Metric, **more: Any) -> str:
    return sentence_of(row, metric, unit_name=EN, language="en", **more)


def test_a_fall_that_is_real_is_called_with_its_interval() -> None:
    row = row_of(INCIDENTS, 820, 1040, "down", interval_low=-0.2814, interval_high=-0.1349)
    assert (
        zh(row, INCIDENTS) == "2026年，城关派出所接报纠纷警情820起，同比下降21.2%（减少220起），95%区间-28.1%至-13.5%。"
    )
    assert en(row, INCIDENTS) == (
        "Dispute incidents received, Chengguan police station, 2026: 820 cases, down 21.2% (by 220 cases) on the same"
        " period last year, 95% interval -28.1% to -13.5%."
    )


def test_the_same_percentage_on_few_cases_is_called_no_difference() -> None:
    row = row_of(INCIDENTS, 41, 52, "within_noise", interval_low=-0.49, interval_high=0.21)
    assert (
        zh(row, INCIDENTS) == "2026年，城关派出所接报纠纷警情41起，同比少11起（-21.2%），处于正常波动范围，差异不显著。"
    )
    assert en(row, INCIDENTS) == (
        "Dispute incidents received, Chengguan police station, 2026: 41 cases, 11 cases fewer than the same period last"
        " year (-21.2%), within normal variation, no significant difference."
    )


def test_a_rise_is_called_a_rise() -> None:
    row = row_of(INCIDENTS, 1040, 820, "up", interval_low=0.1565, interval_high=0.3915)
    assert "同比上升26.8%（增加220起），95%区间+15.7%至+39.2%。" in zh(row, INCIDENTS)
    assert "up 26.8% (by 220 cases) on the same period last year, 95% interval +15.7% to +39.2%." in en(row, INCIDENTS)


def test_a_rise_without_upper_bound_says_from_where() -> None:
    row = row_of(INCIDENTS, 40, 20, "up", interval_low=0.138)
    assert zh(row, INCIDENTS).endswith("同比上升100.0%（增加20起），95%区间+13.8%以上。")


def test_a_bound_next_to_zero_is_not_shown_as_zero() -> None:
    row = row_of(INCIDENTS, 10_400, 10_000, "up", interval_low=0.0004, interval_high=0.081)
    assert "95%区间+0.04%至+8.1%" in zh(row, INCIDENTS)


@pytest.mark.parametrize(
    ("metric", "value", "base", "verdict", "ending"),
    [
        (INCIDENTS, 52, 52, "within_noise", "接报纠纷警情52起，与上年同期持平。"),
        # 1/2500 = 0.04 %, below the 0.05 % that would show as 0.1; 1/2000 is not.
        (INCIDENTS, 2501, 2500, "within_noise", "接报纠纷警情2,501起，与上年同期持平（多1起）。"),
        (INCIDENTS, 2001, 2000, "within_noise", "同比多1起（+0.1%），处于正常波动范围，差异不显著。"),
        (INCIDENTS, 7, 7, "small_base", "接报纠纷警情7起，与上年同期持平。"),
        (INCIDENTS, 5, 0, "no_base", "接报纠纷警情5起，上年同期为0起，增加5起。"),
        (INCIDENTS, 0, 0, "no_base", "接报纠纷警情0起，与上年同期均为0。"),
        (INCIDENTS, 0, 4, "small_base", "纠纷警情未接报（上年同期4起），基数较小，不计百分比。"),
        (INCIDENTS, 0, 19, "down", "纠纷警情未接报（上年同期19起），同比减少19起，差异显著。"),
        (INCIDENTS, 0, 25, "within_noise", "纠纷警情未接报（上年同期25起），处于正常波动范围，差异不显著。"),
        (SWEEPS, 0, 4, "small_base", "矛盾纠纷摸排0次（上年同期4次），基数较小，不计百分比。"),
        (INCIDENTS, 10, 4, "small_base", "同比多6起，由4起变为10起（基数较小，不计百分比）。"),
        (INCIDENTS, 10, 4, "up", "同比增加6起，由4起增至10起（基数较小，不计百分比），差异显著。"),
        (INCIDENTS, 3, 19, "down", "同比减少16起，由19起减至3起（基数较小，不计百分比），差异显著。"),
        (INCIDENTS, 20, 19, "small_base", "同比多1起，由19起变为20起（基数较小，不计百分比）。"),
        (INCIDENTS, 21, 20, "within_noise", "同比多1起（+5.0%），处于正常波动范围，差异不显著。"),
        (INCIDENTS, 50, 24, "within_noise", "同比由24起变为50起（多26起），处于正常波动范围，差异不显著。"),
        (INCIDENTS, 5, None, "no_base", "接报纠纷警情5起，上年同期没有可比的数，无可比基数。"),
        (
            INCIDENTS,
            128_400,
            128_000,
            "within_noise",
            "12.8 万起，同比多400起（+0.3%），处于正常波动范围，差异不显著。",
        ),
    ],
)
def test_counts_are_told_by_their_base(
    metric: Metric, value: float, base: float | None, verdict: Verdict, ending: str
) -> None:
    sentence = zh(row_of(metric, value, base, verdict), metric)
    assert sentence.startswith("2026年，城关派出所")
    assert sentence.endswith(ending)


def test_a_rise_above_a_hundred_percent_is_told_from_where_to_where() -> None:
    row = row_of(INCIDENTS, 300, 120, "up", interval_low=1.016, interval_high=2.116)
    assert "同比由120起增至300起（增加180起），95%区间+101.6%至+211.6%。" in zh(row, INCIDENTS)
    assert "up from 120 cases in the same period last year to 300 cases (by 180 cases)" in en(row, INCIDENTS)


@pytest.mark.parametrize(
    ("value", "base", "verdict", "ending"),
    [
        (1, 0, "no_base", "1 case, up from 0 cases in the same period last year."),
        (0, 0, "no_base", "0 cases, as in the same period last year."),
        (0, 1, "small_base", "none (the same period last year: 1 case), small base, no percentage."),
        (
            2,
            1,
            "small_base",
            "1 case more, from 1 case in the same period last year to 2 cases (small base, no percentage).",
        ),
        (53, 52, "within_noise", "1 case more than the same period last year (+1.9%), within normal variation, no"),
    ],
)
def test_english_has_a_singular(value: float, base: float, verdict: Verdict, ending: str) -> None:
    assert ending in en(row_of(INCIDENTS, value, base, verdict), INCIDENTS)


def test_rates_change_in_points_and_have_their_counts_beside_them() -> None:
    # 731/758 = 96.438 %, 700/735 = 95.238 %, 600/735 = 81.633 %.
    row = rate_of(RESOLVED, (731, 758), (700, 735))
    assert zh(row, RESOLVED) == (
        "2026年，城关派出所化解率（按受理）96.4%（731/758），同比高1.2个百分点（上年同期95.2%，700/735），"
        "处于正常波动范围，差异不显著。"
    )
    called = rate_of(RESOLVED, (731, 758), (600, 735), "up", interval_low=0.117, interval_high=0.18)
    assert "96.4%（731/758），同比提高14.8个百分点（上年同期81.6%，600/735），95%区间+11.7至+18.0个百分点。" in (
        zh(called, RESOLVED)
    )
    assert en(called, RESOLVED) == (
        "Resolution rate of cases received, Chengguan police station, 2026: 96.4% (731/758), up 14.8 percentage points"
        " on the same period last year (81.6%, 600/735), 95% interval +11.7 to +18.0 percentage points."
    )
    fallen = rate_of(RESOLVED, (600, 735), (731, 758), "down", interval_low=-0.18, interval_high=-0.117)
    assert "同比下降14.8个百分点（上年同期96.4%，731/758），95%区间-18.0至-11.7个百分点。" in zh(fallen, RESOLVED)


@pytest.mark.parametrize(
    ("parts", "base", "verdict", "ending"),
    [
        ((27, 29), (700, 735), "small_base", "样本不足（27/29），上年同期95.2%（700/735），不作比较。"),
        ((731, 758), (20, 25), "small_base", "96.4%（731/758），上年同期样本不足（20/25），不作比较。"),
        ((5, 29), (20, 25), "down", "样本不足（5/29），上年同期样本不足（20/25），差异显著（样本较小，不计幅度）。"),
        ((20, 25), (20, 25), "small_base", "样本不足（20/25），上年同期样本不足（20/25），不作比较。"),
        ((29, 30), (29, 30), "within_noise", "96.7%（29/30），与上年同期持平（96.7%，29/30）。"),
        # 0.03 points: shows as no change.
        ((9_643, 10_000), (9_640, 10_000), "up", "96.4%（9,643/10,000），与上年同期持平（96.4%，9,640/10,000）。"),
        # A base of 0 % that the engine has no interval for.
        ((6, 50), (0, 50), "no_base", "12.0%（6/50），同比高12.0个百分点（上年同期0.0%，0/50）。"),
    ],
)
def test_rates_of_few_cases_are_not_given(
    parts: tuple[int, int], base: tuple[int, int], verdict: Verdict, ending: str
) -> None:
    assert zh(rate_of(RESOLVED, parts, base, verdict), RESOLVED).endswith(ending)


@pytest.mark.parametrize(
    ("value", "base", "verdict", "interval", "ending"),
    [
        (
            8,
            10,
            "down",
            (-3, -1),
            "8分钟（样本240），同比缩短2分钟（上年同期10分钟，样本230），95%区间-3.0至-1.0分钟。",
        ),
        (
            10.5,
            8,
            "up",
            (1, 4),
            "10.5分钟（样本240），同比延长2.5分钟（上年同期8分钟，样本230），95%区间+1.0至+4.0分钟。",
        ),
        (8, 10, "within_noise", (-3, 1), "同比短2分钟（上年同期10分钟，样本230），处于正常波动范围，差异不显著。"),
        (8, 8, "within_noise", (-1, 1), "8分钟（样本240），与上年同期持平（8分钟，样本230）。"),
    ],
)
def test_times_get_shorter_and_longer(
    value: float, base: float, verdict: Verdict, interval: tuple[float, float], ending: str
) -> None:
    row = row_of(ARRIVAL, value, base, verdict, denominator=240, base_denominator=230)
    row = replace(row, interval_low=interval[0], interval_high=interval[1])
    assert zh(row, ARRIVAL).endswith(ending)


def test_events_per_hundred_keep_their_unit() -> None:
    row = rate_of(FOUND, (30, 500), (20, 480), "up", interval_low=0.1, interval_high=3.4)
    assert zh(row, FOUND).endswith(
        "6.0起/百次（30/500），同比上升1.8起/百次（上年同期4.2起/百次，20/480），95%区间+0.1至+3.4起/百次。"
    )


def test_what_was_not_delivered_is_never_a_zero() -> None:
    row = row_of(RESOLVED, None, None, "no_base", flags=("not_delivered",))
    assert zh(row, RESOLVED) == "2026年，城关派出所化解率（按受理）尚未报送。"
    assert en(row, RESOLVED) == ("Resolution rate of cases received, Chengguan police station, 2026: not delivered.")


def test_a_median_that_too_many_open_cases_hide_is_not_given() -> None:
    row = row_of(SETTLED, None, 30, "no_base", denominator=240, base_denominator=230)
    assert zh(row, SETTLED) == "2026年，城关派出所化解时效中位数尚不能给出（未了结的案件过多）。"


@pytest.mark.parametrize(
    ("flags", "reasons"),
    [
        (("coverage_gap",), "：上年同期或本期有单位尚未报送"),
        (("series_break",), "：统计口径有变化"),
        (("coarse_grain",), "：数据按更长的时段合计报送，不能按本期拆分"),
        (("series_break", "coverage_gap"), "：上年同期或本期有单位尚未报送；统计口径有变化"),
        ((), ""),
    ],
)
def test_what_cannot_be_compared_says_why_and_gives_no_difference(flags: tuple[str, ...], reasons: str) -> None:
    row = row_of(INCIDENTS, 820, 1040, "not_comparable", flags=flags, interval_low=-0.28, interval_high=-0.13)
    assert zh(row, INCIDENTS) == f"2026年，城关派出所接报纠纷警情820起，与上年同期不可比{reasons}。"


def test_what_cannot_be_compared_is_still_told_to_be_partial() -> None:
    row = row_of(INCIDENTS, 60, 50, "not_comparable", period="2026-03", data_until=date(2026, 3, 20))
    row = replace(row, flags=("partial_period", "coverage_gap"))
    assert zh(row, INCIDENTS) == (
        "2026年3月，城关派出所接报纠纷警情60起，截至20日（不完整月），与上年同期不可比：上年同期或本期有单位尚未报送。"
    )


def test_january_alone_is_not_compared_with_the_year_before() -> None:
    january = row_of(INCIDENTS, 60, 50, "up", period="2026-01", flags=("spring_festival",))
    assert zh(january, INCIDENTS) == (
        "2026年1月，城关派出所接报纠纷警情60起，受春节错月影响，1月、2月单月同比不具可比性，请看1—2月合计。"
    )
    both = row_of(INCIDENTS, 820, 1040, "down", period="2026-01..2026-02", interval_low=-0.28, interval_high=-0.13)
    assert zh(january, INCIDENTS, both_months=both).endswith(
        "受春节错月影响，1月、2月单月同比不具可比性；1—2月合计同比下降21.2%（减少220起），95%区间-28.0%至-13.0%。"
    )
    assert zh(both, INCIDENTS) == (
        "2026年1—2月，城关派出所接报纠纷警情820起，受春节错月影响，1月、2月单月同比不具可比性；"
        "1—2月合计同比下降21.2%（减少220起），95%区间-28.0%至-13.0%。"
    )


def test_january_against_december_is_an_ordinary_comparison_with_a_note() -> None:
    row = row_of(INCIDENTS, 60, 50, basis="previous", period="2026-01", flags=("spring_festival",))
    assert zh(row, INCIDENTS).endswith("环比多10起（+20.0%），处于正常波动范围，差异不显著（春节日期与上期不同）。")


def test_march_after_a_late_new_year_carries_a_note() -> None:
    row = row_of(INCIDENTS, 60, 50, period="2026-03", flags=("spring_festival",))
    assert zh(row, INCIDENTS).endswith("同比多10起（+20.0%），处于正常波动范围，差异不显著（春节日期与上年同期不同）。")


@pytest.mark.parametrize(
    ("period", "basis", "said"),
    [
        ("2026-03", "yoy", "2026年3月，城关派出所接报纠纷警情60起，截至20日（不完整月），与上年1—20日相比多10起"),
        ("2026-03", "previous", "截至20日（不完整月），与2026年2月1日—20日相比多10起（+20.0%）"),
        ("2026-Q1", "yoy", "接报纠纷警情60起，截至3月20日（不完整季度），与2025年1月1日—3月20日相比多10起"),
        ("2026", "yoy", "截至3月20日（不完整年），与2025年1月1日—3月20日相比多10起（+20.0%）"),
        ("2026-03-10..2026-03-31", "yoy", "截至3月20日（不完整期间），与2025年3月10日—20日相比多10起（+20.0%）"),
        ("ytd", "yoy", "2026年1—3月（截至3月20日），城关派出所接报纠纷警情60起，同比多10起（+20.0%）"),
    ],
)
def test_a_part_of_a_period_names_the_days_compared(period: str, basis: Any, said: str) -> None:
    until = date(2026, 3, 20)
    row = row_of(INCIDENTS, 60, 50, period=period, basis=basis, data_until=until, flags=("partial_period",))
    assert said in zh(row, INCIDENTS)


def test_a_part_of_a_month_in_english() -> None:
    row = row_of(INCIDENTS, 60, 50, period="2026-03", data_until=date(2026, 3, 20), flags=("partial_period",))
    assert en(row, INCIDENTS) == (
        "Dispute incidents received, Chengguan police station, March 2026: 60 cases, up to 20 March (incomplete month),"
        " 10 cases more than 1–20 March last year (+20.0%), within normal variation, no significant difference."
    )


def test_other_bases_have_their_own_words() -> None:
    lunar = row_of(INCIDENTS, 60, 50, basis="lunar", period="2026-02-03..2026-03-04")
    assert zh(lunar, INCIDENTS).endswith("与上年农历同期相比多10起（+20.0%），处于正常波动范围，差异不显著。")
    previous = row_of(INCIDENTS, 60, 60, basis="previous", period="2026-W12")
    assert zh(previous, INCIDENTS).endswith("接报纠纷警情60起，与上期持平。")
    assert en(previous, INCIDENTS).endswith("60 cases, unchanged from the previous period.")


def test_periods_of_unequal_length_say_so() -> None:
    row = row_of(INCIDENTS, 60, 50, basis="previous", period="2026-03", flags=("unequal_days",))
    assert zh(row, INCIDENTS).endswith("环比多10起（+20.0%），处于正常波动范围，差异不显著（本期31天，上期28天）。")
    leap = row_of(INCIDENTS, 60, 50, period="2024", data_until=date(2024, 12, 31), flags=("unequal_days",))
    assert en(leap, INCIDENTS).endswith("no significant difference (366 days against 365).")
    assert "天" not in zh(replace(leap, verdict="not_comparable"), INCIDENTS)


def test_a_week_53_without_partner_has_no_base() -> None:
    row = row_of(INCIDENTS, 60, None, "no_base", period="2026-W53", data_until=date(2027, 1, 31))
    assert zh(row, INCIDENTS) == "2026年第53周，城关派出所接报纠纷警情60起，上年没有第53周，无可比基数。"
    ytd = row_of(INCIDENTS, 60, None, "no_base", basis="previous", period="ytd")
    assert zh(ytd, INCIDENTS) == "2026年1—12月，城关派出所接报纠纷警情60起，无可比基数。"


def test_lower_bounds_are_said_as_such_and_not_compared() -> None:
    row = row_of(SWEEPS, None, None, "no_base", at_least_value=120, flags=("at_least",))
    assert zh(row, SWEEPS) == "2026年，城关派出所矛盾纠纷摸排至少 120 次，下限数不作比较。"
    assert en(row, SWEEPS) == (
        "Dispute sweeps, Chengguan police station, 2026: at least 120 times, lower bounds are not compared."
    )
    mixed = row_of(SWEEPS, 30, 25, "up", at_least_value=120, flags=("at_least",))
    assert zh(mixed, SWEEPS) == "2026年，城关派出所矛盾纠纷摸排30次（另有至少 120 次），下限数不作比较。"
    base_only = row_of(SWEEPS, 300, 120, "up", flags=("at_least",))
    assert zh(base_only, SWEEPS) == "2026年，城关派出所矛盾纠纷摸排300次，下限数不作比较。"


@pytest.mark.parametrize(
    ("flag", "note"),
    [
        ("immature", "（部分案件尚未满观察期）。"),
        ("is_estimate", "（常住人口为估计数）。"),
        ("mixed_modes", "（不同调查方式合并计算）。"),
        ("whole_months_only", "（只计期内整月）。"),
    ],
)
def test_what_qualifies_a_figure_stands_behind_it(flag: str, note: str) -> None:
    assert zh(rate_of(RESOLVED, (731, 758), (700, 735), flags=(flag,)), RESOLVED).endswith("差异不显著" + note)


def test_a_suppressed_row_says_so_and_nothing_else() -> None:
    row = row_of(INCIDENTS, None, None, "no_base", flags=("immature", "partial_period", "suppressed"))
    assert zh(row, INCIDENTS) == "2026年，城关派出所接报纠纷警情不公开（为保护个人信息）。"


def test_a_row_of_one_type_says_which() -> None:
    row = row_of(INCIDENTS, 52, 52, names={"dispute_type": "邻里纠纷", "station": ZH, "month": "2026年3月"})
    assert zh(row, INCIDENTS) == "2026年，城关派出所接报纠纷警情（邻里纠纷）52起，与上年同期持平。"
    assert "接报纠纷警情（未注明）52起" in zh(replace(row, names={"channel": None}), INCIDENTS)


def test_without_a_name_the_unit_is_left_out() -> None:
    row = row_of(INCIDENTS, 52, 52)
    assert sentence_of(row, INCIDENTS, unit_name="", language="zh") == "2026年，接报纠纷警情52起，与上年同期持平。"
    assert sentence_of(row, INCIDENTS, unit_name="", language="en").startswith("Dispute incidents received, 2026: 52")


PAIRS = [(0, 0), (0, 7), (0, 40), (5, 0), (7, 7), (10, 4), (41, 52), (820, 1040), (300, 120), (123_456, 100_001)]
ALL_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def every_row(metric: Metric) -> list[ComparisonRow]:
    """Rows of one metric through every verdict and flag, whether the engine would produce them or not."""
    rows = []
    for (value, base), verdict in itertools.product(PAIRS, ALL_VERDICTS):
        numbers: dict[str, Any] = {"interval_low": -0.3, "interval_high": 0.4}
        if not metric.is_count:
            numbers |= {"denominator": value + 17.0, "base_denominator": base + 17.0}
        if not metric.is_count and metric.quantile is None:
            numbers |= {"numerator": float(value), "base_numerator": float(base)}
            row = row_of(
                metric, metric.scale * value / (value + 17), metric.scale * base / (base + 17), verdict, **numbers
            )
        else:
            row = row_of(metric, value, base, verdict, **numbers)
        rows += [row, replace(row, value=None, flags=("not_delivered",)), replace(row, base_value=None)]
    rows += [replace(rows[-3], flags=(flag,)) for flag in FLAGS]
    return rows


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_every_registered_metric_is_told_in_the_readers_language_alone(metric: Metric) -> None:
    # The phrase is the registry's; here it is the words around it.
    plain = replace(metric, phrase=Texts("指标", "figure"))
    for row in every_row(plain):
        chinese, english = zh(row, plain), en(row, plain)
        assert not LATIN.search(chinese), chinese
        assert not CHINESE.search(english), english
        assert chinese.endswith("。")
        assert english.endswith(".")
        assert not re.search(r"None|nan|\binf\b|[{}]|，，|, ,|  ", chinese + english)


@pytest.mark.parametrize("metric", [INCIDENTS, SWEEPS, RESOLVED, ARRIVAL, FOUND], ids=lambda metric: metric.unit)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_card_and_sentence_show_the_same_digits(metric: Metric, language: Language) -> None:
    metric = replace(metric, quantile=0.5) if metric.kind == "quantile" else metric
    for row in every_row(metric):
        change = format_change(row, metric, language).lstrip("+-")
        sentence = sentence_of(row, metric, unit_name="", language=language)
        digits = re.match(r"[\d,.]+%?", change)
        if digits is not None and digits[0].strip("0.%"):
            assert digits[0] in sentence, (change, sentence)


def test_up_and_down_are_said_only_where_the_verdict_says_so() -> None:
    called = re.compile("上升|下降|提高|延长|缩短|增至|减至|差异显著")
    for metric in (INCIDENTS, RESOLVED, replace(ARRIVAL, quantile=0.5), FOUND):
        for row in every_row(metric):
            if row.verdict not in ("up", "down"):
                assert not called.search(zh(row, metric)), zh(row, metric)


def test_no_text_claims_a_cause_or_an_undefined_size() -> None:
    found = [text for texts in read_texts().values() for text in texts.values() if NEVER_SAID.search(text)]
    assert found == []


def test_every_text_stands_in_both_languages_and_in_one_place() -> None:
    texts = read_texts()
    assert [key for key, words in texts.items() if not {"zh", "en"} <= set(words)] == []
    used = " ".join(words["zh"] for words in texts.values())
    assert "同比下降" not in used


def test_a_unit_that_has_no_words_is_an_error() -> None:
    odd = replace(metric_of(("指标", "figure")), unit="parsec")  # type: ignore[arg-type]
    with pytest.raises(KeyError, match=r"unit\.parsec"):
        zh(row_of(odd, 5, 5), odd)
