"""The upper half of the workbench: what may be asked, the editor, the parameters of the query, and running it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components import access
from pages.components.data import Board, described, last_days, read
from pages.components.figures import headline_day
from pages.components.filters import is_first_run
from pages.components.labels import language, t
from pages.components.sql_answer import show_run
from pages.components.sql_catalogue import SCHEMAS, Table, catalogue_of, completions
from pages.components.sql_desk import Desk
from pages.components.sql_editor import has_editor, show_editor
from pages.components.sql_examples import read_examples
from pages.components.sql_library import show_library
from pages.components.sql_link import PAGE, PARAMETER, link_of
from pages.components.sql_parameters import defaults_in, names_in
from pages.components.sql_presence import presence
from pages.components.sql_run import Run
from pages.components.sql_store import CannotKeep, Store
from pages.components.view import LATEST
from warehouse.metrics import METRICS
from warehouse.periods import parse_period
from warehouse.redaction import redact
from warehouse.sandbox import SCREEN, warm_up
from warehouse.wording import format_exact

DESK = "sql-desk"
# In the address: what was typed for a parameter of the query.
TYPED = "p."
MEGABYTE = 1 << 20


class Workbench:
    """One run of the page: the reader, their desk and notebook, and the generation that is asked."""

    def __init__(self, board: Board) -> None:
        self.board = board
        if is_first_run():
            # While the reader still writes, so that the first query does not wait for it.
            warm_up()
        self.reader = access.who()
        self.store = Store(board.folder, self.reader.name or access.LOCAL)
        self.tables = _tables(board)
        self.desk = _desk()

    def promise(self) -> str:
        """The first line: what there is to ask, and the limits, before they bite."""
        macros = sum(table.is_macro for table in self.tables)
        return t(
            "sql_workbench.promise",
            tables=format_exact(len(self.tables) - macros),
            metrics=format_exact(macros),
            rows=format_exact(SCREEN.rows),
            seconds=format_exact(int(SCREEN.seconds)),
            memory=format_exact(SCREEN.memory_bytes // MEGABYTE),
            size=format_exact(SCREEN.bytes // MEGABYTE),
        )

    def edit(self) -> None:
        """The editor, what a link has brought, the parameters, and the button that runs the query."""
        desk = self.desk
        show_editor(
            desk.loaded,
            revision=desk.revision,
            catalogue=completions(self.tables, {schema: t(f"sql_workbench.in_{schema}") for schema in SCHEMAS}),
            catalogue_key=f"{self.board.generation and self.board.generation.id}-{language()}",
            mark=desk.mark,
            on_text=desk.note,
            on_run=desk.ask,
        )
        if desk.is_damaged:
            st.warning(t("sql_workbench.damaged"))
        elif desk.is_unread and not desk.wants_run:
            st.info(t("sql_workbench.unread"))
        self._parameters()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                t("sql_workbench.run"),
                type="primary",
                icon=":material/play_arrow:",
                key="sql-run",
                on_click=desk.ask,
                shortcut=None if has_editor() else "Ctrl+Enter",
            )
            st.caption(t("sql_workbench.keys" if has_editor() else "sql_workbench.keys_plain"), width="content")
        if desk.wants_run:
            self._start()

    def show(self) -> None:
        """What came of it."""
        show_run(self.desk, self.board, user=self.reader.name, on_finished=self._remember)

    def library(self) -> None:
        """Tables, examples, saved queries, history."""
        show_library(self.desk, self.tables, self.store)

    def _parameters(self) -> None:
        desk = self.desk
        names, defaults = names_in(desk.text), defaults_in(desk.text)
        if not names:
            return
        with st.container(horizontal=True, gap="small"):
            for name in names:
                desk.typed[name] = st.text_input(
                    f"${name}",
                    value=desk.typed.get(name, defaults.get(name, "")),
                    key=f"sql-parameter-{desk.revision}-{name}",
                    width=190,
                )
        st.caption(t("sql_workbench.parameters"))

    def _start(self) -> None:
        desk = self.desk
        # The role may have been taken away since the page was opened.
        if self.board.generation is None or not self.reader.may_open(PAGE):
            return
        if not desk.text.strip():
            desk.wants_run = False
            st.info(t("sql_workbench.empty"))
            return
        run = desk.start(self.board.generation, user=self.reader.name, is_here=presence())
        self._write_link(run)
        if run.is_finished:
            self._remember(run)
            if run.mark:
                # The editor above is drawn already, without the mark.
                st.rerun()

    def _write_link(self, run: Run) -> None:
        link = link_of(run.sql)
        self.desk.link = link
        others = {name: value for name, value in st.query_params.to_dict().items() if name != PARAMETER}
        kept = {name: value for name, value in others.items() if not name.startswith(TYPED)}
        typed = {f"{TYPED}{name}": redact(value) for name, value in run.typed.items() if value}
        st.query_params.from_dict({**kept, **({PARAMETER: link, **typed} if link else {})})
        if link is None:
            st.caption(t("sql_workbench.too_long"))

    def _remember(self, run: Run) -> None:
        try:
            self.store.remember(run.past())
        except CannotKeep:
            st.toast(t("sql_workbench.cannot_keep"))


def _desk() -> Desk:
    if DESK not in st.session_state:
        st.session_state[DESK] = Desk()
        st.session_state[DESK].load(read_examples()[0].text(language()))
    desk: Desk = st.session_state[DESK]
    if is_first_run():
        # The browser has a new editor: it must be told what the desk holds.
        desk.arrive()
    named = st.query_params.to_dict()
    typed = {name.removeprefix(TYPED): value for name, value in named.items() if name.startswith(TYPED)}
    desk.open_link(named.get(PARAMETER), typed)
    return desk


def _tables(board: Board) -> Sequence[Table]:
    until = headline_day(last_days(board))
    assert until is not None
    month = parse_period(LATEST, data_until=until)
    macros = frozenset(read(board, "macros")["name"]) & METRICS.keys()
    return catalogue_of(described(board), macros, (month.start, month.end), language())
