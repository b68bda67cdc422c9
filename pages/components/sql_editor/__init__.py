"""The editor for SQL: CodeMirror 6 as one committed file (source/ builds it), a plain text area where that is missing.

`FENGQIAO_SQL_EDITOR=plain` asks for the text area, for browsers or readers' aids that do not get along with the editor.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components.labels import t

BUILT = Path(__file__).with_name("editor.js")
SETTING = "FENGQIAO_SQL_EDITOR"
KEY, PLAIN_KEY = "sql-editor", "sql-editor-plain"
PLAIN_HEIGHT = 260

Changed = Callable[[str], None]


@dataclass(frozen=True)
class Mark:
    """Where in the text an error is, from 1; `run` tells one showing of a mark from the next."""

    run: int
    line: int
    column: int | None


def show_editor(
    text: str,
    *,
    revision: int,
    catalogue: list[dict[str, Any]],
    catalogue_key: str,
    mark: Mark | None,
    on_text: Changed,
    on_run: Changed,
) -> None:
    """Draw the editor.

    `text` is taken over by the browser only where `revision` is another one than before: what is being typed is the
    browser's, and comes here by `on_text` (when the typing pauses or the editor is left) and `on_run` (Ctrl+Enter).
    """
    if not has_editor():
        _show_plain(text, revision=revision, on_text=on_text)
        return

    def noted() -> None:
        state = st.session_state[KEY].get("text")
        if state and isinstance(state.get("text"), str):
            on_text(state["text"])

    def asked() -> None:
        text = st.session_state[KEY].get("run")
        if isinstance(text, str):
            on_run(text)

    data = {
        "text": text,
        "revision": revision,
        "catalogue": catalogue,
        "catalogueKey": catalogue_key,
        "mark": {"run": mark.run, "line": mark.line, "column": mark.column} if mark else None,
        "label": t("sql_workbench.editor"),
        "placeholder": t("sql_workbench.placeholder"),
    }
    _component()(key=KEY, data=data, on_text_change=noted, on_run_change=asked)


def has_editor() -> bool:
    """Whether there is more than a text area."""
    return BUILT.is_file() and os.environ.get(SETTING) != "plain"


@cache
def _component() -> Callable[..., Any]:
    # Once for the process: the file is half a megabyte, and never changes while the board runs.
    mount: Callable[..., Any] = st.components.v2.component(
        "fengqiao_sql_editor", html="<div></div>", js=BUILT.read_text(encoding="utf-8")
    )
    return mount


def _show_plain(text: str, *, revision: int, on_text: Changed) -> None:
    # A key of its own for each revision: a text area keeps what it holds, whatever the page says.
    key = f"{PLAIN_KEY}-{revision}"
    st.text_area(
        t("sql_workbench.editor"),
        value=text,
        key=key,
        height=PLAIN_HEIGHT,
        placeholder=t("sql_workbench.placeholder"),
        on_change=lambda: on_text(st.session_state[key]),
    )
