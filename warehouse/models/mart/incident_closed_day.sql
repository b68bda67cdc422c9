-- 每行一个结案日（或合计时段）一个单位一种纠纷类型 / one row per day closed (of totals: period), organisation and type
select
    i.closed_period_start as period_start,
    i.closed_period_end as period_end,
    d.month_start,
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
from core.incident_part as i
left join core.dim_date as d on i.closed_period_start = d.date
where i.closed_period_start is not null
group by
    i.closed_period_start,
    i.closed_period_end,
    d.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code
