"""Cards, tables and sentences as Streamlit shows them: one look for all pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import polars as pl
import streamlit as st

from pages.components import access
from pages.components.drawing import PICK, Drawing
from pages.components.kpi import Kpi
from pages.components.labels import language, t
from pages.components.sql_link import PAGE, address_of
from warehouse.dimensions import DIMENSIONS
from warehouse.wording import begin_sentence, format_exact

Pick = Callable[[str], None]

PAGE_ROWS = 20
# In pixels: all groups of disputes with names of three lines still stand whole; what is taller scrolls in its frame.
TALLEST = 1_000
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(words: str) -> str:
    """Text that came from a file or a name, so that none of it is read as formatting or as a link."""
    return MARKDOWN.sub(r"\\\1", words)


def plain_cells(column: pl.Series) -> pl.Series:
    """The same for every cell of a column."""
    return column.str.replace_all(MARKDOWN.pattern, r"\${1}")


def sentence(words: str) -> None:
    """The first line of a page: the answer."""
    st.markdown(words)


def answer(words: str, *more: str) -> None:
    """The first line of a page, and what belongs to it."""
    lines = [f"**{words}**", *(line for line in more if line)]
    st.markdown("\n\n".join(lines))


def kpis(cards: Sequence[Kpi], *, key: str = "") -> None:
    """One card a figure: value, change, verdict, the months before as a small line, counts and base.

    `key` tells several rows of cards on one page apart.
    """
    with st.grid(len(cards), min_column_width=190, gap="small"):
        for number, card in enumerate(cards):
            # board.css goes by the key.
            with st.container(border=True, height="stretch", gap="xsmall", key=f"kpi-{key}{number}"):
                _metric(card)
                st.caption(card.beside)


def _metric(card: Kpi) -> None:
    is_signed = card.change.startswith(("+", "-"))
    st.metric(
        card.label,
        card.value,
        # A card reads the arrow off the sign; what has none is told by the word of the verdict alone.
        delta=card.change or card.verdict or None,
        delta_arrow="auto" if is_signed else "off",
        delta_color=card.colour,
        delta_description=card.verdict if card.change else None,
        help=card.passport,
        chart_data=list(card.months) if sum(month == month for month in card.months) > 1 else None,
    )


def chart(title: str, subtitle: str, drawing: Drawing, *, key: str | None = None, on_pick: Pick | None = None) -> None:
    """A chart in its card; the title is the finding, and the chart carries it for who cannot see."""
    # Hundreds of units scroll inside their card, so that the page stays one page.
    is_tall = drawing.height > TALLEST
    with st.container(border=True, height=TALLEST if is_tall else "stretch", gap="xsmall"):
        heading(title, subtitle)
        show_drawing(drawing, key=key, on_pick=on_pick)


def show_drawing(drawing: Drawing, *, key: str | None = None, on_pick: Pick | None = None) -> None:
    """A drawing; `on_pick` is told the value of a mark that is clicked."""
    spec = {**drawing.spec, "datasets": dict(drawing.datasets)}
    if on_pick is None or key is None:
        st.vega_lite_chart(spec, key=key)
        return

    def picked() -> None:
        rows = st.session_state[key].selection.get(PICK)
        if rows:
            on_pick(next(iter(rows[0].values())))

    st.vega_lite_chart(spec, key=key, on_select=picked, selection_mode=PICK)


def table(title: str, subtitle: str, rows: pl.DataFrame, *, alt_text: str) -> None:
    """A table in its card."""
    with st.container(border=True, gap="xsmall"):
        heading(title, subtitle)
        if rows.height:
            grid(rows, alt_text=alt_text)


def paged(title: str, subtitle: str, rows: pl.DataFrame, *, alt_text: str) -> None:
    """A long table in its card, a page at a time."""
    with st.container(border=True, gap="xsmall"):
        heading(title, subtitle)
        if rows.is_empty():
            return
        count = -(-rows.height // PAGE_ROWS)
        page = st.pagination(count, key="page", bind="query-params") if count > 1 else 1
        grid(rows.slice((page - 1) * PAGE_ROWS, PAGE_ROWS), alt_text=alt_text)


def grid(rows: pl.DataFrame, *, alt_text: str, key: str = "") -> None:
    """Rows with thousands separators; columns are named by dimensions or keys of `column.`, cells may hold markdown.

    `key` tells tables of one page apart that have the same columns.
    """
    kind = "prose" if rows.columns[-1] in ("meaning", "annotation") else "plain"
    renamed = rows.rename({name: column_name(name) for name in rows.columns})
    # board.css goes by the key.
    with st.container(key=f"grid-{kind}-{key or '-'.join(rows.columns)}"):
        st.table(renamed.to_pandas().style.format(_cell), border="horizontal", alt=alt_text, hide_index=True)


def column_name(name: str) -> str:
    """The heading of a column: a dimension's name, or the words of `column.`."""
    if name in DIMENSIONS:
        return begin_sentence(DIMENSIONS[name].text.in_language(language()))
    return t(f"column.{name}")


def _cell(value: object) -> str:
    if value is None or value != value:
        return "—"
    return format_exact(int(value)) if isinstance(value, int) else str(value)


def command(words: str) -> None:
    """A command for the operator, to be copied."""
    st.code(words, language=None, wrap_lines=True)


def query(sql: str, *, opens: str | None = None, height: int | None = None) -> None:
    """A query, and the way to the workbench with it (or with `opens`) for a reader who may ask there."""
    st.code(sql, language="sql", wrap_lines=True, height=height or "content")
    address = address_of(opens or sql, language()) if access.who().may_open(PAGE) else None
    if address:
        st.link_button(t("sql_workbench.open_here"), address, type="tertiary", icon=":material/terminal:")


def note(words: str) -> None:
    """The small print: definition, generation, freshness."""
    st.caption(words)


def heading(title: str, subtitle: str) -> None:
    """The finding, and below it what is shown and how to read it."""
    st.subheader(title, anchor=False)
    st.caption(subtitle)
