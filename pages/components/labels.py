"""Every word of the board in Chinese and English (labels.toml, texts/), and the language the reader has chosen."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import cast, get_args

import streamlit as st

from warehouse.reference import Language

# The words that pages share, and a file for those of each page.
LABELS = Path(__file__).with_name("labels.toml")
TEXTS = Path(__file__).with_name("texts")
LANGUAGES: tuple[Language, ...] = get_args(Language)
PARAMETER = "lang"


@cache
def read_labels() -> dict[str, dict[str, str]]:
    """All texts by dotted key: {"overview.title": {"zh": …, "en": …, "en_one": …}}."""

    def flatten(prefix: str, table: dict[str, object]) -> dict[str, dict[str, str]]:
        if all(isinstance(value, str) for value in table.values()):
            return {prefix: cast(dict[str, str], table)}
        parts = [flatten(f"{prefix}.{key}".lstrip("."), cast(dict[str, object], table[key])) for key in table]
        return {key: texts for part in parts for key, texts in part.items()}

    labels: dict[str, dict[str, str]] = {}
    for path in [LABELS, *sorted(TEXTS.glob("*.toml"))]:
        found = flatten("", tomllib.loads(path.read_text(encoding="utf-8")))
        if twice := labels.keys() & found.keys():
            raise ValueError(f"{path.name}: a text that another file has too: {', '.join(sorted(twice))}")
        labels |= found
    return labels


def text(key: str, language: Language, **values: object) -> str:
    """The text of a key with its values filled in; English has a form of its own where `n` is one."""
    texts = read_labels()[key]
    is_one = language == "en" and str(values.get("n")) == "1"
    template = texts.get("en_one", texts["en"]) if is_one else texts[language]
    return template.format(**values)


def t(key: str, **values: object) -> str:
    """The text of a key in the language of this reader."""
    return text(key, language(), **values)


def language() -> Language:
    """The reader's language: the URL's, else the one chosen before in this session, else the server's."""
    asked = st.query_params.get(PARAMETER) or st.session_state.get(PARAMETER)
    return _known(asked) or server_language()


def server_language() -> Language:
    """FENGQIAO_LANG, where it names a language we have; Chinese otherwise."""
    return _known(os.environ.get("FENGQIAO_LANG")) or "zh"


def keep_language() -> None:
    """Hold the choice in the session and put it back into the URL, which loses it when the page changes."""
    chosen = language()
    st.session_state[PARAMETER] = chosen
    if chosen != server_language():
        st.query_params[PARAMETER] = chosen


def switch_language(chosen: Language) -> None:
    """Change the language of this reader."""
    st.session_state[PARAMETER] = chosen
    # Named in the URL even where it is the server's own: the old name is still there and would win.
    st.query_params[PARAMETER] = chosen


def _known(name: object) -> Language | None:
    return next((known for known in LANGUAGES if known == name), None)
