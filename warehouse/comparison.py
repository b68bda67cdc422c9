"""Metric, period and basis -> values, changes, intervals and verdicts: the one code path of every published figure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import numpy as np

from warehouse import comparability
from warehouse.comparability import NOT_COMPARABLE, Scope, scope_of
from warehouse.comparison_row import ComparisonRow, Flag, Verdict
from warehouse.dimensions import DIMENSIONS
from warehouse.estimates import Estimates, Numbers, change_interval, estimate
from warehouse.facts import Facts
from warehouse.measures import Key, Measured, Parts, choose_source, measure, sql_of
from warehouse.metric_definition import Metric
from warehouse.metric_sql import Filters, Query, Window
from warehouse.metrics import METRICS
from warehouse.periods import BadPeriod, Basis, Period, base_of, months_of, parse_period, whole_months
from warehouse.reference import Language

SMALL_COUNT = 20
# Counts that vary as incidents do; how much more than by chance is estimated every night.
DISPERSED = frozenset({"dispute_incident_count", "dispute_case_count", "incident_rate_per_10k"})


class NotAsked(ValueError):
    """The question names a metric, a dimension or a code that there is not; the message says which there are."""


@dataclass(frozen=True)
class Question:
    """What to compare: windows follow from `period` and `basis`, cells from `by`, rows from `where`."""

    metric: Metric
    period: Period
    basis: Basis = "yoy"
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class _Slice:
    """One month of the period, or all of it, with its base."""

    month: str | None
    period: Period
    base: Period | None
    # The days that are summed: all of the period, or its last whole month; none without the follow-up they need.
    window: Window | None
    base_window: Window | None


@dataclass(frozen=True)
class _Cell:
    """One row of the answer before it is counted."""

    slice: _Slice
    keys: Mapping[str, str | None]
    scope: Scope
    current: Parts | None
    base: Parts | None


def ask(
    facts: Facts,
    metric: str,
    period: str,
    *,
    basis: Basis = "yoy",
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> Question:
    """Check a question as people write it.

    Raises:
        NotAsked: no such metric or dimension, or the metric's feed has not been delivered.
        BadPeriod: the period cannot be read, or starts after the data.
    """
    if metric not in METRICS:
        raise NotAsked(f"没有指标 {metric}；有 / no metric {metric}; there are {', '.join(METRICS)}")
    found = METRICS[metric]
    for name in [*by, *(where or {})]:
        if name not in found.dimensions:
            known = ", ".join(one for one in DIMENSIONS if one in found.dimensions)
            raise NotAsked(f"指标 {metric} 不能按 {name} 分；可按 / {metric} cannot be split by {name}, but by {known}")
    if len(set(by)) < len(by):
        raise NotAsked(f"维度重复 / a dimension stands twice: {', '.join(by)}")
    until = facts.data_until.get(found.feed)
    if until is None:
        raise NotAsked(f"尚未报送 {found.feed} 数据 / nothing of feed {found.feed} has been delivered")
    filters = {name: tuple(codes) for name, codes in (where or {}).items()}
    return _within_month(Question(found, parse_period(period, data_until=until), basis, tuple(by), filters), until)


def _within_month(question: Question, until: date) -> Question:
    """A filter by month is a shorter period: applied to the rows, it would empty the base."""
    where = dict(question.where or {})
    months = where.pop("month", None)
    if months is None:
        return question
    if len(months) != 1:
        raise NotAsked("一次只能选一个月；请改用时段 / one month at a time: choose the period instead")
    month = parse_period(months[0], data_until=until)
    start, end = max(month.start, question.period.start), min(month.end, question.period.end)
    if month.kind != "month" or start > end:
        raise NotAsked(f"{months[0]} 不在所选时段内 / is no month of the period")
    whole = (start, end) == (month.start, month.end)
    period = month if whole else Period("days", start, end, end)
    return replace(question, period=period, where=where)


def compare(
    facts: Facts, question: Question, *, language: Language = "zh", on_facts: bool = False
) -> list[ComparisonRow]:
    """Every cell of a question, sorted by key; `on_facts` reads the facts where a mart would do (for benchmarks)."""
    slices = _slices(facts, question)
    coverage = facts.coverage(question.metric.feed)
    current, base = _measure(facts, question, slices, on_facts=on_facts)
    cells = []
    for number, part in enumerate(slices):
        for key in _keys_of(facts, question, number, current, base):
            keys = dict(zip(_own(question), key, strict=True))
            scope = scope_of(facts, coverage, keys, question.where or {})
            named = {name: part.month if name == "month" else keys[name] for name in question.by}
            cells.append(_Cell(part, named, scope, current.get((number, key)), base.get((number, key))))
    rows = _rows(facts, question, _fill(facts, question, cells), language)
    return sorted(rows, key=lambda row: [(code is None, code or "") for code in row.keys.values()])


def explain(facts: Facts, question: Question) -> str:
    """The macro call that gives the same figures, and the SQL that a comparison runs."""
    slices = _slices(facts, question)
    windows = tuple(part.window or _window(part.period) for part in slices[:1])
    query = _query(question, windows)
    source = choose_source(query, has_long_rows=_has_long_rows(facts, question.metric))
    period, by = question.period, ", ".join(question.by) or None
    column = f"'{question.by[0]}'" if question.by else "null"
    call = f"select * from metric.{question.metric.id}(date '{period.start}', date '{period.end}', {column});"
    note = (
        "" if not question.where and (by is None or len(question.by) == 1) else "-- 宏不含筛选 / macros do not filter\n"
    )
    return f"{note}{call}\n\n{sql_of(query, source, until=facts.data_until[question.metric.feed])};"


def _own(question: Question) -> tuple[str, ...]:
    """The dimensions that rows are grouped by besides the month."""
    return tuple(name for name in question.by if name != "month")


def _slices(facts: Facts, question: Question) -> list[_Slice]:
    periods = months_of(question.period) if "month" in question.by else [question.period]
    slices = []
    for period in periods:
        month = f"{period.start:%Y-%m}" if "month" in question.by else None
        slices.append(_followed(facts, question, period, month))
    return slices


def _followed(facts: Facts, question: Question, period: Period, month: str | None) -> _Slice:
    """Cut a period where cases have not yet had their follow-up, and its base alike."""
    needed = question.metric.follow_up_days
    last = facts.data_until[question.metric.feed] - timedelta(days=needed)
    if needed and period.start > last:
        return _Slice(month, period, base_of(period, question.basis), None, None)
    cut = replace(period, end=last) if needed and period.end > last else period
    base = base_of(cut, question.basis)
    if question.metric.kind == "semi_additive":
        return _Slice(month, cut, base, *_last_months(cut, base, question.basis))
    return _Slice(month, cut, base, _window(cut), _window(base) if base else None)


def _last_months(period: Period, base: Period | None, basis: Basis) -> tuple[Window | None, Window | None]:
    """The last whole month of both: a list of targets is counted once a month, and never added up over time."""
    month = _last_month(period)
    if month is None or base is None:
        return month, None
    if basis == "yoy":
        # By the month, so that 28 February against a leap year does not end a month earlier.
        before = date(month.start.year - 1, month.start.month, 1)
        return month, Window(before, _month_end(before))
    return month, _last_month(base)


def _last_month(period: Period) -> Window | None:
    months = whole_months(period)
    return Window(months[1].replace(day=1), months[1]) if months else None


def _window(period: Period) -> Window:
    return Window(period.start, period.end)


def _query(question: Question, windows: tuple[Window, ...], *, by_month: bool = False) -> Query:
    by = question.by if by_month else _own(question)
    return Query(question.metric, windows, by, question.where)


def _has_long_rows(facts: Facts, metric: Metric) -> bool:
    return any(row.spans_months for row in facts.long_rows(metric.feed))


def _measure(
    facts: Facts, question: Question, slices: Sequence[_Slice], *, on_facts: bool
) -> tuple[Measured, Measured]:
    """Parts by slice number and key, of the period and of its base."""
    current = {number: part.window for number, part in enumerate(slices) if part.window}
    base = {number: part.base_window for number, part in enumerate(slices) if part.base_window}
    if not current and not base:
        return {}, {}
    sides = [side for side in (current, base) if side]
    grouped = [one for one in (_as_one(question, side) for side in sides) if one]
    by_month = len(grouped) == len(sides)
    windows = grouped if by_month else [window for side in sides for window in side.values()]
    query = _query(question, tuple(windows), by_month=by_month and "month" in question.by)
    source = choose_source(query, has_long_rows=_has_long_rows(facts, question.metric), on_facts=on_facts)
    measured = measure(facts.connection, query, source, until=facts.data_until[question.metric.feed])
    if query.by != _own(question):
        return _by_slice(question, measured, 0, current), _by_slice(question, measured, 1 if current else 0, base)
    numbers = [*((0, number) for number in current), *((1, number) for number in base)]
    split: tuple[Measured, Measured] = ({}, {})
    for (window, key), parts in measured.items():
        side, number = numbers[window]
        split[side][number, key] = parts
    return split


def _as_one(question: Question, windows: Mapping[int, Window]) -> Window | None:
    """One window over months that follow each other, so that one pass groups them by month."""
    if "month" not in question.by or question.metric.kind == "stock":
        return None
    ordered = sorted(windows.values(), key=lambda window: window.start)
    in_one_month = all(window.end <= _month_end(window.start) for window in ordered)
    adjacent = all(after.start == before.end + timedelta(days=1) for before, after in pairwise(ordered))
    distinct = len({(window.start.year, window.start.month) for window in ordered}) == len(ordered)
    return Window(ordered[0].start, ordered[-1].end) if in_one_month and adjacent and distinct else None


def _by_slice(question: Question, measured: Measured, number: int, windows: Mapping[int, Window]) -> Measured:
    """Give every month back to the slice whose window it is."""
    place = question.by.index("month")
    slices = {f"{window.start:%Y-%m}": slice_no for slice_no, window in windows.items()}
    return {
        (slices[month], key[:place] + key[place + 1 :]): parts
        for (found, key), parts in measured.items()
        if found == number and (month := key[place]) in slices
    }


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _keys_of(facts: Facts, question: Question, number: int, current: Measured, base: Measured) -> Iterable[Key]:
    """The cells of a slice: all that have rows somewhere, and every unit that reports."""
    own = _own(question)
    if not own:
        return [()]
    seen = {key for measured in (current, base) for _, key in measured}
    if set(own) <= set(facts.units.places):
        seen |= _reporting_units(facts, question, own)
    if question.metric.kind in ("additive", "stock") and "month" in question.by:
        return seen
    return {key for key in seen if (number, key) in current or (number, key) in base} | (
        _reporting_units(facts, question, own) if set(own) <= set(facts.units.places) else set()
    )


def _reporting_units(facts: Facts, question: Question, own: Sequence[str]) -> set[Key]:
    coverage = facts.coverage(question.metric.feed)
    scope = scope_of(facts, coverage, {}, question.where or {})
    wanted = scope.units & coverage.expected
    columns = [facts.units.places[name] for name in own]
    return {tuple(column[place] for column in columns) for place in np.flatnonzero(wanted)}


def _fill(facts: Facts, question: Question, cells: Sequence[_Cell]) -> list[_Cell]:
    """No row where reports were delivered is a zero; where they were not, or never hold the fact, it is unknown."""
    if not question.metric.is_count:
        return list(cells)
    coverage = facts.coverage(question.metric.feed)
    seen = [parts for cell in cells for parts in (cell.current, cell.base) if parts is not None]
    if seen and all(parts.numerator is None and not parts.extras for parts in seen):
        return list(cells)

    def zero(cell: _Cell, parts: Parts | None, period: Period | None) -> Parts | None:
        if parts is not None or period is None or not comparability.is_reported(coverage, cell.scope, period):
            return parts
        return Parts(numerator=0.0)

    return [
        replace(
            cell,
            current=zero(cell, cell.current, cell.slice.period),
            base=zero(cell, cell.base, cell.slice.base),
        )
        for cell in cells
    ]


def _rows(facts: Facts, question: Question, cells: Sequence[_Cell], language: Language) -> list[ComparisonRow]:
    if not cells:
        return []
    metric = question.metric
    dispersion = np.array([_dispersion(facts, metric, cell, question.where or {}) for cell in cells])
    currents, bases = [_exact(cell.current) for cell in cells], [_exact(cell.base) for cell in cells]
    current, base = estimate(metric, currents, dispersion), estimate(metric, bases, dispersion)
    days = np.array([float(cell.slice.period.days) for cell in cells])
    base_days = np.array([float(cell.slice.base.days) if cell.slice.base else np.nan for cell in cells])
    low, high = change_interval(
        metric,
        current,
        base,
        cells=currents,
        base_cells=bases,
        days=days,
        base_days=base_days,
        dispersion=dispersion,
    )
    place = 0 if language == "zh" else 1
    rows = []
    for number, cell in enumerate(cells):
        flags = _flags(facts, question, cell)
        numbers = _numbers(metric, current, base, low, high, number)
        verdict = _verdict(metric, cell.slice.base, flags, numbers)
        rows.append(
            ComparisonRow(
                metric=metric.id,
                unit=metric.unit,
                basis=question.basis,
                period=cell.slice.period,
                base=cell.slice.base,
                verdict=verdict,
                dispersion=float(dispersion[number]) if metric.is_count or metric.interval == "poisson" else None,
                at_least_value=_at_least(cell.current),
                flags=tuple(flag for flag in FLAG_ORDER if flag in flags),
                keys=cell.keys,
                names={name: _name(facts, name, code, place) for name, code in cell.keys.items()},
                **numbers,
            )
        )
    return rows


FLAG_ORDER: tuple[Flag, ...] = (
    "partial_period",
    "spring_festival",
    "series_break",
    "coverage_gap",
    "coarse_grain",
    "immature",
    "at_least",
    "mixed_modes",
    "is_estimate",
    "whole_months_only",
    "not_delivered",
)


def _exact(parts: Parts | None) -> Parts | None:
    """Figures of the kind "more than 120" stand in only where there is no exact one: the two are never summed."""
    if parts is None or parts.numerator is not None or "at_least" not in parts.extras:
        return parts
    return replace(parts, numerator=parts.extras["at_least"])


def _at_least(parts: Parts | None) -> float | None:
    return parts.extras.get("at_least") if parts else None


def _numbers(
    metric: Metric, current: Estimates, base: Estimates, low: Numbers, high: Numbers, number: int
) -> dict[str, float | None]:
    """The figures of one cell, null instead of NaN and infinity."""
    value, before = current.value[number], base.value[number]
    found = {
        "value": value,
        "numerator": current.numerator[number],
        "denominator": current.denominator[number],
        "value_low": current.low[number],
        "value_high": current.high[number],
        "base_value": before,
        "base_numerator": base.numerator[number],
        "base_denominator": base.denominator[number],
        "change": value - before,
        "change_rate": value / before - 1 if metric.is_count and before > 0 else np.nan,
        "interval_low": low[number],
        "interval_high": high[number],
    }
    return {name: float(figure) if np.isfinite(figure) else None for name, figure in found.items()}


def _flags(facts: Facts, question: Question, cell: _Cell) -> set[Flag]:
    metric, period, base = question.metric, cell.slice.period, cell.slice.base
    coverage = facts.coverage(metric.feed)
    share = _closed_share(cell.current)
    flags = comparability.time_flags(metric, facts, period, base, closed_share=share)
    if comparability.has_coverage_gap(coverage, cell.scope, period, base):
        flags.add("coverage_gap")
    if comparability.has_series_break(facts, metric, cell.scope, period, base):
        flags.add("series_break")
    by_month = "month" in question.by
    flags |= comparability.cut_flags(facts, metric.feed, cell.scope, period, base, by_month=by_month)
    for parts in (cell.current, cell.base):
        extras = parts.extras if parts else {}
        flags |= {"at_least"} if "at_least" in extras else set()
        flags |= {"mixed_modes"} if extras.get("modes", 0) > 1 else set()
        flags |= {"is_estimate"} if extras.get("is_estimate") else set()
    if _is_not_delivered(metric, cell.current):
        flags.add("not_delivered")
    return flags


def _closed_share(parts: Parts | None) -> float | None:
    if parts is None or not parts.denominator or "closed" not in parts.extras:
        return None
    return parts.extras["closed"] / parts.denominator


def _is_not_delivered(metric: Metric, parts: Parts | None) -> bool:
    """Whether there are rows, and none of them holds the fact."""
    if parts is None or parts.distribution is not None:
        return False
    missing = parts.numerator is None and "at_least" not in parts.extras
    return missing or (metric.denominator is not None and parts.denominator is None)


def _verdict(metric: Metric, base: Period | None, flags: set[Flag], numbers: Mapping[str, float | None]) -> Verdict:
    """The first that holds, in the order of the design."""
    if flags & NOT_COMPARABLE:
        return "not_comparable"
    before = numbers["base_value"]
    if base is None or before is None or (metric.is_count and before == 0):
        return "no_base"
    low, high = numbers["interval_low"], numbers["interval_high"]
    if low is not None and low > 0:
        return "up"
    if high is not None and high < 0:
        return "down"
    if _is_small(metric, numbers):
        return "small_base"
    return "within_noise"


def _is_small(metric: Metric, numbers: Mapping[str, float | None]) -> bool:
    if metric.is_count:
        return (numbers["base_value"] or 0) < SMALL_COUNT
    denominators = numbers["denominator"], numbers["base_denominator"]
    return any(denominator is None or denominator < metric.smallest_n for denominator in denominators)


def _dispersion(facts: Facts, metric: Metric, cell: _Cell, where: Filters) -> float:
    """Of the narrowest series that the night has estimated and that holds the cell, 1 without one."""
    if metric.id not in DISPERSED or not facts.dispersions:
        return 1.0
    bureaus = {code for code in np.array(facts.units.places["city_bureau"])[cell.scope.units] if code}
    bureau = next(iter(bureaus)) if len(bureaus) == 1 else None
    station = _single(cell.keys, where, "station")
    kind = _single(cell.keys, where, "dispute_type")
    for series in ((bureau, kind), (station, None), (bureau, None)):
        if series[0] is not None and series in facts.dispersions:
            return max(1.0, facts.dispersions[series])
    return 1.0


def _single(keys: Mapping[str, str | None], where: Filters, dimension: str) -> str | None:
    codes = where.get(dimension, ())
    return keys.get(dimension) or (codes[0] if len(codes) == 1 else None)


def _name(facts: Facts, dimension: str, code: str | None, place: int) -> str | None:
    if code is None:
        return ("未报送", "not delivered")[place]
    if dimension == "month":
        year, month = code.split("-")
        return f"{year}年{int(month)}月" if place == 0 else code
    known = facts.names.get(dimension, {}).get(code)
    return known[place] if known else code


def read_facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    """The facts of the generation that a connection uses; keep them as long as it."""
    return Facts(connection)


__all__ = ["BadPeriod", "NotAsked", "Question", "ask", "compare", "explain", "read_facts"]
