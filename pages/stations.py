"""Stations: every rate of every unit against the bureau's, and one of them in detail."""

from pages.components import filters, panels, shell
from pages.components.data import built
from pages.components.stations import read_stations

board = shell.open_page("stations")
view = filters.filter_bar(board, basis=False) if board else None
if view:
    seen = built(view, read_stations)
    panels.show_beside(seen.funnels, view)
