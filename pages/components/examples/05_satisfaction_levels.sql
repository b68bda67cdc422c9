-- zh: 群众满意度各等级各有多少人，每月怎样变化？
-- en: How many people chose each level of satisfaction, month by month?
select
    s.month_start,
    cast(s.level as varchar) as level,
    sum(s.invited_count) as answers
from mart.satisfaction_day as s
where s.answer_status_code = 'valid' and s.scale_points = 5
group by s.month_start, s.level
order by s.month_start, s.level
