"""Which archived records are published: the newest version of each key, unless its source took it back.

The same steps for every feed, so they are made from its name. Only keys that occur more than once are ever
compared: the rest, nearly all, pass through. Results hold row positions and never a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse.model_files import SCRATCH, Model
from warehouse.scratch import write_tables

# Where a row stands, which differs between copies of the same record.
POSITION = ("record_key", "sheet_no", "line")
# Rows with repeated keys stand together (a file delivered again): whole stretches between them are not read.
STRETCH = 16_384
RANGES = 32
LAST_BITS = 22
# Looked at in one go: small enough to take no memory worth speaking of.
PART = 1 << 20

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Repeats:
    """Hashes of the keys that occur more than once in the archive of a feed, and the stretches of rows with such."""

    hashes: Hashes
    stretches: Sequence[int]


def find_repeats(connection: duckdb.DuckDBPyConnection, feed: str, *, scratch: str = SCRATCH) -> Repeats:
    """Read all keys of a feed's archive, of the database `scratch`."""
    # No file has so many rows that their numbers need more; the keys of millions lie in memory at once.
    query = f"select hash(record_key) as record_key, cast(row_no as uinteger) as row_no from {scratch}.archive_{feed}"
    found = connection.sql(query).pl()
    hashes, places = _repeated(found["record_key"].to_numpy())
    stretches = np.flatnonzero(np.bincount(found["row_no"].to_numpy()[places] // STRETCH))
    return Repeats(hashes, stretches.tolist())


def version_models(
    connection: duckdb.DuckDBPyConnection,
    feed: str,
    columns: Sequence[str],
    *,
    scratch: str = SCRATCH,
    repeats: Repeats | None = None,
) -> list[Model]:
    """The scratch tables, of the database `scratch`, that reduce the archive of one feed to what is published of it.

    What this archive does not need is left out of them; `repeats` where they were found before.
    """
    repeats = repeats or find_repeats(connection, feed, scratch=scratch)
    is_unfolded = _is_unfolded(connection, feed, scratch)
    has_period = "period_start" in columns
    content = [name for name in columns if name not in POSITION]
    return [
        Model(scratch, f"version_{feed}", _version(connection, scratch, feed, content, repeats)),
        Model(scratch, f"ledger_{feed}", _ledger(scratch, feed, has_period, is_unfolded)),
        Model(scratch, f"left_out_{feed}", _left_out(scratch, feed, has_period, _org_column(columns))),
    ]


def empty_model(feed: str, *, scratch: str = SCRATCH) -> Model:
    """Of a feed without any batch nothing is left out."""
    sql = "select cast(null as bigint) as batch_no, cast(null as bigint) as row_no where false"
    return Model(scratch, f"left_out_{feed}", sql)


def _is_unfolded(connection: duckdb.DuckDBPyConnection, feed: str, scratch: str) -> bool:
    """Whether a source row may have become several records: only then are there more of them than rows loaded."""
    more = "coalesce(bool_or(records > rows_in - quarantined - dropped), false)"
    rows = connection.execute(f"select {more} from {scratch}.archive_batch where feed = '{feed}'").fetchall()
    return bool(rows[0][0])


def _org_column(columns: Sequence[str]) -> str:
    return "org_code" if "org_code" in columns else "code"


def _repeated(hashes: Hashes) -> tuple[Hashes, Places]:
    """The values that occur more than once, once each, and all places where they stand; a group by takes far longer."""
    suspects = _suspects(hashes)
    order = np.argsort(hashes[suspects])
    ordered, places = hashes[suspects][order], suspects[order]
    is_like_next = ordered[1:] == ordered[:-1]
    is_second = is_like_next.copy()
    is_second[1:] &= ~is_like_next[:-1]
    return ordered[1:][is_second], np.append(places[1:][is_like_next], places[:-1][is_like_next])


def _suspects(hashes: Hashes) -> Places:
    """Where values stand whose last bits are those of one that occurs twice: mostly few, found by sorting alone."""
    is_last = np.zeros(1 << LAST_BITS, np.bool_)
    mask = np.uint64(is_last.size - 1)
    is_last[_twice(hashes) & mask] = True
    parts = ((at, hashes[at : at + PART]) for at in range(0, hashes.size, PART))
    return np.concatenate([np.empty(0, np.int64), *(np.flatnonzero(is_last[part & mask]) + at for at, part in parts)])


def _twice(hashes: Hashes) -> Hashes:
    ordered = np.sort(hashes)
    repeated: Hashes = ordered[1:][ordered[1:] == ordered[:-1]]
    return repeated


def _version(
    connection: duckdb.DuckDBPyConnection, scratch: str, feed: str, content: list[str], repeats: Repeats
) -> str:
    """A copy says, column for column, what the version just before it said (64-bit hash of all columns).

    Two keys with the same hash are both looked at and then told apart by the key itself.
    """
    write_tables(connection, {f"repeated_{feed}": pl.DataFrame({"key": repeats.hashes})}, scratch)
    is_repeated = f"hash(record_key) in (select key from {scratch}.repeated_{feed})"
    return f"""
        with row_of_repeated_key as (
            select record_key, batch_no, row_no, sheet_no, line, hash({", ".join(content)}) as content
            from {scratch}.archive_{feed}
            where {is_repeated} and {rows_within(repeats.stretches)}
        )
        select
            batch_no, row_no, sheet_no, line,
            coalesce(content = lag(content) over delivery, false) as is_copy,
            lead(row_no) over delivery is null as is_newest
        from row_of_repeated_key
        window delivery as (partition by record_key order by batch_no, sheet_no, line, row_no)
    """


def rows_within(stretches: Sequence[int]) -> str:
    """A condition on the row number that Parquet can skip by; always true where it would name too many ranges."""
    runs: list[tuple[int, int]] = []
    for stretch in stretches:
        is_next = runs and runs[-1][1] == stretch - 1
        runs[-1:] = [(runs[-1][0], stretch)] if is_next else [*runs[-1:], (stretch, stretch)]
    if len(runs) > RANGES:
        return "true"
    between = (f"row_no between {first * STRETCH} and {(last + 1) * STRETCH - 1}" for first, last in runs)
    return f"({' or '.join(between) or 'false'})"


def _ledger(scratch: str, feed: str, has_period: bool, is_unfolded: bool) -> str:
    """A source row is a duplicate when all the records it unfolded into are copies."""
    first, last = ("min(period_start)", "max(period_end)") if has_period else ("null", "null")
    # Nearly always a source row is one record, and then records need not be gathered into rows.
    line = "cast(sheet_no as bigint) * 4294967296 + line"
    source_rows = f"count(distinct {line})" if is_unfolded else "count(*)"
    gathered = f"""
            select a.batch_no, a.sheet_no, a.line
            from {scratch}.archive_{feed} as a inner join copied as c
                on a.batch_no = c.batch_no and a.sheet_no = c.sheet_no and a.line = c.line
            group by a.batch_no, a.sheet_no, a.line, c.copies having count(*) = c.copies
    """
    return f"""
        with copied as (
            select batch_no, sheet_no, line, count(*) as copies
            from {scratch}.version_{feed} where is_copy group by batch_no, sheet_no, line
        ), duplicate as ({gathered if is_unfolded else "select batch_no from copied"}
        ), duplicates_of_batch as (
            select batch_no, count(*) as duplicates from duplicate group by batch_no
        ), rows_of_batch as (
            select batch_no, count(*) as records, {source_rows} as source_rows,
                cast({first} as date) as first_on, cast({last} as date) as last_on
            from {scratch}.archive_{feed} group by batch_no
        )
        select b.batch, b.batch_no, coalesce(r.records, 0) as records,
            coalesce(r.source_rows, 0) as source_rows, coalesce(d.duplicates, 0) as duplicates,
            r.first_on, r.last_on
        from {scratch}.archive_batch as b
        left join rows_of_batch as r on r.batch_no = b.batch_no
        left join duplicates_of_batch as d on d.batch_no = b.batch_no
        where b.feed = '{feed}'
    """


def _left_out(scratch: str, feed: str, has_period: bool, org: str) -> str:
    """Replaced versions, records that their source withdrew, and records missing from a later snapshot."""
    # Without a period a snapshot restates everything; with one, what lies wholly inside its window.
    overlaps = "and w.window_start <= l.last_on and w.window_end >= l.first_on" if has_period else ""
    inside = "and a.period_start >= s.window_start and a.period_end <= s.window_end" if has_period else ""
    return f"""
        with restated as (
            select b.batch_no, w.org_code, w.window_start, max(w.window_end) as window_end
            from {scratch}.archive_batch as b
            inner join {scratch}.ledger_{feed} as l on l.batch_no = b.batch_no
            inner join {scratch}.archive_batch as later
                on later.feed = b.feed and later.mapping = b.mapping and later.batch_no > b.batch_no
            inner join {scratch}.archive_window as w
                on w.feed = later.feed and w.batch_no = later.batch_no {overlaps}
            where b.feed = '{feed}' and l.records > 0 and later.delivery = 'snapshot'
            group by b.batch_no, w.org_code, w.window_start
        )
        select batch_no, row_no from {scratch}.version_{feed} where not is_newest
        union
        select a.batch_no, a.row_no
        from {scratch}.archive_{feed} as a left join {scratch}.code_flag as f
            on f.list_code = 'record_status' and f.flag = 'counts' and f.code = a.record_status_code
        where f.code is null
        union
        select a.batch_no, a.row_no
        from {scratch}.archive_{feed} as a inner join restated as s on s.batch_no = a.batch_no {inside}
        where s.org_code is null
        union
        select a.batch_no, a.row_no
        from {scratch}.archive_{feed} as a
        inner join {scratch}.org_line as o on o.org_code = a.{org}
        inner join restated as s on s.batch_no = a.batch_no and s.org_code = o.ancestor_code {inside}
    """


def ledger_model(feeds: Iterable[str]) -> Model:
    """The ledgers of all feeds in one table."""
    parts = [f"select batch, records, source_rows, duplicates from {SCRATCH}.ledger_{feed}" for feed in feeds]
    nothing = "select '' as batch, 0 as records, 0 as source_rows, 0 as duplicates where false"
    return Model(SCRATCH, "ledger", " union all ".join([nothing, *parts]))
