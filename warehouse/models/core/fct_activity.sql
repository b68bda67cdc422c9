-- 每行一个单位一天（或一个时段）一项工作的数量 / one row per organisation, day (or period) and kind of work
select
    p.published_code as org_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    a.period_start,
    a.period_end,
    d.year,
    d.month_start,
    case when a.done_on is not null then d.weekday end as weekday,
    a.done_on,
    a.activity_code,
    a.channel_code,
    a.part_code,
    a.unit_code,
    a.quantity,
    a.qualifier_code,
    b.file_label
from staging.activity as a
inner join staging.archive_batch as b on b.feed = 'activity' and a.batch_no = b.batch_no
left join staging.org_place as p on a.org_code = p.org_code
left join staging.calendar as d on a.period_start = d.date
