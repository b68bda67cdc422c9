-- 每行一个邀请日、单位、调查、方式、对象、等级、状态 / one row per day, organisation, survey, mode, subject, level, status
select
    s.invited_on,
    s.month_start,
    s.city_bureau_code,
    s.branch_code,
    s.station_code,
    s.survey_code,
    s.scale_points,
    s.mode_code,
    s.subject_code,
    s.level,
    s.answer_status_code,
    count(*) as invited_count,
    sum(s.weight) as weight_sum,
    sum(s.weight * s.weight) as weight_square_sum
from core.fct_satisfaction as s
group by
    s.invited_on,
    s.month_start,
    s.city_bureau_code,
    s.branch_code,
    s.station_code,
    s.survey_code,
    s.scale_points,
    s.mode_code,
    s.subject_code,
    s.level,
    s.answer_status_code
