"""Definitions: every published number, how it is counted, what it says, and its latest month."""

import streamlit as st

from pages.components import cards, definitions, shell
from pages.components.labels import language, t

board = shell.open_page("definitions")
words = language()
# The answer stands above what it answers to.
head = st.container()
found = definitions.find(definitions.search_box(), definitions.feed_filter())
with head:
    cards.sentence(definitions.answer(found, words))
if not found:
    st.info(t("definitions.nothing"))
for feed, metrics in definitions.by_feed(found, words).items():
    st.subheader(feed, anchor=False)
    with st.container(gap="xxsmall"):
        for metric in metrics:
            box = definitions.entry(metric, is_only=len(found) == 1)
            if box.open:
                with box:
                    definitions.show(metric, board)
cards.note(t("definitions.note"))
