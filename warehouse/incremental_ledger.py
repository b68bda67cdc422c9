"""The ledger of an incremental night: as the last generation has it, with what the changed batches add or alter."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from warehouse.deliveries import Deliveries, NeedsFull
from warehouse.model_files import BEFORE, SCRATCH
from warehouse.scratch import quoted


def write_ledger(
    connection: duckdb.DuckDBPyConnection, deliveries: Deliveries, reference: Collection[str], touched: Collection[str]
) -> None:
    """Make `staging.ledger` for all batches of the next generation.

    Args:
        connection: to the next generation, with both scratch databases.
        deliveries: its batches and those of the last generation.
        reference: feeds that were read whole.
        touched: feeds of which records were looked at.

    Raises:
        NeedsFull: copies among unfolded rows changed, of which not all records were looked at.
    """
    whole = list(reference)
    connection.execute(
        f"""
        create or replace table {SCRATCH}.ledger as
        select f.batch, f.records, f.loaded + f.duplicates as source_rows, f.duplicates
        from ops.load_file as f
        inner join {SCRATCH}.archive_batch as b on f.batch = b.batch
        where not list_contains($whole, f.feed)
        """,
        {"whole": whole},
    )
    came = [batch.name for _, batch in deliveries.changed]
    delivered = {batch.feed for batch in deliveries.after}
    for feed in sorted({*whole, *touched} & delivered):
        connection.execute(
            f"insert into {SCRATCH}.ledger select batch, records, source_rows, duplicates"
            f" from {SCRATCH}.ledger_{feed} where $all or list_contains($came, batch)",
            {"all": feed in whole, "came": came},
        )
    connection.execute(f"""
        insert into {SCRATCH}.ledger
        select b.batch, 0, 0, 0 from {SCRATCH}.archive_batch as b anti join {SCRATCH}.ledger as l on b.batch = l.batch
    """)
    for feed in touched:
        _change_copies(connection, deliveries, feed)


def _change_copies(connection: duckdb.DuckDBPyConnection, deliveries: Deliveries, feed: str) -> None:
    """In batches of both generations, records that became copies, or are none any more, of what stands before them."""
    batches = {number: batch for number, batch in deliveries.numbered if batch.feed == feed}
    changed = set(deliveries.changed_numbers(feed))
    now, then = (f"select batch_no, row_no from {side}.version_{feed} where is_copy" for side in (SCRATCH, BEFORE))
    copies = connection.execute(f"""
        select batch_no, sum(change) from (
            select batch_no, 1 as change from ({now} except {then})
            union all
            select batch_no, -1 as change from ({then} except {now})
        ) group by batch_no
    """).fetchall()
    for number, more in copies:
        if number not in changed:
            batch = batches[number]
            row = connection.execute(
                f"select count(*) = count(distinct (sheet_no, line)) from read_parquet('{quoted(batch.parquet)}')"
            ).fetchone()
            if row != (True,):
                raise NeedsFull("copies among unfolded rows changed")
            connection.execute(
                f"update {SCRATCH}.ledger set duplicates = duplicates + $more where batch = $batch",
                {"more": int(more), "batch": batch.name},
            )
