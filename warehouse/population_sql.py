"""The SQL of person-years: residents times the share of a year, of the units that report."""

from __future__ import annotations

from warehouse.metric_sql import Query, literal

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
