-- 每行一个月底册中的一个对象或合计数，键只供构建 / one row per target listed for a month, or total; keys for the build
select
    a.month_start,
    a.org_code,
    a.category_code,
    a.target_key,
    a.targets,
    a.targets_visited
from staging.archive_visit_target as a
left join staging.left_out_visit_target as x on a.batch_no = x.batch_no and a.row_no = x.row_no
where x.row_no is null
