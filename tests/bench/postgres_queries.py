"""The same SQL in PostgreSQL, on a table of facts with a BRIN index and on summary tables; printed only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROGRAMS = ("initdb", "pg_ctl", "psql")
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
SETTINGS = "-c shared_buffers=1GB -c work_mem=256MB -c fsync=off -c max_wal_size=8GB -c jit=off -c listen_addresses="
LAST_DAY = """
create function last_day(day date) returns date language sql immutable
as $$ select cast(date_trunc('month', day) + interval '1 month' - interval '1 day' as date) $$;
"""


@dataclass(frozen=True)
class Server:
    """A server of this run's own, in a folder that goes with it; it listens on a socket there and on no port."""

    folder: Path
    as_user: tuple[str, ...]

    def run(self, *command: str, sql: str | None = None) -> str:
        """Run one of its programs, and return what it says."""
        done = subprocess.run(
            [*self.as_user, *command], input=sql, capture_output=True, text=True, check=False, cwd=self.folder
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {(done.stdout + done.stderr)[-500:]}")
        return done.stdout

    def sql(self, *statements: str) -> str:
        """Run statements, and return what psql prints."""
        options = ("-h", str(self.folder), "-d", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1")
        return self.run("psql", *options, sql="\n".join(statements))


@contextmanager
def _server() -> Iterator[Server]:
    # Root may not run a server: then its own user does.
    as_user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if as_user:
            shutil.chown(folder, "postgres")
        server = Server(folder, as_user)
        server.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"{SETTINGS} -c unix_socket_directories={folder}"
        control = ("pg_ctl", "-D", str(folder / "data"), "-w", "-s", "-l", str(folder / "log"))
        server.run(*control, "-o", options, "start")
        try:
            yield server
        finally:
            server.run(*control, "-m", "immediate", "stop")


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
            Path(file.name).chmod(0o644)
            server.sql(f"create table {table} ({typed});", f"\\copy {table} from '{file.name}' csv")
    server.sql(f"create index on {FACTS} using brin (period_start, month_start);", "vacuum analyze;")


def _milliseconds(server: Server, statements: Sequence[str]) -> list[float]:
    printed = server.sql("\\timing on", "\\o /dev/null", *(f"{sql};" for sql in statements))
    return [float(found) for found in re.findall(r"^Time: ([\d.]+) ms", printed, re.MULTILINE)]


def _rows(server: Server, sql: str) -> int:
    return int(server.sql("\\t on", f"select count(*) from ({sql}) as counted;"))


def run(connection: duckdb.DuckDBPyConnection, asked: Mapping[str, tuple[str, str]]) -> list[str]:
    """Lines: per question the milliseconds on summary tables and on facts, the second of two runs."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return [f"PostgreSQL: not installed (no {', '.join(missing)})"]
    some = {name: both for name, both in asked.items() if name.startswith(ASKED)}
    try:
        with _server() as server:
            started = time.perf_counter()
            _load(connection, server, "\n".join(sql for both in some.values() for sql in both))
            version = server.sql("\\t on", "show server_version;").strip()
            title = (
                f"PostgreSQL {version}, BRIN and summary tables, loaded in {time.perf_counter() - started:.0f} s; ms"
            )
            return [title, *(_line(connection, server, name, both) for name, both in some.items())]
    except RuntimeError as error:
        # Printed beside the benchmark, never a failure of it.
        return [f"PostgreSQL: {error}"]


def _line(connection: duckdb.DuckDBPyConnection, server: Server, name: str, both: tuple[str, str]) -> str:
    wanted = [len(connection.execute(sql).fetchall()) for sql in both]
    found = [_rows(server, sql) for sql in both]
    marts, facts = _milliseconds(server, both)
    same = "" if found == wanted else f"  other rows: {found}, not {wanted}"
    return f"{name:<52}  summary tables {marts:>7.0f}  facts {facts:>7.0f}{same}"
