"""The archive's file: what is put in comes out, in order, as plain texts, and what goes wrong is said."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.sink import ParquetSink

TEMPLATE = pl.DataFrame(schema={"line": pl.UInt32, "org_code": pl.String, "text": pl.String, "held_on": pl.Date})


def frame(lines: range) -> pl.DataFrame:
    rows = [{"line": line, "org_code": (None, "S1", "S2")[line % 3], "text": f"t{line}"} for line in lines]
    return pl.DataFrame(rows, schema=TEMPLATE.schema).with_columns(pl.col("org_code").cast(pl.Categorical))


def write(path: Path, *frames: pl.DataFrame) -> None:
    sink = ParquetSink(path, TEMPLATE, categories=frozenset({"org_code"}))
    for one in frames:
        sink.put(one)
    sink.close()


def test_frames_come_back_in_order_as_plain_texts(tmp_path: Path) -> None:
    path = tmp_path / "records.parquet"
    write(path, frame(range(1000)), frame(range(1000, 1007)), frame(range(1007, 3000)))
    found = pl.read_parquet(path)
    assert found.schema == TEMPLATE.schema
    assert found.equals(frame(range(3000)).cast(TEMPLATE.schema))


def test_duckdb_sees_plain_texts(tmp_path: Path) -> None:
    path = tmp_path / "records.parquet"
    write(path, frame(range(4)))
    with duckdb.connect(":memory:") as connection:
        described = connection.execute("describe from read_parquet($path)", {"path": str(path)}).fetchall()
        found = connection.execute("select org_code from read_parquet($path)", {"path": str(path)}).fetchall()
    assert [row[1] for row in described] == ["UINTEGER", "VARCHAR", "VARCHAR", "DATE"]
    assert found == [(None,), ("S1",), ("S2",), (None,)]


def test_plain_texts_may_be_put_where_categories_are_written(tmp_path: Path) -> None:
    path = tmp_path / "records.parquet"
    write(path, frame(range(5)).cast(TEMPLATE.schema), frame(range(5, 9)))
    assert pl.read_parquet(path).equals(frame(range(9)).cast(TEMPLATE.schema))


def test_a_batch_without_records_is_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "records.parquet"
    write(path)
    assert pl.read_parquet(path).equals(TEMPLATE)


def test_a_file_that_cannot_be_written_is_an_error_and_no_endless_wait(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file or directory"):
        write(tmp_path / "missing" / "records.parquet", *(frame(range(10)) for _ in range(20)))


def test_a_disk_that_fails_while_more_is_written_is_an_error_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def fail_once(path: Path) -> None:
        told.append(path)
        if len(told) == 1:
            raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr("etl.sink.flush", fail_once)
    sink = ParquetSink(tmp_path / "records.parquet", TEMPLATE, categories=frozenset({"org_code"}))
    for number in range(20):
        sink.put(frame(range(number * 20_000, (number + 1) * 20_000)))
    with pytest.raises(OSError, match="the disk"):
        sink.close()
    assert told == [tmp_path / "records.parquet"]
