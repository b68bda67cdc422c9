"""The SQL that computes a metric's parts from its declaration: windows, dimensions and filters filled in.

Codes reach the text only as quoted literals, dates only as `date` objects: nothing a caller typed is SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.dimensions import AGE_BANDS
from warehouse.metric_definition import Metric
from warehouse.relations import JOINS, RELATIONS, Relation, Source

ONE_DAY = timedelta(days=1)
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
    if metric.relation == "satisfaction" and not query.dimensions & {"survey", "subject"}:
        found.append(headline_survey())
    if query.metric.beat and "beat" in query.dimensions:
        # One table holds incidents and visits of a beat: the rows of the other kind are no zeros.
        found.append(f"{query.numerator} is not null")
    for name, codes in (query.where or {}).items():
        found.append(f"{_expression(source, name)} in ({', '.join(map(literal, codes))})")
    return found


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


def inside(source: Source, start: str, end: str, *, in_one_month: bool) -> list[str]:
    """The rows wholly inside a window; a row that spans months belongs to no single one."""
    if source.grain == "month":
        # Before the month of the day after the end: one bound, by which the scan skips blocks.
        return [f"{source.month} >= {start}", f"{source.month} < cast(date_trunc('month', {end} + 1) as date)"]
    found = [f"{source.start} >= {start}", f"{source.end} <= {end}"]
    if source.start != source.end:
        # Says nothing new, but lets the scan skip blocks by the first day.
        found.append(f"{source.start} <= {end}")
        if in_one_month:
            found.append(f"{source.end} <= last_day({source.month})")
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
                        *inside(source, literal(window.start), literal(window.end), in_one_month="month" in query.by),
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


def stock(query: Query, source: Source) -> str:
    """Open cases at the end of every window: received by that day, and not closed by it."""
    return _stock_of_months(query, source) if source.grain == "month" else _stock_of_cases(query, source)


def _stock_of_months(query: Query, source: Source) -> str:
    """What came in less what was closed: of whole months first, then of the days up to each window's end."""
    keys, names, where = key_columns(query, source), key_names(query), conditions(query, source)
    named = "".join(f", {key} as {name}" for key, name in zip(keys, names, strict=True))
    listed = "".join(f", {name}" for name in names)
    joins = joins_for(*keys, *where)
    filters = "".join(f" and {one}" for one in where)
    ends = {number: window.end for number, window in enumerate(query.windows)}
    rims = {number: end for number, end in ends.items() if (end + ONE_DAY).day != 1}

    def moved(table: str, sign: str, first: str, rest: str) -> str:
        return (
            f"select {first}{named}, {sign}sum({query.numerator}) as moved\nfrom mart.{table} as r\n{joins}\n{rest}"
            f"{filters}\ngroup by {', '.join([first.partition(' as ')[0], *keys])}"
        )

    whole = "\nunion all\n".join(
        moved(f"{name}_month", sign, "last_day(r.month_start) as month_end", "where true")
        for name, sign in (("incident", ""), ("incident_closed", "-"))
    )
    parts = [
        f"select w.window_no{listed}, m.moved from ({whole}) as m\n"
        f"inner join (values {_numbered(ends)}) as w (window_no, cutoff) on m.month_end <= w.cutoff"
    ]
    for name, sign in (("incident", ""), ("incident_closed", "-")) if rims else ():
        day = "r.period_start"
        join = f"inner join (values {_numbered(rims)}) as w (window_no, cutoff)"
        join += f" on {day} <= w.cutoff and {day} >= cast(date_trunc('month', w.cutoff) as date)\nwhere true"
        parts.append(moved(f"{name}_day", sign, "w.window_no", join))
    everything = "\nunion all\n".join(parts)
    return (
        f"select s.window_no{listed}, sum(s.moved) as numerator, null as denominator, count(s.moved) as source_rows\n"
        # A key with nothing open has no row, as where the cases themselves are read.
        f"from ({everything}) as s\ngroup by s.window_no{listed}\nhaving sum(s.moved) <> 0"
    )


def _numbered(days: Mapping[int, date]) -> str:
    return ", ".join(f"({number}, {literal(day)})" for number, day in days.items())


def _stock_of_cases(query: Query, source: Source) -> str:
    keys = [key for key in key_columns(query, source) if key != source.month]
    names = [name for name in key_names(query) if name != "month_key"]
    # A closed case without its closing day is left out: it must not make the others unknown.
    where = [*conditions(query, source), f"{query.numerator} > 0"]
    cutoffs = ", ".join(f"({number}, {literal(window.end)})" for number, window in enumerate(query.windows))
    named = [f"{key} as {name}" for key, name in zip(keys, names, strict=True)]
    lines = [
        f"select {', '.join(['w.window_no', *named, f'sum({query.numerator}) as numerator'])},",
        "    null as denominator, count(*) as source_rows",
        f"from {source.table} as r",
        f"inner join (values {cutoffs}) as w (window_no, cutoff)",
        "    on r.received_on <= w.cutoff and (r.closed_on is null or r.closed_on > w.cutoff)",
        joins_for(*keys, *where),
        f"where {' and '.join(where)}" if where else "",
        f"group by {', '.join(['w.window_no', *keys])}",
    ]
    return "\n".join(line for line in lines if line)


# Every unit on every day it exists: the residents of a closed one live in its successor afterwards.
UNIT_DAYS = "u.code, d.date, d.year, d.month_start"
JOIN_UNITS = (
    "inner join core.reporting_unit as u"
    " on d.date >= coalesce(u.valid_from, d.date) and d.date <= coalesce(u.valid_to, d.date)"
)


def person_years(query: Query) -> str:
    """Residents times the share of a year that each window is, by window and key; dispute types share them all."""
    unit = {"city_bureau": "u.city_bureau_code", "branch": "u.branch_code", "station": "u.station_code"}
    unit |= {"station_type": "u.station_type_code", "month": "d.month_start"}
    keys = [(unit[name], f"{name}_key") for name in query.by if name in unit]
    where = [
        f"{unit[name]} in ({', '.join(map(literal, codes))})"
        for name, codes in (query.where or {}).items()
        if name in unit
    ]
    windows = ", ".join(
        f"({number}, {literal(window.start)}, {literal(window.end)})" for number, window in enumerate(query.windows)
    )
    named = "".join(f", {expression} as {name}" for expression, name in keys)
    grouped = "".join(f", {expression}" for expression, _ in keys)
    return f"""
with span as (
    select w.window_no, {UNIT_DAYS}
    from (values {windows}) as w (window_no, start_on, end_on)
    inner join core.dim_date as d on d.date between w.start_on and w.end_on
    {JOIN_UNITS}
),

{population_of_year("select distinct s.year from span as s")}

select
    e.window_no{"".join(f", e.{name}" for _, name in keys)},
    sum(e.person_days / {days_of_year("e.year")}) as person_years,
    bool_or(e.is_estimate) as is_estimate,
    sum(e.days) as days
from (
    -- Whole numbers first, so that the order of adding does not tell.
    select
        d.window_no{named}, d.year, sum(p.residents) as person_days,
        bool_or(p.is_estimate) as is_estimate, count(distinct d.date) as days
    from span as d
    inner join core.reporting_unit as u on d.code = u.code
    inner join population_of_year as p on u.code = p.org_code and d.year = p.year
    {"where " + " and ".join(where) if where else ""}
    group by d.window_no{grouped}, d.year
) as e
group by e.window_no{"".join(f", e.{name}" for _, name in keys)}"""


def days_of_year(year: str) -> str:
    """365.0 or 366.0."""
    return (
        f"case when ({year} % 4 = 0 and {year} % 100 <> 0) or {year} % 400 = 0 then cast(366 as double)"
        " else cast(365 as double) end"
    )


def population_of_year(years: str) -> str:
    """CTEs: the residents of every organisation in every one of these years, of the last year known before it."""
    return f"""wanted as (
    select y.year, p.org_code,
        coalesce(max(p.year) filter (where p.year <= y.year), min(p.year)) as known_year
    from ({years}) as y
    cross join core.population as p
    where p.residents is not null
    group by y.year, p.org_code
),

population_of_year as (
    select w.year, w.org_code, p.residents, p.is_estimate or w.year <> w.known_year as is_estimate
    from wanted as w
    inner join core.population as p on w.org_code = p.org_code and w.known_year = p.year
)"""
