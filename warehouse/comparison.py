"""Metric, period and basis -> values, changes, intervals and verdicts: the one code path of every published figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import duckdb
import numpy as np

from warehouse import comparability
from warehouse.comparability import Scope, scope_of
from warehouse.comparison_row import FLAGS, ComparisonRow
from warehouse.coverage import day_number
from warehouse.dimensions import TIMES
from warehouse.estimates import Estimates, Numbers, change_interval, estimate
from warehouse.facts import Facts
from warehouse.measures import Key, Measured, Parts, choose_source, measure, sql_of
from warehouse.metric_definition import Metric
from warehouse.metric_sql import Query, Window
from warehouse.periods import BadPeriod, Period
from warehouse.question import NotAsked, Question, ask
from warehouse.reference import Language
from warehouse.slices import Slice, as_one, label_of, slice_of, slices_of, window_of
from warehouse.verdicts import Cell, dispersion_of, flags_of, verdict_of

# A unit closed longer ago than that stands in neither window of a comparison with last year.
YEAR = 366
# Between two figures of the kind "more than 120" the change may be anything.
UNKNOWN_OF_BOUNDS = ("value_low", "value_high", "change", "change_rate", "interval_low", "interval_high")


def compare(
    facts: Facts, question: Question, *, language: Language = "zh", on_facts: bool = False
) -> list[ComparisonRow]:
    """Every cell of a question, sorted by key; `on_facts` reads the facts where a mart would do (for benchmarks)."""
    slices = slices_of(facts, question)
    coverage = facts.coverage(question.metric.feed)
    current, base = measure_slices(facts, question, slices, on_facts=on_facts)
    cells, scopes = [], dict[Key, Scope]()
    for number, part in enumerate(slices):
        for key in _keys_of(facts, question, number, current, base):
            keys = dict(zip(question.own, key, strict=True))
            if key not in scopes:
                scopes[key] = scope_of(facts, coverage, keys, question.where or {})
            named = {name: part.label if name in TIMES else keys[name] for name in question.by}
            cells.append(Cell(part, named, scopes[key], current.get((number, key)), base.get((number, key))))
    rows = _rows(facts, question, _fill(facts, question, cells), language)
    return sorted(rows, key=lambda row: [(code is None, code or "") for code in row.keys.values()])


def parts_of(facts: Facts, question: Question) -> dict[Key, Parts]:
    """The sums of every cell of the period by key, without base, interval and verdict: for what is computed of them."""
    part = replace(slice_of(facts, question, question.period, None), base=None, base_window=None)
    current, _ = measure_slices(facts, question, [part])
    return {key: parts for (_, key), parts in current.items()}


def explain(facts: Facts, question: Question) -> str:
    """The macro call that gives the same figures, and the SQL that the engine runs (of the base it is alike)."""
    part = slice_of(facts, question, question.period, None)
    by_month = question.metric.kind != "stock"
    query = _query(question, (part.window or window_of(part.period),), by_month=by_month)
    source = choose_source(query, has_long_rows=_has_long_rows(facts, question.metric))
    period, by = question.period, ", ".join(question.by) or None
    column = f"'{question.by[0]}'" if question.by else "null"
    call = f"select * from metric.{question.metric.id}(date '{period.start}', date '{period.end}', {column});"
    note = (
        "" if not question.where and (by is None or len(question.by) == 1) else "-- 宏不含筛选 / macros do not filter\n"
    )
    return f"{note}{call}\n\n{sql_of(query, source, until=facts.data_until[question.metric.feed])};"


def _query(question: Question, windows: tuple[Window, ...], *, by_month: bool = False) -> Query:
    by = question.by if by_month else question.own
    return Query(question.metric, windows, by, question.where)


def _has_long_rows(facts: Facts, metric: Metric) -> bool:
    """Whether whole months are no enough: totals span several, or a case was closed after the data's last day."""
    if metric.kind == "survival" and facts.has_late_closings:
        return True
    return any(long.spans_months for long in facts.long_periods(metric.feed))


def measure_slices(
    facts: Facts, question: Question, slices: Sequence[Slice], *, on_facts: bool = False
) -> tuple[Measured, Measured]:
    """Parts by slice number and key, of the period and of its base."""
    current = {number: part.window for number, part in enumerate(slices) if part.window}
    base = {number: part.base_window for number, part in enumerate(slices) if part.base_window}
    if not current and not base:
        return {}, {}
    sides = [side for side in (current, base) if side]
    grouped = [one for one in (as_one(question, side) for side in sides) if one]
    by_month = len(grouped) == len(sides)
    windows = grouped if by_month else [window for side in sides for window in side.values()]
    query = _query(question, tuple(windows), by_month=by_month and question.time is not None)
    source = choose_source(query, has_long_rows=_has_long_rows(facts, question.metric), on_facts=on_facts)
    measured = measure(facts, query, source)
    if query.by != question.own:
        return _by_slice(question, measured, 0, current), _by_slice(question, measured, 1 if current else 0, base)
    numbers = [*((0, number) for number in current), *((1, number) for number in base)]
    split: tuple[Measured, Measured] = ({}, {})
    for (window, key), parts in measured.items():
        side, number = numbers[window]
        split[side][number, key] = parts
    return split


def _by_slice(question: Question, measured: Measured, number: int, windows: Mapping[int, Window]) -> Measured:
    """Give every month or day back to the slices whose window it is."""
    place = question.by.index(str(question.time))
    slices: dict[str | None, list[int]] = {}
    for slice_no, window in windows.items():
        slices.setdefault(label_of(question, window.start), []).append(slice_no)
    return {
        (slice_no, key[:place] + key[place + 1 :]): parts
        for (found, key), parts in measured.items()
        if found == number
        for slice_no in slices.get(key[place], ())
    }


def _keys_of(facts: Facts, question: Question, number: int, current: Measured, base: Measured) -> Iterable[Key]:
    """The cells of a slice: all that have rows somewhere, and every unit that reports."""
    own = question.own
    if not own:
        return [()]
    seen = {key for measured in (current, base) for _, key in measured}
    if set(own) <= set(facts.units.places):
        seen |= _reporting_units(facts, question, own)
    if question.metric.kind in ("additive", "stock") and question.time is not None:
        return seen
    return {key for key in seen if (number, key) in current or (number, key) in base} | (
        _reporting_units(facts, question, own) if set(own) <= set(facts.units.places) else set()
    )


def _reporting_units(facts: Facts, question: Question, own: Sequence[str]) -> set[Key]:
    coverage = facts.coverage(question.metric.feed)
    scope = scope_of(facts, coverage, {}, question.where or {})
    lasts, firsts = day_number(question.period.end), day_number(question.period.start) - YEAR
    exists = (facts.units.valid_from <= lasts) & (facts.units.valid_to >= firsts)
    wanted = scope.units & coverage.expected & exists
    columns = [facts.units.places[name] for name in own]
    return {tuple(column[place] for column in columns) for place in np.flatnonzero(wanted)}


def _fill(facts: Facts, question: Question, cells: Sequence[Cell]) -> list[Cell]:
    """No row where reports were delivered is a zero; where they were not, or never hold the fact, it is unknown."""
    if not question.metric.is_count:
        return list(cells)
    coverage = facts.coverage(question.metric.feed)
    if all(cell.current and cell.base for cell in cells) or not facts.is_delivered(question.metric):
        return list(cells)

    def zero(cell: Cell, parts: Parts | None, period: Period | None) -> Parts | None:
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


def _rows(facts: Facts, question: Question, cells: Sequence[Cell], language: Language) -> list[ComparisonRow]:
    if not cells:
        return []
    metric = question.metric
    dispersion = np.array([dispersion_of(facts, metric, cell, question.where or {}) for cell in cells])
    currents, bases = [_exact(cell.current) for cell in cells], [_exact(cell.base) for cell in cells]
    current, base = estimate(metric, currents, dispersion), estimate(metric, bases, dispersion)
    low, high = change_interval(metric, current, base, cells=currents, base_cells=bases, dispersion=dispersion)
    place = 0 if language == "zh" else 1
    by_month = "month" in question.by
    cut = {
        label: comparability.cut_periods(facts, metric.feed, part.period, part.base, by_month=by_month)
        for label, part in {cell.slice.label: cell.slice for cell in cells}.items()
    }
    rows = []
    of_cells = _numbers(metric, current, base, low, high)
    for number, (cell, numbers) in enumerate(zip(cells, of_cells, strict=True)):
        flags = flags_of(facts, metric, cell, cut[cell.slice.label])
        if _is_lower_bound(cell.current) or _is_lower_bound(cell.base):
            numbers |= dict.fromkeys(UNKNOWN_OF_BOUNDS)
        verdict = verdict_of(metric, cell.slice, flags, numbers)
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
                flags=tuple(flag for flag in FLAGS if flag in flags),
                keys=cell.keys,
                names={name: _name(facts, name, code, place) for name, code in cell.keys.items()},
                **numbers,
            )
        )
    return rows


def _exact(parts: Parts | None) -> Parts | None:
    """Figures of the kind "more than 120" stand in only where there is no exact one: the two are never summed."""
    if parts is None or parts.numerator is not None or "at_least" not in parts.extras:
        return parts
    return replace(parts, numerator=parts.extras["at_least"])


def _is_lower_bound(parts: Parts | None) -> bool:
    return parts is not None and parts.numerator is None and "at_least" in parts.extras


def _at_least(parts: Parts | None) -> float | None:
    return parts.extras.get("at_least") if parts else None


def _numbers(
    metric: Metric, current: Estimates, base: Estimates, low: Numbers, high: Numbers
) -> list[dict[str, float | None]]:
    """The figures of every cell, null instead of NaN and infinity."""
    value, before = current.value, base.value
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(before > 0, value / before - 1, np.nan) if metric.is_count else np.full_like(value, np.nan)
        found = {
            "value": value,
            "numerator": current.numerator,
            "denominator": current.denominator,
            "value_low": current.low,
            "value_high": current.high,
            "base_value": before,
            "base_numerator": base.numerator,
            "base_denominator": base.denominator,
            "change": value - before,
            "change_rate": rate,
            "interval_low": low,
            "interval_high": high,
        }
    columns = (
        [
            figure if known else None
            for figure, known in zip(figures.tolist(), np.isfinite(figures).tolist(), strict=True)
        ]
        for figures in found.values()
    )
    return [dict(zip(found, figures, strict=True)) for figures in zip(*columns, strict=True)]


def _name(facts: Facts, dimension: str, code: str | None, place: int) -> str | None:
    if code is None:
        return ("未报送", "not delivered")[place]
    if dimension in TIMES:
        year, month, *day = code.split("-")
        last = f"{int(day[0])}日" if day else ""
        return f"{year}年{int(month)}月{last}" if place == 0 else code
    known = facts.names.get(dimension, {}).get(code)
    return known[place] if known else code


def read_facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    """The facts of the generation that a connection uses; keep them as long as it."""
    return Facts(connection)


__all__ = ["BadPeriod", "NotAsked", "Question", "ask", "compare", "explain", "parts_of", "read_facts"]
