-- zh: 去掉季节起伏，近三年的走势怎样？（12 个月移动平均）
-- en: The trend without the seasons: a moving average over twelve months?
with monthly as (
    select
        m.month_start,
        sum(m.dispute_incident_count) as incidents
    from mart.incident_month as m
    group by m.month_start
)

select
    n.month_start,
    n.incidents,
    round(avg(n.incidents) over (order by n.month_start rows between 11 preceding and current row), 1) as mean_of_12,
    count(*) over (order by n.month_start rows between 11 preceding and current row) as months
from monthly as n
order by n.month_start
