-- 每行一个派出所、月（或更长时段）、受保护的走访类别 / one row per station, month (or longer), protected kind of visit
select
    o.published_code as org_code,
    o.station_code,
    o.branch_code,
    o.city_bureau_code,
    s.month_start as period_start,
    e.month_end as period_end,
    s.year,
    v.purpose_code,
    v.category_code,
    cast(sum(v.minutes) as bigint) as minutes,
    cast(sum(v.visit_count) as bigint) as visit_count,
    cast(sum(v.households_count) as bigint) as households_count,
    cast(sum(v.disputes_found_count) as bigint) as disputes_found_count,
    cast(sum(v.disputes_settled_count) as bigint) as disputes_settled_count,
    cast(sum(v.opinions_count) as bigint) as opinions_count
from staging.visit as v
left join staging.org_place as o on v.org_code = o.org_code
left join staging.calendar as s on v.period_start = s.date
left join staging.calendar as e on v.period_end = e.date
where v.is_month_station_only
group by
    o.published_code,
    o.station_code,
    o.branch_code,
    o.city_bureau_code,
    s.month_start,
    e.month_end,
    s.year,
    v.purpose_code,
    v.category_code
