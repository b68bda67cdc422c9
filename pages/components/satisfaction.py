"""Everything the satisfaction page shows for one selection, from the compared rows to the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.components import figures, satisfaction_control, satisfaction_levels, satisfaction_rows, satisfaction_years
from pages.components.cards import plain
from pages.components.data import read
from pages.components.figures import period_of
from pages.components.funnel import funnel_panel
from pages.components.kpi import Kpi, kpi, spark
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.satisfaction_rows import HALF, HIGHEST, LOWEST, bounds_words
from pages.components.satisfaction_view import DEFINITIONS, RESPONSE, ask, definition_of, metric_of
from pages.components.view import LATEST, Asked, View
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import parts_words
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_value, sentence_of

DISSATISFIED = "dissatisfaction_rate"
SPARK_MONTHS = 12


@dataclass(frozen=True)
class SatisfactionPage:
    """One period of one selection; `figures` is what stands behind the first sentences and the cards."""

    answer: str
    certainty: str
    mixture: str
    cards: tuple[Kpi, ...]
    figures: Panel
    levels: Panel
    control: Panel
    modes: Panel
    subjects: Panel
    units: Panel
    years: Panel
    note: str


def read_satisfaction(view: View) -> SatisfactionPage | None:
    """The page of a selection; None where nothing was ever delivered, or not for the period."""
    headline = ask(view, metric_of(view).id)
    if headline.row is None:
        return None
    language = view.language
    response = ask(view, RESPONSE)
    bounds = [ask(view, metric) for metric in (LOWEST, HIGHEST)] if definition_of(view) == "top2" else []
    modes = satisfaction_rows.by_mode(view)
    others = [ask(view, metric) for metric in (*_other_definitions(view), DISSATISFIED)]
    shown = [headline, *others, response]
    asked = (*shown, *bounds)
    return SatisfactionPage(
        answer(headline.row, metric_of(view), view.unit.name, language),
        chance(headline.row, metric_of(view), language)
        + response_line(response.row, [one.row for one in bounds if one.row], language),
        modes_line(modes.asked[0], language),
        tuple(_card(view, one) for one in shown),
        Panel("cards", text("cards.title", language), "", asked),
        satisfaction_levels.panel(view),
        satisfaction_control.panel(view),
        modes,
        satisfaction_rows.by_subject(view),
        funnel_panel(_of_period(view), metric_of(view).id, key="units"),
        satisfaction_years.panel(view),
        text("satisfaction.note", language),
    )


def _of_period(view: View) -> View:
    """The view of the period that the answer is about: February with January."""
    return replace(view, period=period_of(view.month)) if view.period == LATEST else view


def missing(view: View) -> str:
    """Why there is nothing to show."""
    reason = missing_words(view.ask(DEFINITIONS["top2"]), view)
    return reason + text("satisfaction.next_step", view.language)


def _other_definitions(view: View) -> list[str]:
    return [metric for metric in DEFINITIONS.values() if metric != metric_of(view).id]


def answer(row: ComparisonRow, metric: Metric, unit_name: str, language: Language) -> str:
    """The first line."""
    return sentence_of(row, metric, unit_name=plain(unit_name), language=language)


def chance(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """Whether asking other people of the same opinion would give as large a difference."""
    finding = find(row, metric)
    if finding.change is None:
        return text("satisfaction.too_few", language, smallest=metric.smallest_n) if finding.is_few else ""
    if finding.case in ("up", "down"):
        return text("satisfaction.beyond_chance", language)
    return text("satisfaction.within_chance", language)


def response_line(response: ComparisonRow | None, ends: Sequence[ComparisonRow], language: Language) -> str:
    """How many answered; where that is less than half, what the others could change."""
    if response is None or not response.denominator:
        return ""
    said = text("satisfaction.answered", language, figure=format_value(response, METRICS[RESPONSE], language))
    if response.value is None or response.value >= HALF:
        return said + text("satisfaction.end", language)
    bounds = bounds_words(ends, language)
    # The bounds are those of the satisfaction rate: beside another rate they would be read as its own.
    if not bounds:
        return said + text("satisfaction.thinking", language)
    return said + text("satisfaction.less_than_half", language, bounds=bounds)


def modes_line(asked: Asked, language: Language) -> str:
    """Which modes the figure mixes, the most frequent first."""
    rows = sorted((row for row in asked.rows if row.denominator), key=lambda row: -(row.denominator or 0))
    if len(rows) < 2:
        return ""
    named = text("levels.joiner", language).join(
        text(
            "satisfaction.one_mode",
            language,
            name=begin_sentence(row.names["mode"] or "") if language == "zh" else row.names["mode"],
            n=parts_words((None, row.denominator), asked.metric, language),
        )
        for row in rows
    )
    return text("satisfaction.mixed", language, n=len(rows), modes=named)


def _card(view: View, asked: Asked) -> Kpi:
    """A figure with the twelve months that end with the view's last complete one."""
    month = view.month
    first = figures.months_before(month, SPARK_MONTHS - 1)
    coverage = read(view.board, "unit_coverage")
    states = figures.delivered(coverage, view.unit, asked.metric.feed)
    months = view.ask(asked.metric.id, "month", period=f"{first:%Y-%m}..{month:%Y-%m}").rows
    before = tuple(
        spark(one, asked.metric, is_whole=states.get(one.period.start, figures.NOBODY).is_whole) for one in months
    )
    return kpi(asked.row, asked.metric, before, view.language)
