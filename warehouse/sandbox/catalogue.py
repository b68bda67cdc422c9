"""What a database holds, as far as a statement may see it: the tables and macros of the granted schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import duckdb

_NAMES = """
    select 'relation', lower(schema_name), lower(table_name) from duckdb_tables() where database_name = $database
    union all
    select if(internal, 'internal', 'relation'), lower(schema_name), lower(view_name)
    from duckdb_views() where internal or database_name = $database
    union all
    select 'reserved', '', lower(schema_name) from duckdb_schemas()
    union all
    select 'reserved', '', lower(database_name) from duckdb_databases()
"""
_MACROS = """
    select lower(schema_name), lower(function_name), function_type = 'table_macro'
    from duckdb_functions() where database_name = $database and function_type in ('macro', 'table_macro')
"""
_SHOWN = 6
Names = Mapping[str, frozenset[str]]


@dataclass
class Catalogue:
    """Names in lower case, but for the database's.

    Attributes:
        database: what the file is called in statements, written as attached.
        schemas: the granted ones, in the order in which names without schema are looked for.
        relations: the tables and views of each granted schema.
        reserved: every schema and database name, granted or not: no method call may look like one.
        internal: the engine's own views, which no CTE may be named after.
    """

    database: str
    schemas: tuple[str, ...]
    relations: Names
    reserved: frozenset[str]
    internal: frozenset[str]
    _connection: duckdb.DuckDBPyConnection

    @cached_property
    def macros(self) -> tuple[Names, Names]:
        """Macros of each granted schema: those of values, those that stand in FROM.

        Read only for a statement that calls something else than the engine's own: listing all functions takes longer
        than all else that is done before a query begins.
        """
        found = self._connection.execute(_MACROS, {"database": self.database}).fetchall()
        value, table = (
            [(schema, name) for schema, name, stands_in_from in found if stands_in_from is in_from]
            for in_from in (False, True)
        )
        return _by_schema(self.schemas, value), _by_schema(self.schemas, table)

    def schema_of(self, name: str, kinds: Names) -> str | None:
        """The first granted schema that holds the name."""
        return next((schema for schema in self.schemas if name in kinds[schema]), None)

    def qualified_relations(self) -> list[str]:
        """`schema.table` of everything that can be read, in order."""
        return [f"{schema}.{name}" for schema in self.schemas for name in sorted(self.relations[schema])]

    def closest(self, name: str) -> str:
        """Relations whose name is like this one; some of those there are, where none is."""
        wanted = name.rpartition(".")[2]
        short = {relation.partition(".")[2]: relation for relation in self.qualified_relations()}
        found = [short[match] for match in get_close_matches(wanted, short, n=3, cutoff=0.6)]
        return ", ".join(found or [*self.qualified_relations()[:_SHOWN], "…"])


def read_catalogue(connection: duckdb.DuckDBPyConnection, database: str, schemas: Sequence[str]) -> Catalogue:
    """Read the names once, before the statement is looked at; `database` is attached under that name."""
    granted = tuple(dict.fromkeys(schema.lower() for schema in schemas))
    names: dict[str, list[tuple[str, str]]] = {"relation": [], "internal": [], "reserved": []}
    for kind, schema, name in connection.execute(_NAMES, {"database": database}).fetchall():
        names[kind].append((schema, name))
    return Catalogue(
        database,
        granted,
        _by_schema(granted, names["relation"]),
        frozenset(name for _, name in names["reserved"]),
        frozenset(name for _, name in names["internal"]),
        connection,
    )


def _by_schema(granted: Iterable[str], names: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {schema: set() for schema in granted}
    for schema, name in names:
        if schema in found:
            found[schema].add(name)
    return {schema: frozenset(held) for schema, held in found.items()}
