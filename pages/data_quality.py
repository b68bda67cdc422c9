"""Data quality: where every row went, who did not deliver, what waits for a decision, and the way back."""

import streamlit as st

from pages.components import cards, charts, commands, filters, quality, shell
from pages.components.data import read
from pages.components.labels import language, t

board = shell.open_page("data_quality")
if board:
    words = language()
    files = read(board, "files")
    refused, held = quality.refused(board, words), quality.held(board)
    cards.sentence(quality.answer(files, refused=refused.height, held=held.height, language=words))
    if held.height:
        cards.table(t("held.title", n=held.height), t("held.subtitle"), held, alt_text=t("held.alt"))
        cards.command(commands.accept(board, held["batch"]))
    if refused.height:
        subtitle = t("refused.subtitle", at=shell.finished_at(board))
        cards.table(t("refused.title", n=refused.height), subtitle, refused, alt_text=t("refused.alt"))
    totals = quality.totals(files, words)
    cards.table(quality.totals_title(files, words), t("totals.subtitle"), totals, alt_text=t("totals.alt"))

    feed = filters.feed(board)
    cells = quality.delivery(board, feed, words)
    title = quality.delivery_title(cells, feed=filters.feed_name(board, feed), language=words)
    if cells.height:
        drawing = charts.delivery(cells, description=title)
        cards.chart(title, t("delivery.subtitle"), drawing)
    else:
        st.info(title)

    reasons = quality.reasons(board, words)
    listing = commands.quarantine(board)
    subtitle = t("reasons.subtitle", command=listing)
    cards.table(quality.reasons_title(reasons, words), subtitle, reasons, alt_text=t("reasons.alt"))

    ledger = quality.ledger(files, words)
    cards.paged(t("files.title", n=ledger.height), t("files.subtitle"), ledger, alt_text=t("files.alt"))

    title, subtitle, moved = quality.changes(board, words)
    if moved.height:
        cards.table(title, subtitle, moved, alt_text=t("changes.alt"))
    kept = quality.generations(board, words)
    title = t("generations.title", n=kept.height, id=board.generation.id if board.generation else "")
    can_go_back = kept.height > 1
    subtitle = t("generations.subtitle" if can_go_back else "generations.alone")
    cards.table(title, subtitle, kept, alt_text=t("generations.alt"))
    if can_go_back:
        cards.command(commands.rollback(board))
