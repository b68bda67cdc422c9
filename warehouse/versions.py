"""Which archived records are published: the newest version of each key, unless its source took it back.

The same four steps for every feed, so they are made from its name. Only keys that occur more than once are
ever compared: the rest, nearly all, pass through. Results hold row positions and never a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warehouse.model_files import SCRATCH, Model

# Where a row stands, which differs between copies of the same record.
POSITION = ("record_key", "sheet_no", "line")


def version_models(feed: str, columns: Sequence[str]) -> list[Model]:
    """The scratch tables that reduce the archive of one feed to what is published of it."""
    has_period = "period_start" in columns
    return [
        _model(f"repeated_{feed}", _repeated(feed)),
        _model(f"version_{feed}", _version(feed, [name for name in columns if name not in POSITION])),
        _model(f"ledger_{feed}", _ledger(feed, has_period)),
        _model(f"left_out_{feed}", _left_out(feed, has_period, _org_column(columns))),
    ]


def _model(name: str, sql: str) -> Model:
    return Model(SCRATCH, name, sql)


def _org_column(columns: Sequence[str]) -> str:
    return "org_code" if "org_code" in columns else "code"


def _repeated(feed: str) -> str:
    return f"""
        select record_key from {SCRATCH}.archive_{feed} group by record_key having count(*) > 1
    """


def _version(feed: str, content: list[str]) -> str:
    """A copy says, column for column, what the version just before it said (64-bit hash of all columns)."""
    return f"""
        with row_of_repeated_key as (
            select record_key, batch_no, row_no, sheet_no, line, hash({", ".join(content)}) as content
            from {SCRATCH}.archive_{feed}
            where record_key in (select record_key from {SCRATCH}.repeated_{feed})
        )
        select
            batch_no, row_no, sheet_no, line,
            coalesce(content = lag(content) over delivery, false) as is_copy,
            lead(row_no) over delivery is null as is_newest
        from row_of_repeated_key
        window delivery as (partition by record_key order by batch_no, sheet_no, line, row_no)
    """


def _ledger(feed: str, has_period: bool) -> str:
    """A source row is a duplicate when all the records it unfolded into are copies."""
    first, last = ("min(period_start)", "max(period_end)") if has_period else ("null", "null")
    return f"""
        with copied as (
            select batch_no, sheet_no, line, count(*) as copies
            from {SCRATCH}.version_{feed} where is_copy group by batch_no, sheet_no, line
        ), duplicate as (
            select c.batch_no, c.sheet_no, c.line
            from copied as c inner join {SCRATCH}.archive_{feed} as a
                on a.batch_no = c.batch_no and a.sheet_no = c.sheet_no and a.line = c.line
            group by c.batch_no, c.sheet_no, c.line, c.copies having count(*) = c.copies
        ), duplicates_of_batch as (
            select batch_no, count(*) as duplicates from duplicate group by batch_no
        ), rows_of_batch as (
            select batch_no, count(*) as records,
                count(distinct cast(sheet_no as bigint) * 4294967296 + line) as source_rows,
                cast({first} as date) as first_on, cast({last} as date) as last_on
            from {SCRATCH}.archive_{feed} group by batch_no
        )
        select b.batch, b.batch_no, coalesce(r.records, 0) as records,
            coalesce(r.source_rows, 0) as source_rows, coalesce(d.duplicates, 0) as duplicates,
            r.first_on, r.last_on
        from {SCRATCH}.archive_batch as b
        left join rows_of_batch as r on r.batch_no = b.batch_no
        left join duplicates_of_batch as d on d.batch_no = b.batch_no
        where b.feed = '{feed}'
    """


def _left_out(feed: str, has_period: bool, org: str) -> str:
    """Replaced versions, records that their source withdrew, and records missing from a later snapshot."""
    # Without a period a snapshot restates everything; with one, what lies wholly inside its window.
    overlaps = "and w.window_start <= l.last_on and w.window_end >= l.first_on" if has_period else ""
    inside = "and a.period_start >= s.window_start and a.period_end <= s.window_end" if has_period else ""
    return f"""
        with restated as (
            select b.batch_no, w.org_code, w.window_start, max(w.window_end) as window_end
            from {SCRATCH}.archive_batch as b
            inner join {SCRATCH}.ledger_{feed} as l on l.batch_no = b.batch_no
            inner join {SCRATCH}.archive_batch as later
                on later.feed = b.feed and later.mapping = b.mapping and later.batch_no > b.batch_no
            inner join {SCRATCH}.archive_window as w
                on w.feed = later.feed and w.batch_no = later.batch_no {overlaps}
            where b.feed = '{feed}' and later.delivery = 'snapshot'
            group by b.batch_no, w.org_code, w.window_start
        )
        select batch_no, row_no from {SCRATCH}.version_{feed} where not is_newest
        union
        select a.batch_no, a.row_no
        from {SCRATCH}.archive_{feed} as a left join {SCRATCH}.code_flag as f
            on f.list_code = 'record_status' and f.flag = 'counts' and f.code = a.record_status_code
        where f.code is null
        union
        select a.batch_no, a.row_no
        from {SCRATCH}.archive_{feed} as a inner join restated as s on s.batch_no = a.batch_no {inside}
        where s.org_code is null
        union
        select a.batch_no, a.row_no
        from {SCRATCH}.archive_{feed} as a
        inner join {SCRATCH}.org_line as o on o.org_code = a.{org}
        inner join restated as s on s.batch_no = a.batch_no and s.org_code = o.ancestor_code {inside}
    """


def ledger_model(feeds: Iterable[str]) -> Model:
    """The ledgers of all feeds in one table."""
    parts = [f"select batch, records, source_rows, duplicates from {SCRATCH}.ledger_{feed}" for feed in feeds]
    return _model("ledger", " union all ".join(parts))
