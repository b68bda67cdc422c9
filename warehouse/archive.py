"""The archive as the builder sees it: batches in delivery order, and what their sidecars say as tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

Columns = Mapping[str, pl.DataType]

BATCH_COLUMNS: Columns = {
    "feed": pl.String(),
    "batch_no": pl.Int64(),
    "batch": pl.String(),
    "mapping": pl.String(),
    "file_label": pl.String(),
    "sha256": pl.String(),
    "status": pl.String(),
    "encoding": pl.String(),
    "delivered_at": pl.Datetime("us"),
    "loaded_at": pl.Datetime("us"),
    "delivery": pl.String(),
    "rows_in": pl.Int64(),
    "quarantined": pl.Int64(),
    "dropped": pl.Int64(),
    "records": pl.Int64(),
    "earliest_on": pl.Date(),
    "latest_on": pl.Date(),
}
WINDOW_COLUMNS: Columns = {
    "feed": pl.String(),
    "batch_no": pl.Int64(),
    "org_code": pl.String(),
    "window_start": pl.Date(),
    "window_end": pl.Date(),
}
COVERAGE_COLUMNS: Columns = {
    "feed": pl.String(),
    "batch_no": pl.Int64(),
    "dispute_type_code": pl.String(),
    "covered_from": pl.Date(),
    "covered_to": pl.Date(),
}
QUARANTINE_COLUMNS: Columns = {"batch": pl.String(), "reason_code": pl.String(), "rows": pl.Int64()}
ORG_COLUMNS: Columns = {name: pl.String() for name in ("code", "name", "parent_code", "level_code")}
DISPUTE_TYPE_COLUMNS: Columns = {name: pl.String() for name in ("code", "name", "parent_code")}
REFUSED_COLUMNS: Columns = {name: pl.String() for name in ("file_label", "sha256", "feed", "reason")}
# The feed of a batch that has no records: a file of which nothing is loaded.
NOTE = "none"


class ArchiveDamaged(Exception):
    """A file of the archive cannot be read or is gone; the text says which, in Chinese and English."""


@dataclass(frozen=True)
class ArchiveBatch:
    """One archived batch: the file of its records, and the sidecar that tells where from."""

    parquet: Path
    info: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the batch, unique in the archive."""
        return str(self.info["batch"])

    @property
    def feed(self) -> str:
        """The feed of its records."""
        return str(self.info["feed"])

    @property
    def records(self) -> int:
        """How many records it holds."""
        return int(self.info["records"])


def read_batches(archive: Path) -> list[ArchiveBatch]:
    """All batches of an archive in delivery order.

    Raises:
        ArchiveDamaged: a sidecar is not what was written, or its records are gone; only a backup has them.
    """
    sidecars = (path for path in sorted(archive.glob("*/*.json")) if not path.name.startswith("."))
    return in_delivery_order(_batch(path) for path in sidecars)


def _batch(sidecar: Path) -> ArchiveBatch:
    try:
        info = json.loads(sidecar.read_text("utf-8"))
    except ValueError:
        info = None
    if not isinstance(info, dict) or info.get("batch") != sidecar.stem:
        raise _damaged(sidecar, "已损坏", "is damaged")
    batch = ArchiveBatch(sidecar.with_suffix(".parquet"), info)
    if batch.feed != NOTE and not batch.parquet.exists():
        raise _damaged(batch.parquet, "不见了", "is gone")
    return batch


def _damaged(path: Path, zh: str, en: str) -> ArchiveDamaged:
    name = f"{path.parent.name}/{path.name}"
    return ArchiveDamaged(f"归档文件 {name} {zh}：请从备份恢复 / {name} of the archive {en}: restore its backup")


def in_delivery_order(batches: Iterable[ArchiveBatch]) -> list[ArchiveBatch]:
    """Oldest delivery first; equal times are told apart by file, then by batch."""
    return sorted(batches, key=lambda batch: (batch.info["delivered_at"], batch.info["file"], batch.name))


def number_batches(batches: Iterable[ArchiveBatch]) -> list[tuple[int, ArchiveBatch]]:
    """Each batch with its place in the deliveries of its feed, from 1."""
    seen: Counter[str] = Counter()
    numbered = []
    for batch in in_delivery_order(batches):
        seen[batch.feed] += 1
        numbered.append((seen[batch.feed], batch))
    return numbered


Numbered = Sequence[tuple[int, ArchiveBatch]]


def base_tables(numbered: Numbered, refused: Sequence[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """What the sidecars (and this night's refusals) say, as the tables of `staging` that models read."""
    return {
        **delivery_tables(numbered),
        "archive_coverage": _frame(_coverage(numbered), COVERAGE_COLUMNS),
        "archive_quarantine": _frame(_quarantine(numbered), QUARANTINE_COLUMNS),
        "registered_org": _frame(_registered(numbered, "org"), ORG_COLUMNS),
        "registered_dispute_type": _frame(_registered(numbered, "dispute_type"), DISPUTE_TYPE_COLUMNS),
        "refused_file": _frame(refused, REFUSED_COLUMNS),
    }


def delivery_tables(numbered: Numbered) -> dict[str, pl.DataFrame]:
    """What decides between versions of a record: the batches and the windows that they speak for."""
    return {
        "archive_batch": _frame(({**b.info, "batch_no": number} for number, b in numbered), BATCH_COLUMNS),
        "archive_window": _frame(_windows(numbered), WINDOW_COLUMNS),
    }


def _windows(numbered: Numbered) -> Iterator[dict[str, Any]]:
    """The window of each batch per organisation it reports for; no organisation means the whole bureau."""
    for number, batch in numbered:
        start, end = batch.info.get("window") or (None, None)
        reports_for = batch.info.get("reports_for", "bureau")
        for org_code in [None] if reports_for == "bureau" else reports_for:
            row = {"feed": batch.feed, "batch_no": number, "org_code": org_code}
            yield row | {"window_start": start, "window_end": end}


def _coverage(numbered: Numbered) -> Iterator[dict[str, Any]]:
    for number, batch in numbered:
        for covered in batch.info.get("coverage") or []:
            row = {"feed": batch.feed, "batch_no": number, "dispute_type_code": covered["dispute_type_code"]}
            yield row | {"covered_from": covered.get("from"), "covered_to": covered.get("to")}


def _quarantine(numbered: Numbered) -> Iterator[dict[str, Any]]:
    for _, batch in numbered:
        for reason, rows in (batch.info.get("quarantined_by_reason") or {}).items():
            yield {"batch": batch.name, "reason_code": reason, "rows": rows}


def _registered(numbered: Numbered, what: str) -> Iterable[dict[str, Any]]:
    """What files themselves registered; the last delivery of a code wins, whichever feed brought it."""
    ordered = in_delivery_order(batch for _, batch in numbered)
    rows = (row for batch in ordered for row in (batch.info.get("registered") or {}).get(what, []))
    return {row["code"]: row for row in rows}.values()


def _frame(rows: Iterable[Mapping[str, Any]], columns: Columns) -> pl.DataFrame:
    """Rows as a frame of exactly these columns; days and times are ISO text, as in JSON."""
    held = list(rows)
    return pl.DataFrame([_series(name, [row.get(name) for row in held], dtype) for name, dtype in columns.items()])


def _series(name: str, values: Sequence[Any], dtype: pl.DataType) -> pl.Series:
    if isinstance(dtype, pl.Datetime):
        return pl.Series(name, values, pl.String).str.to_datetime(time_unit="us")
    return (
        pl.Series(name, values, pl.String).str.to_date()
        if isinstance(dtype, pl.Date)
        else pl.Series(name, values, dtype)
    )
