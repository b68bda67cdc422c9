"""What the operator sees: the current generation, every file's balance, what is held, refused or wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from etl.advice import advice
from etl.ledger import BatchStates, StatesDamaged, read_refused, read_states
from warehouse.archive import ArchiveBatch, ArchiveDamaged, read_batches
from warehouse.generations import Generation, current_generation, is_being_written, last_night

COUNTS = ("rows_in", "loaded", "quarantined", "duplicates", "dropped", "records")


def status(data: Path) -> dict[str, Any]:
    """The object of `status --json` (design §6), totals over the batches of the current generation."""
    current, unreadable = current_generation(data), []
    states, archived = BatchStates(), []
    try:
        states = read_states(data)
        archived = read_batches(data / "archive")
    except (StatesDamaged, ArchiveDamaged) as error:
        unreadable.append(str(error))
    published = set(current.batches) if current else set()
    standing = [batch for batch in archived if batch.name in published]
    files = [file_entry(batch, current, "loaded") for batch in standing]
    files += [file_entry(batch, None, "held") for batch in archived if batch.name in states.held]
    files += _refused_files(data, {str(batch.info["sha256"]) for batch in archived})
    return {
        "generation": current.id if current else None,
        "built_at": current.manifest.get("built_at") if current else None,
        "data_until": current.manifest.get("data_until", {}) if current else {},
        "feeds": feed_totals(standing, current),
        "files": files,
        "held": sorted(states.held),
        "problems": advice(data, held=sorted(states.held), unreadable=unreadable),
        "is_running": is_being_written(data),
        "night": _night(data),
    }


def _night(data: Path) -> dict[str, Any] | None:
    """When the last night ran and how it ended."""
    night = last_night(data)
    told = ("started_at", "finished_at", "is_published", "exit_code")
    return {name: night.get(name) for name in told} if night else None


def file_entry(batch: ArchiveBatch, generation: Generation | None, state: str) -> dict[str, Any]:
    """One file: its counts balance; duplicates are those that the generation found among its batches."""
    info = batch.info
    archived = info["rows_in"] - info["quarantined"] - info["dropped"]
    judged = generation.manifest["ledger"].get(batch.name, {}) if generation else {}
    return {
        "file": info["file"],
        "feed": info["feed"],
        "batch": batch.name,
        "status": state,
        "rows_in": info["rows_in"],
        "loaded": judged.get("loaded", archived),
        "quarantined": info["quarantined"],
        "duplicates": judged.get("duplicates", 0),
        "dropped": info["dropped"],
        "records": info["records"],
        "quarantined_by_reason": info["quarantined_by_reason"],
        "warnings": info["warnings"],
        "reason": None,
    }


def feed_totals(batches: Sequence[ArchiveBatch], generation: Generation | None) -> dict[str, Any]:
    """Sums of the counts and of the reasons per feed."""
    totals: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for batch in batches:
        entry = file_entry(batch, generation, "loaded")
        if entry["feed"] == "none":
            continue
        totals.setdefault(entry["feed"], Counter()).update({name: entry[name] for name in COUNTS})
        reasons.setdefault(entry["feed"], Counter()).update(entry["quarantined_by_reason"])
    return {
        feed: {name: total[name] for name in COUNTS} | {"quarantined_by_reason": dict(sorted(reasons[feed].items()))}
        for feed, total in sorted(totals.items())
    }


def _refused_files(data: Path, archived: set[str]) -> list[dict[str, Any]]:
    """Refused files that have not been loaded since; of several refusals of one content the last."""
    latest = {entry["sha256"]: entry for entry in read_refused(data) if entry["sha256"] not in archived}
    zero = dict.fromkeys(COUNTS, 0)
    return [
        {"file": entry["file"], "feed": None, "status": "refused", **zero, "reason": entry["reason"]}
        | {key: entry[key] for key in ("sheet", "line", "found", "expected", "zh", "en")}
        for entry in latest.values()
    ]


def exit_code(report: dict[str, Any]) -> int:
    """0 last night was good, 3 it needs a look, 1 there is no usable generation."""
    if report["generation"] is None:
        return 1
    return 3 if report["problems"] else 0


def quarantined_rows(data: Path, *, reason: str | None = None) -> pl.DataFrame:
    """Quarantined rows of all archived batches: batch, file, sheet, line, reason, field, redacted values."""
    frames = []
    for batch in read_batches(data / "archive"):
        path = data / "quarantine" / batch.info["feed"] / f"{batch.name}.parquet"
        if path.is_file():
            rows = pl.read_parquet(path)
            own = [
                pl.lit(batch.name).alias("batch"),
                pl.lit(batch.info["feed"]).alias("feed"),
                pl.lit(batch.info["file"]).alias("file"),
                pl.lit(batch.info["sheet"], dtype=pl.String).alias("sheet"),
            ]
            frames.append(
                rows.with_columns(own).select(
                    "feed", "batch", "file", "sheet", pl.exclude("feed", "batch", "file", "sheet")
                )
            )
    rows = pl.concat(frames) if frames else pl.DataFrame(schema={"reason_code": pl.String})
    return rows.filter(pl.col("reason_code") == reason) if reason else rows
