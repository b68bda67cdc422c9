-- zh: 每个月的纠纷警情比上年同月多还是少？
-- en: Month by month: more or fewer dispute incidents than in the same month of last year?
with monthly as (
    select
        m.month_start,
        sum(m.dispute_incident_count) as incidents
    from mart.incident_month as m
    group by m.month_start
)

select
    this.month_start,
    this.incidents,
    last.incidents as a_year_before,
    this.incidents - last.incidents as change
from monthly as this
left join monthly as last on last.month_start = this.month_start - interval 1 year
order by this.month_start
