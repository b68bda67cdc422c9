"""Where in an archive file a key stands: sorted hashes beside the archive, so that few keys are found without a scan.

An index is made from its file alone and made again where it is missing; it holds hashes of pseudonyms and row numbers.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from warehouse.archive import ArchiveBatch
from warehouse.reference import read_codes

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

KEY = "key"
DISPUTE = "dispute"
TARGET = "target"
PROTECTED = "protected"
LIST = "list"
_MONTH = "year({day}) * 12 + month({day})"


@cache
def index_expressions(feed: str) -> dict[str, str]:
    """What the rows of a feed are looked up by: name -> hash in SQL, null where a row is not to be found by it."""
    month_of_visit, month_of_list = _MONTH.format(day="visited_on"), _MONTH.format(day="month_start")
    own: dict[str, dict[str, str]] = {
        "incident": {DISPUTE: "case when dispute_key is not null then hash(dispute_key) end"},
        "visit": {
            TARGET: f"case when target_key is not null then hash(target_key, {month_of_visit}) end",
            # These are published by month and station only: a total is added up again from all its rows.
            PROTECTED: f"case when {_is_protected()} then hash(org_code, {_MONTH.format(day='period_start')}) end",
        },
        "visit_target": {
            TARGET: f"case when target_key is not null then hash(target_key, {month_of_list}) end",
            LIST: f"hash(category_code, {month_of_list})",
        },
    }
    return {KEY: "hash(record_key)"} | own.get(feed, {})


@cache
def _is_protected() -> str:
    codes = read_codes().explode("flags").filter(flags="month_station_only")
    parts = []
    for column in ("category", "purpose"):
        flagged = ", ".join(f"'{code}'" for code in codes.filter(list_code=f"visit_{column}")["code"].sort())
        parts.append(f"coalesce({column}_code in ({flagged}), false)")
    return " or ".join(parts)


@dataclass(frozen=True)
class KeyIndex:
    """The indexes of an archive's files, kept in a folder of their own."""

    folder: Path

    def find(self, connection: duckdb.DuckDBPyConnection, feed: str, file: Path, name: str, wanted: Hashes) -> Rows:
        """Row numbers in an archive file whose hash is one of `wanted` (sorted, without repetition)."""
        hashes, rows = self._open(connection, feed, file, name)
        first, last = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, side="right")
        # Most files hold none of them.
        (hit,) = np.nonzero(last > first)
        found = [rows[start:stop] for start, stop in zip(first[hit], last[hit], strict=True)]
        return np.concatenate(found).astype(np.int64) if found else np.empty(0, np.int64)

    def _open(self, connection: duckdb.DuckDBPyConnection, feed: str, file: Path, name: str) -> npt.NDArray[np.uint64]:
        path = self._path(feed, file, name)
        try:
            return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]
        except (OSError, EOFError, ValueError):
            # Never made, or cut off by a crash.
            path.unlink(missing_ok=True)
            self.make(connection, feed, file)
            return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]

    def make(self, connection: duckdb.DuckDBPyConnection, feed: str, file: Path) -> None:
        """Write the indexes of an archive file that are not yet there."""
        missing = {n: sql for n, sql in index_expressions(feed).items() if not self._path(feed, file, n).is_file()}
        for name, expression in missing.items():
            found = connection.execute(
                f"select {expression} as hash, file_row_number as row_no from read_parquet($file)"
                f" where {expression} is not null",
                {"file": str(file)},
            ).fetchnumpy()
            order = np.argsort(found["hash"], kind="stable")
            path = self._path(feed, file, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.new")
            with fresh.open("wb") as handle:
                np.save(handle, np.stack([found["hash"][order], found["row_no"][order].astype(np.uint64)]))
            os.replace(fresh, path)

    def make_all(self, batches: Iterable[ArchiveBatch]) -> None:
        """Write what is missing of the indexes of these batches, while they are warm."""
        with duckdb.connect(":memory:") as connection:
            for feed, file in sorted({(batch.feed, batch.parquet) for batch in batches if batch.records}):
                self.make(connection, feed, file)

    def _path(self, feed: str, file: Path, name: str) -> Path:
        return self.folder / feed / f"{file.stem}-{file.stat().st_size}.{name}-{_fingerprint(feed, name)}.npy"


@cache
def _fingerprint(feed: str, name: str) -> str:
    """An index of another engine's hashes, or of other code tables, is none."""
    text = duckdb.__version__ + index_expressions(feed)[name]
    return hashlib.sha256(text.encode()).hexdigest()[:8]
