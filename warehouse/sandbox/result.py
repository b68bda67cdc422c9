"""The answer to a query: columns and rows for people and programs, Arrow batches for downloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa


@dataclass(frozen=True)
class Result:
    """One answer, whole in memory and within the byte limit.

    Attributes:
        columns: names as the engine gives them; may repeat and may be empty.
        types: the engine's types in the same order (`VARCHAR`, `DATE`, `STRUCT(a INTEGER)` …).
        schema: the same as an Arrow schema; equal names are numbered there, so that a file can hold them.
        milliseconds: from the start of the worker to the last byte, without the time in the queue.
        truncated_by: `rows` or `bytes` where the answer is longer than shown, else None.
    """

    columns: list[str]
    types: list[str]
    schema: pa.Schema
    milliseconds: float
    truncated_by: Literal["rows", "bytes"] | None
    _batches: Sequence[pa.RecordBatch]

    @property
    def is_truncated(self) -> bool:
        """Whether rows were left out."""
        return self.truncated_by is not None

    @cached_property
    def rows(self) -> list[tuple[Any, ...]]:
        """Python values; a date that Python has none for (`infinity`, years beyond 9999) is its text."""
        raise NotImplementedError

    @property
    def row_count(self) -> int:
        """Rows that are here."""
        return sum(batch.num_rows for batch in self._batches)

    @property
    def byte_count(self) -> int:
        """Their size in Arrow."""
        return sum(batch.nbytes for batch in self._batches)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches of one schema, to write Parquet, CSV or XLSX from."""
        yield from self._batches

    def table(self) -> pa.Table:
        """The rows as one Arrow table (`polars.from_arrow(result.table())` makes a frame)."""
        return pa.Table.from_batches(self._batches, self.schema)
