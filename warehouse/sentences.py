"""One comparison row as one sentence, in Chinese and English; the words stand in sentences.toml."""

from __future__ import annotations

from datetime import timedelta

from warehouse.change_clause import Told, change_clause
from warehouse.comparison_row import ComparisonRow
from warehouse.dimensions import ORGANISATIONS, TIMES
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.number_words import begin_sentence
from warehouse.period_words import basis_words, format_period, is_told_partial, partial_words, period_name
from warehouse.reference import Language

# Flags that make a comparison impossible, and flags that only qualify it; the words stand under the same names.
REASONS = ("coverage_gap", "series_break", "coarse_grain")
NOTES = ("immature", "spring_festival", "is_estimate", "mixed_modes", "whole_months_only", "unequal_days")
RECEIVED = "接报"


def sentence_of(
    row: ComparisonRow,
    metric: Metric,
    *,
    unit_name: str,
    language: Language,
    both_months: ComparisonRow | None = None,
) -> str:
    """The sentence of a row: 2025年，城关派出所接报纠纷警情820起，同比下降21.2%（减少220起），95%区间…。

    `unit_name` is whose figure it is, in the reader's language ("" leaves it out); a type or channel that the row is
    split by stands behind the metric. `both_months` is the row of January-February, for the sentence of one of them.
    """
    told = Told(row, metric, language, find(row, metric))
    clauses = [clause for clause in (_partial(told), _comparison(told)) if clause]
    if both_months is not None and told.finding.case == "festival":
        clauses[-1] = _with_both_months(told, both_months)
    comma, end = told.say("sentence.comma"), told.say("sentence.end")
    return begin_sentence(
        comma.join([_head(told, unit_name, is_compared=bool(clauses)), *clauses]) + _notes(told) + end
    )


def _head(told: Told, unit_name: str, *, is_compared: bool) -> str:
    row = told.row
    is_dated = is_compared and is_told_partial(row)
    key = "sentence.head" if unit_name else "sentence.head_without_unit"
    phrase = told.metric.phrase.in_language(told.language)
    value = told.figure
    if told.is_none:
        figure = value
        # 接报纠纷警情 becomes 纠纷警情未接报.
        if phrase.startswith(RECEIVED) or told.language == "en":
            phrase, figure = phrase.removeprefix(RECEIVED), told.say("value.none_received")
        value = told.say("value.zero", figure=figure, base=told.base, base_figure=told.base_figure())
    period = (period_name if is_dated else format_period)(row.period, told.language)
    return told.say(key, period=period, unit_name=unit_name, phrase=phrase + _detail(told), value=value)


def _detail(told: Told) -> str:
    """What the row is split by beside organisation and month: （邻里纠纷）."""
    names = [
        name or told.say("sentence.unknown_name")
        for dimension, name in told.row.names.items()
        if dimension not in (*ORGANISATIONS, *TIMES)
    ]
    return "".join(told.say("sentence.detail", name=name) for name in names)


def _partial(told: Told) -> str:
    if not is_told_partial(told.row) or told.finding.value is None or told.finding.case == "suppressed":
        return ""
    return partial_words(told.row.period, told.language)


def _comparison(told: Told) -> str:
    """The clause about the change; nothing where there is no figure."""
    finding = told.finding
    if finding.case in ("suppressed", "not_delivered", "no_value"):
        return ""
    if finding.case in ("at_least", "both_zero"):
        return told.say(f"compare.{finding.case}", base=told.base)
    if finding.case == "not_comparable":
        return _not_comparable(told)
    if finding.case == "festival":
        return told.join(_festival(told), told.say("compare.see_both_months"))
    if finding.case == "no_base":
        return _no_base(told)
    if _is_january_and_february(told.row):
        both = told.say("compare.both_months", clause=change_clause(told))
        return told.say("compare.festival_month") + told.say("sentence.next") + both
    return change_clause(told)


def _not_comparable(told: Told) -> str:
    base = basis_words(told.row, told.language)
    reasons = [told.say(f"reason.{flag}", base=base) for flag in REASONS if flag in told.row.flags]
    if not reasons:
        return told.say("compare.not_comparable", base=base)
    return told.say("compare.not_comparable_because", base=base, reasons=told.say("sentence.next").join(reasons))


def _no_base(told: Told) -> str:
    row = told.row
    if row.base is not None:
        return told.say("compare.base_without_value", base=told.base)
    # Only a week 53 without a partner has no base of the year before.
    if row.period.kind == "week" and row.basis == "yoy":
        return told.say("compare.no_such_week", week=row.period.start.isocalendar().week)
    return told.say("compare.no_base")


def _festival(told: Told) -> str:
    return told.say("compare.festival_month" if told.row.period.kind == "month" else "compare.festival_days")


def _with_both_months(told: Told, both_months: ComparisonRow) -> str:
    both = Told(both_months, told.metric, told.language, find(both_months, told.metric))
    clause = change_clause(both) if both.finding.change is not None else _comparison(both)
    both_words = told.say("compare.both_months", clause=clause or both.figure)
    return _festival(told) + told.say("sentence.next") + both_words


def _is_january_and_february(row: ComparisonRow) -> bool:
    """Whether it is the pair of months that stands for January and February alone."""
    period, after = row.period, row.period.whole_end + timedelta(days=1)
    is_pair = (period.start.month, period.start.day, after.month, after.day) == (1, 1, 3, 1)
    return is_pair and period.start.year == after.year and row.basis == "yoy"


def _notes(told: Told) -> str:
    """What a reader must know beside the figure, each in its own parentheses."""
    row, case = told.row, told.finding.case
    if case in ("suppressed", "not_delivered"):
        return ""
    flags = [flag for flag in NOTES if flag in row.flags and (flag != "spring_festival" or case != "festival")]
    if told.finding.change is None:
        flags = [flag for flag in flags if flag != "unequal_days"]
    days = {"days": row.period.days, "base_days": row.base.days if row.base else None}
    notes = [told.say(f"note.{flag}", base=basis_words(row, told.language), **days) for flag in flags]
    return "".join(told.say("sentence.note", note=note) for note in notes)
