"""What a generation holds, read from the comments that the builder published in it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

_COLUMNS = """
    select
        c.schema_name || '.' || c.table_name, coalesce(t.comment, v.comment, ''), t.estimated_size,
        c.column_name, c.data_type, coalesce(c.comment, '')
    from duckdb_columns() as c
    left join duckdb_tables() as t using (database_oid, schema_oid, table_oid)
    left join duckdb_views() as v on c.database_oid = v.database_oid and c.table_oid = v.view_oid
    where c.database_name = current_database() and not c.internal and not coalesce(t.temporary, v.temporary)
    order by c.schema_name, c.table_name, c.column_index
"""


@dataclass(frozen=True)
class ColumnDescription:
    """One column: its type, and what it holds in both languages."""

    name: str
    type: str
    zh: str
    en: str


@dataclass(frozen=True)
class TableDescription:
    """One table or view: its grain in both languages, its rows (of a view null), and its columns in order."""

    name: str
    grain_zh: str
    grain_en: str
    rows: int | None
    columns: tuple[ColumnDescription, ...]


class UnknownTable(Exception):
    """No table has that name; the message names those there are."""


def describe(connection: duckdb.DuckDBPyConnection, table: str | None = None) -> list[TableDescription]:
    """The tables of the generation in use, or the one named with or without its schema.

    Raises:
        UnknownTable: there is no such table.
    """
    grouped: dict[tuple[str, str, int | None], list[ColumnDescription]] = {}
    for name, grain, rows, column, dtype, comment in connection.execute(_COLUMNS).fetchall():
        grouped.setdefault((name, grain, rows), []).append(ColumnDescription(column, dtype, *_languages(comment)))
    tables = [
        TableDescription(name, *_languages(grain), rows, tuple(columns))
        for (name, grain, rows), columns in grouped.items()
    ]
    wanted = [one for one in tables if table is None or table in (one.name, one.name.partition(".")[2])]
    if table is not None and not wanted:
        raise UnknownTable(f"{table}: there are {', '.join(one.name for one in tables)}")
    return wanted


def _languages(comment: str) -> tuple[str, str]:
    zh, _, en = comment.partition(" / ")
    return zh, en
