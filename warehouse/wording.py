"""One comparison row -> one sentence, zh and en; the one formatter of figures for sentence, card, table and export."""

from __future__ import annotations

from warehouse.cell_words import format_notes, format_reasons
from warehouse.figure_words import format_base, format_change, format_value, format_verdict, verdict_word
from warehouse.interval_words import format_change_interval, format_limits, format_value_interval
from warehouse.number_words import (
    begin_sentence,
    format_count,
    format_date,
    format_day,
    format_decimal,
    format_exact,
    format_moment,
    format_month,
    format_month_name,
    format_share,
    join_sentences,
)
from warehouse.period_words import format_period
from warehouse.sentences import sentence_of

__all__ = [
    "begin_sentence",
    "format_base",
    "format_change",
    "format_change_interval",
    "format_count",
    "format_date",
    "format_day",
    "format_decimal",
    "format_exact",
    "format_limits",
    "format_moment",
    "format_month",
    "format_month_name",
    "format_notes",
    "format_period",
    "format_reasons",
    "format_share",
    "format_value",
    "format_value_interval",
    "format_verdict",
    "join_sentences",
    "sentence_of",
    "verdict_word",
]
