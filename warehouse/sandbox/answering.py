"""In the worker: run the guarded statement, send its rows up to the limits, tell errors without their secrets."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.sandbox.catalogue import Catalogue
from warehouse.sandbox.frames import Kind, send
from warehouse.sandbox.limits import Limits
from warehouse.sandbox.refusals import LimitExceeded, NoAnswer, Refused, syntax_refusal
from warehouse.sandbox.statements import Statement, bind
from warehouse.sandbox.types import plain_type

BATCH_ROWS = 2048
_LONGEST_MESSAGE = 300
_EXPLAIN = "explain "
_COLUMNS = """
    select lower(schema_name), lower(table_name), column_name from duckdb_columns() where database_name = $name
"""
_RELATIONS = """
    select lower(schema_name), lower(table_name) from duckdb_tables()
    union
    select lower(schema_name), lower(view_name) from duckdb_views() where not internal
"""


def warm_up() -> None:
    """Let the libraries import what they import at first use."""
    import numpy  # noqa: F401  (pyarrow asks for it when it makes the first batch)

    sink = pa.BufferOutputStream()
    batch = pa.record_batch({"a": [1]})
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)


def stream(
    board: socket.socket,
    connection: duckdb.DuckDBPyConnection,
    statement: Statement,
    parameters: dict[str, Any] | list[Any],
    limits: Limits,
) -> dict[str, Any]:
    """Send columns, schema and batches; what is left to say when all are sent."""
    relation = connection.sql(statement.sql, params=bind(statement, parameters))
    types = [str(one) for one in relation.types]
    send(board, Kind.COLUMNS, json.dumps({"columns": relation.columns, "types": types}).encode())
    reader = _readable(relation).to_arrow_reader(BATCH_ROWS)
    send(board, Kind.SCHEMA, reader.schema.serialize())
    cut = Cut(limits.rows, limits.bytes)
    for batch in cut.apply(reader):
        send(board, Kind.BATCH, batch.serialize())
    return {"truncated_by": cut.truncated_by}


def _readable(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Types that readers of Arrow files do not know come as text (variants as JSON)."""
    targets = [plain_type(kind) for kind in relation.types]
    if not any(targets):
        return relation
    columns = (
        f"cast(#{place} as {target}) as c{place}" if target else f"#{place} as c{place}"
        for place, target in enumerate(targets, start=1)
    )
    return relation.project(", ".join(columns))


@dataclass
class Cut:
    """Lets batches pass until rows or bytes are used up."""

    rows: int
    bytes: int
    truncated_by: str | None = None

    def apply(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """What fits.

        Raises:
            LimitExceeded: not even the first row does.
        """
        sent = 0
        for batch in batches:
            fitting = self._fitting(batch)
            if fitting.num_rows:
                sent += fitting.num_rows
                self.rows -= fitting.num_rows
                self.bytes -= fitting.nbytes
                yield fitting
            if self.truncated_by:
                break
        if self.truncated_by == "bytes" and not sent:
            raise LimitExceeded("bytes")

    def _fitting(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if batch.num_rows > self.rows:
            self.truncated_by = "rows"
            batch = batch.slice(0, self.rows)
        if batch.nbytes <= self.bytes:
            return batch
        self.truncated_by = "bytes"
        low, high = 0, batch.num_rows - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if batch.slice(0, middle).nbytes <= self.bytes else (low, middle - 1)
        return batch.slice(0, low)


def explain_error(
    error: Exception, connection: duckdb.DuckDBPyConnection, statement: Statement | None, catalogue: Catalogue
) -> NoAnswer:
    """What an error of the engine means to whoever asked; it names nothing that the statement may not see.

    Without a statement the guard has not let one pass: then nothing of it is run again to learn more.
    """
    told = _details(error) or (_asked_again(connection, statement.sql) if statement else {})
    message = str(told.get("exception_message", error))
    if isinstance(error, duckdb.OutOfMemoryException) or ("memory" in message.lower() and "limit" in message.lower()):
        return LimitExceeded("memory")
    if "maximum execution time" in message or isinstance(error, duckdb.InterruptException):
        return LimitExceeded("time")
    if "std::bad_alloc" in message or "malloc" in message or "allocate" in message:
        return LimitExceeded("memory")
    line, column = None, None
    if statement is None:
        return Refused("engine_hidden")
    if str(told.get("position", "")).isdigit():
        line, column = statement.line_and_column(int(told["position"]))
    if told.get("error_subtype") == "COLUMN_NOT_FOUND" and "name" in told:
        name = str(told["name"])[:80]
        closest = _closest_columns(connection.cursor(), name, statement.sql, catalogue)
        return Refused("column_unknown", line=line, column=column, name=name, closest=closest)
    if isinstance(error, duckdb.ParserException):
        return syntax_refusal(_first_line(message), line=line, column=column)
    # A result may still be open on the connection.
    if _is_telling(message, connection.cursor(), catalogue):
        return Refused("engine_hidden", line=line, column=column)
    return Refused("engine", line=line, column=column, message=_first_line(message))


def _details(error: Exception) -> Mapping[str, Any]:
    """The engine tells its errors as JSON (errors_as_json) behind their class."""
    text = str(error)
    try:
        found = json.loads(text[text.index("{") :])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _asked_again(connection: duckdb.DuckDBPyConnection, sql: str) -> Mapping[str, Any]:
    """Where a statement cannot be bound, the relation does not say where; its plan does."""
    with suppress(duckdb.Error):
        connection.execute("set errors_as_json = true")
    try:
        connection.execute(_EXPLAIN + sql)
    except (duckdb.Error, MemoryError) as error:
        told = dict(_details(error))
        if str(told.get("position", "")).isdigit():
            told["position"] = max(0, int(told["position"]) - len(_EXPLAIN))
        return told
    return {}


def _first_line(message: str) -> str:
    """Without the candidates that the engine offers: they may be names that are not granted."""
    line = re.split(r"\n|Did you mean|Candidate", message)[0].strip()
    return line[:_LONGEST_MESSAGE] or "…"


def _closest_columns(connection: duckdb.DuckDBPyConnection, name: str, sql: str, catalogue: Catalogue) -> str:
    """Columns of the granted tables that the statement mentions."""
    mentioned = {word.lower() for word in re.findall(r"\w+", sql)}
    found: list[tuple[str, str, str]] = []
    with suppress(duckdb.Error):
        found = connection.execute(_COLUMNS, {"name": catalogue.database}).fetchall()
    columns = {
        column for schema, table, column in found if table in mentioned and table in catalogue.relations.get(schema, ())
    }
    return ", ".join(get_close_matches(name, sorted(columns), n=3, cutoff=0.5) or sorted(columns)[:8]) or "–"


def _is_telling(message: str, connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> bool:
    """Whether a message names a folder, or a table of a schema that is not granted."""
    if re.search(r"(?:^|[\s\"'(])/\w+/", message):
        return True
    try:
        hidden = connection.execute(_RELATIONS).fetchall()
    except duckdb.Error:
        return True
    words = set(re.findall(r"\w+", message.lower()))
    return any(
        {schema, table} <= words or f"{schema}.{table}" in message.lower()
        for schema, table in hidden
        if schema not in catalogue.schemas
    )
