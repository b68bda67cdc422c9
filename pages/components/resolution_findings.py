"""What the page on resolution says and draws: titles and frames, made of compared rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from textwrap import wrap

import numpy as np
import polars as pl

from pages.components.kpi import role_of
from pages.components.labels import text
from warehouse.comparison_row import ComparisonRow
from warehouse.control_charts import laney_limits
from warehouse.dimensions import AGE_BANDS, DIMENSIONS
from warehouse.figure_words import parts_words
from warehouse.finding import find
from warehouse.metric_definition import Metric
from warehouse.reference import Language, codes_of
from warehouse.sentence_texts import say
from warehouse.survival_curve import Curve
from warehouse.wording import (
    begin_sentence,
    format_base,
    format_change,
    format_count,
    format_month,
    format_value,
    format_value_interval,
    format_verdict,
)

OLDEST = list(AGE_BANDS)[-1]
PENDING = "pending"
# Limits stand on the first two years, so that a change does not widen what it is held against; fewer points than a
# year tell nothing about ordinary variation.
BASELINE, FEWEST = 24, 12
# Outcomes and stages that are no end: they stand last, and are never called the largest.
WIDEST_NAME = 20
OPEN = frozenset({PENDING, "unsettled", "unknown", "none"})


def in_order(rows: Sequence[ComparisonRow], dimension: str) -> list[ComparisonRow]:
    """The rows of codes that a source gave, in the order of the code table, without those that hold nothing."""
    listed = DIMENSIONS[dimension].list_code
    order = list(codes_of(listed)["code"]) if listed else list(AGE_BANDS) if dimension == "age_band" else []
    known = [row for row in rows if row.keys[dimension] is not None and (row.value or row.base_value or row.flags)]
    return sorted(known, key=lambda row: order.index(code) if (code := row.keys[dimension]) in order else len(order))


def label(name: str, *more: str) -> str:
    """A name for an axis: long English ones on two lines and more, so that a phone has room for the marks."""
    return "\n".join([*wrap(name, WIDEST_NAME), *(one for one in more if one)])


def name_of(row: ComparisonRow) -> str:
    """What the row is about."""
    return begin_sentence(next(iter(row.names.values())) or "")


def _change(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The change and the verdict, or why there is none."""
    finding, verdict = find(row, metric), format_verdict(row, metric, language)
    if finding.case == "not_comparable":
        return text("resolution.not_comparable", language)
    if finding.case in ("base_zero", "both_zero"):
        return text("resolution.from_zero", language)
    if finding.change is None or finding.case == "flat":
        return verdict
    return text("resolution.change", language, verdict=verdict, change=format_change(row, metric, language))


def bare(row: ComparisonRow, metric: Metric, language: Language) -> str:
    """The figure without its counts, which stand elsewhere."""
    parts = parts_words((row.numerator, row.denominator), metric, language)
    return format_value(row, metric, language).removesuffix(say("value.share", language, figure="", parts=parts))


# --- counts -----------------------------------------------------------------------------------------------------------


def bars(
    rows: Sequence[ComparisonRow], metric: Metric, language: Language, *, is_compared: bool = True
) -> pl.DataFrame:
    """What `resolution_charts.bars` draws; not compared where the base had a year more to come to its end."""
    schema = {"name": pl.String, "value": pl.Float64, "before": pl.Float64, "role": pl.String}
    table = []
    for row in rows:
        compares = is_compared and find(row, metric).change is not None
        note = text("resolution.before", language, base=format_base(row, metric, language)) if compares else ""
        said = f"{_change(row, metric, language)} {note}".strip() if is_compared else ""
        role = role_of(row, metric) if is_compared else "ordinary"
        before = row.base_value if compares else None
        # The unit stands in the subtitle: on a phone there is no room for it at every bar.
        shown = format_value(row, metric, language) if row.value is None else format_count(int(row.value), language)
        table.append((label(name_of(row)), row.value, before, role, shown, said))
    return pl.DataFrame(table, schema=schema | {"shown": pl.String, "note": pl.String}, orient="row")


def ages_title(total: ComparisonRow, rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> str:
    """How many are open, and how many of them for a quarter or more."""
    oldest = next((row for row in rows if row.keys["age_band"] == OLDEST and row.value), None)
    n = format_value(total, metric, language)
    if oldest is None:
        return text("ages.title_young", language, n=n, change=_change(total, metric, language))
    old = format_value(oldest, metric, language)
    return text("ages.title", language, n=n, old=old, change=_change(oldest, metric, language))


def outcomes_title(rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> str:
    """Where most ended, and how many have not."""
    ended = [row for row in rows if row.keys["outcome"] not in OPEN and row.value]
    pending = next((row for row in rows if row.keys["outcome"] == PENDING and row.value), None)
    largest = max(ended, key=lambda row: row.value or 0, default=None)
    parts = []
    if largest is not None:
        n = format_value(largest, metric, language)
        parts.append(text("outcomes.largest", language, name=name_of(largest), n=n))
    if pending is not None:
        parts.append(text("outcomes.pending", language, n=format_value(pending, metric, language)))
    return text("resolution.joiner", language).join(parts) or text("outcomes.none", language)


def stages_title(early: ComparisonRow, metric: Metric, language: Language) -> str:
    """How much is settled before anybody arrives."""
    return text(
        "stages.title", language, n=format_value(early, metric, language), change=_change(early, metric, language)
    )


def sessions_title(
    key: str, total: ComparisonRow, rows: Sequence[ComparisonRow], metric: Metric, language: Language
) -> str:
    """How many sessions, and of which kind or where most were."""
    largest = max(rows, key=lambda row: row.value or 0)
    return text(
        f"{key}.title",
        language,
        total=format_value(total, metric, language),
        name=name_of(largest),
        n=format_value(largest, metric, language),
        change=_change(total, metric, language),
    )


# --- shares -----------------------------------------------------------------------------------------------------------

SHARES = {
    "code": pl.String,
    "name": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "before": pl.Float64,
    "role": pl.String,
    "shown": pl.String,
    "note": pl.String,
}


def shares(rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> pl.DataFrame:
    """One row a code: what `resolution_charts.shares` draws; of too few cases the counts alone."""
    table = [_share(row, metric, next(iter(row.keys.values())), name_of(row), language) for row in rows]
    return pl.DataFrame(table, schema=SHARES, orient="row")


def shares_of(rows: Iterable[tuple[ComparisonRow, Metric]], language: Language) -> pl.DataFrame:
    """One row a metric, by its name."""
    table = [
        _share(row, metric, metric.id, begin_sentence(metric.name.in_language(language)), language)
        for row, metric in rows
    ]
    return pl.DataFrame(table, schema=SHARES, orient="row")


def _share(row: ComparisonRow, metric: Metric, code: str | None, name: str, language: Language) -> tuple[object, ...]:
    finding = find(row, metric)
    is_drawn = finding.value is not None and not finding.is_few and finding.case != "suppressed"
    drawn = (row.value, row.value_low, row.value_high) if is_drawn else (None, None, None)
    before = row.base_value if finding.change is not None else None
    is_told = finding.case != "suppressed"
    counts = parts_words((row.numerator, row.denominator), metric, language) if is_told else ""
    shown = bare(row, metric, language) if is_drawn else format_verdict(row, metric, language)
    if is_told and finding.is_few:
        shown = text("resolution.few", language)
    note = _change(row, metric, language)
    if is_drawn:
        note += text("resolution.interval", language, interval=format_value_interval(row, metric, language))
    return (code, label(name, counts), *drawn, before, role_of(row, metric), shown, note)


def share_title(key: str, total: ComparisonRow, metric: Metric, language: Language) -> str:
    """The share of all together, and whether it has changed."""
    n = format_value(total, metric, language)
    return text(f"{key}.title", language, n=n, change=_change(total, metric, language))


def session_shares_title(rows: Sequence[tuple[ComparisonRow, Metric]], language: Language) -> str:
    """The share of the first, on request, and what really changed of the others."""
    parts = [
        text(
            "sessions.one",
            language,
            name=metric.name.in_language(language),
            n=format_value(row, metric, language),
            change=format_verdict(row, metric, language),
        )
        for row, metric in rows[:1]
    ]
    return begin_sentence(text("resolution.joiner", language).join(parts))


# --- resolution by month ----------------------------------------------------------------------------------------------


def rate_by_month(
    rows: Sequence[ComparisonRow], metric: Metric, *, whole: Collection[date], language: Language
) -> pl.DataFrame:
    """What `resolution_charts.rate_by_month` draws: settled months make the limits, and are held against them."""
    months = sorted(rows, key=lambda row: row.period.start)
    first = next((place for place, row in enumerate(months) if row.value is not None), 0)
    months = months[first:]
    settled = [_is_settled(row, metric, whole) for row in months]
    centre, lower, upper = _limits(months, settled)
    table = []
    for place, row in enumerate(months):
        value = row.value if not find(row, metric).is_few else None
        low, high = (None if np.isnan(bound[place]) else float(bound[place]) for bound in (lower, upper))
        side = 0 if value is None or low is None or high is None else int(value > high) - int(value < low)
        is_outside = settled[place] and side != 0
        table.append(
            (
                row.period.start,
                format_month(row.period.start, language),
                value,
                settled[place] and value is not None,
                is_outside,
                place == len(months) - 1 and value is not None,
                row.value is None,
                centre if low is not None else None,
                low,
                high,
                "better" if side > 0 else "attention" if side < 0 else "ordinary",
                format_value(row, metric, language),
                _month_note(row, side if is_outside else 0, is_settled=settled[place], language=language),
                bare(row, metric, language),
            )
        )
    return pl.DataFrame(table, schema=MONTHS, orient="row").with_columns(
        is_first_limit=(pl.col("upper").is_not_null().cum_sum() == 1) & pl.col("upper").is_not_null()
    )


MONTHS = {
    "month_start": pl.Date,
    "name": pl.String,
    "value": pl.Float64,
    "is_settled": pl.Boolean,
    "is_outside": pl.Boolean,
    "is_latest": pl.Boolean,
    "is_missing": pl.Boolean,
    "centre": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "role": pl.String,
    "shown": pl.String,
    "note": pl.String,
    "figure": pl.String,
}


def _is_settled(row: ComparisonRow, metric: Metric, whole: Collection[date]) -> bool:
    is_known = row.value is not None and not find(row, metric).is_few
    return is_known and "immature" not in row.flags and row.period.start in whole


def _limits(months: Sequence[ComparisonRow], settled: Sequence[bool]) -> tuple[float, np.ndarray, np.ndarray]:
    """Of the settled months alone; NaN for all where there are too few of them."""
    hits, trials = (
        np.array([number if known and number is not None else np.nan for number, known in pairs], dtype=np.float64)
        for pairs in (
            zip((row.numerator for row in months), settled, strict=True),
            zip((row.denominator for row in months), settled, strict=True),
        )
    )
    if sum(settled[:BASELINE]) < FEWEST:
        nothing = np.full(len(months), np.nan)
        return float("nan"), nothing, nothing
    centre, lower, upper = laney_limits(hits, trials, baseline=BASELINE)
    return float(centre), np.maximum(lower, 0), np.minimum(upper, 1)


def _month_note(row: ComparisonRow, side: int, *, is_settled: bool, language: Language) -> str:
    if row.value is None:
        return text("state.not_delivered", language)
    if "immature" in row.flags:
        return text("rate.immature", language)
    if not is_settled:
        return text("rate.incomplete", language)
    return text("rate.above" if side > 0 else "rate.below" if side < 0 else "rate.within", language)


def rate_title(frame: pl.DataFrame, rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> str:
    """The newest month that stands still, and how many months of the last year lie outside the limits."""
    settled = frame.filter("is_settled")
    if settled.is_empty():
        return text("rate.title_young", language, name=metric.name.in_language(language))
    last = settled.row(-1, named=True)
    recent = settled.tail(FEWEST)
    outside = recent["is_outside"].sum()
    key = "outside" if outside else "inside" if recent["upper"].is_not_null().any() else "alone"
    said = text(f"rate.title_{key}", language, n=outside, months=recent.height)
    name = begin_sentence(metric.name.in_language(language))
    return text("rate.title", language, name=name, month=last["name"], value=last["shown"], said=said)


# --- the curve --------------------------------------------------------------------------------------------------------


def is_withheld(rows: Sequence[ComparisonRow]) -> bool:
    """Whether a curve would tell what no figure on it may tell: too few cases, or counts that are not published."""
    return not rows or any("suppressed" in row.flags or (row.denominator or 0) < 1 for row in rows)


def curves(current: Curve, base: Curve | None) -> pl.DataFrame:
    """Both curves day by day; of the base without its band."""
    table = [
        (day, share, low if who == "this" else None, high if who == "this" else None, who)
        for who, curve in (("this", current), ("last", base))
        if curve is not None
        for day, (share, low, high) in enumerate(zip(curve.share, curve.low, curve.high, strict=True))
    ]
    schema = {"day": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64, "who": pl.String}
    return pl.DataFrame(table, schema=schema, orient="row")


def curve_points(rows: Sequence[tuple[ComparisonRow, Metric]], language: Language) -> pl.DataFrame:
    """The days that have a figure of their own, with its words."""
    table = [
        (
            metric.within_days,
            row.value,
            begin_sentence(metric.name.in_language(language)),
            format_value(row, metric, language),
            _change(row, metric, language),
            bare(row, metric, language),
        )
        for row, metric in rows
        if row.value is not None and not find(row, metric).is_few
    ]
    names = {"name": pl.String, "shown": pl.String, "note": pl.String, "figure": pl.String}
    return pl.DataFrame(table, schema={"day": pl.Int64, "share": pl.Float64, **names}, orient="row")


def curve_title(same_day: tuple[ComparisonRow, Metric], tail: tuple[ComparisonRow, Metric], language: Language) -> str:
    """How many are closed at once, and when nine in ten are."""
    row, metric = tail
    if row.value is None:
        return text("curve.title_open", language, n=format_value(*same_day, language))
    change = _change(row, metric, language)
    most = bare(row, metric, language)
    return text("curve.title", language, n=format_value(*same_day, language), most=most, change=change)
