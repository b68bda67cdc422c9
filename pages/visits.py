"""Visits: how many, whom the lists still miss, what the visits found."""

from pages.components import cards, filters, panels, shell
from pages.components.data import built
from pages.components.visits import read_visits

board = shell.open_page("visits")
view = filters.filter_bar(board, types=False) if board else None
if view:
    seen = built(view, read_visits)
    cards.answer(seen.answer, seen.coverage)
    panels.show_cards(seen.cards, seen.figures, view)
    panels.show(seen.matrix, view)
    panels.show_totals(seen.stages, seen.totals, view)
    panels.show_beside([seen.lists, seen.households], view)
    panels.show_beside([seen.transport, seen.reach], view)
    panels.show(seen.calendar, view)
    cards.note(seen.note)
