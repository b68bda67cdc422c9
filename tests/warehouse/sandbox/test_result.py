"""Rows are Python values, batches can be written to files, and what a worker sends is not believed."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.sandbox import SCREEN, NoAnswer, client, run_sql
from warehouse.sandbox.client import Worker, ask
from warehouse.sandbox.frames import BrokenStream, Kind, TooLarge, receive, send
from warehouse.sandbox.result import unique
from warehouse.sandbox.transport import checked_batch, checked_schema
from warehouse.sandbox.worker import Request

# Expression -> what its cell holds.
CELLS: dict[str, Any] = {
    "1::tinyint": 1,
    "sum(1)": 1,
    "9223372036854775808::hugeint": 9223372036854775808,
    "1.50::decimal(5, 2)": Decimal("1.50"),
    "date '2024-02-29'": date(2024, 2, 29),
    "timestamp '2024-02-29 01:02:03.456789'": datetime(2024, 2, 29, 1, 2, 3, 456789),
    "timestamp_ns '2024-02-29 01:02:03.456789123'": datetime(2024, 2, 29, 1, 2, 3, 456789),
    "timestamptz '2024-02-29 00:00:00+00'": datetime(2024, 2, 29, tzinfo=UTC),
    "timestamp 'infinity'": "infinity",
    "timestamp '-infinity'": "-infinity",
    "timestamp '12345-06-07 08:09:10.5'": "12345-06-07 08:09:10.5",
    "date '0044-03-15 (BC)'": "0044-03-15 (BC)",
    "[date 'infinity', date '2024-01-01']": ["infinity", date(2024, 1, 1)],
    "interval '1 month 2 days'": "1 month 2 days",
    "time '10:20:30'": clock(10, 20, 30),
    "'101'::bit": "101",
    "'a'::enum('a', 'b')": "a",
    "['a'::enum('a')]": ["a"],
    "{'x': 'a'::enum('a'), 'y': [interval 1 day]}": {"x": "a", "y": ["1 day"]},
    "map {'k': interval 1 day}": {"k": "1 day"},
    "map {[1]: 2}": [([1], 2)],
    "[map {'a': 1}, null]": [{"a": 1}, None],
    "[[1, null], null, []]": [[1, None], None, []],
    "[1, 2]::int[2]": (1, 2),
    "row(1, 'x')": (1, "x"),
    "[row(1, 'x')]": [{"element1": 1, "element2": "x"}],
    "{'a': {'b': [1]}}": {"a": {"b": [1]}},
    "'[1]'::json": "[1]",
    "{'a': [1, null]}::variant": {"a": [1, None]},
    "'ab'::blob": b"ab",
    "union_value(n := 5)": 5,
    "null": None,
    "'汉字'": "汉字",
}


@pytest.fixture(scope="module")
def cells(database: Path) -> dict[str, Any]:
    result = run_sql(database, "select " + ", ".join(f"{one}" for one in CELLS))
    return dict(zip(CELLS, result.rows[0], strict=True))


@pytest.mark.parametrize("expression", CELLS)
def test_a_cell_is_the_python_value_that_it_looks_like(expression: str, cells: dict[str, Any]) -> None:
    assert cells[expression] == CELLS[expression]
    assert type(cells[expression]) is type(CELLS[expression])


def test_batches_go_into_parquet_and_polars(database: Path, tmp_path: Path) -> None:
    sql = "select 1 as a, 2 as a, sum(id) as s, min(d) as d, {'x': interval 1 day} as n from mart.visit"
    result = run_sql(database, sql, schemas=("mart",))
    assert result.columns == ["a", "a", "s", "d", "n"]
    assert result.schema.names == ["a", "a_2", "s", "d", "n"]
    with pq.ParquetWriter(tmp_path / "x.parquet", result.schema) as writer:
        for batch in result.batches():
            writer.write_batch(batch)
    read = pl.read_parquet(tmp_path / "x.parquet")
    assert read.row(0) == (1, 2, 124_999_750_000, date(2020, 1, 1), {"x": "1 day"})
    assert read.schema["s"] == pl.Int64
    assert pl.from_arrow(result.table()).equals(read)  # type: ignore[arg-type]


def test_equal_names_are_numbered() -> None:
    assert unique(["a", "b", "a", "a", "a_2"]) == ["a", "b", "a_2", "a_3", "a_2_2"]


BATCH = pa.record_batch({"a": pa.array([1, 2, 3]), "b": pa.array(["x", None, "zz"])})


def test_a_batch_is_read_as_it_was_written() -> None:
    assert checked_schema(BATCH.schema.serialize().to_pybytes()) == BATCH.schema
    assert checked_batch(BATCH.serialize().to_pybytes(), BATCH.schema).equals(BATCH)


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
def test_a_compressed_batch_is_not_read(codec: str) -> None:
    bomb = pa.record_batch({"a": pa.array([0] * 100_000)})
    with pytest.raises(BrokenStream):
        checked_batch(_compressed(bomb, codec), bomb.schema)


def _compressed(batch: pa.RecordBatch, codec: str) -> bytes:
    """The second message of a compressed stream: the batch."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as writer:
        writer.write_batch(batch)
    reader = pa.ipc.MessageReader.open_stream(sink.getvalue())
    reader.read_next_message()
    return bytes(reader.read_next_message().serialize().to_pybytes())


def test_a_batch_with_any_byte_changed_is_read_or_refused_and_never_ends_the_board() -> None:
    written, chance = BATCH.serialize().to_pybytes(), random.Random(1)
    refused = 0
    for _ in range(3000):
        broken = bytearray(written)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            checked_batch(bytes(broken[: chance.randint(1, len(broken))]), BATCH.schema).to_pylist()
        except (BrokenStream, pa.ArrowException, OSError, ValueError, EOFError):
            refused += 1
    assert refused > 1000


def _lie(*frames: tuple[Kind, bytes]) -> Callable[[socket.socket], None]:
    def tell(board: socket.socket) -> None:
        receive(board, most=1 << 20)
        for kind, body in frames:
            send(board, kind, body)

    return tell


COLUMNS = (Kind.COLUMNS, json.dumps({"columns": ["a", "b"], "types": ["BIGINT", "VARCHAR"]}).encode())
SCHEMA = (Kind.SCHEMA, BATCH.schema.serialize().to_pybytes())
ROWS = (Kind.BATCH, BATCH.serialize().to_pybytes())
DONE = (Kind.DONE, b'{"milliseconds": 1, "truncated_by": null}')
LIES: dict[str, Callable[[socket.socket], None]] = {
    "nothing": _lie(),
    "no schema": _lie(COLUMNS, ROWS, DONE),
    "no end": _lie(COLUMNS, SCHEMA, ROWS),
    "garbage instead of JSON": _lie((Kind.COLUMNS, b"{" * 100_000), SCHEMA, DONE),
    "JSON of another kind": _lie((Kind.COLUMNS, b"[1]"), SCHEMA, DONE),
    "garbage instead of a schema": _lie(COLUMNS, (Kind.SCHEMA, b"\xff" * 64), DONE),
    "garbage instead of rows": _lie(COLUMNS, SCHEMA, (Kind.BATCH, b"\xff" * 64), DONE),
    "other columns": _lie((Kind.COLUMNS, b'{"columns": ["a"], "types": ["BIGINT"]}'), SCHEMA, DONE),
    "an unknown sentence": _lie((Kind.REFUSED, b'{"code": "x", "values": {}, "line": 1, "column": 1}')),
    "no place": _lie((Kind.REFUSED, b'{"code": "empty", "values": {}, "line": "x", "column": []}')),
    "an unknown limit": _lie((Kind.EXCEEDED, b'{"which": "patience"}')),
    "a time that is none": _lie(COLUMNS, SCHEMA, (Kind.DONE, b'{"milliseconds": "x", "truncated_by": null}')),
    "a request": _lie((Kind.REQUEST, b"")),
    "an unknown frame": lambda board: board.sendall(b"?" + bytes(8)),
    "more than is allowed": lambda board: board.sendall(b"B" + (1 << 40).to_bytes(8, "big")),
    "half a frame": lambda board: board.sendall(b"B" + (1000).to_bytes(8, "big") + b"x"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_worker_that_lies_is_refused(lie: str, monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    worker = _false_worker(LIES[lie])
    monkeypatch.setattr(client.FORK_SERVER, "worker", lambda: worker)
    with pytest.raises(NoAnswer):
        ask(Request(str(database), "select 1", (), [], SCREEN))


def _false_worker(tell: Callable[[socket.socket], None]) -> Worker:
    """A worker whose other end is a thread of ours; its process is one that has ended."""
    import os

    mine, its = socket.socketpair()
    fate, told = socket.socketpair()
    told.close()
    process = os.posix_spawn("/bin/true", ["true"], {})
    descriptor = os.pidfd_open(process)
    os.waitpid(process, 0)

    def lie() -> None:
        # Who is caught lying is hung up on, maybe in the middle of a sentence.
        with its, suppress(BrokenPipeError, ConnectionResetError):
            tell(its)

    threading.Thread(target=lie, daemon=True).start()
    return Worker(mine, fate, descriptor)


def test_a_frame_larger_than_allowed_is_not_read() -> None:
    mine, its = socket.socketpair()
    with mine, its:
        its.sendall(b"B" + (11).to_bytes(8, "big"))
        with pytest.raises(TooLarge):
            receive(mine, most=10)


def test_a_silent_worker_does_not_hold_the_board() -> None:
    mine, its = socket.socketpair()
    with mine, its, pytest.raises(TimeoutError):
        receive(mine, most=10, deadline=time.monotonic() + 0.05)
