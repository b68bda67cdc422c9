"""The answer to a query: columns and rows for people and programs, Arrow batches for downloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.sandbox.python_values import python_column

Cut = Literal["rows", "bytes"]
_BIG, _LONG = 2**63 - 1, "HUGEINT"


@dataclass(frozen=True)
class Result:
    """One answer, whole in memory and within the byte limit.

    Attributes:
        columns: names as the engine gives them; may repeat.
        types: the engine's types in the same order (`VARCHAR`, `DATE`, `STRUCT(a INTEGER)` …). Intervals, bit strings,
            geometries and variants are text in rows and batches (variants JSON).
        schema: the columns in Arrow; equal names are numbered there, so that a file can hold them.
        milliseconds: from the start of the worker to the last byte, without the time in the queue.
        truncated_by: `rows` or `bytes` where the answer is longer than what is here, else None.
    """

    columns: list[str]
    types: list[str]
    schema: pa.Schema
    milliseconds: float
    truncated_by: Cut | None
    _batches: Sequence[pa.RecordBatch]

    @property
    def is_truncated(self) -> bool:
        """Whether rows were left out."""
        return self.truncated_by is not None

    @cached_property
    def rows(self) -> list[tuple[Any, ...]]:
        """Python values; a date that Python has none for (`infinity`, years beyond 9999) is its text."""
        rows: list[tuple[Any, ...]] = []
        for batch in self._batches:
            pairs = zip(batch.columns, self.types, strict=True)
            rows += zip(*(python_column(column, name) for column, name in pairs), strict=True)
        return rows

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


def make_result(
    columns: list[str],
    types: list[str],
    milliseconds: float,
    cut: Cut | None,
    schema: pa.Schema,
    batches: Sequence[pa.RecordBatch],
) -> Result:
    """A result whose Arrow columns have names of their own; sums come as 64-bit integers where all of them fit.

    Raises:
        ValueError: columns, types and schema do not belong together.
    """
    if not len(columns) == len(types) == len(schema):
        raise ValueError("columns, types and schema differ in length")
    fields = []
    for place, (name, kind) in enumerate(zip(unique(columns), types, strict=True)):
        is_short = kind == _LONG and all(_fits(batch.column(place)) for batch in batches)
        fields.append(pa.field(name, pa.int64() if is_short else schema.field(place).type))
    renamed = pa.schema(fields)
    made = [
        pa.RecordBatch.from_arrays(
            [
                column.cast(field.type) if column.type != field.type else column
                for column, field in zip(batch.columns, renamed, strict=True)
            ],
            schema=renamed,
        )
        for batch in batches
    ]
    return Result(columns, types, renamed, milliseconds, cut, made)


def unique(names: Sequence[str]) -> list[str]:
    """The names, the second of its kind with _2, and so on."""
    made: list[str] = []
    for name in names:
        chosen, number = name, 1
        while chosen in made:
            number += 1
            chosen = f"{name}_{number}"
        made.append(chosen)
    return made


def _fits(column: pa.Array) -> bool:
    extremes = pc.min_max(column).as_py()
    return extremes["min"] is None or (extremes["min"] >= -_BIG and extremes["max"] <= _BIG)
