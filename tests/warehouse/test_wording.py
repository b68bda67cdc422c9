"""Numbers, dates, periods, values and changes as people read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args

import pytest

from tests.warehouse.figure_rows import (
    ARRIVAL,
    FOUND,
    INCIDENTS,
    PER_RESIDENTS,
    RESOLVED,
    SETTLED,
    SWEEPS,
    metric_of,
    rate_of,
    row_of,
)
from warehouse.comparison_row import ComparisonRow, Verdict
from warehouse.metric_definition import Metric, Unit
from warehouse.periods import parse_period
from warehouse.reference import Language
from warehouse.sentence_texts import read_texts
from warehouse.wording import (
    begin_sentence,
    format_base,
    format_change,
    format_count,
    format_date,
    format_exact,
    format_moment,
    format_month,
    format_month_name,
    format_period,
    format_share,
    format_value,
    format_verdict,
    join_sentences,
    verdict_word,
)

DAY = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1_024, "1,024", "1,024"),
        (99_999, "99,999", "99,999"),
        (100_000, "10.0 万", "100k"),
        (128_400, "12.8 万", "128k"),
        # Half up: 12.85 and 128.5, where Python's round gives 12.8 and 128.
        (128_500, "12.9 万", "129k"),
        (999_499, "99.9 万", "999k"),
        (999_500, "100.0 万", "1.0M"),
        (12_345_678, "1,234.6 万", "12.3M"),
        (99_999_999, "1.0 亿", "100.0M"),
        (-1_024, "-1,024", "-1,024"),
    ],
)
def test_counts_are_exact_up_to_99999_and_then_shortened(value: int, zh: str, en: str) -> None:
    assert (format_count(value, "zh"), format_count(value, "en")) == (zh, en)


def test_ledgers_keep_every_digit() -> None:
    assert format_exact(1_782_174) == "1,782,174"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    # The last three: published shares, and an exact half of a tenth.
    [(0, 3, "0.0%"), (1, 3, "33.3%"), (731, 758, "96.4%"), (195, 215, "90.7%"), (1, 2000, "0.1%")],
)
def test_shares_are_rounded_half_up_from_their_counts(part: int, whole: int, text: str) -> None:
    assert format_share(part, whole) == text


def test_a_share_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="above zero"):
        format_share(0, 0)


@pytest.mark.parametrize(
    ("language", "day", "month", "name"),
    [("zh", "2026年10月31日", "2026年10月", "10月"), ("en", "31 October 2026", "October 2026", "Oct")],
)
def test_dates_are_written_out(language: Language, day: str, month: str, name: str) -> None:
    assert format_date(DAY, language) == day
    assert format_month(DAY, language) == month
    assert format_month_name(DAY, language) == name


def test_moments_are_the_same_in_both_languages() -> None:
    assert format_moment(datetime(2026, 11, 6, 2, 4, 59)) == "2026-11-06 02:04"


def test_sentences_follow_each_other_as_their_language_has_it() -> None:
    assert (
        join_sentences(["Two units are missing.", "", "One is small."], "en") == "Two units are missing. One is small."
    )
    assert join_sentences(["两个单位没有数据。", "", "一个样本不足。"], "zh") == "两个单位没有数据。一个样本不足。"


def test_a_name_from_a_code_table_can_begin_a_sentence() -> None:
    assert [begin_sentence(words) for words in ("bad date", "邻里纠纷", "")] == ["Bad date", "邻里纠纷", ""]


@pytest.mark.parametrize(
    ("text", "data_until", "zh", "en"),
    [
        ("2025", "2026-10-31", "2025年", "2025"),
        ("2026", "2026-10-31", "2026年（截至10月31日）", "2026 (to 31 October)"),
        ("2025-H1", "2026-10-31", "2025年上半年", "first half of 2025"),
        ("2025-H2", "2026-10-31", "2025年下半年", "second half of 2025"),
        ("2025-Q1", "2026-10-31", "2025年第一季度", "first quarter of 2025"),
        ("2025-Q4", "2026-10-31", "2025年第四季度", "fourth quarter of 2025"),
        ("2025-03", "2026-10-31", "2025年3月", "March 2025"),
        ("2026-03", "2026-03-20", "2026年3月（截至20日）", "March 2026 (to 20 March)"),
        ("2025-03..2026-02", "2026-10-31", "2025年3月—2026年2月", "March 2025–February 2026"),
        ("2026-01..2026-02", "2026-10-31", "2026年1—2月", "January–February 2026"),
        ("2025-12..2026-12", "2026-03-05", "2025年12月—2026年12月（截至2026年3月5日）", None),
        ("2025-W12", "2026-10-31", "2025年第12周", "week 12 of 2025"),
        # The ISO year, not that of its Monday.
        ("2026-W01", "2026-10-31", "2026年第1周", "week 1 of 2026"),
        ("2025-01-01..2025-03-31", "2026-10-31", "2025年1月1日—3月31日", "1 January–31 March 2025"),
        ("2025-01-03..2025-01-09", "2026-10-31", "2025年1月3日—9日", "3–9 January 2025"),
        ("2025-12-30..2026-01-02", "2026-10-31", "2025年12月30日—2026年1月2日", "30 December 2025–2 January 2026"),
        ("2025-05-28..2025-05-28", "2026-10-31", "2025年5月28日", "28 May 2025"),
        ("ytd", "2026-10-31", "2026年1—10月", "January–October 2026"),
        ("ytd", "2026-10-20", "2026年1—10月（截至10月20日）", "January–October 2026 (to 20 October)"),
        ("ytd", "2026-01-31", "2026年1月", "January 2026"),
        ("rolling12", "2026-10-31", "2025年11月—2026年10月", "November 2025–October 2026"),
    ],
)
def test_periods_have_names(text: str, data_until: str, zh: str, en: str | None) -> None:
    period = parse_period(text, data_until=date.fromisoformat(data_until))
    assert format_period(period, "zh") == zh
    assert en is None or format_period(period, "en") == en


@pytest.mark.parametrize(
    ("metric", "row", "zh", "en"),
    [
        (INCIDENTS, row_of(INCIDENTS, 1040, 820), "1,040 起", "1,040 cases"),
        (INCIDENTS, row_of(INCIDENTS, 1, 0, "no_base"), "1 起", "1 case"),
        (INCIDENTS, row_of(INCIDENTS, 128_400, 128_400), "12.8 万起", "128k cases"),
        (INCIDENTS, row_of(INCIDENTS, None, 4, flags=("not_delivered",)), "尚未报送", "not delivered"),
        (INCIDENTS, row_of(INCIDENTS, None, None, flags=("suppressed",)), "不公开", "not published"),
        (
            SWEEPS,
            row_of(SWEEPS, None, None, at_least_value=120, flags=("at_least",)),
            "至少 120 次",
            "at least 120 times",
        ),
        (
            SWEEPS,
            row_of(SWEEPS, 30, 25, at_least_value=120, flags=("at_least",)),
            "30 次（另有至少 120 次）",
            "30 times (and at least 120 times not counted exactly)",
        ),
        (RESOLVED, rate_of(RESOLVED, (731, 758), (700, 735)), "96.4%（731/758）", "96.4% (731/758)"),
        (RESOLVED, rate_of(RESOLVED, (27, 29), (700, 735)), "样本不足（27/29）", "too few to give a rate (27/29)"),
        (RESOLVED, row_of(RESOLVED, None, None, numerator=0, denominator=0), "没有可统计的记录", "no records to count"),
        (FOUND, rate_of(FOUND, (30, 500), (20, 480)), "6.0 起/百次（30/500）", "6.0 per 100 visits (30/500)"),
        # 61 / 4.9589 person-years of ten thousand; residents by days are no count to show.
        (
            PER_RESIDENTS,
            row_of(PER_RESIDENTS, 12.3009, 10.0, numerator=61, denominator=49_589.04),
            "12.3 起/万人（61起）",
            "12.3 per 10,000 (61 cases)",
        ),
        (ARRIVAL, row_of(ARRIVAL, 8, 10, denominator=240), "8 分钟（样本240）", "8 minutes (n = 240)"),
        (ARRIVAL, row_of(ARRIVAL, 8.5, 10, denominator=12), "8.5 分钟（样本12）", "8.5 minutes (n = 12)"),
        (SETTLED, row_of(SETTLED, None, 30, denominator=240), "尚不能给出（未了结的案件过多）", None),
    ],
)
def test_values_have_their_unit_and_rates_their_counts(
    metric: Metric, row: ComparisonRow, zh: str, en: str | None
) -> None:
    assert format_value(row, metric, "zh") == zh
    assert en is None or format_value(row, metric, "en") == en


def test_the_base_is_shown_like_the_value() -> None:
    assert format_base(row_of(INCIDENTS, 820, 1040), INCIDENTS, "zh") == "1,040 起"
    assert format_base(rate_of(RESOLVED, (700, 735), (731, 758)), RESOLVED, "en") == "96.4% (731/758)"
    assert format_base(rate_of(RESOLVED, (700, 735), (27, 29)), RESOLVED, "zh") == "样本不足（27/29）"
    assert format_base(row_of(INCIDENTS, 820, None, "no_base"), INCIDENTS, "zh") == "—"
    assert format_base(row_of(INCIDENTS, 820, 104, "not_comparable", flags=("coverage_gap",)), INCIDENTS, "zh") == "—"


@pytest.mark.parametrize(
    ("metric", "row", "zh", "en"),
    [
        (INCIDENTS, row_of(INCIDENTS, 1040, 858, "up"), "+21.2%", "+21.2%"),
        (INCIDENTS, row_of(INCIDENTS, 41, 52), "-21.2%", "-21.2%"),
        (INCIDENTS, row_of(INCIDENTS, 30, 19, "small_base"), "+11 起", "+11 cases"),
        (INCIDENTS, row_of(INCIDENTS, 5, 0, "no_base"), "+5 起", "+5 cases"),
        (INCIDENTS, row_of(INCIDENTS, 1, 0, "no_base"), "+1 起", "+1 case"),
        # Above 100 %: the difference, as in the sentence.
        (INCIDENTS, row_of(INCIDENTS, 300, 120, "up"), "+180 起", "+180 cases"),
        (INCIDENTS, row_of(INCIDENTS, 240, 120, "up"), "+100.0%", "+100.0%"),
        # 0.04 %: shown as unchanged, with what it is.
        (INCIDENTS, row_of(INCIDENTS, 2501, 2500), "+1 起", "+1 case"),
        (INCIDENTS, row_of(INCIDENTS, 52, 52), "0 起", "0 cases"),
        (INCIDENTS, row_of(INCIDENTS, 123_456, 100_001, "up"), "+23.5%", "+23.5%"),
        (INCIDENTS, row_of(INCIDENTS, 123_456, 1, "up"), "+123,455 起", "+123,455 cases"),
        (INCIDENTS, row_of(INCIDENTS, 5, None, "no_base"), "—", "—"),
        (INCIDENTS, row_of(INCIDENTS, 60, 50, "not_comparable", flags=("coverage_gap",)), "—", "—"),
        (INCIDENTS, row_of(INCIDENTS, None, 50, flags=("not_delivered",)), "—", "—"),
        (INCIDENTS, row_of(INCIDENTS, 60, 50, "up", period="2026-02", flags=("spring_festival",)), "—", "—"),
        # 731/758 - 700/735 = 96.4380 - 95.2381 = 1.1999.
        (RESOLVED, rate_of(RESOLVED, (731, 758), (700, 735)), "+1.2 个百分点", "+1.2 percentage points"),
        (RESOLVED, rate_of(RESOLVED, (700, 735), (731, 758)), "-1.2 个百分点", "-1.2 percentage points"),
        (RESOLVED, rate_of(RESOLVED, (27, 29), (700, 735)), "—", "—"),
        (RESOLVED, rate_of(RESOLVED, (700, 735), (27, 29)), "—", "—"),
        (ARRIVAL, row_of(ARRIVAL, 8, 10, "down", denominator=240, base_denominator=230), "-2 分钟", "-2 minutes"),
        (FOUND, rate_of(FOUND, (30, 500), (20, 500)), "+2.0 起/百次", "+2.0 per 100 visits"),
    ],
)
def test_changes_are_told_in_percent_points_or_units(metric: Metric, row: ComparisonRow, zh: str, en: str) -> None:
    assert (format_change(row, metric, "zh"), format_change(row, metric, "en")) == (zh, en)


def share(part: int, whole: int) -> str:
    """What a page shows of a share."""
    return format_value(rate_of(RESOLVED, (part, whole), (part, whole)), RESOLVED, "zh").partition("（")[0]


def change(current: int, base: int) -> str:
    """What a card shows of a change."""
    return format_change(row_of(INCIDENTS, current, base), INCIDENTS, "zh")


@pytest.mark.parametrize(
    ("part", "whole", "published"),
    [
        # A station in Bazhou; a judicial bureau in Huangshi, August 2016; a survey in Nanchang, December 2009.
        (731, 758, "96.4%"),
        (842, 869, "96.9%"),
        (16_466, 68_780, "23.9%"),
        # A sub-district in Qingdao: the paper cut it to 90 %.
        (195, 215, "90.7%"),
        # Halves go up: 0.125 %, 0.625 %, 0.25 %, 2.25 %; of the float 0.0225 * 100 they would not all.
        (1, 800, "0.1%"),
        (5, 800, "0.6%"),
        (1, 400, "0.3%"),
        (9, 400, "2.3%"),
    ],
)
def test_published_shares_are_reproduced(part: int, whole: int, published: str) -> None:
    assert share(part, whole) == format_share(part, whole) == published


def test_a_published_composition_is_reproduced_and_not_forced_to_100() -> None:
    # Types of dispute in Huangshi, August 2016, of 869.
    counts = [160, 278, 67, 44, 31, 76, 18, 28, 4, 13, 7, 55, 33, 1, 54]
    published = "18.4 32.0 7.7 5.1 3.6 8.7 2.1 3.2 0.5 1.5 0.8 6.3 3.8 0.1 6.2"
    assert [share(count, sum(counts)) for count in counts] == [f"{figure}%" for figure in published.split()]
    assert [share(100, 300)] * 3 == ["33.3%", "33.3%", "33.3%"]


@pytest.mark.parametrize(
    ("current", "base", "published"),
    # Huangshi against the month before; Ankang, two weeks of incidents; a base of 0 has no percentage.
    [(869, 840, "+3.5%"), (62, 81, "-23.5%"), (162, 200, "-19.0%"), (5, 0, "+5 起")],
)
def test_published_changes_are_reproduced(current: int, base: int, published: str) -> None:
    assert change(current, base) == published


def test_a_share_comes_from_its_counts_where_the_float_would_round_otherwise() -> None:
    # Wholes of which some parts lie half way between two tenths of a percent.
    parts = [(part, whole) for whole in (80, 160, 400, 800, 2000) for part in range(whole + 1)]
    assert [share(*pair) for pair in parts] == [slow_share(*pair) for pair in parts]
    assert any(f"{100 * (part / whole):.1f}%" != slow_share(part, whole) for part, whole in parts)


def slow_share(part: int, whole: int) -> str:
    """Long division in tenths of a percent, the half going up."""
    tenths, rest = divmod(part * 1000, whole)
    tenths += 2 * rest >= whole
    return f"{tenths // 10}.{tenths % 10}%"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_verdict_has_a_word_for_every_kind_of_metric(language: Language) -> None:
    for metric in (INCIDENTS, RESOLVED, ARRIVAL, FOUND):
        words = [verdict_word(verdict, metric, language) for verdict in get_args(Verdict)]
        assert len(set(words)) == len(get_args(Verdict))


def test_the_words_of_verdicts() -> None:
    verdicts: list[Verdict] = ["up", "down", "within_noise", "small_base", "not_comparable", "no_base"]
    assert [verdict_word(verdict, INCIDENTS, "zh") for verdict in verdicts] == (
        ["上升", "下降", "差异不显著", "基数较小", "不可比", "无可比基数"]
    )
    assert [verdict_word(verdict, RESOLVED, "zh") for verdict in verdicts[:4]] == [
        "提高",
        "下降",
        "差异不显著",
        "样本不足",
    ]
    assert [verdict_word(verdict, ARRIVAL, "zh") for verdict in verdicts[:2]] == ["延长", "缩短"]


@pytest.mark.parametrize(
    ("row", "zh"),
    [
        (row_of(INCIDENTS, 820, 1040, "down"), "下降"),
        (row_of(INCIDENTS, 52, 52), "持平"),
        (row_of(INCIDENTS, 60, 50, "up", period="2026-01", flags=("spring_festival",)), "春节错月，不可比"),
        (row_of(INCIDENTS, None, 50, flags=("not_delivered",)), "尚未报送"),
        (row_of(INCIDENTS, 5, 0, "no_base"), "无可比基数"),
        (row_of(INCIDENTS, None, None, "no_base", flags=("suppressed",)), "不公开"),
        (row_of(INCIDENTS, None, None, "no_base", at_least_value=120), "下限数，不作比较"),
    ],
)
def test_a_card_says_the_same_as_the_sentence_about_the_verdict(row: ComparisonRow, zh: str) -> None:
    assert format_verdict(row, INCIDENTS, "zh") == zh


@pytest.mark.parametrize("unit", [unit for unit in get_args(Unit) if unit != "fraction"])
def test_every_unit_has_a_word(unit: Unit) -> None:
    metric, words = metric_of(("指标", "figure"), unit=unit), read_texts()[f"unit.{unit}"]
    languages: list[Language] = ["zh", "en"]
    for language in languages:
        assert format_value(row_of(metric, 5, 5), metric, language).endswith(words[language])
