"""Beside the editor: what there is to query, examples, saved queries, and what was run before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

import streamlit as st

from pages.components import cards
from pages.components.labels import language, t
from pages.components.sql_catalogue import SCHEMAS, Table, find
from pages.components.sql_desk import Desk
from pages.components.sql_examples import read_examples
from pages.components.sql_store import LONGEST_NAME, CannotKeep, Past, Saved, Store
from warehouse.wording import format_exact, format_moment

Section = Literal["tables", "examples", "saved", "history"]
SECTIONS: tuple[Section, ...] = ("tables", "examples", "saved", "history")
HEIGHT = 620
# The first words of a query, as a list shows it.
GIST, TITLE = 90, 48
NAME = "sql-name"


def show_library(desk: Desk, tables: Sequence[Table], store: Store) -> None:
    """The four sections, one at a time; looking for a table does not run the rest of the page."""
    _library(desk, tables, store, desk.revision)


@st.fragment
def _library(desk: Desk, tables: Sequence[Table], store: Store, revision: int) -> None:
    if desk.revision != revision:
        # A query was taken from here: the editor must show it.
        st.rerun()
    section = st.segmented_control(
        t("sql_workbench.library"),
        SECTIONS,
        format_func=lambda name: t(f"sql_workbench.{name}"),
        default="examples",
        required=True,
        key="sql-section",
        label_visibility="collapsed",
        width="stretch",
    )
    if section == "tables":
        _tables(desk, tables)
        return
    # Long lists scroll beside the editor instead of below everything.
    with st.container(height=HEIGHT, border=True, gap="xxsmall", key="sql-list"):
        {"examples": _examples, "saved": _saved, "history": _history}[section](desk, store)


def _tables(desk: Desk, tables: Sequence[Table]) -> None:
    schema = st.pills(
        t("sql_workbench.schema"), SCHEMAS, key="sql-schema", label_visibility="collapsed", format_func=str
    )
    asked = st.text_input(
        t("sql_workbench.search"),
        placeholder=t("sql_workbench.search_hint"),
        type="search",
        live=True,
        key="sql-search",
        label_visibility="collapsed",
    )
    found = find(tables, asked, schema)
    st.caption(t("sql_workbench.found", n=format_exact(len(found))))
    with st.container(height=HEIGHT - 120, border=True, gap="xxsmall", key="sql-tables"):
        for table in found:
            label = t("sql_workbench.table", name=table.full_name, about=cards.plain(table.about))
            box = st.expander(label, key=f"sql-table-{table.full_name}", on_change="rerun", type="compact")
            if box.open:
                with box:
                    _columns(desk, table)


def _columns(desk: Desk, table: Table) -> None:
    facts = [t("sql_workbench.rows", n=format_exact(table.rows))] if table.rows is not None else []
    kind = "macro" if table.is_macro else "table_kind" if table.rows is not None else "view_kind"
    st.caption(t("sql_workbench.joiner").join([t(f"sql_workbench.{kind}"), *facts]))
    lines = [
        f":small[`{column.name}`　:gray[{cards.plain(column.type)}]　{cards.plain(column.about)}]"
        for column in table.columns
    ]
    st.markdown("  \n".join(lines))
    _open(desk, table.sample, key=f"sql-sample-{table.full_name}", label=t("sql_workbench.sample"))


def _examples(desk: Desk, _store: Store) -> None:
    st.caption(t("sql_workbench.examples_note"))
    for example in read_examples():
        _entry(desk, example.text(language()), example.question(language()), key=f"sql-example-{example.name}")


def _saved(desk: Desk, store: Store) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(t("sql_workbench.name"), key=NAME, max_chars=LONGEST_NAME, placeholder=_title(desk.text))
        st.button(t("sql_workbench.save"), key="sql-save", on_click=lambda: _keep(lambda: _save(desk, store)))
    st.caption(t("sql_workbench.saved_note"))
    book = store.read()
    if not book.saved:
        st.caption(t("sql_workbench.none_saved"))
    for number, query in enumerate(book.saved):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            with st.container(width="stretch"):
                _entry(
                    desk,
                    query.sql,
                    query.name,
                    key=f"sql-saved-{number}",
                    typed=dict(query.parameters),
                    gist=_gist(query.sql),
                )
            st.button(
                t("sql_workbench.forget"),
                key=f"sql-forget-{number}",
                type="tertiary",
                icon=":material/delete:",
                on_click=lambda name=query.name: _keep(lambda: store.forget(name)),
            )


def _save(desk: Desk, store: Store) -> None:
    name = st.session_state[NAME].strip() or _title(desk.text)
    if name:
        store.save(Saved(name, desk.text, dict(desk.typed)))


def _history(desk: Desk, store: Store) -> None:
    book = store.read()
    if not book.history:
        st.caption(t("sql_workbench.none_run"))
        return
    st.caption(t("sql_workbench.history_note"))
    for number, past in enumerate(book.history):
        _entry(
            desk, past.sql, _title(past.sql), key=f"sql-past-{number}", typed=dict(past.parameters), gist=_told(past)
        )
    st.button(t("sql_workbench.forget_history"), key="sql-forget-all", on_click=lambda: _keep(store.forget_history))


def _told(past: Past) -> str:
    at = format_moment(datetime.fromisoformat(past.ran_at))
    if past.rows is None:
        return t("sql_workbench.past_problem", at=at)
    return t("sql_workbench.past_rows", at=at, n=format_exact(past.rows))


def _gist(sql: str) -> str:
    return _short(" ".join(sql.split()), GIST)


def _title(sql: str) -> str:
    """What a query is called that nobody named: the comment it begins with, or its first words."""
    first = sql.lstrip().partition("\n")[0]
    return _short(first.lstrip("- ") if first.startswith("--") else " ".join(sql.split()), TITLE)


def _short(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[:longest]}…"


def _entry(desk: Desk, sql: str, label: str, *, key: str, typed: dict[str, str] | None = None, gist: str = "") -> None:
    _open(desk, sql, key=key, label=cards.plain(label), typed=typed)
    if gist:
        st.caption(cards.plain(gist))


def _open(desk: Desk, sql: str, *, key: str, label: str, typed: dict[str, str] | None = None) -> None:
    st.button(label, key=key, type="tertiary", on_click=desk.load, args=(sql, typed))


def _keep(change: Callable[[], None]) -> None:
    try:
        change()
    except CannotKeep:
        st.toast(t("sql_workbench.cannot_keep"))
