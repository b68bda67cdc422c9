"""What the loader must report: known because the demo decided what each row is; no file is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from etl.demo.plan import PlannedFile
from etl.demo.versions import STRUCK_OUT

COUNTS = ("rows_in", "loaded", "quarantined", "duplicates", "dropped", "records")


@dataclass
class Ledger:
    """Every row that was written, file by file, in the order of writing."""

    entries: list[pl.DataFrame] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    def add(self, file: PlannedFile, feed: str, entries: pl.DataFrame, dropped: int) -> None:
        """One file: its rows (id, version, fault, records) and the lines in it that are no rows."""
        number = len(self.files)
        self.files.append(
            {
                "file": file.name,
                "feed": feed,
                "mapping": file.mapping,
                "delivered": file.delivered,
                "dropped": dropped,
            }
        )
        self.entries.append(
            entries.select(
                pl.lit(number, pl.Int32).alias("file"),
                pl.lit(file.mapping).cast(pl.Categorical).alias("mapping"),
                pl.col("id").cast(pl.Int64),
                "version",
                "fault",
                "records",
            )
        )

    def result(self) -> dict[str, Any]:
        """`feeds` as in `status --json`, the same figures by file, and how many keys stand in the end."""
        rows = self._judged()
        by_file = rows.group_by("file").agg(
            pl.len().alias("rows"),
            pl.col("is_copy").sum().alias("duplicates"),
            pl.col("fault").is_not_null().sum().alias("quarantined"),
            pl.col("records").filter(pl.col("fault").is_null()).sum().cast(pl.Int64).alias("records"),
            pl.col("fault").drop_nulls().alias("faults"),
        )
        found = {row["file"]: row for row in by_file.iter_rows(named=True)}
        files = [_file_counts(head, found.get(number)) for number, head in enumerate(self.files)]
        return {"feeds": _by_feed(files), "files": files, "published": _published(rows)}

    def _judged(self) -> pl.DataFrame:
        """All rows in the order of delivery; a copy says the same of its key as the good row before it."""
        order = sorted(range(len(self.files)), key=lambda n: (self.files[n]["delivered"], self.files[n]["file"]))
        rows: pl.DataFrame = pl.concat([self.entries[number] for number in order])
        good = pl.col("fault").is_null()
        before = pl.col("version").shift(1).over("mapping", "id")
        accepted = rows.filter(good).with_columns((pl.col("version") == before).fill_null(False).alias("is_copy"))
        return pl.concat([accepted, rows.filter(~good).with_columns(is_copy=pl.lit(False))])


def _published(rows: pl.DataFrame) -> dict[str, int]:
    """By mapping: keys whose last good row stands; the struck out ones are counted out, not deleted."""
    last = rows.filter(pl.col("fault").is_null()).unique(["mapping", "id"], keep="last", maintain_order=True)
    standing = last.filter(pl.col("version") != STRUCK_OUT).group_by("mapping").len().sort("mapping")
    return {str(mapping): count for mapping, count in standing.iter_rows()}


def _file_counts(head: dict[str, Any], row: dict[str, Any] | None) -> dict[str, Any]:
    found = row or {"rows": 0, "duplicates": 0, "quarantined": 0, "records": 0, "faults": []}
    return {
        "file": head["file"],
        "feed": head["feed"],
        "mapping": head["mapping"],
        "delivered": head["delivered"].isoformat(),
        "rows_in": found["rows"] + head["dropped"],
        "loaded": found["rows"] - found["duplicates"] - found["quarantined"],
        "quarantined": found["quarantined"],
        "duplicates": found["duplicates"],
        "dropped": head["dropped"],
        "records": found["records"],
        "quarantined_by_reason": dict(sorted(Counter(found["faults"]).items())),
    }


def _by_feed(files: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    feeds: dict[str, dict[str, Any]] = {}
    for file in files:
        total = feeds.setdefault(file["feed"], dict.fromkeys(COUNTS, 0) | {"quarantined_by_reason": Counter()})
        for name in COUNTS:
            total[name] += file[name]
        total["quarantined_by_reason"].update(file["quarantined_by_reason"])
    return {
        feed: total | {"quarantined_by_reason": dict(sorted(total["quarantined_by_reason"].items()))}
        for feed, total in feeds.items()
    }
