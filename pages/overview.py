"""Overview: what the latest complete month brought, and the months before it."""

import streamlit as st

from pages.components import cards, charts, filters, shell
from pages.components.labels import language, t
from pages.components.overview import definition, read_overview, waiting

board = shell.open_page("overview")
view = read_overview(board, filters.organisation(board), language()) if board else None
if board and view is None:
    st.info(waiting(board, language()))
if board and view:
    cards.sentence(view.answer)
    cards.count_cards(view.counts, view.month_name)
    drawing = charts.months(
        view.months.rows,
        unit=t("months.unit"),
        language=language(),
        new_year=t("months.new_year"),
        no_report=t("state.not_delivered"),
        description=view.months.title,
    )
    cards.chart(view.months.title, t("months.subtitle"), drawing)
    left, right = st.columns(2)
    with left:
        drawing = charts.bars(view.types.rows, beside=view.units.rows.height, description=view.types.title)
        cards.chart(view.types.title, t("types.subtitle", month=view.month), drawing)
    with right:
        drawing = charts.dots(view.units.rows, description=view.units.title)
        cards.chart(view.units.title, t("stations.subtitle", month=view.month), drawing)
    cards.note(definition(board, language()))
