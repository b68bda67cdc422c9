-- zh: 今年以来各类纠纷与上年同一时段相比怎样？
-- en: Each type of dispute this year so far, against the same days of last year?
with until as (
    select u.data_until as day
    from ops.data_until as u
    where u.feed = 'incident'
)

select
    t.zh as type_zh,
    t.en as type_en,
    sum(d.dispute_incident_count) filter (where d.period_start >= date_trunc('year', u.day)) as this_year,
    sum(d.dispute_incident_count) filter (where d.period_start < date_trunc('year', u.day)) as last_year
from mart.incident_day as d
cross join until as u
inner join core.dim_dispute_type as t on d.dispute_type_code = t.code
where
    (d.period_start >= date_trunc('year', u.day) and d.period_end <= u.day)
    or (
        d.period_start >= date_trunc('year', u.day) - interval 1 year
        and d.period_end <= u.day - interval 1 year
    )
group by t.zh, t.en, t.sort
order by t.sort
