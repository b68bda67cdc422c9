"""The registry as leaders and analysts read it: found by a word, and each metric with its latest figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl
import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from pages.components import cards
from pages.components.data import Board, compared, read
from pages.components.labels import language, t, text
from warehouse.comparison import BadPeriod
from warehouse.metric_catalogue import call_of, facts_of, feed_text
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_date, sentence_of

FEEDS = tuple(dict.fromkeys(metric.feed for metric in METRICS.values()))
# The days of the examples in docs/metrics.md, where there is no month of data to take them from.
EXAMPLE_DAYS = (date(2026, 1, 1), date(2026, 3, 31))


@dataclass(frozen=True)
class Latest:
    """The latest complete month of a metric in words; its days, where there is a figure."""

    sentence: str
    days: tuple[date, date] | None = None


def search_box() -> str:
    """What the reader looks for; in the URL."""
    asked: str = st.text_input(
        t("definitions.search"),
        type="search",
        placeholder=t("definitions.search_hint"),
        key="q",
        bind="query-params",
        live=True,
        width=420,
    )
    return asked


def feed_filter() -> str | None:
    """One feed, or all of them; in the URL."""
    chosen: str | None = st.pills(
        t("filter.feed"),
        FEEDS,
        format_func=lambda feed: feed_name(feed, language()),
        key="feed",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen


def feed_name(feed: str, words: Language) -> str:
    """The words for a feed, as a heading."""
    return begin_sentence(feed_text(feed).in_language(words))


def find(asked: str, feed: str | None) -> list[Metric]:
    """The metrics of a feed that hold every word asked for, in either language, or whose id is asked for."""
    wanted = _fold(asked).split()
    exact = METRICS.get(_fold(asked).strip())
    own = [exact] if exact else METRICS.values()
    return [
        metric for metric in own if feed in (None, metric.feed) and all(word in _searched(metric) for word in wanted)
    ]


def _searched(metric: Metric) -> str:
    texts = (metric.name, metric.formula, metric.why, metric.phrase)
    return _fold(" ".join([metric.id, *(part for one in texts for part in (one.zh, one.en))]))


def _fold(words: str) -> str:
    """Full-width letters and capitals do not matter."""
    return unicodedata.normalize("NFKC", words).casefold()


def answer(found: Sequence[Metric], words: Language) -> str:
    """The first line: how many metrics there are, or how many were found."""
    key = "definitions.all" if len(found) == len(METRICS) else "definitions.found"
    return text(key, words, n=len(found), all=len(METRICS), feeds=len(FEEDS))


def by_feed(found: Sequence[Metric], words: Language) -> dict[str, list[Metric]]:
    """The metrics under the names of their feeds, in the order of the registry."""
    feeds = dict.fromkeys(metric.feed for metric in found)
    return {feed_name(feed, words): [metric for metric in found if metric.feed == feed] for feed in feeds}


def entry(metric: Metric, *, is_only: bool) -> ExpanderContainer:
    """The fold of one metric: open where it is the only one found, or where the URL says so."""
    name, why = (begin_sentence(one.in_language(language())) for one in (metric.name, metric.why))
    label = t("definitions.entry", name=name, why=why)
    # Of the only one the state is told by the search; a key of its own keeps the two apart.
    if is_only:
        return st.expander(label, expanded=True, key=f"only-{metric.id}", on_change="rerun")
    return st.expander(label, key=metric.id, bind="query-params")


def show(metric: Metric, board: Board | None) -> None:
    """What a metric says, its latest month, its definition, the SQL that gives it, and where its series breaks."""
    words = language()
    latest = latest_month(board, metric, words)
    st.markdown(f"**{cards.plain(latest.sentence)}**")
    facts, query = st.columns([3, 2])
    with facts:
        st.markdown("\n".join(fact_lines(metric, words)))
    with query:
        st.caption(t("definitions.sql"))
        cards.query(call_of(metric, *(latest.days or EXAMPLE_DAYS)))
        for line in break_lines(board, metric, words):
            st.caption(line)


def fact_lines(metric: Metric, words: Language) -> list[str]:
    """One line for each thing to know of a metric."""
    return [
        t("definitions.fact", label=begin_sentence(label.in_language(words)), words=fact.in_language(words))
        for label, fact in facts_of(metric)
    ]


def latest_month(board: Board | None, metric: Metric, words: Language) -> Latest:
    """The latest complete month of a metric over all organisations."""
    if board is None or board.generation is None:
        return Latest(text("definitions.no_data", words))
    try:
        rows = compared(board, metric.id, "latest-month", language=words)
    except BadPeriod as bad:
        return Latest(bad.zh if words == "zh" else bad.en)
    except duckdb.CatalogException:
        # A generation of an older release, after an update or a rollback, lacks tables that this one reads.
        return Latest(text("definitions.older", words, id=board.generation.id))
    if not rows:
        return Latest(text("definitions.not_delivered", words, feed=feed_name(metric.feed, words)))
    (row,) = rows
    sentence = sentence_of(row, metric, unit_name=text("answer.everybody", words), language=words)
    return Latest(sentence, (row.period.start, row.period.end))


def break_lines(board: Board | None, metric: Metric, words: Language) -> list[str]:
    """Since when the figures of a metric may not be compared with those before, and where; one line each."""
    if board is None:
        return []
    breaks = read(board, "series_breaks")
    own = breaks.filter(pl.col("metric").is_null() | (pl.col("metric") == metric.id))
    lines = [
        text(
            "definitions.break",
            words,
            day=format_date(row["noted_on"], words),
            organisation=cards.plain(row["organisation"] or text("answer.everybody", words)),
            words=cards.plain(row[words] or row["zh"] or ""),
        )
        for row in own.iter_rows(named=True)
    ]
    return lines or [text("definitions.no_break", words)]
