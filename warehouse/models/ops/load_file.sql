-- 每行一个文件：收到多少行，各到哪里去了 / one row per file: how many rows came, and where each went
select
    b.file_label,
    b.sha256,
    b.feed,
    b.batch,
    b.status,
    cast(null as varchar) as reason_code,
    b.rows_in,
    coalesce(l.source_rows - l.duplicates, 0) as loaded,
    b.quarantined,
    coalesce(l.duplicates, 0) as duplicates,
    b.dropped,
    b.records,
    b.encoding,
    b.earliest_on,
    b.latest_on
from staging.archive_batch as b
left join staging.ledger as l on b.batch = l.batch
union all
select
    r.file_label,
    r.sha256,
    r.feed,
    cast(null as varchar) as batch,
    'refused' as status,
    r.reason as reason_code,
    0 as rows_in,
    0 as loaded,
    0 as quarantined,
    0 as duplicates,
    0 as dropped,
    0 as records,
    cast(null as varchar) as encoding,
    cast(null as date) as earliest_on,
    cast(null as date) as latest_on
from staging.refused_file as r
