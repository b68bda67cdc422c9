"""Figures of a comparison row for cards and tables: the value, its change and the verdict, in Chinese and English.

One rule for signs, in sentences too: ASCII "+" and "-", because a metric card of the board reads the arrow off them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from warehouse.comparison_row import ComparisonRow, Verdict
from warehouse.finding import Finding, exact, family_of, find, is_below, rounded, shown
from warehouse.metric_definition import Metric
from warehouse.number_words import format_count
from warehouse.reference import Language
from warehouse.sentence_texts import read_texts, say, unit_word

# How the counts stand beside a rate: in parentheses, or behind a comma.
Layout = Literal["share", "listed"]


def format_value(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The figure of a card or cell with its unit: 820 起, 96.4%, 8 分钟, 至少 120 起, 样本不足（27/29）."""
    finding = find(row, metric)
    if finding.case == "suppressed":
        # Why stands in the sentence; a cell has no room for it.
        return say("verdict.suppressed", language)
    return value_words(row, metric, language, finding, space=" ")


def format_change(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The change for a card or cell: +21.2%, -1.2 个百分点, +11 起; a dash where the sentence withholds it too."""
    finding = find(row, metric)
    if finding.percent is not None and finding.case != "flat":
        return signed_percent(finding.percent)
    if finding.change is None:
        return say("value.missing", language)
    sign = "+" if finding.change > 0 else "-" if finding.change < 0 else ""
    return sign + change_words(finding, metric, language, space=" ")


def format_base(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The figure of the base, as `format_value` gives the period's; a dash where there is none or it is withheld."""
    finding = find(row, metric)
    if not is_base_told(row, metric):
        return say("value.missing", language)
    return base_figure_words(row, metric, language, finding, space=" ")


def is_base_told(row: ComparisonRow, metric: Metric) -> bool:
    """Whether the base has a figure that may stand beside the period's."""
    finding = find(row, metric)
    return finding.base is not None and finding.case not in ("suppressed", "not_comparable", "at_least")


def verdict_word(verdict: Verdict, metric: Metric, language: Language) -> str:
    """The word of a verdict: 上升, 下降, 差异不显著, 基数较小, 不可比, 无可比基数; of a rate 提高, of minutes 缩短."""
    kind = "rate" if verdict == "small_base" and not metric.is_count else family_of(metric)
    key = f"verdict.{verdict}_{kind}"
    return say(key if key in read_texts() else f"verdict.{verdict}", language)


def format_verdict(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The word for a card: the verdict's, or why the sentence passes none (持平, 尚未报送, 春节错月 …)."""
    finding = find(row, metric)
    if finding.is_small and finding.case == "flat" and not metric.is_count:
        return verdict_word("small_base", metric, language)
    match finding.case:
        case "both_zero" | "base_zero":
            return verdict_word("no_base", metric, language)
        case "up" | "down" | "small_base" | "within_noise" | "not_comparable" | "no_base":
            return verdict_word(finding.case, metric, language)
    return say(f"verdict.{finding.case}", language)


def value_words(row: ComparisonRow, metric: Metric, language: Language, finding: Finding, *, space: str = "") -> str:
    """The value with its unit and the counts behind a rate; or why there is none."""
    if finding.case in ("suppressed", "not_delivered"):
        return say(f"value.{finding.case}", language)
    if row.at_least_value is not None and row.value in (None, 0, row.at_least_value):
        return _at_least(row, metric, language)
    if finding.case == "no_value":
        return _no_value(row, metric, language)
    figure = figure_words(
        finding.value, metric, language, parts=(row.numerator, row.denominator), is_few=finding.is_few, space=space
    )
    if row.at_least_value is None:
        return figure
    n, unit = _at_least_parts(row, metric, language)
    return say("value.and_at_least", language, figure=figure, n=n, unit=unit)


def base_figure_words(
    row: ComparisonRow,
    metric: Metric,
    language: Language,
    finding: Finding,
    *,
    space: str = "",
    layout: Layout = "share",
) -> str:
    """The figure of the base with its unit and counts."""
    parts = (row.base_numerator, row.base_denominator)
    is_few = not metric.is_count and is_below(row.base_denominator, metric)
    return figure_words(finding.base, metric, language, parts=parts, is_few=is_few, space=space, layout=layout)


def figure_words(
    value: Fraction | None,
    metric: Metric,
    language: Language,
    *,
    parts: tuple[float | None, float | None],
    is_few: bool,
    space: str = "",
    layout: Layout = "share",
) -> str:
    """One figure, of the period or of its base: 820起, 96.4%（731/758）, 8分钟（样本230）, 样本不足（27/29）.

    `listed` sets the counts behind a comma, for a figure that stands in parentheses itself.
    """
    beside = parts_words(parts, metric, language)
    if is_few and family_of(metric) != "duration":
        return say("value.small_sample", language, parts=beside)
    if value is None:
        return say("value.missing", language)
    figure = amount(value, metric, language, space=space)
    return say(f"value.{layout}", language, figure=figure, parts=beside) if beside else figure


def amount(value: Fraction, metric: Metric, language: Language, *, space: str = "") -> str:
    """A number with its unit: 820起, 12.8 万起, 96.4%, 8 minutes."""
    if metric.unit == "fraction":
        return f"{shown(value, 'share')}%"
    is_whole = family_of(metric) != "rate" and value.denominator == 1
    digits = format_count(int(value), language) if is_whole else f"{shown(value, family_of(metric)):,}"
    return _with_unit(digits, metric.unit, language, space)


def parts_words(parts: tuple[float | None, float | None], metric: Metric, language: Language) -> str:
    """The counts that stand beside a rate: 731/758; of a quantile 样本230; of a count nothing."""
    numerator, denominator = parts
    family = family_of(metric)
    if family == "count" or denominator is None:
        return ""
    if family == "duration":
        return say("value.sample", language, n=f"{rounded(exact(denominator)):,}")
    if metric.kind == "survival":
        return say("value.sample", language, n=f"{rounded(exact(denominator)):,}")
    if numerator is None:
        return f"{rounded(exact(denominator)):,}"
    if metric.unit == "per_10k_year":
        # Its denominator, residents by years, is no count: the incidents say how much the rate rests on.
        return _with_unit(f"{rounded(exact(numerator)):,}", "case", language, "")
    top, bottom = (f"{rounded(exact(part)):,}" for part in (numerator, denominator))
    return say("value.parts", language, numerator=top, denominator=bottom)


def change_words(finding: Finding, metric: Metric, language: Language, *, space: str = "") -> str:
    """How much it differs from the base, without a sign, exact: 11起, 1.2个百分点, 2分钟."""
    size = abs(finding.change or Fraction(0))
    unit = "points" if finding.family == "share" else metric.unit
    return _with_unit(f"{shown(size, finding.family):,}", unit, language, space)


def signed_percent(percent: Fraction) -> str:
    """+21.2% or -21.2%; 0.0% has no sign."""
    figure = shown(percent, "share")
    return f"{figure:+}%" if figure else f"{figure}%"


def _with_unit(digits: str, unit: str, language: Language, space: str) -> str:
    # 12.8 万起: the 万 has a space of its own before it.
    between = " " if language == "en" else "" if digits[-1] in "万亿" else space
    return f"{digits}{between}{unit_word(unit, digits, language)}"


def _at_least(row: ComparisonRow, metric: Metric, language: Language) -> str:
    n, unit = _at_least_parts(row, metric, language)
    return say("value.at_least", language, n=n, unit=unit)


def _at_least_parts(row: ComparisonRow, metric: Metric, language: Language) -> tuple[str, str]:
    number = exact(row.at_least_value or 0)
    digits = format_count(int(number), language) if number.denominator == 1 else f"{rounded(number):,}"
    return digits, unit_word(metric.unit, digits, language)


def _no_value(row: ComparisonRow, metric: Metric, language: Language) -> str:
    if row.denominator == 0:
        return say("value.nothing_counted", language)
    if metric.kind != "survival" or row.denominator is None:
        return say("value.not_computable", language)
    return say("value.not_reached" if metric.within_days is None else "value.not_followed", language)
