"""The SQL that computes a metric's parts from its declaration: windows, dimensions and filters filled in.

Codes reach the text only as quoted literals, dates only as `date` objects: nothing a caller typed is SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from warehouse.dimensions import AGE_BANDS
from warehouse.metric_definition import Metric
from warehouse.relations import JOINS, RELATIONS, Relation, Source

# Dimension -> the codes that are wanted; more than one dimension must all hold.
Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Window:
    """Days from `start` to `end`, both inclusive."""

    start: date
    end: date


@dataclass(frozen=True)
class Query:
    """What is asked: a metric over windows, split by and filtered by dimensions."""

    metric: Metric
    windows: tuple[Window, ...]
    by: tuple[str, ...] = ()
    where: Filters | None = None

    @property
    def dimensions(self) -> frozenset[str]:
        """All dimensions it needs."""
        return frozenset(self.by) | frozenset(self.where or ())

    @property
    def relation(self) -> Relation:
        """Its rows; below the station they are monthly counts."""
        beat = self.metric.beat if "beat" in self.dimensions else None
        return RELATIONS[beat[0] if beat else self.metric.relation]

    @property
    def numerator(self) -> str:
        """What is summed (of a quantile: the minutes or days)."""
        return self.metric.beat[1] if self.metric.beat and "beat" in self.dimensions else self.metric.numerator


def literal(value: str | date) -> str:
    """A text or a day as SQL."""
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"


def joins_for(*expressions: str) -> str:
    """The joins whose alias some expression names."""
    text = " ".join(expressions)
    return "\n".join(join for alias, join in JOINS.items() if re.search(rf"\b{alias}\.", text))


def key_columns(query: Query, source: Source) -> list[str]:
    """The expressions of the `by` dimensions, in order."""
    return [source.month if name == "month" else _expression(source, name) for name in query.by]


def _expression(source: Source, dimension: str) -> str:
    if dimension == "age_band":
        return age_band("w.cutoff - r.received_on")
    return source.dimensions[dimension]


def age_band(days: str) -> str:
    """The band of an age in days."""
    bands = " ".join(
        f"when {days} <= {last} then {literal(code)}" for code, (_, last, _) in AGE_BANDS.items() if last is not None
    )
    return f"case {bands} else {literal(next(reversed(AGE_BANDS)))} end"


def conditions(query: Query, source: Source) -> list[str]:
    """The metric's own condition and the filters."""
    metric = query.metric
    found = [metric.condition] if metric.condition else []
    if metric.feed == "satisfaction" and not query.dimensions & {"survey", "subject"}:
        found.append(headline_survey())
    if metric.relation == "satisfaction_level" and "level" not in query.dimensions:
        found.append(BEST_LEVEL)
    if query.metric.beat and "beat" in query.dimensions:
        # One table holds incidents and visits of a beat: the rows of the other kind are no zeros.
        found.append(f"{query.numerator} is not null")
    for name, codes in (query.where or {}).items():
        found.append(f"{_expression(source, name)} in ({', '.join(map(literal, codes))})")
    return found


# Of no level in particular the share is that of the best one: all levels together are always the whole.
BEST_LEVEL = "r.scale_points = 5 and r.of_level = 5"


def headline_survey() -> str:
    """Rows of the headline survey, or all where the warehouse has none on five points."""
    headline = "select c.code from core.dim_code as c where c.list_code = 'survey' and c.flags like '%headline%'"
    return (
        f"(r.survey_code in ({headline}) or not exists (select 1 from mart.satisfaction_day as h"
        f" where h.scale_points = 5 and h.survey_code in ({headline})))"
    )


def delivered(metric: Metric) -> str:
    """A SELECT of one row where some row of the generation holds the fact that a metric counts, else of none."""
    source = RELATIONS[metric.relation].sources[0]
    fact = f"nullif({metric.denominator}, 0)" if metric.kind == "survival" else metric.numerator
    facts = f"coalesce({fact}, {metric.at_least})" if metric.at_least else fact
    where = " and ".join([f"{facts} is not null", *([metric.condition] if metric.condition else [])])
    return f"select 1 from {source.table} as r {joins_for(facts, where)} where {where} limit 1"


def inside(source: Source, start: str, end: str, *, in_one_month: bool, in_one_day: bool = False) -> list[str]:
    """The rows wholly inside a window; a row that spans months belongs to no single one, nor one of days to a day."""
    if source.grain == "month":
        # Before the month of the day after the end: one bound, by which the scan skips blocks.
        return [f"{source.month} >= {start}", f"{source.month} < cast(date_trunc('month', {end} + 1) as date)"]
    found = [f"{source.start} >= {start}", f"{source.end} <= {end}"]
    if source.start != source.end:
        # Says nothing new, but lets the scan skip blocks by the first day.
        found.append(f"{source.start} <= {end}")
        if in_one_month:
            found.append(f"{source.end} <= last_day({source.month})")
        if in_one_day:
            found.append(f"{source.start} = {source.end}")
    return found


def aggregate(query: Query, source: Source) -> str:
    """One row per window and key: window_no, the keys, numerator, denominator, extras, source_rows."""
    metric, keys = query.metric, key_columns(query, source)
    sums = [f"sum({query.numerator}) as numerator"]
    denominator = metric.denominator if metric.denominator != "person_years" else None
    sums.append(f"sum({denominator}) as denominator" if denominator else "null as denominator")
    sums += [f"{expression} as {name}" for name, expression in metric.extras]
    if metric.at_least:
        sums.append(f"sum({metric.at_least}) as at_least")
    where = conditions(query, source)
    joins = joins_for(*keys, *sums, *where)
    return _by_window(query, source, keys, [*sums, "count(*) as source_rows"], joins, where)


def distribution(query: Query, source: Source, *, until: date | None = None) -> str:
    """One row per window, key and whole number of minutes or days: `number`, `cases`, and how many are `open`.

    `until` is the last day of the data, up to which open cases have waited.
    """
    metric, keys = query.metric, key_columns(query, source)
    if metric.kind == "survival":
        assert until is not None
        # Nothing after the last day of the data is known yet: closed later is still open.
        is_open = "r.open_since is not null"
        number = f"coalesce({query.numerator}, {literal(until)} - r.open_since)"
        if source.grain == "day":
            is_open = f"(r.open_since is not null or r.closed_on > {literal(until)})"
            number = f"case when {is_open} then {literal(until)} - r.received_on else {query.numerator} end"
        counted = [f"sum(case when not {is_open} then {metric.denominator} else 0 end) as cases"]
        counted.append(f"sum(case when {is_open} then {metric.denominator} else 0 end) as open")
        where = [*conditions(query, source), f"{metric.denominator} > 0"]
    else:
        number = query.numerator
        counted = [f"cast(sum({metric.denominator}) as bigint) as cases", "0 as open"]
        where = [*conditions(query, source), f"{number} is not null"]
    joins = joins_for(*keys, *where)
    return _by_window(query, source, [*keys, number], counted, joins, where, names=["number"])


def _by_window(
    query: Query,
    source: Source,
    keys: Sequence[str],
    sums: Sequence[str],
    joins: str,
    where: Sequence[str],
    *,
    names: Sequence[str] = (),
) -> str:
    named = [f"{key} as {name}" for key, name in zip(keys, [*key_names(query), *names], strict=True)]
    grouped = f"\ngroup by {', '.join(keys)}" if keys else ""
    return "\nunion all\n".join(
        "\n".join(
            [
                f"select {', '.join([f'{number} as window_no', *named, *sums])}",
                f"from {source.table} as r",
                *([joins] if joins else []),
                "where "
                + "\n    and ".join(
                    [
                        *inside(
                            source,
                            literal(window.start),
                            literal(window.end),
                            in_one_month="month" in query.by,
                            in_one_day="day" in query.by,
                        ),
                        *where,
                    ]
                ),
            ]
        )
        + grouped
        for number, window in enumerate(query.windows)
    )


def key_names(query: Query) -> list[str]:
    """What the key columns of a query's result are called."""
    return [f"{name}_key" for name in query.by]
