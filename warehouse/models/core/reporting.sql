-- 每行一份文件为一个单位（或其中一种纠纷类型）报送的时段 / one row per file and organisation (or type): the window
with reported as (
    select distinct
        w.feed,
        w.batch_no,
        -- Of a unit that was closed the reports stay its own.
        case when o.level_code = 'beat' then o.published_code else w.org_code end as org_code,
        coalesce(w.window_start, b.earliest_on) as window_start,
        coalesce(w.window_end, b.latest_on) as window_end,
        b.file_label
    from staging.archive_window as w
    inner join staging.archive_batch as b on w.feed = b.feed and w.batch_no = b.batch_no
    left join staging.org_place as o on w.org_code = o.org_code
),

-- Null days: the type was not collected at all in this window.
covered as (
    select
        r.feed,
        r.org_code,
        c.dispute_type_code,
        greatest(r.window_start, coalesce(c.covered_from, r.window_start)) as window_start,
        least(r.window_end, coalesce(c.covered_to, r.window_end)) as window_end,
        r.file_label
    from reported as r
    inner join staging.archive_coverage as c on r.feed = c.feed and r.batch_no = c.batch_no
    where r.window_start is not null
)

select
    r.feed,
    r.org_code,
    cast(null as varchar) as dispute_type_code,
    r.window_start,
    r.window_end,
    r.file_label
from reported as r
where r.window_start is not null
union all
select
    c.feed,
    c.org_code,
    c.dispute_type_code,
    case when c.window_start <= c.window_end then c.window_start end as window_start,
    case when c.window_start <= c.window_end then c.window_end end as window_end,
    c.file_label
from covered as c
