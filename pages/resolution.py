"""Resolution: what is not settled yet, where disputes end, how long that takes, and whether it lasts."""

import streamlit as st

from pages.components import cards, filters, panels, shell
from pages.components.data import built
from pages.components.labels import t
from pages.components.overview import waiting
from pages.components.resolution import RATES, definition_names, read_resolution

board = shell.open_page("resolution")
view = filters.filter_bar(board) if board else None
if view:
    seen = built(view, read_resolution)
    if seen is None:
        st.info(waiting(view))
    else:
        cards.answer(seen.answer, seen.unresolved)
        panels.show_cards(seen.cards, seen.figures, view)
        panels.show_beside([seen.ages, seen.outcomes, seen.stages], view, columns=3)
        chosen = filters.switch("rate", t("switch.label"), definition_names(view))
        panels.show_beside([built(view, RATES[chosen]), seen.curve], view)
        panels.show_beside([seen.repeat_types, seen.referrals, seen.repeat_units, seen.sessions], view)
        panels.show_beside([seen.kinds, seen.places], view)
        cards.note(t("resolution.note"))
