-- zh: 近 12 个月，一周里什么时候接报纠纷最多？
-- en: In the last 12 months, at which hours of the week do most disputes come in?
select
    h.weekday,
    h.received_hour,
    sum(h.dispute_incident_count) as incidents
from mart.incident_hour_month as h
where h.month_start > (select max(x.month_start) - interval 12 month from mart.incident_hour_month as x)
group by h.weekday, h.received_hour
order by h.weekday, h.received_hour
