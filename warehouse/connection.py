"""Open a generation read-only, so that readers never wait for the nightly job and never see half of it."""

from __future__ import annotations

import duckdb

from warehouse.generations import Generation


def open_generation(generation: Generation) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory connection with the generation attached read-only and in use.

    Attaching by real path keeps two generations apart in one process (duckdb holds one instance per path).
    """
    connection = duckdb.connect(":memory:")
    path = str(generation.database).replace("'", "''")
    connection.execute(f"attach '{path}' as generation (read_only)")
    connection.execute("use generation")
    return connection
