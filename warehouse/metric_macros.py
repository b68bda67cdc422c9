"""Every metric as a table macro `metric.<id>(start_on, end_on, by_column)`, so that SQL gives the page's figure."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from warehouse.metric_definition import Metric
from warehouse.metric_sql import (
    BEST_LEVEL,
    age_band,
    delivered,
    headline_survey,
    inside,
    joins_for,
    literal,
)
from warehouse.metrics import METRICS
from warehouse.population_sql import JOIN_UNITS, UNIT_DAYS, days_of_year, population_of_year
from warehouse.relations import RELATIONS, Source

START, END = "cast(start_on as date)", "cast(end_on as date)"
# S(t) is a product of fractions: a half must not be missed by its last binary digit.
ROUNDING = "1e-9"


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create and describe the macro of every metric in schema `metric` of the database in use."""
    # One commit, so one wait for the disk.
    connection.execute("begin")
    for metric in METRICS.values():
        connection.execute(macro_sql(metric))
        comment = f"{metric.name.zh}：{metric.formula.zh} / {metric.name.en}: {metric.formula.en}"
        connection.execute(f"comment on macro table metric.{metric.id} is {literal(comment)}")
    connection.execute("commit")


def macro_sql(metric: Metric) -> str:
    """The statement that creates the macro: columns by_key, numerator, denominator, value.

    `by_column` is a dimension of the metric, or null for one row in all; any other name raises an error.
    """
    body = {"quantile": _quantile, "survival": _survival, "stock": _stock}.get(metric.kind, _sums)(metric)
    names = ", ".join(map(literal, sorted(metric.dimensions)))
    allowed = ", ".join(sorted(metric.dimensions))
    return f"""create or replace macro metric.{metric.id}(start_on, end_on, by_column) as table
{body}
union all
-- Asked for even where no row is: a wrong name must not look like an empty answer.
select null, null, null, null
from (select 1 as one)
where case
    when by_column is null or by_column in ({names}) then false
    else error('{metric.id}: no dimension ' || by_column || '; there are {allowed}')
end
order by by_key"""


def _key(dimensions: Iterable[tuple[str, str]]) -> str:
    whens = " ".join(f"when {literal(name)} then cast({expression} as varchar)" for name, expression in dimensions)
    return f"case by_column {whens} end"


def _rows(metric: Metric, selected: str, *, extra: tuple[str, ...] = ()) -> str:
    """All rows of the window with their key: from the cheapest day-grained source that has the dimension."""
    branches, seen = [], {"month"}
    sources: list[tuple[Source, str]] = [(source, selected) for source in RELATIONS[metric.relation].sources]
    fine = [pair for pair in sources if pair[0].grain == "day"] or sources
    if metric.beat:
        fine.append((RELATIONS[metric.beat[0]].sources[0], f"{metric.beat[1]} as numerator, null as denominator"))
    for number, (source, columns) in enumerate(fine):
        offered = (set(source.dimensions) | ({"month"} if number == 0 else set())) & metric.dimensions
        mine = offered if number == 0 else offered - seen
        seen |= mine
        if not mine:
            continue
        guard = f"by_column in ({', '.join(map(literal, sorted(mine)))})"
        guard = f"(by_column is null or {guard})" if number == 0 else guard
        branches.append(_branch(metric, source, columns, mine, [guard, *extra]))
    return "\n    union all\n".join(branches)


def _branch(metric: Metric, source: Source, columns: str, names: set[str], where: list[str]) -> str:
    month = f"strftime({source.month}, '%Y-%m')"
    key = _key((name, month if name == "month" else source.dimensions[name]) for name in sorted(names))
    if metric.condition and "beat" not in names:
        where = [*where, metric.condition]
    if metric.beat and "beat" in names:
        where = [*where, f"{metric.beat[1]} is not null"]
    if metric.feed == "satisfaction":
        where = [*where, f"(by_column in ('survey', 'subject') or {headline_survey()})"]
    if metric.relation == "satisfaction_level":
        where = [*where, f"(by_column = 'level' or ({BEST_LEVEL}))"]
    where = [*where, *inside(source, START, END, in_one_month=False)]
    if source.grain == "day" and source.start != source.end:
        where.append(f"(by_column is null or by_column <> 'month' or {source.end} <= last_day({source.month}))")
    if "day" in names:
        where.append(f"(by_column is null or by_column <> 'day' or {source.start} = {source.end})")
    if metric.follow_up_days:
        where.append(f"{source.end} <= {_data_until(metric)} - {metric.follow_up_days}")
    if metric.kind == "semi_additive":
        last = f"cast(date_trunc('month', {END} + 1) - interval 1 month as date)"
        where.append(f"(by_column = 'month' or {source.month} = {last})")
    joins = joins_for(key, columns, *where)
    return f"    select {key} as by_key, {columns}\n    from {source.table} as r\n    {joins}\n    where " + (
        "\n        and ".join(where)
    )


def _data_until(metric: Metric) -> str:
    return f"(select u.data_until from ops.data_until as u where u.feed = {literal(metric.feed)})"


def _is_zero(metric: Metric, rows: str) -> str:
    """No row is a zero where the window was reported, by sources that hold the fact; otherwise nothing is known."""
    return (
        f"{rows} = 0 and exists ({delivered(metric)})"
        f" and exists (select 1 from core.reporting as w where w.feed = {literal(metric.feed)}"
        f" and w.window_start <= {END} and w.window_end >= {START})"
    )


def _sums(metric: Metric) -> str:
    has_denominator = metric.denominator and metric.denominator != "person_years"
    columns = f"{metric.numerator} as numerator, {metric.denominator if has_denominator else 'null'} as denominator"
    if metric.at_least:
        columns += f", {metric.at_least} as at_least"
    numerator = "coalesce(sum(p.numerator), sum(p.at_least))" if metric.at_least else "sum(p.numerator)"
    total = numerator
    if metric.kind == "additive":
        total = f"case when {_is_zero(metric, 'count(*)')} then 0 else {numerator} end"
    if metric.denominator == "person_years":
        return _per_person_year(metric, columns)
    part = f"part as (\n{_rows(metric, columns)}\n)"
    denominator = "sum(p.denominator)" if has_denominator else "null"
    return f"""with {part}
select p.by_key, {numerator} as numerator, {denominator} as denominator, {_value(metric, numerator)} as value
from part as p
where by_column is not null
group by p.by_key
union all
select null, {total}, {denominator}, {_value(metric, total)}
from part as p
having by_column is null"""


def _value(metric: Metric, numerator: str) -> str:
    if not metric.denominator:
        return f"cast({numerator} as double)"
    return f"cast({metric.scale} as double) * {numerator} / nullif(sum(p.denominator), 0)"


def _per_person_year(metric: Metric, columns: str) -> str:
    units = (
        ("city_bureau", "u.city_bureau_code"),
        ("branch", "u.branch_code"),
        ("station", "u.station_code"),
        ("station_type", "u.station_type_code"),
        ("month", "strftime(d.month_start, '%Y-%m')"),
    )
    return f"""with part as (
{_rows(metric, columns)}
),

span as (
    select {UNIT_DAYS}
    from core.dim_date as d
    {JOIN_UNITS}
    where d.date between {START} and {END}
),

{population_of_year("select distinct s.year from span as s")},

exposure_of_year as (
    select {_key(units)} as by_key, d.year, sum(p.residents) as person_days, count(distinct d.date) as days
    from span as d
    inner join core.reporting_unit as u on d.code = u.code
    inner join population_of_year as p on u.code = p.org_code and d.year = p.year
    group by {_key(units)}, d.year
),

exposure as (
    select e.by_key, sum(e.person_days / {days_of_year("e.year")}) as person_years, sum(e.days) as days
    from exposure_of_year as e
    group by e.by_key
),

counted as (
    select p.by_key, sum(p.numerator) as numerator
    from part as p
    where by_column is not null
    group by p.by_key
    union all
    select null, sum(p.numerator)
    from part as p
    having by_column is null
)

select c.by_key, c.numerator, e.person_years as denominator,
    case when e.days >= 28 then {metric.scale} * c.numerator / nullif(e.person_years, 0) end as value
from counted as c
left join exposure as e
    on c.by_key = e.by_key
    or by_column is null
    or by_column in ('dispute_type', 'dispute_group')"""


def _quantile(metric: Metric) -> str:
    columns = f"{metric.numerator} as number, {metric.denominator} as cases"
    place = f"((n.total - 1) * {metric.quantile})"
    low, high = (
        f"min(n.number) filter (where n.reached > floor({place}))",
        (f"min(n.number) filter (where n.reached > ceil({place}))"),
    )
    return f"""with part as (
{_rows(metric, columns, extra=(f"{metric.numerator} is not null",))}
),

counted as (
    select p.by_key, p.number, sum(p.cases) as cases
    from part as p
    group by p.by_key, p.number
),

numbered as (
    select c.by_key, c.number,
        sum(c.cases) over (partition by c.by_key order by c.number) as reached,
        sum(c.cases) over (partition by c.by_key) as total
    from counted as c
)

select n.by_key, null as numerator, n.total as denominator,
    cast({low} + ({high} - {low}) * ({place} - floor({place})) as double) as value
from numbered as n
group by n.by_key, n.total
union all
select null, null, 0, null
from (select 1 as one)
where by_column is null and not exists (select 1 from numbered)"""


def _survival(metric: Metric) -> str:
    until = _data_until(metric)
    is_open = f"(r.open_since is not null or r.closed_on > {until})"
    columns = (
        f"case when {is_open} then {until} - r.received_on else {metric.numerator} end as number,"
        f" {metric.denominator} as cases, not {is_open} as is_closed"
    )
    return f"""with part as (
{_rows(metric, columns, extra=(f"{metric.denominator} > 0",))}
),

counted as (
    select p.by_key, p.number, sum(p.cases) as cases,
        coalesce(sum(p.cases) filter (where p.is_closed), 0) as closed
    from part as p
    group by p.by_key, p.number
),

at_risk as (
    select c.by_key, c.number, c.closed,
        sum(c.cases) over (partition by c.by_key order by c.number desc) as cases,
        sum(c.cases) over (partition by c.by_key) as total
    from counted as c
),

surviving as (
    select a.by_key, a.number, a.total,
        product(1 - cast(a.closed as double) / a.cases) over (partition by a.by_key order by a.number) as share
    from at_risk as a
)

select s.by_key, null as numerator, s.total as denominator,
    {_read_from_curve(metric)} as value
from surviving as s
group by s.by_key, s.total
union all
select null, null, 0, null
from (select 1 as one)
where by_column is null and not exists (select 1 from surviving)"""


def _read_from_curve(metric: Metric) -> str:
    """The day on which enough are closed; or the share closed by a day, while anybody is followed so long."""
    if metric.within_days is None:
        return f"cast(min(s.number) filter (where s.share <= 1 - {metric.quantile} + {ROUNDING}) as double)"
    still_open = f"coalesce(min(s.share) filter (where s.number <= {metric.within_days}), 1)"
    return f"case when max(s.number) >= {metric.within_days} or {still_open} = 0 then 1 - {still_open} end"


def _stock(metric: Metric) -> str:
    source = RELATIONS[metric.relation].sources[-1]
    names = sorted(metric.dimensions - {"month", "age_band"})
    key = _key(
        [
            *((name, source.dimensions[name]) for name in names),
            ("age_band", age_band("w.cutoff - r.received_on")),
            ("month", "strftime(w.cutoff, '%Y-%m')"),
        ]
    )
    total = f"case when {_is_zero(metric, 'count(p.numerator)')} then 0 else sum(p.numerator) end"
    return f"""with cutoffs as (
    select max(d.date) as cutoff
    from core.dim_date as d
    where d.date between {START} and {END}
    group by case when by_column = 'month' then d.month_start end
),

part as (
    select {key} as by_key, {metric.numerator} as numerator
    from {source.table} as r
    inner join cutoffs as w
        on r.received_on <= w.cutoff and (r.closed_on is null or r.closed_on > w.cutoff)
    {joins_for(key)}
)

select p.by_key, sum(p.numerator) as numerator, null as denominator, cast(sum(p.numerator) as double) as value
from part as p
where by_column is not null and p.numerator > 0
group by p.by_key
union all
select null, {total}, null, cast({total} as double)
from part as p
having by_column is null"""
