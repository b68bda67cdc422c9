-- 每行一个单位一年的人口 / one row per organisation and year
select
    a.org_code,
    a.year,
    a.residents,
    a.households,
    a.is_estimate
from staging.archive_population as a
left join staging.left_out_population as x on a.batch_no = x.batch_no and a.row_no = x.row_no
where x.row_no is null
