-- 每行一次走访或一个合计数；受保护类别只有派出所月度合计 / one row per visit or total; protected kinds: month and station
select
    v.is_total,
    case when v.is_total then v.org_code else p.published_code end as org_code,
    case when v.is_total and p.level_code = 'beat' then v.org_code end as beat_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    v.period_start,
    v.period_end,
    d.year,
    d.month_start,
    case when v.visited_on is not null then d.weekday end as weekday,
    v.visited_on,
    v.purpose_code,
    v.scheme_code,
    v.category_code,
    v.target_kind_code,
    v.transport_code,
    v.minutes,
    v.visit_count,
    v.households_count,
    v.disputes_found_count,
    v.disputes_settled_count,
    v.opinions_count,
    v.has_contact,
    b.file_label
from staging.visit as v
inner join staging.archive_batch as b on b.feed = 'visit' and v.batch_no = b.batch_no
left join staging.org_place as p on v.org_code = p.org_code
left join staging.calendar as d on v.period_start = d.date
where not v.is_month_station_only
union all
select
    true as is_total,
    m.org_code,
    cast(null as varchar) as beat_code,
    m.station_code,
    m.branch_code,
    m.city_bureau_code,
    m.period_start,
    m.period_end,
    m.year,
    m.period_start as month_start,
    cast(null as integer) as weekday,
    cast(null as date) as visited_on,
    m.purpose_code,
    cast(null as varchar) as scheme_code,
    m.category_code,
    cast(null as varchar) as target_kind_code,
    cast(null as varchar) as transport_code,
    m.minutes,
    m.visit_count,
    m.households_count,
    m.disputes_found_count,
    m.disputes_settled_count,
    m.opinions_count,
    cast(null as boolean) as has_contact,
    cast(null as varchar) as file_label
from staging.visit_month_station as m
