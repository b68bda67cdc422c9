-- 每行一个结案月一个单位一种纠纷类型，不含跨月合计数 / one row per month closed, organisation, type; no totals over months
select
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code,
    cast(sum(i.closed_count) as bigint) as closed_count,
    cast(sum(i.resolved_count) as bigint) as resolved_count,
    cast(sum(i.failed_count) as bigint) as failed_count,
    cast(sum(i.escalated_count) as bigint) as escalated_count,
    cast(sum(i.mediated_resolved_count) as bigint) as mediated_resolved_count,
    cast(sum(i.mediated_failed_count) as bigint) as mediated_failed_count,
    cast(sum(i.repeat_known_count) as bigint) as repeat_known_count,
    cast(sum(i.repeat_count) as bigint) as repeat_count,
    cast(sum(i.stock_count) as bigint) as stock_count
from mart.incident_closed_day as i
-- A total belongs to this month or to none.
inner join core.dim_date as e on i.period_end = e.date and i.month_start = e.month_start
group by
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code
