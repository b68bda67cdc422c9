"""Cards, tables and sentences as Streamlit shows them: one look for all pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

import altair as alt
import polars as pl
import streamlit as st

from pages.components.figures import Count
from pages.components.labels import language, t
from warehouse.wording import format_count, format_exact

PAGE_ROWS = 20
TALLEST = 900
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(words: str) -> str:
    """Text that came from a file or a name, so that none of it is read as formatting or as a link."""
    return MARKDOWN.sub(r"\\\1", words)


def sentence(words: str) -> None:
    """The first line of a page: the answer."""
    st.markdown(words)


def count_cards(counts: Sequence[tuple[Count, list[float]]], month: str) -> None:
    """One card a count: number, unit, month, who delivered, and the months before as a small line."""
    with st.grid(len(counts), min_column_width=150, gap="small"):
        for count, before in counts:
            st.metric(
                t(f"card.{count.measure}"),
                t("state.not_delivered") if count.value is None else _with_unit(count.measure, count.value),
                delta=month,
                delta_arrow="off",
                # Grey: nothing is compared here, so nothing is better or worse.
                delta_color="off",
                delta_description=_who(count),
                help=t(f"meaning.{count.measure}"),
                chart_data=before if len(before) > 1 else None,
                border=True,
                height="stretch",
            )


def _with_unit(measure: str, value: int) -> str:
    return t(f"with_unit.{measure}", n=format_count(value, language()))


def _who(count: Count) -> str:
    if count.value is None:
        return t("card.no_file")
    if count.asked is not None:
        return t("card.asked", asked=format_count(count.asked, language()))
    return t("card.units", full=count.full, all=count.units)


def chart(title: str, subtitle: str, drawing: alt.LayerChart) -> None:
    """A chart in its card; the title is the finding, and the chart carries it for who cannot see."""
    # Hundreds of units scroll inside their card, so that the page stays one page.
    is_tall = drawing.height > TALLEST
    with st.container(border=True, height=TALLEST if is_tall else "stretch", gap="xsmall"):
        _heading(title, subtitle)
        st.altair_chart(drawing)


def table(title: str, subtitle: str, rows: pl.DataFrame, *, alt_text: str) -> None:
    """A table in its card."""
    with st.container(border=True, gap="xsmall"):
        _heading(title, subtitle)
        if rows.height:
            grid(rows, alt_text=alt_text)


def paged(title: str, subtitle: str, rows: pl.DataFrame, *, alt_text: str) -> None:
    """A long table in its card, a page at a time."""
    with st.container(border=True, gap="xsmall"):
        _heading(title, subtitle)
        if rows.is_empty():
            return
        count = -(-rows.height // PAGE_ROWS)
        page = st.pagination(count, key="page", bind="query-params") if count > 1 else 1
        grid(rows.slice((page - 1) * PAGE_ROWS, PAGE_ROWS), alt_text=alt_text)


def grid(rows: pl.DataFrame, *, alt_text: str) -> None:
    """Rows with thousands separators; column names are keys of `column.`, cells may hold markdown."""
    kind = "prose" if rows.columns[-1] == "meaning" else "plain"
    renamed = rows.rename({name: t(f"column.{name}") for name in rows.columns})
    # board.css goes by the key.
    with st.container(key=f"grid-{kind}-{'-'.join(rows.columns)}"):
        st.table(renamed.to_pandas().style.format(_cell), border="horizontal", alt=alt_text, hide_index=True)


def _cell(value: object) -> str:
    if value is None or value != value:
        return "—"
    return format_exact(int(value)) if isinstance(value, int) else str(value)


def command(words: str) -> None:
    """A command for the operator, to be copied."""
    st.code(words, language=None, wrap_lines=True)


def note(words: str) -> None:
    """The small print: definition, generation, freshness."""
    st.caption(words)


def _heading(title: str, subtitle: str) -> None:
    st.subheader(title, anchor=False)
    st.caption(subtitle)
