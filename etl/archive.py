"""The archive: one Parquet file and one JSON file per batch, append-only, pseudonymous, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import polars as pl

from etl.feeds import FEEDS, Feed
from etl.quarantine import QUARANTINE
from etl.sink import ParquetSink
from warehouse import durable
from warehouse.archive import NOTE
from warehouse.generations import write_json


def empty_records(feed: Feed) -> pl.DataFrame:
    """No records, all columns: the template of a feed's archive."""
    return feed.record.create_empty()


def write_templates(folder: Path) -> Path:
    """One empty Parquet file per feed, so that a feed without batches still has a typed table."""
    folder.mkdir(parents=True, exist_ok=True)
    for feed in FEEDS.values():
        empty_records(feed).write_parquet(folder / f"{feed.name}.parquet")
    return folder


class ArchiveWriter:
    """Appends record frames to a batch's Parquet file; `commit` makes it visible, leaving it undone removes it."""

    def __init__(self, data: Path, feed: Feed, batch: str) -> None:
        folder = data / "archive" / feed.name
        durable.make_folder(folder)
        self.final = folder / f"{batch}.parquet"
        self._fresh = durable.fresh_name(self.final)
        self._feed = feed
        self._quarantine = data / "quarantine" / feed.name / f"{batch}.parquet"
        self._quarantined: list[pl.DataFrame] = []

    def __enter__(self) -> Self:
        codes = {field.name for field in self._feed.fields if field.kind in ("org", "code")}
        self._sink = ParquetSink(self._fresh, empty_records(self._feed), categories=frozenset(codes))
        return self

    def append(self, records: pl.DataFrame) -> None:
        """Add the records of one chunk."""
        if records.height:
            self._sink.put(records)

    def set_aside(self, quarantined: pl.DataFrame) -> None:
        """Add quarantined rows."""
        if quarantined.height:
            self._quarantined.append(quarantined)

    def take_conflicts(self) -> tuple[pl.DataFrame, int]:
        """Set aside every source row whose key stands in this file with two contents; these rows, and their records."""
        self._sink.close()
        records = pl.read_parquet(self._fresh)
        content = [name for name in records.columns if name not in ("record_key", "sheet_no", "line")]
        is_torn = pl.struct(content).n_unique().over("record_key") > 1
        rows = records.filter(is_torn).select("sheet_no", "line").unique(maintain_order=True)
        kept = records.join(rows, on=["sheet_no", "line"], how="anti", maintain_order="left")
        kept.write_parquet(self._fresh, compression="uncompressed")
        told = {"reason_code": pl.lit("duplicate_conflict"), "field": pl.lit("")}
        nothing = {name: pl.lit(None, dtype=pl.String) for name in ("header", "values")}
        quarantined = rows.with_columns(**told, **nothing).select(*QUARANTINE)
        self.set_aside(quarantined)
        return quarantined, records.height - kept.height

    def commit(self, info: dict[str, Any]) -> None:
        """Close, sync and publish the batch; its JSON comes last and is what makes the batch exist."""
        self._sink.close()
        self._write_quarantine()
        durable.move(self._fresh, self.final)
        sidecar = self.final.with_suffix(".json")
        try:
            write_json(sidecar, info)
        except OSError:
            # Once the JSON has its name, only the wait for the disk failed: the batch exists, and needs its records.
            if not sidecar.exists():
                self.final.unlink(missing_ok=True)
            raise

    def _write_quarantine(self) -> None:
        if not self._quarantined:
            return
        durable.make_folder(self._quarantine.parent)
        fresh = durable.fresh_name(self._quarantine)
        pl.concat(self._quarantined).cast(QUARANTINE).write_parquet(fresh)  # type: ignore[arg-type]
        durable.move(fresh, self._quarantine)

    def __exit__(self, *exception: object) -> None:
        try:
            self._sink.close()
        finally:
            self._fresh.unlink(missing_ok=True)


def write_note(data: Path, info: dict[str, Any]) -> dict[str, Any]:
    """Remember a file of which nothing is loaded (`feed = "none"`): a batch without records."""
    write_json(data / "archive" / NOTE / f"{info['batch']}.json", info)
    return info
