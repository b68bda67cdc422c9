"""What the overview says: its first sentences and the titles of its charts, computed from the compared rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from pages.components.figures import Delivered
from pages.components.kpi import role_of
from pages.components.labels import text
from warehouse.comparison_row import ComparisonRow
from warehouse.finding import COMPARED, find
from warehouse.metric_definition import Metric
from warehouse.periods import Period
from warehouse.reference import Language
from warehouse.wording import (
    begin_sentence,
    format_change,
    format_count,
    format_date,
    format_month,
    format_period,
    format_value,
    format_verdict,
)

NAMED_CHANGES = 3
# An interval wider than that says that nothing is known; the axis does not follow it.
WIDEST = 1.0
NARROWEST = 0.2


def coverage_line(disputes: Delivered, *, until: date, language: Language) -> str:
    """How complete the month is, and until when the data go."""
    day = format_date(until, language)
    if not disputes.units:
        return text("answer.until", language, until=day)
    state = "uncovered" if not disputes.is_whole else "covered_one" if disputes.units == 1 else "covered"
    said = text(f"answer.{state}", language, full=disputes.full, all=disputes.units)
    return said + text("answer.until", language, until=day)


def year_title(rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> str:
    """How many months of the year differ from the year before, and how many cannot be compared."""
    if not rows or all(row.value is None for row in rows):
        return text("year.title_missing", language)
    last = rows[-1].period.end
    period = Period("months", rows[0].period.start, last, last)
    states = Counter(_state(row, metric) for row in rows)
    parts = [
        text(f"year.{state}", language, n=states[state])
        for state in ("up", "down", "noise", "small", "not_comparable")
        if states[state]
    ]
    return text(
        "year.title",
        language,
        period=format_period(period, language),
        parts=text("answer.joiner", language).join(parts),
    )


def _state(row: ComparisonRow, metric: Metric) -> str:
    finding = find(row, metric)
    if finding.case in ("up", "down"):
        return finding.case
    if finding.case not in COMPARED:
        return "not_comparable"
    return "small" if finding.is_small else "noise"


def types_title(rows: Sequence[ComparisonRow], metric: Metric, *, period: str, language: Language) -> str:
    """The types that really changed, or that none did; without a comparison, that there is none."""
    if not rows:
        return text("types.title_none", language, month=period)
    compared = [row for row in rows if find(row, metric).change is not None]
    if not compared:
        return text("types.title_not_comparable", language, month=period)
    real = [row for row in by_change(rows) if _state(row, metric) in ("up", "down")]
    if not real:
        key = "types.title_small" if all(find(row, metric).is_small for row in compared) else "types.title_noise"
        return text(key, language, n=len(compared), smallest=metric.smallest_n)
    names = text("types.joiner", language).join(
        text(
            "types.one",
            language,
            name=type_name(row, language),
            verdict=format_verdict(row, metric, language),
            change=format_change(row, metric, language),
        )
        for row in real[:NAMED_CHANGES]
    )
    key = "types.title_more" if len(real) > NAMED_CHANGES else "types.title_real"
    return begin_sentence(text(key, language, names=names, n=len(real), rest=len(compared) - len(real)))


def by_change(rows: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    """The largest difference first, up or down; those without one last, by count."""
    return sorted(rows, key=lambda row: (-abs(row.change or 0), -(row.value or 0), str(row.names)))


def type_name(row: ComparisonRow, language: Language) -> str:
    """The name of the type a row is about."""
    (code,), (name,) = row.keys.values(), row.names.values()
    return begin_sentence(name if code is not None and name else text("types.unknown", language))


def types_chart(rows: Sequence[ComparisonRow], metric: Metric, language: Language) -> tuple[pl.DataFrame, float]:
    """The types with interval and words, what `charts.changes` draws, and how far its axis goes either way."""
    named = [(next(iter(row.keys.values())), type_name(row, language), row) for row in by_change(rows)]
    extent = extent_of(rows, metric)
    return changes_chart(named, metric, language, extent=extent), extent


def changes_chart(
    named: Sequence[tuple[str | None, str, ComparisonRow]], metric: Metric, language: Language, *, extent: float
) -> pl.DataFrame:
    """One row per (code, name, compared row), in their order: what `charts.changes` draws."""
    table = [_change_row(code, name, row, metric, extent, language) for code, name, row in named]
    schema = {
        "code": pl.String,
        "name": pl.String,
        "rate": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "role": pl.String,
        "is_small": pl.Boolean,
        "counts": pl.String,
        "change": pl.String,
        "verdict": pl.String,
    }
    return pl.DataFrame(table, schema=schema, orient="row")


def extent_of(rows: Sequence[ComparisonRow], metric: Metric) -> float:
    """How far an axis of changes goes either way, by the rows whose base is not small."""
    rows = [row for row in rows if not find(row, metric).is_small]
    ends = [abs(end) for row in rows for end in (row.interval_low, row.interval_high) if end is not None]
    points = [abs(row.change_rate) for row in rows if row.change_rate is not None]
    widest = max(WIDEST, *points) if points else WIDEST
    return min(max([NARROWEST, *ends, *points]), widest)


def _change_row(
    code: str | None, name: str, row: ComparisonRow, metric: Metric, extent: float, language: Language
) -> tuple[object, ...]:
    finding = find(row, metric)
    is_compared = finding.change is not None and row.change_rate is not None
    before = format_count(int(row.base_value), language) if row.base_value is not None else "—"
    now = format_count(int(row.value), language) if row.value is not None else "—"
    # Nothing is drawn where nothing may be said: the counts and the reason stand alone.
    low, high = (row.interval_low, row.interval_high) if is_compared else (None, None)
    return (
        code,
        text("types.row", language, name=name, before=before, now=now),
        row.change_rate if is_compared else None,
        max(-extent, low) if low is not None else (-extent if is_compared else None),
        min(extent, high) if high is not None else (extent if is_compared else None),
        role_of(row, metric),
        finding.is_small,
        text("types.counts", language, before=before, now=now),
        format_change(row, metric, language),
        format_verdict(row, metric, language),
    )


def year_chart(
    rows: Mapping[date, ComparisonRow],
    metric: Metric,
    *,
    month: date,
    delivered: Mapping[date, Delivered],
    new_years: Sequence[date],
    names: Sequence[str],
    language: Language,
) -> pl.DataFrame:
    """Twelve months of this year, the last one and the range of three: what `charts.year_over_year` draws."""

    def whole(day: date) -> int | None:
        row = rows.get(day)
        is_whole = day in delivered and delivered[day].is_whole
        return int(row.value) if row is not None and row.value is not None and is_whole else None

    table = []
    for number in range(1, 13):
        day = date(month.year, number, 1)
        row = rows.get(day)
        value = int(row.value) if row is not None and row.value is not None else None
        before = [whole(day.replace(year=month.year - back)) for back in (1, 2, 3)]
        three = [count for count in before if count is not None]
        is_known = len(three) == len(before)
        table.append(
            (
                names[number - 1],
                value,
                before[0],
                min(three) if is_known else None,
                max(three) if is_known else None,
                format_value(row, metric, language) if row is not None and value is not None else "",
                format_count(before[0], language) if before[0] is not None else "—",
                _note(row, metric, delivered.get(day), is_running=day > month, language=language),
                whole(day) is not None and day <= month,
                day == month,
                day in new_years,
                value is None and day <= month,
            )
        )
    schema = {
        "name": pl.String,
        "value": pl.Int64,
        "before": pl.Int64,
        "low": pl.Int64,
        "high": pl.Int64,
        "shown": pl.String,
        "before_shown": pl.String,
        "note": pl.String,
        "is_whole": pl.Boolean,
        "is_latest": pl.Boolean,
        "is_new_year": pl.Boolean,
        "is_missing": pl.Boolean,
    }
    return pl.DataFrame(table, schema=schema, orient="row")


def _note(
    row: ComparisonRow | None, metric: Metric, state: Delivered | None, *, is_running: bool, language: Language
) -> str:
    if row is None or row.value is None:
        return text("state.not_delivered", language)
    if is_running:
        return text("year.open", language, until=format_date(row.period.end, language))
    if state is not None and not state.is_whole:
        return text("year.part", language, full=state.full, all=state.units)
    change = format_change(row, metric, language) if find(row, metric).change is not None else ""
    return f"{change} {format_verdict(row, metric, language)}".strip()


def units_title(frame: pl.DataFrame, *, month: date, language: Language) -> str:
    """The range over the units, and how many have not delivered."""
    known = frame.drop_nulls("value").sort("value")
    if known.is_empty():
        return text("stations.title_none", language, month=format_month(month, language))
    low, high = known.row(0, named=True), known.row(-1, named=True)
    kind = "one" if known.height == 1 else "same" if low["value"] == high["value"] else "range"
    title = text(
        f"stations.title_{kind}",
        language,
        name=low["name"],
        n=known.height,
        low=format_count(low["value"], language),
        high=format_count(high["value"], language),
    )
    lacking = frame.height - known.height
    return title + (text("stations.lacking", language, n=lacking) if lacking else "")


def units_chart(frame: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The units with the words of their dots: what `charts.dots` draws."""

    def shown(value: int | None, is_full: bool) -> str:
        if value is None:
            return text("state.not_delivered", language)
        number = format_count(value, language)
        return number if is_full else text("stations.part", language, n=number)

    words = [shown(value, is_full) for value, is_full in frame.select("value", "is_full").iter_rows()]
    return frame.select("code", "name", "value", pl.Series("shown", words, dtype=pl.String))
