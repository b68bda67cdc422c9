"""Bring a table of sums up to date: what left a group is taken off, what came is added.

Where that leaves open whether a sum is zero or unknown, or whether the group is still there, it is added up again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from warehouse.table_change import ADDED, PLACE, REMOVED, Tables, at, days_among

_FLOATING = ("FLOAT", "DOUBLE")
_LEFT, _CAME, _STORED = f"{REMOVED}.left_sums", f"{REMOVED}.came_sums", f"{REMOVED}.stored_sums"
_TOUCHED = f"{REMOVED}.touched_group"
_SUMMED = f"{REMOVED}.summed"
# Every touched group that may still be there, its sums, and whether they are settled.
SUMS = f"{REMOVED}.sums"
# Columns of a view that are expressions, which no scan can skip by: of nearly all rows the stored columns that they
# are, and the condition of the others.
_STORED_AS = {
    "core.incident_part": (
        {"closed_period_start": "closed_on", "closed_period_end": "closed_on"},
        "s.is_total",
    ),
}
# The keys of the groups to add up again.
UNSETTLED = f"{REMOVED}.unsettled_group"


@dataclass(frozen=True)
class Grouping:
    """How a model groups: the keys of its result, each with the column of `source` that it is, or None.

    `summed` has the measures that are plain sums of a column of `source`, and that column.
    """

    keys: dict[str, str | None]
    source: str
    summed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, sql: str, columns: Sequence[str]) -> Grouping:
        """Read from the parse tree: what is a plain column is a key; `source` is the first table of the FROM."""
        row = connection.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchone()
        assert row is not None
        node = json.loads(row[0])["statements"][0]["node"]
        table = node["from_table"]
        while table["type"] == "JOIN":
            table = table["left"]
        keys: dict[str, str | None] = {}
        summed: dict[str, str] = {}
        for item, name in zip(node["select_list"], columns, strict=True):
            if item["class"] == "COLUMN_REF":
                keys[name] = _own_column(item, table)
            elif (column := _summed_column(item, table)) and table["schema_name"]:
                summed[name] = column
        return cls(keys, f"{table['schema_name']}.{table['table_name']}", summed)

    def is_always_known(self, tables: Tables, measure: str) -> bool:
        """Whether no row of the source leaves a measure open, so that its sum over some rows is a number."""
        column = self.summed.get(measure)
        return column is not None and tables.has_no_row(self.source, f'"{column}" is null')

    def counts_rows(self, tables: Tables, measure: str) -> bool:
        """Whether every row of the source adds something to a measure, so that a sum of zero is one over no rows."""
        column = self.summed.get(measure)
        return column is not None and tables.has_no_row(self.source, f'coalesce("{column}", 0) = 0')

    def among_unsettled(self, connection: duckdb.DuckDBPyConnection) -> str:
        """The rows of `source` that belong to a group to add up again."""
        own = {key: column for key, column in self.keys.items() if column is not None}
        same = " and ".join(f's."{column}" is not distinct from g."{key}"' for key, column in own.items())
        rows = f"select s.* from {self.source} as s semi join {UNSETTLED} as g on {same} where"

        def days(columns: Mapping[str, str]) -> str:
            return days_among(connection, UNSETTLED, {f's."{column}"': key for key, column in columns.items()})

        told, exception = _STORED_AS.get(self.source, ({}, "true"))
        if not told.keys() & set(own.values()):
            return f"({rows} {days(own)})"
        stored = {key: told.get(column, column) for key, column in own.items()}
        return f"({rows} {days(own)} and {exception} union all {rows} {days(stored)} and not {exception})"


def change_groups(
    tables: Tables, table: str, grouping: Grouping, *, left: str, came: str, again: Callable[[], str]
) -> None:
    """Change a stored table whose measures are sums of numbers that are never negative.

    Args:
        tables: the stored tables.
        table: the one to change.
        grouping: its columns that name the group; all others are measures.
        left: the model's query over the rows that left.
        came: the same over the rows that came.
        again: gives the model's query over all rows that there are by now of the groups in `UNSETTLED`.
    """
    connection, columns, keys = tables.connection, tables.columns(table), list(grouping.keys)
    measures = [name for name in columns if name not in keys]
    connection.execute(f"create or replace table {_LEFT} as {left}")
    connection.execute(f"create or replace table {_CAME} as {came}")
    listed = ", ".join(f'"{key}"' for key in keys)
    connection.execute(
        f"create or replace table {_TOUCHED} as select {listed} from {_LEFT} union select {listed} from {_CAME}"
    )
    days = days_among(connection, _TOUCHED, {f's."{key}"': key for key in keys})
    connection.execute(
        f"create or replace table {_STORED} as"
        f" select s.rowid as place, s.* from {table} as s semi join {_TOUCHED} as t on {_same(keys, 's', 't')}"
        f" where {days}"
    )
    values = [f'{_sum(name)} as "{name}"' if name in measures else f't."{name}"' for name in columns]
    there = " or ".join(["coalesce(c.is_there, false)", *(f"coalesce({_sum(name)}, 0) > 0" for name in measures)])
    connection.execute(f"""
        create or replace table {_SUMMED} as
        select {", ".join(values)}, {there} as is_there, [{", ".join(map(_is_open, measures))}] as is_open
        from {_TOUCHED} as t
        left join {_STORED} as o on {_same(keys, "t", "o")}
        left join {_LEFT} as l on {_same(keys, "t", "l")}
        left join (select *, true as is_there from {_CAME}) as c on {_same(keys, "t", "c")}
    """)
    connection.execute(f"create or replace table {SUMS} as {_settle(tables, table, grouping)}")
    connection.execute(f"create or replace table {UNSETTLED} as select {listed} from {SUMS} where not is_settled")
    new = f"select * exclude (is_settled) from {SUMS} where is_settled"
    if connection.execute(f"select 1 from {UNSETTLED} limit 1").fetchone():
        new = f"{new} union all select * from ({again()})"
    connection.execute(f"create or replace table {PLACE} as select place from {_STORED}")
    connection.execute(f"create or replace table {at(REMOVED, table)} as select * exclude (place) from {_STORED}")
    # Typed like the table: a hash depends on the type.
    connection.execute(f"create or replace table {at(ADDED, table)} as from {table} limit 0")
    connection.execute(f"insert into {at(ADDED, table)} {new}")
    tables.apply(table)


def _own_column(item: dict[str, Any], table: dict[str, Any]) -> str | None:
    """The column of the table that an expression is, if it is just that."""
    if item["class"] != "COLUMN_REF" or len(item["column_names"]) != 2:
        return None
    alias, column = item["column_names"]
    return str(column) if alias == table["alias"] else None


def _summed_column(item: dict[str, Any], table: dict[str, Any]) -> str | None:
    """The column of the table of which an expression is the sum, as a whole number."""
    inner = item["child"] if item["class"] == "CAST" else item
    if inner["class"] != "FUNCTION" or inner["function_name"] != "sum" or inner["filter"] or inner["distinct"]:
        return None
    return _own_column(inner["arguments"][0]["expression"], table)


def _same(keys: list[str], one: str, other: str) -> str:
    return " and ".join(f'{one}."{key}" is not distinct from {other}."{key}"' for key in keys)


def _sum(name: str) -> str:
    """Unknown only where nothing that was taken off or added says otherwise."""
    parts = f'coalesce(o."{name}", 0) - coalesce(l."{name}", 0) + coalesce(c."{name}", 0)'
    return f'case when l."{name}" is null and c."{name}" is null then o."{name}" else {parts} end'


def _is_open(name: str) -> str:
    """Whether something known was taken off, nothing known was added and nothing is left: that may be unknown now."""
    return f'l."{name}" is not null and c."{name}" is null and {_sum(name)} = 0'


def _settle(tables: Tables, table: str, grouping: Grouping) -> str:
    """A query for the groups that are there or may be, and whether they are, and each of their sums is known.

    A sum above zero, or what came, proves that a group is there. What else the source says of itself is asked only
    where that leaves something open.
    """
    columns = tables.columns(table)
    measures = [name for name in columns if name not in grouping.keys]
    rows = f"select * exclude (is_there, is_open), {{}} as is_settled from {_SUMMED}"
    if any(columns[name] in _FLOATING for name in measures):
        # Taking off what was added before does not give the same floating point number.
        return rows.format("false")
    flags = ", ".join(f"bool_or(is_there and is_open[{place}])" for place in range(1, len(measures) + 1))
    found = tables.connection.execute(f"select bool_or(not is_there), {flags} from {_SUMMED}").fetchone()
    assert found is not None
    is_gone = found[0] and any(grouping.counts_rows(tables, measure) for measure in measures)
    open_places = [place for place, is_open in enumerate(found[1:], start=1) if is_open]
    unknown = [place for place in open_places if not grouping.is_always_known(tables, measures[place - 1])]
    known = " and ".join(["true", *(f"not is_open[{place}]" for place in unknown)])
    return rows.format(f"is_there and {known}") + (" where is_there" if is_gone else "")
