"""Put a change into a stored table: rows that go and rows that come; its row count and content hash are kept up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import duckdb

from warehouse.deliveries import NeedsFull
from warehouse.verify import HASHED, Content, columns_of, content_of, exact_columns

# Two scratch databases with the rows of each changed table, under its name.
REMOVED, ADDED = "removed", "added"
# By which columns a row is looked for, before it is compared as a whole: few, and telling.
_TELLING = ("incident_key", "period_start", "held_on", "invited_on", "month_start")
# A list of days that the scan can skip by; a longer one would cost more than it saves.
_MOST_DAYS = 2000


@dataclass
class Tables:
    """The stored tables while they are changed, and what they hold by now."""

    connection: duckdb.DuckDBPyConnection
    content: dict[str, Content]
    changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._columns = columns_of(self.connection)
        for side in (REMOVED, ADDED):
            self.connection.execute(f"attach ':memory:' as {side}")

    def columns(self, table: str) -> Mapping[str, str]:
        """Columns of a stored table and their types."""
        return self._columns[table]

    def change(self, table: str, *, old: str, new: str) -> None:
        """Rows of the query `old` become rows of the query `new`; what both have stays as it is."""
        self._set(table, old, new)
        names = self._names(table)
        for one, other in ((REMOVED, ADDED), (ADDED, REMOVED)):
            rest = f"select {names} from {at(one, table)} except all select {names} from {at(other, table)}"
            self.connection.execute(f"create or replace table {one}.rest as {rest}")
        for side in (REMOVED, ADDED):
            self.connection.execute(f"create or replace table {at(side, table)} as select * from {side}.rest")
        self._apply(table)

    def replace(self, table: str, new: str) -> None:
        """A whole small table by the rows of a query."""
        self.change(table, old=f"select * from {table}", new=new)

    def rewrite(self, table: str, new: str) -> None:
        """All rows of a table that nobody compares (`ops`)."""
        self.connection.execute(f"delete from {table}; insert into {table} {new}")
        self.recount(table)

    def recount(self, table: str) -> None:
        """What a table holds that somebody else has written."""
        self.content[table] = content_of(self.connection, table, exact_columns(self._columns[table]))

    def _set(self, table: str, old: str, new: str) -> None:
        for side, query in ((REMOVED, old), (ADDED, new)):
            # Typed like the table: a hash depends on the type.
            self.connection.execute(
                f"create or replace table {at(side, table)} as select * from {table} limit 0;"
                f" insert into {at(side, table)} {query}"
            )

    def _apply(self, table: str) -> None:
        exact = exact_columns(self._columns[table])
        gone, came = (content_of(self.connection, at(side, table), exact) for side in (REMOVED, ADDED))
        if not gone.rows and not came.rows:
            return
        if gone.rows:
            self._delete(table, gone.rows)
        self.connection.execute(f"insert into {table} select * from {at(ADDED, table)}")
        self.changed.add(table)
        if table.partition(".")[0] in HASHED:
            self.content[table] = self.content[table].without(gone).plus(came)

    def _names(self, table: str) -> str:
        return ", ".join(f'"{name}"' for name in self._columns[table])

    def _delete(self, table: str, count: int) -> None:
        """As many rows as are to go: of rows that are alike in all columns any will do."""
        removed, names, telling = at(REMOVED, table), self._names(table), self._telling(table)
        same = " and ".join(f'a."{name}" is not distinct from b."{name}"' for name in telling)
        self.connection.execute(f"""
            create or replace table {REMOVED}.place as
            select a.rowid as place from {table} as a semi join {removed} as b on {same}
            where {days_among(self.connection, removed, {f'a."{name}"': name for name in telling})}
        """)
        found = self.connection.execute(f"""
            with stored as (
                select rowid as place, hash({names}) as content from {table}
                where rowid in (select place from {REMOVED}.place)
            ), numbered as (
                select place, content, row_number() over (partition by content order by place) as number from stored
            ), wanted as (
                select hash({names}) as content, count(*) as wanted from {removed} group by content
            )
            select n.place from numbered as n inner join wanted as w
                on n.content = w.content and n.number <= w.wanted
        """).fetchnumpy()
        if len(found["place"]) != count:
            raise NeedsFull(f"{table} holds {len(found['place'])} of {count} rows to replace")
        self.connection.register("gone", {"place": found["place"]})
        self.connection.execute(f"delete from {table} where rowid in (select place from gone)")
        self.connection.unregister("gone")

    def _telling(self, table: str) -> Collection[str]:
        columns = self._columns[table]
        if "incident_key" in columns:
            return [name for name in _TELLING if name in columns]
        return [name for name, dtype in columns.items() if dtype not in ("FLOAT", "DOUBLE")]


def days_among(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> str:
    """A condition with constants, by which a scan skips: each expression is one of the days in a column of `table`."""
    kinds = dict(connection.execute(f"select column_name, column_type from (describe {table})").fetchall())
    parts = []
    for expression, column in columns.items():
        if kinds[column] == "DATE":
            days = connection.execute(f'select distinct "{column}" from {table}').fetchall()
            if 0 < len(days) <= _MOST_DAYS and (None,) not in days:
                constants = ", ".join(f"date '{day}'" for (day,) in days)
                parts.append(f"{expression} in ({constants})")
    return " and ".join(parts) or "true"


def at(side: str, table: str) -> str:
    """A changed table's rows that go or come."""
    return f"{side}.{table.partition('.')[2]}"
