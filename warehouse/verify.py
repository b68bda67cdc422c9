"""Read every column of every table of a generation: what it holds as hashes, and whether it is sound."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

HASHED = ("core", "mart", "metric")
_FLOATING = ("FLOAT", "DOUBLE")
_COLUMNS = """
    select c.schema_name, c.table_name, c.column_name, c.data_type
    from duckdb_columns() as c
    left join duckdb_views() as v on c.database_oid = v.database_oid and c.table_oid = v.view_oid
    where not c.internal and c.database_name = current_database() and (v.view_oid is null or ?)
    order by c.schema_name, c.table_name, c.column_index
"""


@dataclass(frozen=True)
class Content:
    """What a table holds: its rows, and the sum of their hashes, which no order changes."""

    rows: int
    total: int

    @property
    def hash(self) -> str:
        """As the manifest has it."""
        return f"{self.rows}-{self.total % 2**64:016x}"

    @classmethod
    def from_hash(cls, text: str) -> Content:
        """The content of which the manifest tells."""
        rows, _, total = text.partition("-")
        return cls(int(rows), int(total, 16))

    def plus(self, other: Content) -> Content:
        """What a table holds when these rows have come."""
        return Content(self.rows + other.rows, self.total + other.total)

    def without(self, other: Content) -> Content:
        """What a table holds when these rows have gone."""
        return Content(self.rows - other.rows, self.total - other.total)


def read_content(path: Path, *, memory_limit: str | None = None) -> dict[str, Content]:
    """Rows and hash of every table, `ops` included; what is read is kept within the limit, such as `500MB`."""
    with duckdb.connect(str(path), read_only=True) as connection:
        _limit(connection, memory_limit)
        tables = columns_of(connection)
        return {table: content_of(connection, table, exact_columns(columns)) for table, columns in tables.items()}


def content_hash(path: Path) -> dict[str, str]:
    """Per table of core, mart and metric: its rows' hashes added up, so that no order matters.

    Floating point columns are left out (a sum of floats depends on its order), and so is `ops`.
    """
    return hashes_of(read_content(path))


def hashes_of(content: dict[str, Content]) -> dict[str, str]:
    """The hashes that belong to the content of a generation, without those of `ops`."""
    return {table: found.hash for table, found in content.items() if _is_hashed(table)}


def _limit(connection: duckdb.DuckDBPyConnection, memory_limit: str | None) -> None:
    if memory_limit:
        connection.execute("set memory_limit = $limit", {"limit": memory_limit})


def verify(path: Path, expected: dict[str, str], *, memory_limit: str | None = None) -> list[str]:
    """What is wrong with a database file, nothing if it is sound: every block in use has been read.

    `expected` is what `content_hash` gave when the file was built; the limit is that of `read_content`.
    """
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        return [f"{path.name} cannot be opened: {_first_line(error)}"]
    with connection:
        _limit(connection, memory_limit)
        try:
            tables = columns_of(connection)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            return [f"{path.name} has no readable catalogue: {_first_line(error)}"]
        missing = [f"{table} is missing" for table in sorted(expected.keys() - tables.keys())]
        problems = (_check(connection, table, columns, expected.get(table)) for table, columns in tables.items())
        return missing + [problem for problem in problems if problem]


def _check(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], expected: str | None
) -> str | None:
    try:
        found = content_of(connection, table, exact_columns(columns))
        # Floating point columns are not compared, but a broken block shows only when it is read.
        content_of(connection, table, [column for column in columns if column not in exact_columns(columns)])
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        return f"{table} cannot be read: {_first_line(error)}"
    if not _is_hashed(table):
        return None
    if expected is None:
        return f"{table} is not in the manifest"
    return f"{table} differs from what was built" if found.hash != expected else None


def _is_hashed(table: str) -> bool:
    return table.partition(".")[0] in HASHED


def columns_of(connection: duckdb.DuckDBPyConnection, *, with_views: bool = False) -> dict[str, dict[str, str]]:
    """Columns and their types of every table (a view holds nothing that could break), by schema-qualified name."""
    tables: dict[str, dict[str, str]] = {}
    for schema, table, column, dtype in connection.execute(_COLUMNS, [with_views]).fetchall():
        tables.setdefault(f"{schema}.{table}", {})[column] = dtype
    return tables


def exact_columns(columns: Mapping[str, str]) -> list[str]:
    """All columns that are not floating point."""
    return [column for column, dtype in columns.items() if dtype not in _FLOATING]


def content_of(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> Content:
    """Rows of a table and the sum of their hashes over these columns."""
    names = ", ".join(f'"{column}"' for column in columns) or "0"
    row = connection.execute(f"select count(*), coalesce(sum(hash({names})), 0) from {table}").fetchone()
    assert row is not None
    return Content(row[0], int(row[1]))


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]


def main(arguments: list[str]) -> int:
    """`python -m warehouse.verify PATH MANIFEST [MEMORY_LIMIT]`: exit 0 sound, 1 not, 2 not found out.

    Problems go to standard error.
    """
    path, manifest, *limits = arguments
    try:
        expected = json.loads(Path(manifest).read_text("utf-8"))["content_hash"]
        problems = verify(Path(path), expected, memory_limit=limits[0] if limits else None)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
