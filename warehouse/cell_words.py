"""What stands beside a figure in a table: its flags in words."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.comparison_row import ComparisonRow
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.period_words import basis_words, is_told_partial, partial_words
from warehouse.reference import Language
from warehouse.sentence_texts import say
from warehouse.sentences import NOTES, REASONS


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


def format_reasons(rows: Iterable[ComparisonRow], language: Language) -> str:
    """Why some rows cannot be compared, each reason once; empty where all can."""
    held = [row for row in rows if row.verdict == "not_comparable"]
    said = (
        say(f"reason.{flag}", language, base=basis_words(row, language))
        for flag in REASONS
        for row in held
        if flag in row.flags
    )
    return say("sentence.next", language).join(dict.fromkeys(said))
