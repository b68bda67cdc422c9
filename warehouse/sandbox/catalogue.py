"""What a database holds, as far as a statement may see it: the tables and macros of the granted schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import duckdb

_RELATIONS = """
    select lower(schema_name), lower(table_name) from duckdb_tables() where database_name = $database
    union all
    select lower(schema_name), lower(view_name) from duckdb_views() where database_name = $database and not internal
"""
_MACROS = """
    select lower(schema_name), lower(function_name), function_type = 'table_macro'
    from duckdb_functions() where database_name = $database and function_type in ('macro', 'table_macro')
"""
_NAMES = "select lower(schema_name) from duckdb_schemas() union select lower(database_name) from duckdb_databases()"
_INTERNAL = "select lower(view_name) from duckdb_views() where internal"


@dataclass(frozen=True)
class Catalogue:
    """Names in lower case.

    Attributes:
        database: what the file is called in statements.
        schemas: the granted ones, in the order in which names without schema are looked for.
        relations, value_macros, table_macros: what each granted schema holds.
        reserved: every schema and database name, granted or not: no method call may look like one.
        internal: the engine's own views, which no CTE may be named after.
    """

    database: str
    schemas: tuple[str, ...]
    relations: Mapping[str, frozenset[str]]
    value_macros: Mapping[str, frozenset[str]]
    table_macros: Mapping[str, frozenset[str]]
    reserved: frozenset[str]
    internal: frozenset[str]

    def schema_of(self, name: str, kinds: Mapping[str, frozenset[str]]) -> str | None:
        """The first granted schema that holds the name."""
        return next((schema for schema in self.schemas if name in kinds[schema]), None)

    def qualified_relations(self) -> list[str]:
        """`schema.table` of everything that can be read, in order."""
        return [f"{schema}.{name}" for schema in self.schemas for name in sorted(self.relations[schema])]

    def closest(self, name: str) -> str:
        """Readable relations whose name is like this one, or all schemas where none is."""
        wanted = name.rpartition(".")[2]
        short = {relation.partition(".")[2]: relation for relation in self.qualified_relations()}
        found = [short[match] for match in get_close_matches(wanted, short, n=3, cutoff=0.6)]
        return ", ".join(found or (f"{schema}.…" for schema in self.schemas))


def read_catalogue(connection: duckdb.DuckDBPyConnection, database: str, schemas: Sequence[str]) -> Catalogue:
    """Read the names once, before the statement is looked at; `database` is attached under that name."""
    granted = tuple(dict.fromkeys(schema.lower() for schema in schemas))
    relations = connection.execute(_RELATIONS, {"database": database}).fetchall()
    macros = connection.execute(_MACROS, {"database": database}).fetchall()
    return Catalogue(
        database.lower(),
        granted,
        _by_schema(granted, relations),
        _by_schema(granted, [(schema, name) for schema, name, in_from in macros if not in_from]),
        _by_schema(granted, [(schema, name) for schema, name, in_from in macros if in_from]),
        frozenset(name for (name,) in connection.execute(_NAMES).fetchall()),
        frozenset(name for (name,) in connection.execute(_INTERNAL).fetchall()),
    )


def _by_schema(granted: Iterable[str], names: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {schema: set() for schema in granted}
    for schema, name in names:
        if schema in found:
            found[schema].add(name)
    return {schema: frozenset(held) for schema, held in found.items()}
