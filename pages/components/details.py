"""The fold below a finding: the table behind its chart, how each number is defined and had again, and the exports."""

from __future__ import annotations

import polars as pl
import streamlit as st

from pages.components import cards, export
from pages.components.data import explained, is_current
from pages.components.labels import t
from pages.components.panel import Panel, behind, missing_words
from pages.components.view import Asked, View
from warehouse.dimensions import DIMENSIONS, TIMES
from warehouse.metric_catalogue import version_of
from warehouse.wording import begin_sentence, format_moment, format_period, join_sentences

ROWS = 60
SQL_HEIGHT = 150


def fold(panel: Panel, view: View) -> None:
    """Draw the fold; what is in it is made when a reader opens it, and only this fold is run again then."""
    if panel.asked:
        _fold(panel, view, [view])


@st.fragment
def _fold(panel: Panel, view: View, pinned: list[View]) -> None:
    # Two generations on one page would be two truths: what was published meanwhile is shown whole. Not while the page
    # itself is drawn: that is pinned to one, and would begin anew with every night that is published while it runs.
    if not pinned and not is_current(view.board):
        st.rerun()
    pinned.clear()
    box = st.expander(t("details.label"), key=f"fold-{panel.key}", on_change="rerun", type="compact")
    if box.open:
        with box:
            if panel.derived:
                st.markdown(panel.derived)
            for number, asked in enumerate(panel.asked):
                _show(panel, asked, view, key=f"{panel.key}-{number}")
            export.buttons(panel, view)
            st.caption(_source(view))


def _show(panel: Panel, asked: Asked, view: View, *, key: str) -> None:
    metric, language = asked.metric, view.language
    st.markdown(
        t(
            "details.formula",
            name=begin_sentence(metric.name.in_language(language)),
            id=metric.id,
            version=version_of(metric),
            formula=begin_sentence(metric.formula.in_language(language)),
        )
    )
    st.caption(join_sentences(notes(asked, view), language))
    if asked.rows:
        _table(panel, asked, view, key=key)
    st.caption(t("details.command"))
    cards.command(asked.command(str(view.board.folder)))
    if asked.rows:
        st.caption(t("details.sql"))
        shown = _sql(asked, view)
        # Two statements stand there, of which a query is one: the macro's call.
        cards.query(shown, opens=shown.partition(";")[0], height=SQL_HEIGHT)


def _sql(asked: Asked, view: View) -> str:
    return explained(view.board, asked.metric.id, asked.period, basis=asked.basis, by=asked.by, where=dict(asked.where))


def _table(panel: Panel, asked: Asked, view: View, *, key: str) -> None:
    rows = behind(asked, view.language)
    cards.grid(_without_empty(rows.head(ROWS)), alt_text=t("details.alt", title=panel.title), key=key)
    if rows.height > ROWS:
        st.caption(t("details.more", shown=ROWS, n=rows.height))


def _without_empty(rows: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that say nothing: no notes, no interval."""
    return rows.select(column for column in rows if set(column) - {"", "—"})


def notes(asked: Asked, view: View) -> list[str]:
    """The windows compared, what could not be narrowed, and why there are no rows."""
    said = []
    if asked.rows and not set(TIMES) & set(asked.by):
        row = asked.rows[0]
        period = format_period(row.period, view.language)
        base = format_period(row.base, view.language) if row.base else ""
        said.append(t("details.windows" if base else "details.window", period=period, base=base))
    if asked.left_out:
        names = [DIMENSIONS[name].text.in_language(view.language) for name in asked.left_out]
        said.append(t("details.left_out", dimensions=t("types.joiner").join(names)))
    return [*said, missing_words(asked, view)]


def _source(view: View) -> str:
    generation, built = view.board.generation, view.board.built_at
    return t("details.source", id=generation.id if generation else "", built=format_moment(built) if built else "")
