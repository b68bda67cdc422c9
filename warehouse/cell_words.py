"""What stands beside a figure in a table: the interval of its change, and its flags in words."""

from __future__ import annotations

from fractions import Fraction

from warehouse.comparison_row import ComparisonRow
from warehouse.finding import Finding, exact, find
from warehouse.metric_definition import Metric
from warehouse.period_words import basis_words, is_told_partial, partial_words
from warehouse.reference import Language
from warehouse.rounding import half_up
from warehouse.sentence_texts import read_texts, say
from warehouse.sentences import NOTES, REASONS


def format_interval(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The 95 % interval of the change: -8.6%至+2.1%, +0.4至+3.0个百分点; a dash where the change is withheld too."""
    finding = find(row, metric)
    low, high = (_bound(finding, bound) for bound in (row.interval_low, row.interval_high))
    # Of a base too small for a percentage the interval is one of percentages.
    if finding.change is None or finding.is_small or not (low or high):
        return say("value.missing", language)
    unit = _unit(finding, metric, language)
    if low and high:
        return say("interval.both", language, low=low + ("%" if unit == "%" else ""), high=high + unit)
    return say("interval.above" if low else "interval.below", language, low=low + unit, high=high + unit)


def format_notes(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The flags in words, one after the other; nothing where there are none, or no figure."""
    finding = find(row, metric)
    if finding.case in ("suppressed", "not_delivered"):
        return ""
    base = basis_words(row, language)
    days = {"days": row.period.days, "base_days": row.base.days if row.base else None}
    notes = [say(f"reason.{flag}", language, base=base) for flag in REASONS if flag in row.flags]
    if is_told_partial(row) and finding.value is not None:
        notes.append(partial_words(row.period, language))
    for flag in NOTES:
        is_told = flag == "spring_festival" and finding.case == "festival"
        is_idle = flag == "unequal_days" and finding.change is None
        if flag in row.flags and not is_told and not is_idle:
            notes.append(say(f"note.{flag}", language, base=base, **days))
    return say("sentence.next", language).join(notes)


def _bound(finding: Finding, bound: float | None) -> str:
    if bound is None:
        return ""
    number = exact(bound) * (100 if finding.family in ("count", "share") else 1)
    figure = half_up(number, _digits(finding, number))
    return f"{figure:+}" if figure else f"{figure}"


def _digits(finding: Finding, number: Fraction) -> int:
    """One decimal; more where a real change would otherwise have a bound of 0.0, as in its sentence."""
    if finding.case not in ("up", "down"):
        return 1
    return next((digits for digits in (1, 2, 3) if half_up(number, digits)), 1)


def _unit(finding: Finding, metric: Metric, language: Language) -> str:
    if finding.family == "count":
        return "%"
    word = read_texts()["unit.points" if finding.family == "share" else f"unit.{metric.unit}"][language]
    return f" {word}" if language == "en" else word
