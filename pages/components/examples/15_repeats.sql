-- zh: 哪些类型的纠纷结案后 90 天内容易反复？
-- en: Which types of dispute come back within 90 days of closing?
select
    t.zh as type_zh,
    t.en as type_en,
    sum(m.repeat_known_count) as followed,
    sum(m.repeat_count) as came_back,
    round(sum(m.repeat_count) * 1.0 / nullif(sum(m.repeat_known_count), 0), 3) as share
from mart.incident_closed_month as m
inner join core.dim_dispute_type as t on m.dispute_type_code = t.code
where m.month_start < (select u.data_until - interval 4 month from ops.data_until as u where u.feed = 'incident')
group by t.zh, t.en, t.sort
having sum(m.repeat_known_count) >= 30
order by t.sort
