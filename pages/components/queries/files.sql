-- 每行一个文件：行数到哪里去了，是否相符 / one row per file: where its rows went, and whether they add up
select
    l.file_label,
    coalesce(f.zh, l.feed) as feed_zh,
    coalesce(f.en, l.feed) as feed_en,
    l.feed,
    l.status,
    s.zh as status_zh,
    s.en as status_en,
    l.reason_code,
    l.rows_in,
    l.loaded,
    l.quarantined,
    l.duplicates,
    l.dropped,
    l.records,
    l.rows_in = l.loaded + l.quarantined + l.duplicates + l.dropped as is_balanced,
    l.encoding,
    l.earliest_on,
    l.latest_on,
    b.delivered_at
from ops.load_file as l
left join ops.batch as b on l.batch = b.batch
left join core.dim_code as f on f.list_code = 'feed' and l.feed = f.code
left join core.dim_code as s on s.list_code = 'load_status' and l.status = s.code
order by b.delivered_at desc nulls first, l.file_label asc
