"""The same SQL in PostgreSQL, on a table of facts with a BRIN index and on summary tables; printed only."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Mapping

import duckdb

from tests.bench.postgres import Server, started_server, why_not

FACTS = "core.incident_part"
TABLES = (
    FACTS,
    "mart.incident_month",
    "mart.incident_closed_month",
    "mart.response_minutes_month",
    "mart.days_to_close_type_month",
    "mart.days_to_close_station_month",
)
# What is asked of PostgreSQL: a count, a rate and a Kaplan-Meier, each by both splits.
ASKED = ("dispute_incident_count", "resolution_rate_received", "days_to_resolution_median")
TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "TINYINT": "smallint", "HUGEINT": "numeric"}
LAST_DAY = """
create function last_day(day date) returns date language sql immutable
as $$ select cast(date_trunc('month', day) + interval '1 month' - interval '1 day' as date) $$;
"""


def _load(connection: duckdb.DuckDBPyConnection, server: Server, asked: str) -> None:
    """Copy the summaries, and the columns of the facts that are asked for: PostgreSQL reads whole rows."""
    server.sql("create schema core; create schema mart;", LAST_DAY)
    for table in TABLES:
        columns = {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}
        wanted = [name for name in columns if table != FACTS or re.search(rf"\br\.{name}\b", asked)]
        typed = ", ".join(f"{name} {TYPES.get(columns[name], columns[name])}" for name in wanted)
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            listed = ", ".join(wanted)
            connection.execute(f"copy (select {listed} from {table}) to '{file.name}' (header false)")
            server.sql(f"create table {table} ({typed});", f"\\copy {table} from '{file.name}' csv")
    server.sql(f"create index on {FACTS} using brin (period_start, month_start);", "vacuum analyze;")


def run(connection: duckdb.DuckDBPyConnection, asked: Mapping[str, tuple[str, str]]) -> list[str]:
    """Lines: per question the milliseconds on summary tables and on facts, the second of two runs."""
    if reason := why_not():
        return [f"PostgreSQL: {reason}"]
    some = {name: both for name, both in asked.items() if name.startswith(ASKED)}
    try:
        with started_server() as server:
            started = time.perf_counter()
            _load(connection, server, "\n".join(sql for both in some.values() for sql in both))
            version = server.value("show server_version")
            title = (
                f"PostgreSQL {version}, BRIN and summary tables, loaded in {time.perf_counter() - started:.0f} s; ms"
            )
            return [title, *(_line(connection, server, name, both) for name, both in some.items())]
    except RuntimeError as error:
        # Printed beside the benchmark, never a failure of it.
        return [f"PostgreSQL: {error}"]


def _line(connection: duckdb.DuckDBPyConnection, server: Server, name: str, both: tuple[str, str]) -> str:
    wanted = [len(connection.execute(sql).fetchall()) for sql in both]
    found = [int(server.value(f"select count(*) from ({sql}) as counted")) for sql in both]
    marts, facts = server.milliseconds(*(f"{sql};" for sql in both))
    same = "" if found == wanted else f"  other rows: {found}, not {wanted}"
    return f"{name:<52}  summary tables {marts:>7.0f}  facts {facts:>7.0f}{same}"
