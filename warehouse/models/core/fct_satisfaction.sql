-- 每行一次满意度邀请，不论是否答复 / one row per invitation to rate, answered or not
select
    p.published_code as org_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    d.year,
    d.month_start,
    d.weekday,
    s.invited_on,
    s.answered_on,
    s.survey_code,
    s.scale_points,
    s.mode_code,
    s.subject_code,
    s.level,
    s.answer_status_code,
    s.weight,
    b.file_label
from staging.satisfaction as s
inner join staging.archive_batch as b on b.feed = 'satisfaction' and s.batch_no = b.batch_no
left join staging.org_place as p on s.org_code = p.org_code
left join staging.calendar as d on s.invited_on = d.date
