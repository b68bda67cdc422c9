-- 每行一次满意度邀请的最新有效版本 / one row per invitation to rate, latest version that counts
select
    a.batch_no,
    a.org_code,
    a.period_start,
    a.invited_on,
    a.answered_on,
    a.survey_code,
    a.scale_points,
    a.mode_code,
    a.subject_code,
    a.level,
    a.answer_status_code,
    a.weight
from staging.archive_satisfaction as a
left join staging.left_out_satisfaction as x on a.batch_no = x.batch_no and a.row_no = x.row_no
where x.row_no is null
