-- zh: 每月接报的纠纷，7 天、30 天、90 天内各有多大比例结案？（按接报月分批）
-- en: Of the disputes received each month, which share was closed within 7, 30 and 90 days? (cohorts)
-- 近 90 天的批次还在变化，只看满 90 天的月份 / months younger than 90 days still change and are left out
with until as (
    select u.data_until as day
    from ops.data_until as u
    where u.feed = 'incident'
)

select
    i.month_start as received_in,
    count(*) as received,
    round(count(*) filter (where i.days_to_close <= 7) * 1.0 / nullif(count(*), 0), 3) as within_7_days,
    round(count(*) filter (where i.days_to_close <= 30) * 1.0 / nullif(count(*), 0), 3) as within_30_days,
    round(count(*) filter (where i.days_to_close <= 90) * 1.0 / nullif(count(*), 0), 3) as within_90_days
from core.fct_incident as i
cross join until as u
where not i.is_total and i.received_count = 1 and last_day(i.month_start) <= u.day - 90
group by i.month_start
order by i.month_start
