"""Which of several definitions of one thing a reader looks at: a control kept in the URL, by the code of the choice."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.components.labels import t
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import begin_sentence


def switch(name: str, definitions: Mapping[str, str], language: Language) -> str:
    """Draw the control for URL parameter `name`; `definitions`: metric by code, the first is meant where none is."""
    default = next(iter(definitions))
    asked = st.query_params.get(name)
    current = asked if asked in definitions else default
    key = f"switch-{name}"
    # The URL may have changed without the control: by a link, or the browser's way back.
    if st.session_state.get(key) != current:
        st.session_state[key] = current
    st.segmented_control(
        t("switch.label"),
        list(definitions),
        format_func=lambda code: begin_sentence(METRICS[definitions[code]].name.in_language(language)),
        required=True,
        key=key,
        on_change=_changed,
        args=(name, key, default),
    )
    return current


def _changed(name: str, key: str, default: str) -> None:
    chosen = st.session_state[key] or default
    if chosen != default:
        st.query_params[name] = chosen
    elif name in st.query_params:
        del st.query_params[name]
