"""Answers by level of their scale, this period over its base: the rows of the diverging bars and what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pages.components import satisfaction_charts
from pages.components.charts import Role
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.satisfaction_view import ask
from pages.components.view import View
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import amount, parts_words
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.period_words import basis_words
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_base, format_change, format_period, format_value, format_verdict

LEVELS = "answer_level_share"
STRONGEST, WEAKEST, MIDDLE = 0.62, 0.3, 0.26
NAMED_CHANGES = 2


@dataclass(frozen=True)
class Bar:
    """All levels of one scale of one survey, the worst first."""

    name: str
    rows: tuple[ComparisonRow, ...]

    @property
    def answers(self) -> float:
        """How many valid answers it stands for."""
        return max(row.denominator or 0 for row in self.rows)

    @property
    def is_shown(self) -> bool:
        """Whether anybody answered, told or withheld."""
        return self.answers > 0 or any("suppressed" in row.flags for row in self.rows)


def panel(view: View) -> Panel:
    """The bars of every survey, or why there are none."""
    language, metric = view.language, METRICS[LEVELS]
    asked = ask(view, LEVELS, "survey", "level")
    if not asked.rows:
        return Panel("levels", text("levels.none", language), missing_words(asked, view), (asked,))
    found = bars(asked.rows, language)
    heading = title(found, metric, language)
    subtitle = text(
        "levels.subtitle",
        language,
        period=format_period(asked.rows[0].period, language),
        base=basis_words(asked.rows[0], language),
        smallest=metric.smallest_n,
    )
    drawing = satisfaction_charts.levels(frame(found, metric, language), description=heading)
    return Panel("levels", heading, subtitle, (asked,), drawing)


def bars(rows: Sequence[ComparisonRow], language: Language) -> list[Bar]:
    """A bar for each survey and scale that anybody answered, in the order of their codes."""
    groups: dict[tuple[str | None, int], list[tuple[int, ComparisonRow]]] = defaultdict(list)
    for row in rows:
        scale, level = _level(row)
        groups[row.keys["survey"], scale].append((level, row))
    several = [survey for survey, _ in groups]
    found = []
    for (survey, scale), levels in groups.items():
        ordered = tuple(row for _, row in sorted(levels, key=lambda pair: pair[0]))
        name = begin_sentence(ordered[0].names["survey"] or "")
        words = text("levels.scale", language, name=name, points=scale) if several.count(survey) > 1 else name
        found.append(Bar(words, ordered))
    return [bar for bar in found if bar.is_shown]


def _level(row: ComparisonRow) -> tuple[int, int]:
    """Points of the scale and level, from a code like 5-4."""
    scale, level = (row.keys["level"] or "0-0").split("-")
    return int(scale), int(level)


def title(found: Sequence[Bar], metric: Metric, language: Language) -> str:
    """Which levels really changed in the survey with the most answers."""
    if not found:
        return text("levels.none", language)
    largest = max(found, key=lambda bar: bar.answers)
    cases = [find(row, metric) for row in largest.rows]
    if any(finding.case == "suppressed" for finding in cases):
        return text("levels.withheld", language, name=largest.name)
    if any(finding.is_few for finding in cases):
        return text("levels.few", language, name=largest.name, smallest=metric.smallest_n)
    if not any(finding.change is not None for finding in cases):
        return text("levels.not_comparable", language, name=largest.name)
    real = [row for row, finding in zip(largest.rows, cases, strict=True) if finding.case in ("up", "down")]
    if not real:
        return text("levels.noise", language, name=largest.name)
    real.sort(key=lambda row: -abs(row.change or 0))
    named = text("levels.joiner", language).join(
        text(
            "levels.one",
            language,
            level=row.names["level"],
            verdict=format_verdict(row, metric, language),
            change=format_change(row, metric, language),
        )
        for row in real[:NAMED_CHANGES]
    )
    rest = len(largest.rows) - len(real[:NAMED_CHANGES])
    return text(
        "levels.real" if len(real) <= NAMED_CHANGES else "levels.more", language, name=largest.name, named=named, n=rest
    )


def frame(found: Sequence[Bar], metric: Metric, language: Language) -> pl.DataFrame:
    """What `satisfaction_charts.levels` draws: the bar of the period, and below it that of the base."""
    table: list[tuple[object, ...]] = []
    for place, bar in enumerate(found):
        findings = [find(row, metric) for row in bar.rows]
        key = f"{2 * place}|{bar.name}"
        lacking = [row for row, one in zip(bar.rows, findings, strict=True) if one.is_few or one.value is None]
        if lacking:
            words = _lacking(bar, lacking[0], metric, language)
            table.append((key, None, None, "ordinary", 1.0, False, words, "", ""))
            continue
        table += _bar(key, [float(one.value or 0) / 100 for one in findings], bar, metric, language, is_base=False)
        if all(finding.change is not None and finding.base is not None for finding in findings):
            below = f"{2 * place + 1}|{basis_words(bar.rows[0], language)}"
            table += _bar(below, [float(one.base or 0) / 100 for one in findings], bar, metric, language, is_base=True)
    schema = {
        "key": pl.String,
        "start": pl.Float64,
        "end": pl.Float64,
        "role": pl.String,
        "strength": pl.Float64,
        "is_base": pl.Boolean,
        "label": pl.String,
        "level": pl.String,
        "note": pl.String,
    }
    return pl.DataFrame(table, schema=schema, orient="row")


def _bar(
    key: str, shares: Sequence[float], bar: Bar, metric: Metric, language: Language, *, is_base: bool
) -> list[tuple[object, ...]]:
    # Everything below the middle lies left of nought, and half of the middle level, where the scale has one.
    points, start = len(shares), 0.0
    half = points // 2
    start = -sum(shares[:half]) - (shares[half] / 2 if points % 2 else 0)
    found: list[tuple[object, ...]] = []
    for number, (share, row) in enumerate(zip(shares, bar.rows, strict=True)):
        role, strength = look(number, points)
        finding = find(row, metric)
        number_shown = finding.base if is_base else finding.value
        label = amount(number_shown, metric, language) if number_shown is not None else ""
        words = format_base(row, metric, language) if is_base else _note(row, metric, language)
        level = row.names["level"] or ""
        found.append(
            (
                key,
                start,
                start + share,
                role,
                strength * (0.7 if is_base else 1),
                is_base,
                label,
                begin_sentence(level),
                words,
            )
        )
        start += share
    return found


def _lacking(bar: Bar, row: ComparisonRow, metric: Metric, language: Language) -> str:
    """Why a bar is not drawn: too few answered, or their counts are withheld."""
    if not find(row, metric).is_few:
        return format_value(row, metric, language)
    return text("levels.answers", language, n=parts_words((None, bar.answers), metric, language))


def look(number: int, points: int) -> tuple[Role, float]:
    """Colour and strength of a level, 0 the worst: stronger the further from the middle."""
    middle = (points - 1) / 2
    if number == middle:
        return "ordinary", MIDDLE
    role: Role = "better" if number > middle else "attention"
    nearest = 0.5 if points % 2 == 0 else 1.0
    widest = max(middle - nearest, 0.5)
    return role, round(
        WEAKEST + (STRONGEST - WEAKEST) * (1 if points < 4 else (abs(number - middle) - nearest) / widest), 3
    )


def _note(row: ComparisonRow, metric: Metric, language: Language) -> str:
    said = [format_value(row, metric, language)]
    if find(row, metric).change is not None:
        said += [format_change(row, metric, language), format_verdict(row, metric, language)]
    return text("satisfaction.joiner", language).join(said)
