"""What a card says of one compared figure: value, change, verdict and counts, and whether it may carry colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pages.components.charts import Role
from pages.components.labels import text
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import parts_words
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.sentence_texts import say
from warehouse.wording import (
    begin_sentence,
    format_base,
    format_change,
    format_period,
    format_value,
    format_verdict,
    sentence_of,
)

Colour = Literal["blue", "orange", "gray"]
COLOURS: dict[Role, Colour] = {"better": "blue", "attention": "orange", "ordinary": "gray", "ink": "gray"}


@dataclass(frozen=True)
class Kpi:
    """One card; `change` is empty where nothing may be compared, `months` has NaN where a month is not whole."""

    label: str
    value: str
    change: str
    colour: Colour
    verdict: str
    beside: str
    passport: str
    months: tuple[float, ...]


def role_of(row: ComparisonRow, metric: Metric) -> Role:
    """Colour only for a real change of a measure that is good or bad; ink for a real one of a measure that is not."""
    finding = find(row, metric)
    if finding.case not in ("up", "down") or finding.change is None:
        return "ordinary"
    if metric.direction == "neutral":
        return "ink"
    return "better" if (finding.case == "up") == (metric.direction == "higher_better") else "attention"


def kpi(row: ComparisonRow | None, metric: Metric, months: tuple[float, ...], language: Language) -> Kpi:
    """The card of a row; without one, nothing of the metric has been delivered for the period."""
    label = begin_sentence(metric.name.in_language(language))
    formula = text("card.formula", language, formula=begin_sentence(metric.formula.in_language(language)))
    if row is None:
        missing = text("state.not_delivered", language)
        return Kpi(label, missing, "", "gray", "", text("card.no_file", language), formula, ())
    value = _value(row, metric, language)
    change = format_change(row, metric, language) if find(row, metric).change is not None else ""
    verdict = format_verdict(row, metric, language)
    return Kpi(
        label,
        begin_sentence(value),
        change,
        COLOURS[role_of(row, metric)],
        # "Not delivered" and the like stand once.
        verdict if verdict != value else "",
        _beside(row, metric, language),
        formula + "\n\n" + sentence_of(row, metric, unit_name="", language=language),
        months,
    )


def spark(row: ComparisonRow, metric: Metric, *, is_whole: bool) -> float:
    """One month of a card's line; a gap where it is not whole or too small for a rate."""
    if row.value is None or not is_whole or find(row, metric).is_few:
        return float("nan")
    return 100 * row.value if metric.unit == "fraction" else row.value


def _value(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The figure without its counts, which stand below: a card is narrow."""
    return format_value(row, metric, language).removesuffix(
        say("value.share", language, figure="", parts=_parts(row, metric, language))
    )


def _parts(row: ComparisonRow, metric: Metric, language: Language) -> str:
    return parts_words((row.numerator, row.denominator), metric, language)


def _beside(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The period, the counts behind a rate and the base with its own."""
    said = [format_period(row.period, language)]
    if "suppressed" not in row.flags and row.denominator:
        said.append(_parts(row, metric, language))
    if find(row, metric).change is not None:
        said.append(text("card.base", language, base=format_base(row, metric, language)))
    return text("card.joiner", language).join(part for part in said if part)
