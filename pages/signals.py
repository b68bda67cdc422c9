"""Signals: which series of dispute incidents are higher than expected, and how many would be by chance."""

import streamlit as st

from pages.components import cards, shell, signals
from pages.components.labels import language, t

board = shell.open_page("signals")
if board:
    words = language()
    rows = signals.read_series(board, words)
    cards.sentence(signals.answer(rows, words))
    if signals.is_judged(rows):
        listed = signals.listed(rows)
        subtitle = t("signals.list_subtitle", month=signals.month_name(rows, words))
        cards.table(signals.list_title(listed, words), subtitle, listed, alt_text=t("signals.list_alt"))
        st.subheader(signals.charts_title(rows, words), anchor=False)
        st.caption(t("signals.legend"))
        with st.grid(2, min_column_width=340, gap="small"):
            for one in signals.drawings(rows, words):
                cards.chart(one.title, one.subtitle, one.drawing)
    cards.note(t("signals.note"))
