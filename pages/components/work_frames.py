"""Sentences and bars of the daily work: how much of it changed, and who reports what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pages.components.labels import text
from pages.components.row_frames import Bar, named_by_code
from pages.components.view import Asked
from pages.components.visit_frames import in_list_order
from warehouse.comparison_row import ComparisonRow
from warehouse.finding import find
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_period

STATES = ("up", "down", "unchanged", "at_least", "not_comparable")


def is_known(row: ComparisonRow) -> bool:
    """Whether there is a figure, exact or at least."""
    return row.value is not None or row.at_least_value is not None


def answer(asked: Sequence[Asked], *, unit_name: str, language: Language) -> str:
    """How many kinds of work rose and fell; empty where nobody delivers any."""
    rows = [(one.row, one) for one in asked if one.row is not None and is_known(one.row)]
    if not rows:
        return ""
    states = Counter(_state(row, one) for row, one in rows)
    parts = [text(f"work.answer.{state}", language, n=states[state]) for state in STATES if states[state]]
    return text(
        "work.answer.sentence",
        language,
        period=format_period(rows[0][0].period, language),
        unit=unit_name,
        n=len(rows),
        against=text(f"rows.against_{rows[0][0].basis}", language),
        parts=text("answer.joiner", language).join(parts),
    )


def _state(row: ComparisonRow, asked: Asked) -> str:
    finding = find(row, asked.metric)
    if finding.case in ("up", "down", "at_least"):
        return finding.case
    return "unchanged" if finding.change is not None else "not_comparable"


def not_delivered(asked: Sequence[Asked], language: Language) -> str:
    """The kinds of work that nobody delivers, by name; empty where all do."""
    names = [
        begin_sentence(one.metric.name.in_language(language))
        for one in asked
        if not one.missing and one.row is not None and not is_known(one.row)
    ]
    if not names or len(names) == len(asked):
        return ""
    return text("work.silent", language, n=len(names), names=text("types.joiner", language).join(names))


def share_bars(asked: Sequence[Asked], dimension: str, language: Language) -> list[Bar]:
    """A bar for each share of each code that reports it, code by code in the order of its list."""
    rows = [(row, one) for one in asked for row in one.rows if row.denominator]
    ordered = in_list_order([row for row, _ in rows], dimension)
    by_row = {id(row): one for row, one in rows}
    bars = []
    for row in ordered:
        metric = by_row[id(row)].metric
        bar = named_by_code(row, metric, language)
        name = text("work.share", language, name=bar.name, share=begin_sentence(metric.name.in_language(language)))
        bars.append(Bar(bar.code, name, row, metric))
    return bars


def without_share(asked: Asked, counts: Sequence[Asked], dimension: str, language: Language) -> str:
    """The channels or kinds of work that complete services and do not report the share; empty where all do."""
    reporting = {row.keys[dimension] for row in asked.rows if row.denominator}
    seen: dict[str, ComparisonRow] = {}
    for row in (row for one in counts for row in one.rows if row.value):
        code = row.keys[dimension]
        if code is not None and code not in reporting:
            seen[code] = row
    if not seen:
        return ""
    names = [begin_sentence(row.names[dimension] or "") for row in in_list_order(list(seen.values()), dimension)]
    return text("work.without_share", language, names=text("types.joiner", language).join(names))
