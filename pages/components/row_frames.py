"""Compared rows as the bars of a chart: how long each is, and what is written beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pages.components.kpi import role_of
from pages.components.labels import text
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import parts_words
from warehouse.finding import COMPARED, find
from warehouse.metric_definition import Metric
from warehouse.reference import Language
from warehouse.sentence_texts import say
from warehouse.wording import begin_sentence, format_base, format_change, format_value, format_verdict, verdict_word

# Changes that a title names.
NAMED = 2
_BARS = {
    "code": pl.String,
    "name": pl.String,
    "length": pl.Float64,
    "before": pl.Float64,
    "end": pl.Float64,
    "bound": pl.Float64,
    "shown": pl.String,
    "bound_shown": pl.String,
    "said": pl.String,
    "role": pl.String,
}
_RATES = {
    "code": pl.String,
    "name": pl.String,
    "rate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "before": pl.Float64,
    "shown": pl.String,
    "said": pl.String,
    "role": pl.String,
}


@dataclass(frozen=True)
class Bar:
    """One row of a chart: what it is called, and the figure it stands for."""

    code: str | None
    name: str
    row: ComparisonRow
    metric: Metric


def named_by_metric(row: ComparisonRow, metric: Metric, language: Language) -> Bar:
    """A bar that is called what its metric is."""
    return Bar(None, begin_sentence(metric.name.in_language(language)), row, metric)


def named_by_code(row: ComparisonRow, metric: Metric, language: Language) -> Bar:
    """A bar that is called after the code the row is about."""
    (code,), (name,) = row.keys.values(), row.names.values()
    return Bar(code, begin_sentence(name or text("rows.unknown", language)), row, metric)


def bars_frame(bars: Sequence[Bar], language: Language, *, is_one_scale: bool) -> pl.DataFrame:
    """What `row_charts.bars` draws; `is_one_scale`: bars of one unit, held against each other and not row by row."""
    widest = max((_widest(bar.row) for bar in bars), default=0)
    table = [_bar(bar, widest if is_one_scale else _widest(bar.row), language) for bar in bars]
    return pl.DataFrame(table, schema=_BARS, orient="row")


def rates_frame(bars: Sequence[Bar], language: Language) -> pl.DataFrame:
    """What `row_charts.rates` draws."""
    return pl.DataFrame([_rate(bar, language) for bar in bars], schema=_RATES, orient="row")


def _widest(row: ComparisonRow) -> float:
    return max(row.value or 0, _base(row) or 0, row.at_least_value or 0)


def _base(row: ComparisonRow) -> float | None:
    # An old figure that may not be told is not drawn either.
    return row.base_value if row.verdict != "not_comparable" and "at_least" not in row.flags else None


def _bar(bar: Bar, widest: float, language: Language) -> tuple[object, ...]:
    row, metric = bar.row, bar.metric
    is_withheld = "suppressed" in row.flags
    # Where only lower bounds are known the engine gives their sum as the value.
    is_exact = row.at_least_value is None or row.value not in (None, 0, row.at_least_value)
    exact, bound = (None, None) if is_withheld else (row.value if is_exact else None, row.at_least_value)

    def share(figure: float | None) -> float | None:
        return figure / widest if figure is not None and widest else figure

    return (
        bar.code,
        bar.name,
        share(exact),
        share(_base(row)),
        share(max(exact or 0, _base(row) or 0)),
        share(bound),
        _alone(row, metric, language, at_least=None) if exact is not None else format_value(row, metric, language),
        _alone(row, metric, language, at_least=bound) if bound is not None else "",
        said(row, metric, language),
        role_of(row, metric),
    )


def _rate(bar: Bar, language: Language) -> tuple[object, ...]:
    row, metric = bar.row, bar.metric
    is_told = row.value is not None and not find(row, metric).is_few and "suppressed" not in row.flags
    before = row.base_value if find(row, metric).change is not None else None
    low, high = (row.value_low, row.value_high) if is_told else (None, None)
    told = row.value if is_told else None
    shown = _joined([format_value(row, metric, language), verdict_words(row, metric, language)], language)
    against = _joined(_against(row, metric, language), language)
    role = role_of(row, metric) if is_told else "ordinary"
    return bar.code, bar.name, told, low, high, before, shown, against, role


def _alone(row: ComparisonRow, metric: Metric, language: Language, *, at_least: float | None) -> str:
    """One of the two figures: each has a bar of its own."""
    value = row.value if at_least is None else at_least
    return format_value(replace(row, value=value, at_least_value=at_least), metric, language)


def said(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """Base, change and verdict, as far as each may be told."""
    return _joined([*_against(row, metric, language), verdict_words(row, metric, language)], language)


def verdict_words(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The verdict; against too few, none is up or down. Empty where the value says it already."""
    finding = find(row, metric)
    if finding.is_few:
        return ""
    is_few = finding.change is None and finding.is_small and finding.case in ("up", "down")
    verdict = verdict_word("small_base", metric, language) if is_few else format_verdict(row, metric, language)
    return verdict if verdict != format_value(row, metric, language) else ""


def _against(row: ComparisonRow, metric: Metric, language: Language) -> list[str]:
    """The base and the change."""
    finding = find(row, metric)
    words = []
    if finding.case in COMPARED and finding.base is not None:
        words.append(text(f"rows.base_{row.basis}", language, base=format_base(row, metric, language)))
    if finding.change:
        words.append(format_change(row, metric, language))
    return words


def _joined(words: Sequence[str], language: Language) -> str:
    return text("card.joiner", language).join(word for word in words if word)


def parts(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The two counts behind a rate: 12/30; a dash where nothing is on the list."""
    if "suppressed" in row.flags or not row.denominator:
        return say("value.missing", language)
    return parts_words((row.numerator, row.denominator), metric, language)


def changes_title(bars: Sequence[Bar], language: Language) -> str:
    """Which of them really changed, at most two by name; or that none did, or that nothing can be compared."""
    compared = [bar for bar in bars if find(bar.row, bar.metric).change is not None]
    if bars and all(find(bar.row, bar.metric).is_few for bar in bars):
        return begin_sentence(text("rows.title_few", language, smallest=bars[0].metric.smallest_n))
    if not compared:
        return begin_sentence(text("rows.title_not_comparable", language))
    real = [bar for bar in compared if find(bar.row, bar.metric).case in ("up", "down")]
    if not real:
        return begin_sentence(text("rows.title_noise", language, n=len(compared)))
    names = text("types.joiner", language).join(
        text(
            "types.one",
            language,
            name=bar.name,
            verdict=format_verdict(bar.row, bar.metric, language),
            change=format_change(bar.row, bar.metric, language),
        )
        for bar in real[:NAMED]
    )
    rest = len(compared) - len(real)
    kind = "more" if len(real) > NAMED else "real" if rest else "all"
    return begin_sentence(text(f"rows.title_{kind}", language, names=names, n=len(real), rest=rest))
