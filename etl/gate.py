"""The gate: new batches that would make a feed or a snapshot's window shrink, or nothing readable, are held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from warehouse.archive import NOTE, ArchiveBatch
from warehouse.reference import codes_of

TOLERATED_SHARE = 0.05
TOLERATED_RECORDS = 20
TABLE_OF_FEED = {
    "incident": "core.fct_incident",
    "mediation": "core.fct_mediation",
    "visit": "core.fct_visit",
    "satisfaction": "core.fct_satisfaction",
    "activity": "core.fct_activity",
    "org": "core.dim_org",
    "population": "core.population",
    "visit_target": "core.visit_target",
    "annotation": "core.annotation",
}


def blamed(accepted: Sequence[ArchiveBatch], new: Sequence[ArchiveBatch], *, is_of_machine: bool) -> list[str]:
    """The new batches to hold where nothing sound could be built: those that cannot be read, else all of them.

    None where it is not their fault: the machine's (a full disk), or that of a batch that was published before.
    """
    names = {batch.name for batch in new}
    broken = {batch.name for batch in accepted if not is_readable(batch)}
    if broken - names or (is_of_machine and not broken):
        return []
    return sorted(broken or names)


def is_readable(batch: ArchiveBatch) -> bool:
    """Whether a batch holds the records that its sidecar tells of."""
    if batch.feed == NOTE:
        return True
    try:
        return bool(pl.read_parquet(batch.parquet).height == batch.info["records"])
    except (pl.exceptions.PolarsError, OSError):
        return False


def falls_too_far(before: int, after: int) -> bool:
    """More than 5 % and more than 20 fewer."""
    return before - after > TOLERATED_RECORDS and before - after > before * TOLERATED_SHARE


def shrunken_feeds(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Feeds whose table would lose too many rows; both arguments are rows per table."""
    return [feed for feed, table in TABLE_OF_FEED.items() if falls_too_far(before.get(table, 0), after.get(table, 0))]


def shrunken_snapshots(accepted: Sequence[ArchiveBatch], new: Sequence[ArchiveBatch]) -> list[str]:
    """New snapshot batches that hold far fewer records of their window than stand there now."""
    found = []
    for batch in new:
        if batch.info["delivery"] == "snapshot" and batch.feed != NOTE:
            earlier = [other for other in accepted if other.info["mapping"] == batch.info["mapping"]]
            window = batch.info["window"]
            before, after = records_in_window(earlier, window), records_in_window([batch], window)
            if falls_too_far(before, after):
                found.append(str(batch.info["batch"]))
    return found


def records_in_window(batches: Sequence[ArchiveBatch], window: Sequence[str] | None) -> int:
    """Records that stand in a window after these batches of one mapping, in delivery order: latest versions only,
    without those that a later snapshot of the same days left out."""
    if not batches:
        return 0
    files = [str(batch.parquet) for batch in batches]
    snapshots = [
        (number, *(_days(batch.info["window"])))
        for number, batch in enumerate(batches)
        if batch.info["delivery"] == "snapshot"
    ]
    counting = codes_of("record_status").filter(pl.col("flags").list.contains("counts"))["code"].to_list()
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table snapshot (number integer, first_day date, last_day date)")
        connection.executemany("insert into snapshot values (?, ?, ?)", snapshots or [(-1, None, None)])
        first, last = _days(window)
        has_period = batches[0].info["feed"] not in ("org", "population", "visit_target", "annotation")
        period = "period_start, period_end" if has_period else "null::date as period_start, null::date as period_end"
        row = connection.execute(
            f"""
            with version as (
                select record_key, file_index as number, record_status_code, {period},
                    row_number() over (
                        partition by record_key order by file_index desc, sheet_no desc, line desc
                    ) as age
                from read_parquet($files)
            )
            select count(*) from version
            where age = 1 and list_contains($counting, record_status_code)
                and (period_start is null or (period_start >= $first and period_end <= $last))
                and not exists (
                    select 1 from snapshot
                    where snapshot.number > version.number
                        and (period_start is null or (period_start >= first_day and period_end <= last_day))
                )
            """,
            {"files": files, "first": first, "last": last, "counting": counting},
        ).fetchone()
    return int(row[0]) if row else 0


def _days(window: Sequence[str] | None) -> tuple[date, date]:
    if window is None:
        return date.min, date.max
    return date.fromisoformat(window[0]), date.fromisoformat(window[1])
