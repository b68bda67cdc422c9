"""Overview: what the latest complete month brought against the same month last year, and whether that is news."""

import streamlit as st

from pages.components import cards, charts, filters, shell
from pages.components.labels import language, t
from pages.components.overview import definition, read_overview, waiting

board = shell.open_page("overview")
view = read_overview(board, filters.organisation(board), language()) if board else None
if board and view is None:
    st.info(waiting(board, language()))
if board and view:
    cards.answer(view.answer, view.service)
    cards.note(view.coverage)
    cards.kpis(view.cards)
    this, last = view.year
    drawing = charts.year_over_year(
        view.months.rows,
        this=this,
        last=last,
        unit=t("year.unit"),
        new_year=t("year.new_year"),
        no_report=t("state.not_delivered"),
        description=view.months.title,
    )
    cards.chart(view.months.title, view.months.subtitle, drawing)
    left, right = st.columns(2)
    with left:
        drawing = charts.changes(
            view.types.rows,
            extent=view.extent,
            words=(t("column.type"), t("types.both"), t("column.change"), t("types.verdict")),
            description=view.types.title,
        )
        cards.chart(view.types.title, view.types.subtitle, drawing)
    with right:
        drawing = charts.dots(view.units.rows, description=view.units.title)
        cards.chart(view.units.title, view.units.subtitle, drawing)
    cards.note(definition(board, language()))
