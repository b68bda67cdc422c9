"""Frames, one after the other, into one Parquet file, written in a thread of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Full, Queue

import polars as pl
from polars.io.plugins import register_io_source

from warehouse.durable import Disk

WAITING_FRAMES = 1
# Groups of 8,192 rows take a third longer to write; single rows are not read any faster from them.
ROW_GROUP = 32_768
_PATIENCE_SECONDS = 0.2
# Not a step of the watched disk: when it is taken depends on how fast others are.
flush = Disk().sync


class ParquetSink:
    """Takes frames by `put` until `close`; what goes wrong while writing is raised by either."""

    def __init__(self, path: Path, template: pl.DataFrame, *, categories: frozenset[str]) -> None:
        """`template`: no rows, the columns as they are to be read back; `categories`: its texts of few words."""
        self._path = path
        self._template = template
        self._types = {n: pl.Categorical() if n in categories else t for n, t in template.schema.items()}
        self._frames: Queue[pl.DataFrame | None] = Queue(WAITING_FRAMES)
        self._pool = ThreadPoolExecutor(2)
        self._done = self._pool.submit(self._write)
        self._flushed: Future[None] | None = None

    def put(self, frame: pl.DataFrame) -> None:
        """Hand over a frame; waits while the one before is not yet taken."""
        # Mostly every column has its type already.
        there = frame.schema
        others = [pl.col(name).cast(dtype) for name, dtype in self._types.items() if there[name] != dtype]
        typed = frame.with_columns(others) if others else frame
        self._hand_over(typed if typed.columns == [*self._types] else typed.select(*self._types))

    def close(self) -> None:
        """Wait until all is written; a second call does nothing."""
        if not self._done.done():
            self._hand_over(None)
        try:
            self._done.result()
            if self._flushed:
                self._flushed.result()
        finally:
            self._pool.shutdown()

    def _hand_over(self, frame: pl.DataFrame | None) -> None:
        while not self._done.done():
            try:
                return self._frames.put(frame, timeout=_PATIENCE_SECONDS)
            except Full:
                continue
        return self._done.result()

    def _write(self) -> None:
        def frames(*_: object) -> Iterator[pl.DataFrame]:
            while (frame := self._frames.get()) is not None:
                yield frame
                self._flush()

        source = register_io_source(frames, schema=self._types)
        # Nearly all that could shrink are random digits of keys, by half: that took two fifths of the time of writing.
        # Statistics would cost a quarter of it, and nobody looks for single records in an archive.
        source.sink_parquet(
            self._path,
            compression="uncompressed",
            statistics=False,
            row_group_size=ROW_GROUP,
            metadata=_plain_types(self._template),
        )

    def _flush(self) -> None:
        """Have what is written so far put on the disk beside the work: little is left to wait for at the end.

        A disk tells of a failure once: `close` raises it, as the file's last sync may not meet it again.
        """
        is_free = self._flushed is None or (self._flushed.done() and self._flushed.exception() is None)
        if is_free and self._path.exists():
            self._flushed = self._pool.submit(flush, self._path)


def _plain_types(template: pl.DataFrame) -> dict[str, str]:
    """The note by which readers restore types, naming texts where categories are written: Parquet has but texts."""
    schema = template.to_arrow().schema
    return {"ARROW:schema": base64.b64encode(schema.serialize().to_pybytes()).decode("ascii")}
