"""Satisfaction: what people think of the service, how sure that is, and whether a difference is more than chance."""

import streamlit as st

from pages.components import cards, filters, panels, shell
from pages.components.data import built
from pages.components.satisfaction import missing, read_satisfaction
from pages.components.satisfaction_view import choose

board = shell.open_page("satisfaction")
view = filters.filter_bar(board, types=False) if board else None
if view:
    view = choose(view)
    seen = built(view, read_satisfaction)
    if seen is None:
        st.info(missing(view))
    else:
        cards.answer(seen.answer, seen.certainty)
        cards.note(seen.mixture)
        panels.show_cards(seen.cards, seen.figures, view)
        panels.show_beside([seen.levels, seen.control], view)
        panels.show_beside([seen.modes, seen.subjects], view)
        panels.show_beside([seen.units, seen.years], view)
        cards.note(seen.note)
