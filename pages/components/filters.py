"""What a reader chooses; every choice is in the URL, so that a copied link opens the same view."""

from __future__ import annotations

import polars as pl
import streamlit as st

from pages.components.data import Board, read
from pages.components.figures import Selection
from pages.components.labels import language, t
from warehouse.wording import begin_sentence


def organisation(board: Board) -> Selection:
    """The bureau, a branch or a station; everybody unless one is chosen."""
    known = read(board, "organisations")
    names = unique_names(known)
    # Its words are what the URL holds, so they are the organisation's own, in either language.
    chosen = st.selectbox(
        t("filter.organisation"),
        list(names),
        index=None,
        placeholder=t("filter.whole"),
        key="org",
        bind="query-params",
        width=300,
    )
    code = names.get(chosen or "")
    if code is None:
        return Selection(None, t("answer.everybody"))
    below = pl.any_horizontal(
        pl.col(column) == code for column in ("code", "station_code", "branch_code", "city_bureau_code")
    )
    level = known.row(by_predicate=pl.col("code") == code, named=True)["level_code"]
    return Selection(code, str(chosen), tuple(known.filter(below)["code"]), level)


def unique_names(known: pl.DataFrame) -> dict[str, str]:
    """Code by name; where two have one name, the parent tells them apart, and at last the code."""
    repeated = set(known.filter(pl.col("name").is_duplicated())["name"])
    names: dict[str, str] = {}
    for code, name, parent in known.select("code", "name", "parent_name").iter_rows():
        words = f"{name} ({parent or code})" if name in repeated else name
        names[words if words not in names else f"{name} ({code})"] = code
    return names


def feed(board: Board) -> str:
    """One of the feeds of records."""
    codes = read(board, "data_until")["feed"].to_list()
    chosen: str = st.segmented_control(
        t("filter.feed"),
        codes,
        format_func=lambda code: feed_name(board, code),
        default=codes[0],
        required=True,
        key="feed",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen


def feed_name(board: Board, code: str) -> str:
    """The words for a feed."""
    known = read(board, "data_until")
    names: dict[str, str] = dict(zip(known["feed"], known[language()], strict=True))
    return begin_sentence(names[code])
