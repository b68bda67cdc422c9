-- 每行一个指标、月份、单位的数量，空值表示只有跨月合计数 / one row per measure, month, unit; null: longer totals only
with long_total as (
    select distinct
        'disputes' as measure,
        coalesce(i.station_code, i.branch_code, i.city_bureau_code) as org_code,
        i.period_start,
        i.period_end
    from mart.incident_day as i
    inner join core.dim_date as e on i.period_end = e.date
    where e.month_start <> i.month_start
    union all
    select distinct
        'visits' as measure,
        coalesce(v.station_code, v.branch_code, v.city_bureau_code) as org_code,
        v.period_start,
        v.period_end
    from mart.visit_day as v
    inner join core.dim_date as e on v.period_end = e.date
    where e.month_start <> v.month_start
    union all
    select distinct
        'services' as measure,
        coalesce(a.station_code, a.branch_code, a.city_bureau_code) as org_code,
        a.period_start,
        a.period_end
    from mart.activity_day as a
    inner join core.dim_date as e on a.period_end = e.date
    where e.month_start <> a.month_start and a.part_code = 'completed'
)

select
    'disputes' as measure,
    i.month_start,
    coalesce(i.station_code, i.branch_code, i.city_bureau_code) as org_code,
    cast(coalesce(sum(i.dispute_incident_count), 0) as bigint) as value,
    cast(null as bigint) as asked
from mart.incident_month as i
group by i.month_start, coalesce(i.station_code, i.branch_code, i.city_bureau_code)
union all
select
    'sessions' as measure,
    m.month_start,
    coalesce(m.station_code, m.branch_code, m.city_bureau_code) as org_code,
    cast(sum(m.session_count) as bigint) as value,
    cast(null as bigint) as asked
from mart.mediation_day as m
group by m.month_start, coalesce(m.station_code, m.branch_code, m.city_bureau_code)
union all
select
    'visits' as measure,
    v.month_start,
    coalesce(v.station_code, v.branch_code, v.city_bureau_code) as org_code,
    cast(coalesce(sum(v.visit_count), 0) as bigint) as value,
    cast(null as bigint) as asked
from mart.visit_day as v
inner join core.dim_date as e on v.period_end = e.date and v.month_start = e.month_start
group by v.month_start, coalesce(v.station_code, v.branch_code, v.city_bureau_code)
union all
select
    'answers' as measure,
    s.month_start,
    coalesce(s.station_code, s.branch_code, s.city_bureau_code) as org_code,
    cast(coalesce(sum(s.invited_count) filter (where s.answer_status_code = 'valid'), 0) as bigint) as value,
    cast(sum(s.invited_count) as bigint) as asked
from mart.satisfaction_day as s
group by s.month_start, coalesce(s.station_code, s.branch_code, s.city_bureau_code)
union all
select
    'services' as measure,
    a.month_start,
    coalesce(a.station_code, a.branch_code, a.city_bureau_code) as org_code,
    cast(sum(a.quantity) as bigint) as value,
    cast(null as bigint) as asked
from mart.activity_day as a
inner join core.dim_date as e on a.period_end = e.date and a.month_start = e.month_start
-- "At least" figures are never summed with exact ones, persons never with items.
where a.part_code = 'completed' and a.unit_code = 'item' and a.qualifier_code = 'exact'
group by a.month_start, coalesce(a.station_code, a.branch_code, a.city_bureau_code)
union all
select distinct
    t.measure,
    d.month_start,
    t.org_code,
    cast(null as bigint) as value,
    cast(null as bigint) as asked
from long_total as t
inner join core.dim_date as d on d.date between t.period_start and t.period_end
