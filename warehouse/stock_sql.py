"""The SQL of a stock: what came in up to a day, less what was closed up to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from warehouse.dimensions import AGE_BANDS
from warehouse.metric_sql import Query, conditions, joins_for, key_columns, key_names, literal
from warehouse.relations import Source

ONE_DAY = timedelta(days=1)


def stock(query: Query, source: Source) -> str:
    """Open cases at the end of every window: received by that day, and not closed by it."""
    if source.grain == "month":
        return _stock_of_months(query, source)
    is_split_by_age = "age_band" in query.by and "age_band" not in (query.where or {})
    return _stock_by_age(query, source) if source.grain == "age" and is_split_by_age else _stock_of_cases(query, source)


def _stock_by_age(query: Query, source: Source) -> str:
    """The cases of the younger bands, which a few months of rows hold; the oldest band is what is open besides them."""
    others = tuple(name for name in query.by if name != "age_band")
    youngest_old = max(last for _, last, _ in AGE_BANDS.values() if last is not None)
    ends = [window.end for window in query.windows]
    since = literal(min(ends) - timedelta(days=youngest_old))
    young = _stock_of_cases(query, source, f"r.received_on >= {since}", f"w.cutoff - r.received_on <= {youngest_old}")
    every = _stock_of_months(replace(query, by=others), query.relation.sources[0])
    shared = [name for name in key_names(query) if name not in ("age_band_key", "month_key")]
    listed = ", ".join(["window_no", *shared])
    same = " and ".join(f"e.{name} is not distinct from y.{name}" for name in ("window_no", *shared))
    oldest = literal(next(reversed(AGE_BANDS)))
    keys = [f"{oldest} as age_band_key" if name == "age_band_key" else f"e.{name}" for name in key_names(query)]
    left = "e.numerator - coalesce(y.numerator, 0)"
    return (
        f"with young as ({young}), every as ({every})\n"
        f"select * from young\nunion all\n"
        f"select e.window_no, {', '.join(keys)}, {left}, null, e.source_rows\nfrom every as e\n"
        f"left join (select {listed}, sum(numerator) as numerator from young group by {listed}) as y on {same}\n"
        f"where {left} <> 0"
    )


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


def _stock_of_cases(query: Query, source: Source, *more: str) -> str:
    """Every case that has been received by a window's end and not closed by it; `more` conditions."""
    keys = [key for key in key_columns(query, source) if key != source.month]
    names = [name for name in key_names(query) if name != "month_key"]
    # A closed case without its closing day is left out: it must not make the others unknown.
    where = [*conditions(query, source), f"{query.numerator} > 0"]
    ends = [window.end for window in query.windows]
    # What every window leaves out the scan can pass over, nearly all of it, before a case meets a window.
    where.append(f"r.received_on <= {literal(max(ends))}")
    where.append(f"(r.closed_on is null or r.closed_on > {literal(min(ends))})")
    where += more
    cutoffs = ", ".join(f"({number}, {literal(window.end)})" for number, window in enumerate(query.windows))
    named = [f"{key} as {name}" for key, name in zip(keys, names, strict=True)]
    lines = [
        f"select {', '.join(['w.window_no', *named, f'sum({query.numerator}) as numerator'])},",
        "    null as denominator, count(*) as source_rows",
        f"from {source.table} as r",
        f"inner join (values {cutoffs}) as w (window_no, cutoff)",
        "    on r.received_on <= w.cutoff and (r.closed_on is null or r.closed_on > w.cutoff)",
        joins_for(*keys, *where),
        f"where {' and '.join(where)}",
        f"group by {', '.join(['w.window_no', *keys])}",
    ]
    return "\n".join(line for line in lines if line)
