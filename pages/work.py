"""Work done: services by channel, market days, outreach, suggestions, inspections, patrols, programmes."""

from pages.components import cards, filters, panels, shell
from pages.components.data import built
from pages.components.work import read_work

board = shell.open_page("work")
view = filters.filter_bar(board, types=False) if board else None
if view:
    seen = built(view, read_work)
    cards.answer(seen.answer, seen.service)
    cards.note(seen.silent)
    panels.show_cards(seen.cards, seen.figures, view)
    panels.show_beside(seen.shares, view)
    cards.note(seen.how)
    panels.show_beside(seen.themes, view)
    cards.note(seen.note)
