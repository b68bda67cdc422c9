"""Bring a table of sums up to date: what left a group is taken off, what came is added.

Where that leaves open whether a sum is zero or unknown, or whether the group is still there, it is added up again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

from warehouse.table_change import ADDED, PLACE, REMOVED, Tables, at, days_among

_FLOATING = ("FLOAT", "DOUBLE")
_LEFT, _CAME, _STORED = f"{REMOVED}.left_sums", f"{REMOVED}.came_sums", f"{REMOVED}.stored_sums"
_TOUCHED = f"{REMOVED}.touched_group"
# Every touched group, its sums, and whether they are settled.
SUMS = f"{REMOVED}.sums"
# The keys of the groups to add up again.
UNSETTLED = f"{REMOVED}.unsettled_group"


@dataclass(frozen=True)
class Grouping:
    """How a model groups: the keys of its result, each with the column of `source` that it is, or None."""

    keys: dict[str, str | None]
    source: str

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, sql: str, columns: list[str]) -> Grouping:
        """Read from the parse tree: what is a plain column is a key; `source` is the first table of the FROM."""
        row = connection.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchone()
        assert row is not None
        node = json.loads(row[0])["statements"][0]["node"]
        table = node["from_table"]
        while table["type"] == "JOIN":
            table = table["left"]
        keys: dict[str, str | None] = {}
        for item, name in zip(node["select_list"], columns, strict=True):
            if item["class"] == "COLUMN_REF":
                alias, column = item["column_names"]
                keys[name] = column if alias == table["alias"] else None
        return cls(keys, f"{table['schema_name']}.{table['table_name']}")

    def among_unsettled(self, connection: duckdb.DuckDBPyConnection) -> str:
        """The rows of `source` that belong to a group to add up again."""
        own = {key: column for key, column in self.keys.items() if column is not None}
        same = " and ".join(f's."{column}" is not distinct from g."{key}"' for key, column in own.items())
        days = days_among(connection, UNSETTLED, {f's."{column}"': key for key, column in own.items()})
        return f"(select s.* from {self.source} as s semi join {UNSETTLED} as g on {same} where {days})"


def change_groups(
    tables: Tables, table: str, keys: list[str], *, left: str, came: str, again: Callable[[], str]
) -> None:
    """Change a stored table whose measures are sums of numbers that are never negative.

    Args:
        tables: the stored tables.
        table: the one to change.
        keys: its columns that name the group; all others are measures.
        left: the model's query over the rows that left.
        came: the same over the rows that came.
        again: gives the model's query over all rows that there are by now of the groups in `UNSETTLED`.
    """
    connection, columns = tables.connection, tables.columns(table)
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
    connection.execute(f"""
        create or replace table {SUMS} as
        with summed as (
            select {", ".join(values)}, c.is_there, [{", ".join(map(_is_lost, measures))}] as is_lost
            from {_TOUCHED} as t
            left join {_STORED} as o on {_same(keys, "t", "o")}
            left join {_LEFT} as l on {_same(keys, "t", "l")}
            left join (select *, true as is_there from {_CAME}) as c on {_same(keys, "t", "c")}
        )
        select * exclude (is_there, is_lost), {_settled(measures, columns.values())} as is_settled from summed
    """)
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


def _same(keys: list[str], one: str, other: str) -> str:
    return " and ".join(f'{one}."{key}" is not distinct from {other}."{key}"' for key in keys)


def _sum(name: str) -> str:
    """Unknown only where nothing that was taken off or added says otherwise."""
    parts = f'coalesce(o."{name}", 0) - coalesce(l."{name}", 0) + coalesce(c."{name}", 0)'
    return f'case when l."{name}" is null and c."{name}" is null then o."{name}" else {parts} end'


def _is_lost(name: str) -> str:
    """Whether something known was taken off and nothing known was added: what is left may be unknown."""
    return f'l."{name}" is not null and c."{name}" is null'


def _settled(measures: list[str], dtypes: Iterable[str]) -> str:
    """Whether the group is there, and each of its sums known: a sum above zero, or what came, proves both."""
    if any(dtype in _FLOATING for dtype in dtypes):
        # Taking off what was added before does not give the same floating point number.
        return "false"
    sums = ", ".join(f'coalesce("{name}", 0)' for name in measures)
    known = " and ".join(f'(not is_lost[{place}] or "{name}" > 0)' for place, name in enumerate(measures, start=1))
    return f"(coalesce(is_there, false) or greatest({sums}) > 0) and {known}"
