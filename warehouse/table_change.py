"""Put a change into a stored table: rows that go and rows that come; its row count and content hash are kept up."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import duckdb

from warehouse.deliveries import NeedsFull
from warehouse.model_files import Model
from warehouse.verify import HASHED, Content, columns_of, content_of, exact_columns

# Two scratch databases with the rows of each changed table, under its name.
REMOVED, ADDED = "removed", "added"
PLACE = f"{REMOVED}.place"
# By which columns a row of a large table is looked for, before it is compared as a whole: few, telling, and short:
# to read the key of every incident would take longer than all the rest.
_TELLING: Mapping[str, Collection[str]] = {
    "core.fct_incident": ("period_start", "received_hour", "response_minutes", "station_code", "dispute_type_code"),
    "core.fct_mediation": ("held_on", "incident_key"),
    "core.fct_visit": ("period_start", "minutes", "station_code", "category_code"),
}
# A list of days that the scan can skip by; a longer one costs more than it saves (measured at ten million rows).
_MOST_DAYS = 100


# A table, or view, and a condition.
Question = tuple[str, str]


@dataclass
class Tables:
    """The stored tables while they are changed, and what they hold by now.

    Args:
        connection: to the next generation, still a copy of the last one.
        content: of each table in the last one.
        proven: what no row of a table fulfilled there.
        views: of one table each, by their names.
    """

    connection: duckdb.DuckDBPyConnection
    content: dict[str, Content]
    proven: Collection[Question] = ()
    views: Mapping[str, Model] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    _told: dict[Question, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._columns = columns_of(self.connection)
        for side in (REMOVED, ADDED):
            self.connection.execute(f"attach ':memory:' as {side}")

    def columns(self, table: str) -> Mapping[str, str]:
        """Columns of a stored table and their types."""
        return self._columns[table]

    def is_changed(self, table: str) -> bool:
        """Whether rows of a table, or view, have come or gone."""
        return table in self.changed or (table in self.views and bool(self.views[table].reads & self.changed))

    def changes(self, side: str, table: str) -> str:
        """To read from: the rows of a changed table, or view, that went or came."""
        if table not in self.views:
            return at(side, table)
        view = self.views[table]
        return "(\n" + reading(view.sql, {source: at(side, source) for source in view.reads & self.changed}) + "\n)"

    def has_no_row(self, table: str, condition: str) -> bool:
        """Whether no row of a table, or view, that changes no more tonight fulfils a condition.

        Asked once, and where the last generation had none, only of the rows that came: what is stored is not read for
        it night after night.
        """
        question = (table, condition)
        if question not in self._told:
            is_proven = question in self.proven
            if is_proven and not self.is_changed(table):
                return True
            rows = self.changes(ADDED, table) if is_proven else table
            found = self.connection.execute(f"select 1 from {rows} as r where {condition} limit 1").fetchone()
            self._told[question] = found is None
        return self._told[question]

    def proven_by_now(self) -> list[Question]:
        """What no row fulfils of all that was asked, tonight or before; after the last change."""
        return sorted(question for question in {*self.proven, *self._told} if self.has_no_row(*question))

    def change(self, table: str, *, old: str, new: str) -> None:
        """Rows of the query `old` become rows of the query `new`; what both have stays as it is.

        Raises:
            NeedsFull: the table does not hold a row that is to go.
        """
        for side, query in ((REMOVED, old), (ADDED, new)):
            self.connection.execute(f"create or replace table {side}.every_row as {query}")
        for one, other in ((REMOVED, ADDED), (ADDED, REMOVED)):
            self.connection.execute(
                f"create or replace table {at(one, table)} as from {one}.every_row except all from {other}.every_row"
            )
        if self._count(at(REMOVED, table)):
            self._find(table)
        self.apply(table)

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

    def apply(self, table: str) -> None:
        """Take out the rows in `PLACE`, which are those of the table among the removed, and put in those added."""
        exact = exact_columns(self._columns[table])
        gone, came = (content_of(self.connection, at(side, table), exact) for side in (REMOVED, ADDED))
        if gone.rows:
            self.connection.execute(f"delete from {table} where rowid in (select place from {PLACE})")
        if came.rows:
            self.connection.execute(f"insert into {table} from {at(ADDED, table)}")
        if gone.rows or came.rows:
            self.changed.add(table)
            if table.partition(".")[0] in HASHED:
                self.content[table] = self.content[table].without(gone).plus(came)

    def _count(self, table: str) -> int:
        row = self.connection.execute(f"select count(*) from {table}").fetchone()
        return int(row[0]) if row else 0

    def _find(self, table: str) -> None:
        """Where the removed rows stand: of rows that are alike in all columns any will do."""
        removed, telling = at(REMOVED, table), self._telling(table)
        names = ", ".join(f'"{name}"' for name in self._columns[table])
        same = " and ".join(f'a."{name}" is not distinct from b."{name}"' for name in telling)
        days = days_among(self.connection, removed, {f'a."{name}"': name for name in telling})
        self.connection.execute(
            f"create or replace table {REMOVED}.likely_place as"
            f" select a.rowid as place from {table} as a semi join {removed} as b on {same} where {days}"
        )
        self.connection.execute(f"""
            create or replace table {PLACE} as
            with stored as (
                select rowid as place, hash({names}) as content from {table}
                where rowid in (select place from {REMOVED}.likely_place)
            ), numbered as (
                select place, content, row_number() over (partition by content order by place) as number from stored
            ), wanted as (
                select hash({names}) as content, count(*) as wanted from {removed} group by content
            )
            select n.place from numbered as n inner join wanted as w
                on n.content = w.content and n.number <= w.wanted
        """)
        found, wanted = self._count(PLACE), self._count(removed)
        if found != wanted:
            raise NeedsFull(f"{table} holds {found} of {wanted} rows to replace")

    def _telling(self, table: str) -> Collection[str]:
        return _TELLING.get(table) or exact_columns(self._columns[table])


def days_among(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> str:
    """A condition with constants, by which a scan skips: each expression is one of the days in a column of `table`."""
    kinds = {name: dtype for name, dtype, *_ in connection.execute(f"describe {table}").fetchall()}
    parts = []
    for expression, column in columns.items():
        if kinds[column] == "DATE":
            days = connection.execute(f'select distinct "{column}" from {table}').fetchall()
            if 0 < len(days) <= _MOST_DAYS and (None,) not in days:
                constants = ", ".join(f"date '{day}'" for (day,) in days)
                parts.append(f"{expression} in ({constants})")
    return " and ".join(parts) or "true"


def reading(sql: str, instead: Mapping[str, str]) -> str:
    """A query that reads something else instead of some tables."""
    for table, other in instead.items():
        sql = re.sub(rf"\b{re.escape(table)}\b", other.replace("\\", r"\\"), sql)
    return sql


def at(side: str, table: str) -> str:
    """A changed table's rows that go or come."""
    return f"{side}.{table.partition('.')[2]}"
