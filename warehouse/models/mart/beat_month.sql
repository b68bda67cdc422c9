-- 每行一个警务区一个月一种纠纷类型或走访目的的件数、次数 / one row per beat, month and type of dispute or purpose of visit
with counted as (
    select
        i.org_code as beat_code,
        d.month_start,
        i.dispute_type_code,
        cast(null as varchar) as purpose_code,
        i.incident_count,
        cast(null as bigint) as visit_count
    from staging.incident as i
    inner join staging.calendar as d on i.period_start = d.date and i.period_end <= d.month_end
    -- Counted like dispute_case_count.
    where coalesce(i.outcome_code, 'pending') <> 'invalid'
    union all
    select
        v.org_code as beat_code,
        d.month_start,
        cast(null as varchar) as dispute_type_code,
        v.purpose_code,
        cast(null as bigint) as incident_count,
        v.visit_count
    from staging.visit as v
    inner join staging.calendar as d on v.period_start = d.date and v.period_end <= d.month_end
    where not v.is_month_station_only
)

select
    c.beat_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    c.month_start,
    c.dispute_type_code,
    c.purpose_code,
    cast(sum(c.incident_count) as bigint) as incident_count,
    cast(sum(c.visit_count) as bigint) as visit_count
from counted as c
inner join staging.org_place as p on c.beat_code = p.org_code and p.level_code = 'beat'
group by
    c.beat_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    c.month_start,
    c.dispute_type_code,
    c.purpose_code
