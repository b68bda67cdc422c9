-- 每行一条标注 / one row per annotation
select
    a.noted_on,
    a.org_code,
    a.kind_code,
    a.metric_name,
    a.text_zh,
    a.text_en
from staging.archive_annotation as a
left join staging.left_out_annotation as x on a.batch_no = x.batch_no and a.row_no = x.row_no
where x.row_no is null
