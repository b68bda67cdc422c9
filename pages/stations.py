"""Stations: every rate of every unit against the bureau's, and one unit in detail; never a ranking."""

from pages.components import cards, filters, panels, shell
from pages.components.data import built
from pages.components.stations import read_stations

board = shell.open_page("stations")
view = filters.filter_bar(board, basis=False) if board else None
if view:
    seen = built(view, read_stations)
    cards.answer(seen.answer, "\n".join(seen.sentences))
    panels.show_beside(seen.lines, view, columns=3)
    panels.show_beside(seen.funnels, view)
    panels.show_beside(seen.mixes, view)
