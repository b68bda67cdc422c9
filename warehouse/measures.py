"""Ask the warehouse for the parts of a metric: sums per window and key, or counts per minute or day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.calendar_days import month_end
from warehouse.facts import Facts
from warehouse.metric_sql import Query, Window, aggregate, distribution, key_names
from warehouse.population_sql import person_years
from warehouse.relations import Source
from warehouse.stock_sql import stock

Key = tuple[str | None, ...]
# Of a sum of weights or person-years; the engine and the macros in SQL agree to these.
DECIMALS = 9


@dataclass(frozen=True)
class Distribution:
    """How many cases took how many minutes or days, and how many had been open for so long; in no order."""

    numbers: NDArray[np.int64]
    cases: NDArray[np.int64]
    open: NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """What one cell is made of; null = the source does not deliver it."""

    numerator: float | None = None
    denominator: float | None = None
    extras: dict[str, float] = field(default_factory=dict)
    distribution: Distribution | None = None


Measured = dict[tuple[int, Key], Parts]


def choose_source(query: Query, *, has_long_rows: bool, on_facts: bool = False) -> Source:
    """The cheapest source that has the dimensions and whose grain the windows keep.

    `on_facts` takes the last one, the facts themselves: the same figures, for the benchmark and for doubters.
    """
    able = [source for source in query.relation.sources if source.has(query.dimensions)]
    if on_facts:
        return able[-1]
    # The stock takes its days from the daily marts itself, and totals have none.
    whole = query.metric.kind == "stock" or (
        all(is_whole_months(window) for window in query.windows) and not has_long_rows
    )
    only_months = all(source.grain == "month" for source in able)
    return next(source for source in able if source.grain == "day" or whole or only_months)


def is_whole_months(window: Window) -> bool:
    """Whether it begins with the first day of a month and ends with the last day of one."""
    return window.start.day == 1 and window.end == month_end(window.end)


def sql_of(query: Query, source: Source, *, until: date) -> str:
    """The SQL that `measure` runs; `until` is the last day of the metric's feed."""
    if query.metric.kind == "stock":
        return stock(query, source)
    if query.metric.kind in ("quantile", "survival"):
        return distribution(query, source, until=until)
    return aggregate(query, source)


def measure(facts: Facts, query: Query, source: Source) -> Measured:
    """Parts per window number and key; a cell without rows is missing."""
    sql = sql_of(query, source, until=facts.data_until[query.metric.feed])
    if query.metric.kind in ("quantile", "survival"):
        return _distributions(query, facts.read(sql))
    cursor = facts.connection.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    measured = _sums(query, names, cursor.fetchall())
    if query.metric.denominator == "person_years":
        return _with_person_years(facts.connection, query, measured)
    return measured


def _sums(query: Query, names: Sequence[str], rows: Sequence[Sequence[object]]) -> Measured:
    keys = [names.index(name) for name in key_names(query) if name in names]
    numerator, denominator, count = (names.index(name) for name in ("numerator", "denominator", "source_rows"))
    extras = [(name, index) for index, name in enumerate(names) if denominator < index < count]
    return {
        (_whole(row[0]), tuple(_code(row[index]) for index in keys)): Parts(
            _number(row[numerator]),
            _number(row[denominator]),
            {name: value for name, index in extras if (value := _number(row[index])) is not None},
        )
        for row in rows
        if row[count]
    }


def _distributions(query: Query, rows: pl.DataFrame) -> Measured:
    """A hundred thousand rows at ten million incidents: cut into cells by the column, not row by row."""
    names, counts = key_names(query), ("number", "cases", "open")
    cells = (
        rows.drop_nulls("number")
        .group_by("window_no", *names)
        .agg(pl.col(counts).cast(pl.Int64), total=pl.sum("cases") + pl.sum("open"))
        .with_columns(pl.col(name).dt.strftime("%Y-%m") for name in names if rows[name].dtype == pl.Date)
    )
    numbers, cases, waiting = (cells[name].explode(empty_as_null=False).to_numpy() for name in counts)
    ends = np.cumsum(cells["number"].list.len().to_numpy()).tolist()
    measured = {}
    for (window, *key), total, start, end in zip(
        cells.select("window_no", *names).iter_rows(), cells["total"].to_list(), [0, *ends][:-1], ends, strict=True
    ):
        counted = Distribution(numbers[start:end], cases[start:end], waiting[start:end])
        measured[window, tuple(key)] = Parts(denominator=float(total), distribution=counted)
    return measured


def _with_person_years(connection: duckdb.DuckDBPyConnection, query: Query, measured: Measured) -> Measured:
    """Add the population's share; under 28 days there is none."""
    cursor = connection.execute(person_years(query))
    names = [column[0] for column in cursor.description or ()]
    own = [place for place, name in enumerate(key_names(query)) if name in names]
    known = {}
    for row in cursor.fetchall():
        years, is_estimate, days = row[-3:]
        key = tuple(_code(value) for value in row[1:-3])
        extras = {"is_estimate": float(bool(is_estimate)), "days": float(days)}
        known[row[0], key] = (_number(years), extras)
    nothing: tuple[None, dict[str, float]] = (None, {})
    return {
        (window, key): Parts(parts.numerator, *known.get((window, tuple(key[place] for place in own)), nothing))
        for (window, key), parts in measured.items()
    }


def _whole(value: object) -> int:
    return int(value)  # type: ignore[call-overload,no-any-return]


def _number(value: object) -> float | None:
    """Weights are added in any order: without its last digits the same sum is the same each time, and rounds alike."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    return None if value is None else float(value)  # type: ignore[arg-type]


@lru_cache(maxsize=10_000)
def _code(value: object) -> str | None:
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    return None if value is None else str(value)
