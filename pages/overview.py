"""Overview: what changed against the same period last year, and whether that is news."""

import streamlit as st

from pages.components import cards, filters, panels, shell
from pages.components.bulletin_buttons import bulletin_buttons
from pages.components.data import built
from pages.components.overview import definition, read_overview, waiting

board = shell.open_page("overview")
view = filters.filter_bar(board) if board else None
if view:
    seen = built(view, read_overview)
    if seen is None:
        st.info(waiting(view))
    else:
        cards.answer(seen.answer, seen.service)
        cards.note(seen.coverage)
        panels.show_cards(seen.cards, seen.figures, view)
        panels.show(seen.months, view)
        panels.show_beside([seen.types, seen.units], view)
        panels.show_beside([seen.funnel, seen.signals], view)
        bulletin_buttons(view)
        cards.note(definition(view))
