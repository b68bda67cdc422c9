"""The worker: one process, one statement. Opens the database, shuts the walls, then looks at the statement."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.ipc

from warehouse.sandbox import answering, walls
from warehouse.sandbox.catalogue import Catalogue, read_catalogue
from warehouse.sandbox.frames import Kind, receive, send
from warehouse.sandbox.functions import allowed
from warehouse.sandbox.lexing import literal
from warehouse.sandbox.limits import Limits
from warehouse.sandbox.refusals import LimitExceeded, Refused, read_texts
from warehouse.sandbox.statements import Statement, Unbound, check
from warehouse.sandbox.values import decode_parameters
from warehouse.sandbox.walls import Wall

REQUEST_BYTES = 64 << 20
# Deep trees are read by Python's JSON reader, which counts its depth here.
_DEPTH = 12_000
# In this order: what shuts files comes before what forbids to name them, the lock last.
_SETTINGS = (
    "python_enable_replacements = false",
    "python_scan_all_frames = false",
    "errors_as_json = true",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "allow_community_extensions = false",
    "enable_external_access = false",
    "disabled_filesystems = 'LocalFileSystem'",
    "lock_configuration = true",
)


@dataclass(frozen=True)
class Request:
    """What a worker is asked; everything in it was checked by the board."""

    database: str
    sql: str
    schemas: tuple[str, ...]
    parameters: Any
    limits: Limits
    walls: frozenset[Wall] = walls.ALL

    def encode(self) -> bytes:
        """As JSON."""
        content = vars(self) | {"limits": vars(self.limits), "walls": sorted(self.walls)}
        return json.dumps(content).encode()

    @classmethod
    def decode(cls, content: bytes) -> Request:
        """From JSON."""
        fields = json.loads(content)
        return cls(
            fields["database"],
            fields["sql"],
            tuple(fields["schemas"]),
            fields["parameters"],
            Limits(**fields["limits"]),
            frozenset(map(Wall, fields["walls"])),
        )


class Engine:
    """The engine that the warm parent has started, in memory and in one thread: forked processes inherit it ready."""

    connection: duckdb.DuckDBPyConnection | None = None

    @classmethod
    def start(cls) -> None:
        """Start it, and let it make what it makes at first use. No file is opened."""
        cls.connection = duckdb.connect(":memory:", config={"threads": "1", "async_threads": "0", "temp_directory": ""})
        cls.connection.execute("select json_serialize_sql('select 1')").fetchall()
        cls.connection.execute("from duckdb_tables() limit 1").fetchall()
        cls.connection.execute("from duckdb_functions() limit 1").fetchall()
        cls.connection.sql("select 1 as one").to_arrow_reader(1).read_all()

    @classmethod
    def connect(cls) -> duckdb.DuckDBPyConnection:
        """A connection of this process's own, with its own random numbers."""
        if cls.connection is None:
            cls.start()
        assert cls.connection is not None
        return cls.connection.cursor()


def warm_up() -> None:
    """Import and start what a query needs, so that no worker has to read a file for it."""
    answering.warm_up()
    allowed()
    read_texts()
    Engine.start()


def answer(board: socket.socket) -> None:
    """Read the request, answer it, and return; every way to fail has its frame."""
    request = Request.decode(receive(board, most=REQUEST_BYTES).body)
    started = time.perf_counter()
    try:
        done = _run(board, request)
        send(board, Kind.DONE, json.dumps({"milliseconds": (time.perf_counter() - started) * 1000} | done).encode())
    except Refused as refused:
        told = {"code": refused.code, "values": refused.values, "line": refused.line, "column": refused.column}
        send(board, Kind.REFUSED, json.dumps(told).encode())
    except LimitExceeded as exceeded:
        send(board, Kind.EXCEEDED, json.dumps({"which": exceeded.which}).encode())
    except (MemoryError, pa.ArrowMemoryError):
        send(board, Kind.EXCEEDED, b'{"which": "memory"}')
    except duckdb.InterruptException:
        send(board, Kind.EXCEEDED, b'{"which": "time"}')
    except RecursionError:
        send(board, Kind.REFUSED, b'{"code": "too_deep", "values": {}, "line": null, "column": null}')


def _run(board: socket.socket, request: Request) -> dict[str, Any]:
    walls.become_unimportant(request.limits)
    connection, name = _open(request)
    catalogue = read_catalogue(connection, name, request.schemas)
    _use(connection, name, catalogue)
    if Wall.SETTINGS in request.walls:
        for setting in _SETTINGS:
            connection.execute(f"set {setting}")
    walls.close(request.walls, request.limits)
    sys.setrecursionlimit(_DEPTH)
    parameters = decode_parameters(request.parameters)
    statement = None
    try:
        if Wall.GUARD in request.walls:
            statement = check(connection, request.sql, catalogue, parameters)
        else:
            statement = Statement(request.sql)
        return answering.stream(board, connection, statement, parameters, request.limits)
    except Unbound as unbound:
        error = unbound.__cause__
        assert isinstance(error, duckdb.Error)
        raise answering.explain_error(error, connection, unbound.statement, catalogue) from error
    except (duckdb.Error, pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise answering.explain_error(error, connection, statement, catalogue) from error


def _open(request: Request) -> tuple[duckdb.DuckDBPyConnection, str]:
    """A connection with the file attached read-only under its own name."""
    connection = Engine.connect()
    path = Path(request.database)
    name = path.stem
    if name.lower() in ("memory", "temp", "system"):
        name = f"{name}_db"
    try:
        if not path.is_file() or (path.is_symlink() and not path.resolve().is_file()):
            raise Refused("no_database")
        connection.execute(f"attach {literal(os.fspath(path.resolve()))} as {_quoted(name)} (read_only, type duckdb)")
    except duckdb.Error as error:
        raise Refused("no_database") from error
    megabytes = max(1, request.limits.memory_bytes >> 20)
    connection.execute(f"set memory_limit = '{megabytes}MiB'")
    connection.execute(f"set max_execution_time = {max(1, int(request.limits.seconds * 1000))}")
    return connection, name


def _use(connection: duckdb.DuckDBPyConnection, name: str, catalogue: Catalogue) -> None:
    """Names without a schema are looked for in the granted schemas and nowhere else."""
    existing = {schema for schema in catalogue.schemas if schema in catalogue.reserved}
    path = ",".join(f"{_quoted(name)}.{_quoted(schema)}" for schema in catalogue.schemas if schema in existing)
    if path:
        connection.execute(f"set search_path = {literal(path)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
