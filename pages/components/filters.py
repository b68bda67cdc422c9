"""What a reader chooses: whose figures, of when, against what, of which disputes; all of it in the URL, by codes.

The URL is the only place where a choice is kept. A widget shows what the URL says and writes what is chosen into it, so
that a copied link opens the same view in either language, and the browser's way back undoes one choice at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import polars as pl
import streamlit as st

from pages.components.data import Board, read
from pages.components.figures import Selection
from pages.components.labels import language, t
from pages.components.period_choices import period_choices, period_label
from pages.components.view import LATEST, Kind, View, view_of
from warehouse.periods import BadPeriod, Basis, parse_period
from warehouse.reference import Language
from warehouse.wording import begin_sentence

ORGANISATION, PERIOD, BASIS, TYPE = "org", "period", "basis", "type"
# What a parameter means that is not in the URL.
DEFAULTS = {ORGANISATION: "", PERIOD: LATEST, BASIS: "yoy", TYPE: ""}
# Which page is open, which was before it, and what was chosen last on a page with a bar.
OPEN, CAME_FROM, KEPT = "page_open", "page_before", "selection"
BASES: tuple[Basis, ...] = get_args(Basis)


def go(**chosen: str) -> None:
    """Change the selection: one step that the browser's way back undoes."""
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in chosen}
    named = {name: value for name, value in chosen.items() if value != DEFAULTS.get(name, "")}
    st.query_params.from_dict(kept | named)


def chosen(name: str) -> str:
    """What the URL says of a parameter."""
    return st.query_params.get(name) or DEFAULTS.get(name, "")


def enter_page(name: str) -> None:
    """Note which page runs, and from which one the reader came."""
    st.session_state[CAME_FROM] = st.session_state.get(OPEN)
    st.session_state[OPEN] = name


def is_first_run() -> bool:
    """Whether the reader has just come to this page, from another one or from outside."""
    return bool(st.session_state.get(CAME_FROM) != st.session_state.get(OPEN))


def _keep_selection() -> None:
    """Take the selection along when a reader comes from another page: the menu's links have no parameters.

    On the same page the URL is right, so that the way back undoes a choice.
    """
    found = {name: st.query_params[name] for name in DEFAULTS if name in st.query_params}
    kept: dict[str, str] = st.session_state.get(KEPT, {})
    if kept and not found and st.session_state.get(CAME_FROM) not in (None, st.session_state.get(OPEN)):
        go(**kept)
    else:
        st.session_state[KEPT] = found


def filter_bar(board: Board, *, types: bool = True, basis: bool = True) -> View | None:
    """Draw the bar of a page and return the view it describes; None before any feed has a day.

    `types`, `basis`: whether the page has figures that can be narrowed, or compared otherwise.
    """
    view = view_of(board, language())
    if view is None:
        return None
    _keep_selection()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        unit = _organisation(board)
        period = _period(view)
        against = _basis() if basis else "yoy"
        kind = _type(board, language()) if types else None
    view = View(board, language(), unit, view.until, period, against, kind)
    _trail(board, view)
    return view


def switch(name: str, label: str, options: Mapping[str, str]) -> str:
    """One of a few ways to look at a page, kept in the URL; the first is what a URL without it means."""
    codes, key = list(options), f"switch-{name}"
    current = chosen(name) if chosen(name) in options else codes[0]
    if st.session_state.get(key) != current:
        st.session_state[key] = current

    def changed() -> None:
        picked = st.session_state[key]
        go(**{name: "" if picked == codes[0] else picked})

    st.segmented_control(
        label, codes, format_func=options.__getitem__, key=key, on_change=changed, required=True, wrap=True
    )
    return current


def _organisation(board: Board) -> Selection:
    known = organisations(board)
    code = chosen(ORGANISATION)
    _choose(
        ORGANISATION,
        t("filter.organisation"),
        ["", *known],
        code if code in known else "",
        {"": t("filter.whole"), **known},
        width=230,
    )
    return selection(board, code)


def _period(view: View) -> str:
    period = chosen(PERIOD)
    try:
        parse_period(period, data_until=view.until)
    except BadPeriod as bad:
        st.warning(bad.zh if view.language == "zh" else bad.en)
        period = LATEST
    options = period_choices(view.until)
    _choose(
        PERIOD,
        t("filter.period"),
        options if period in options else [period, *options],
        period,
        {token: period_label(token, view.until, view.language) for token in [period, *options]},
        width=290,
        accepts_new=True,
    )
    return period


def _basis() -> Basis:
    basis: Basis = next((known for known in BASES if known == chosen(BASIS)), "yoy")
    _choose(BASIS, t("filter.basis"), BASES, basis, {known: t(f"basis.{known}") for known in BASES}, width=190)
    return basis


def _type(board: Board, words: Language) -> Kind | None:
    known = kinds(board, words)
    code = chosen(TYPE)
    labels = {
        code: kind.name if kind.dimension == "dispute_group" else f"　{kind.name}" for code, kind in known.items()
    }
    _choose(
        TYPE, t("filter.type"), ["", *known], code if code in known else "", {"": t("filter.types")} | labels, width=210
    )
    return known.get(code)


def _choose(
    name: str,
    label: str,
    options: Sequence[str],
    current: str,
    labels: Mapping[str, str],
    *,
    width: int,
    accepts_new: bool = False,
) -> None:
    key = f"filter-{name}"
    # The URL may have changed without the widget: by a click on a chart, a link, or the way back.
    if st.session_state.get(key) != current:
        st.session_state[key] = current
    st.selectbox(
        label,
        options,
        format_func=lambda option: labels.get(option, option),
        key=key,
        on_change=_changed,
        args=(name,),
        width=width,
        accept_new_options=accepts_new,
    )


def _changed(name: str) -> None:
    go(**{name: st.session_state[f"filter-{name}"] or DEFAULTS[name]})


def _trail(board: Board, view: View) -> None:
    """The way up from a unit: every organisation above it, each a step back."""
    if view.unit.code is None:
        return
    above = ancestors(board, view.unit.code)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="trail"):
        st.button(t("filter.whole"), type="tertiary", key="up-", on_click=go, kwargs={ORGANISATION: ""})
        for code, name in above.items():
            st.button(f"› {name}", type="tertiary", key=f"up-{code}", on_click=go, kwargs={ORGANISATION: code})
        st.caption(f"› {view.unit.name}", width="content")


def organisations(board: Board) -> dict[str, str]:
    """Name by code, in the order of the codes; where two have one name, the parent tells them apart."""
    return {code: name for name, code in unique_names(read(board, "organisations")).items()}


def selection(board: Board, code: str) -> Selection:
    """The organisation of a code and all below it; everybody for a code that there is not."""
    known = read(board, "organisations")
    own = known.filter(pl.col("code") == code)
    if own.is_empty():
        return Selection(None, t("answer.everybody"))
    below = pl.any_horizontal(
        pl.col(column) == code for column in ("code", "station_code", "branch_code", "city_bureau_code")
    )
    return Selection(code, organisations(board)[code], tuple(known.filter(below)["code"]), own["level_code"][0])


def ancestors(board: Board, code: str) -> dict[str, str]:
    """The organisations above one, the highest first: code and name."""
    known = read(board, "organisations")
    own = known.filter(pl.col("code") == code)
    if own.is_empty():
        return {}
    row, names = own.row(0, named=True), organisations(board)
    codes = [row[column] for column in ("city_bureau_code", "branch_code", "station_code")]
    return {one: names[one] for one in codes if one in names and one != code}


def unique_names(known: pl.DataFrame) -> dict[str, str]:
    """Code by name; where two have one name, the parent tells them apart, and at last the code."""
    repeated = set(known.filter(pl.col("name").is_duplicated())["name"])
    names: dict[str, str] = {}
    for code, name, parent in known.select("code", "name", "parent_name").iter_rows():
        words = f"{name} ({parent or code})" if name in repeated else name
        names[words if words not in names else f"{name} ({code})"] = code
    return names


def kinds(board: Board, words: Language) -> dict[str, Kind]:
    """Every group of dispute types, each followed by its types, by code."""
    return {
        row["code"]: Kind(
            "dispute_group" if row["is_group"] else "dispute_type", row["code"], begin_sentence(row[words])
        )
        for row in read(board, "dispute_types").iter_rows(named=True)
    }


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
