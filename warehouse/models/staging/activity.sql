-- 每行一项工作量的最新有效版本 / one row per quantity of work, latest version that counts
select
    a.batch_no,
    a.org_code,
    a.period_start,
    a.period_end,
    a.done_on,
    a.activity_code,
    a.channel_code,
    a.part_code,
    a.unit_code,
    a.quantity,
    a.qualifier_code
from staging.archive_activity as a
left join staging.left_out_activity as x on a.batch_no = x.batch_no and a.row_no = x.row_no
where x.row_no is null
