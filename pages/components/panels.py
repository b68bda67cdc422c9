"""Panels as a page shows them: in a card, with the fold of what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components import cards
from pages.components.details import fold
from pages.components.filters import go
from pages.components.kpi import Kpi
from pages.components.labels import t
from pages.components.panel import Panel
from pages.components.view import View


def show(panel: Panel, view: View) -> None:
    """One panel: title, subtitle, chart or table, and the fold."""
    is_tall = panel.drawing is not None and panel.drawing.height > cards.TALLEST
    with st.container(border=True, height="stretch", gap="xsmall", key=f"panel-{panel.key}"):
        cards.heading(panel.title, panel.subtitle)
        if panel.drawing is not None:
            with st.container(height=cards.TALLEST if is_tall else "content", border=False):
                _draw(panel, view)
        if panel.table is not None and panel.table.height:
            cards.grid(panel.table, alt_text=t("details.alt", title=panel.title), key=panel.key)
        st.space("stretch")
        fold(panel, view)


def show_beside(panels: Sequence[Panel], view: View, *, columns: int = 2) -> None:
    """Panels beside each other, below each other on a phone."""
    with st.grid(columns, min_column_width=360, gap="small"):
        for panel in panels:
            show(panel, view)


def show_cards(figures: Sequence[Kpi], panel: Panel, view: View) -> None:
    """The cards of a page, and below them one fold for all of their figures."""
    cards.kpis(figures)
    fold(panel, view)


def show_totals(figures: Sequence[Kpi], panel: Panel, view: View) -> None:
    """Figures side by side as plain numbers, under a title of their own."""
    with st.container(border=True, gap="xsmall", key=f"panel-{panel.key}"):
        cards.heading(panel.title, panel.subtitle)
        cards.kpis(figures, key=panel.key)
        fold(panel, view)


def _draw(panel: Panel, view: View) -> None:
    assert panel.drawing is not None
    if not panel.pick or not panel.drawing.can_pick:
        cards.show_drawing(panel.drawing)
        return
    name = panel.pick
    # Another unit or type is another chart: what was clicked in this one is not clicked there.
    key = f"chart-{panel.key}-{view.unit.code}-{view.kind.code if view.kind else ''}"
    cards.show_drawing(panel.drawing, key=key, on_pick=lambda code: go(**{name: code}))
