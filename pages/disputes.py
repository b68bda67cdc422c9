"""Disputes: how many, against last year, and where the change sits, down to the beat and the type."""

from pages.components import cards, filters, panels, shell
from pages.components.data import built
from pages.components.dispute_steps import STEPS
from pages.components.disputes import read_disputes, step_names
from pages.components.labels import t

board = shell.open_page("disputes")
view = filters.filter_bar(board) if board else None
if view:
    seen = built(view, read_disputes)
    cards.answer(seen.answer, seen.where)
    if seen.panels:
        step = filters.switch("step", t("disputes.steps.title"), step_names(view))
        panels.show(built(view, STEPS[step]), view)
    for beside in seen.panels:
        panels.show_beside(beside, view, columns=len(beside))
    cards.note(seen.note)
