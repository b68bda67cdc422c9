"""Signals: which series of dispute incidents are higher than expected, and how many would be by chance."""

import streamlit as st

from pages.components import cards, shell
from pages.components.data import built
from pages.components.labels import language, t
from pages.components.signals import read_signals
from pages.components.view import view_of

board = shell.open_page("signals")
view = view_of(board, language()) if board else None
if view:
    seen = built(view, read_signals)
    cards.sentence(seen.answer)
    if seen.listed is not None:
        subtitle = t("signals.list_subtitle", month=seen.month)
        cards.table(seen.list_title, subtitle, seen.listed, alt_text=t("signals.list_alt"))
        st.subheader(seen.charts_title, anchor=False)
        st.caption(t("signals.legend"))
        with st.grid(2, min_column_width=340, gap="small"):
            for one in seen.charts:
                cards.chart(one.title, one.subtitle, one.drawing)
    cards.note(t("signals.note"))
