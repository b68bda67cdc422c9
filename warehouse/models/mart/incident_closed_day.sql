-- 每行一个结案日（或合计时段）一个单位一种纠纷类型 / one row per day closed (of totals: period), organisation and type
with closed as (
    select
        coalesce(f.closed_on, f.period_start) as period_start,
        coalesce(f.closed_on, f.period_end) as period_end,
        f.city_bureau_code,
        f.branch_code,
        f.station_code,
        f.dispute_type_code,
        cast(f.mediation_kind_code <> 'none' as integer) as mediated,
        cast(f.has_repeat_90d as integer) as repeated,
        f.incident_count,
        f.closed_count,
        f.resolved_count,
        f.failed_count,
        f.escalated_count
    from core.fct_incident as f
    where f.closed_on is not null or (f.is_total and f.closed_count is not null)
)

-- A count times a flag is null where the flag was not delivered, and 0 where it was and none has it.
select
    c.period_start,
    c.period_end,
    d.month_start,
    c.city_bureau_code,
    c.branch_code,
    c.station_code,
    c.dispute_type_code,
    cast(sum(c.closed_count) as bigint) as closed_count,
    cast(sum(c.resolved_count) as bigint) as resolved_count,
    cast(sum(c.failed_count) as bigint) as failed_count,
    cast(sum(c.escalated_count) as bigint) as escalated_count,
    cast(sum(c.resolved_count * c.mediated) as bigint) as mediated_resolved_count,
    cast(sum(c.failed_count * c.mediated) as bigint) as mediated_failed_count,
    cast(sum(case when c.repeated is not null then c.incident_count end) as bigint) as repeat_known_count,
    cast(sum(c.incident_count * c.repeated) as bigint) as repeat_count
from closed as c
left join core.dim_date as d on c.period_start = d.date
group by
    c.period_start,
    c.period_end,
    d.month_start,
    c.city_bureau_code,
    c.branch_code,
    c.station_code,
    c.dispute_type_code
