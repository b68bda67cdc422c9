-- zh: 今年累计与去年累计，哪个走得快？
-- en: This year's running total against last year's: which is ahead?
with daily as (
    select
        d.period_start as day,
        sum(d.dispute_incident_count) as incidents
    from mart.incident_day as d
    where d.period_start = d.period_end
    group by d.period_start
)

select
    cast(year(n.day) as varchar) as year,
    strftime(n.day, '%m-%d') as month_and_day,
    sum(n.incidents) over (partition by year(n.day) order by n.day) as running_total
from daily as n
where year(n.day) >= (select year(max(x.day)) - 1 from daily as x)
order by month_and_day, year
