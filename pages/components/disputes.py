"""Everything the disputes page shows for one selection, from the compared rows to the words."""

from __future__ import annotations

from dataclasses import dataclass

from pages.components import dispute_beats, dispute_festival, dispute_hours, dispute_months, dispute_splits, figures
from pages.components.cards import plain
from pages.components.dispute_splits import DISPUTES, Split
from pages.components.dispute_steps import STEPS
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import LATEST, View
from warehouse.metrics import METRICS
from warehouse.wording import sentence_of


@dataclass(frozen=True)
class DisputesPage:
    """The answer, where the change sits, and the panels, those of one tuple beside each other."""

    answer: str
    where: str
    panels: tuple[tuple[Panel, ...], ...]
    note: str


def read_disputes(view: View) -> DisputesPage:
    """The period of the view; without incidents in it, the sentence that says so and no panel."""
    asked = view.ask(DISPUTES, period=f"{view.month:%Y-%m}" if view.period == LATEST else view.period)
    if asked.row is None:
        return DisputesPage(missing_words(asked, view), "", (), "")
    is_february = view.period == LATEST and view.month.month == 2
    both = view.ask(DISPUTES, period=figures.period_of(view.month)).row if is_february else None
    answer = sentence_of(asked.row, METRICS[DISPUTES], unit_name=_whose(view), language=view.language, both_months=both)
    splits = dispute_splits.splits(view)
    return DisputesPage(answer, _where(splits, view), _arranged(splits, view), text("disputes.note", view.language))


def step_names(view: View) -> dict[str, str]:
    """What the ways to step through time are called."""
    return {step: text(f"disputes.steps_{step}.name", view.language) for step in STEPS}


def _whose(view: View) -> str:
    """Unit and kind of disputes, as a sentence names them."""
    unit = plain(view.unit.name)
    return text("disputes.whose", view.language, unit=unit, kind=view.kind.name) if view.kind else unit


def _where(splits: dict[str, Split], view: View) -> str:
    """The types and units that really changed."""
    asked = [splits[key] for key in ("types", "branches", "stations") if key in splits]
    found = [split.real for split in asked if split.real]
    if not any(split.panel.drawing for split in asked):
        return ""
    if not found:
        return text("disputes.where_none", view.language)
    return text("disputes.where", view.language, names=text("disputes.where_joiner", view.language).join(found))


def _arranged(splits: dict[str, Split], view: View) -> tuple[tuple[Panel, ...], ...]:
    """Panels of a height beside each other: the short ones, the tall ones, then one left over of each."""
    short, tall = (
        [splits[key].panel for key in keys if key in splits]
        for keys in (("spans", "branches", "risks"), ("types", "stations", "channels"))
    )
    rest = [panels[-1] for panels in (tall, short) if len(panels) % 2]
    lines = [(dispute_months.months(view),), *_pairs(short), *_pairs(tall), tuple(rest)]
    lines.append((dispute_hours.hours(view),))
    if view.unit.level == "station":
        lines.append((dispute_beats.beats(view),))
    lines.append(dispute_festival.festival(view))
    return tuple(line for line in lines if line)


def _pairs(panels: list[Panel]) -> list[tuple[Panel, ...]]:
    return [(first, second) for first, second in zip(panels[::2], panels[1::2], strict=False)]
