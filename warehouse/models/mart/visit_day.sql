-- 每行一天（或合计时段）、单位、目的、制度、类别、对象、出行方式 / one row per day, organisation, purpose, kind, transport
select
    v.period_start,
    v.period_end,
    v.month_start,
    v.city_bureau_code,
    v.branch_code,
    v.station_code,
    v.purpose_code,
    v.scheme_code,
    v.category_code,
    v.target_kind_code,
    v.transport_code,
    cast(sum(v.visit_count) as bigint) as visit_count,
    cast(sum(v.households_count) as bigint) as households_count,
    cast(sum(v.disputes_found_count) as bigint) as disputes_found_count,
    cast(sum(v.disputes_settled_count) as bigint) as disputes_settled_count,
    cast(sum(v.opinions_count) as bigint) as opinions_count,
    cast(sum(v.minutes) as bigint) as minutes,
    -- Null = not delivered for any of them; 0 = delivered, and none of them.
    cast(sum(v.visit_count) filter (where v.disputes_found_count is not null) as bigint)
        as found_known_visit_count,
    cast(sum(v.visit_count) filter (where v.has_contact is not null) as bigint) as contact_known_count,
    cast(
        sum(case when v.has_contact then v.visit_count else 0 end)
        filter (where v.has_contact is not null) as bigint
    ) as contact_count
from core.fct_visit as v
group by
    v.period_start,
    v.period_end,
    v.month_start,
    v.city_bureau_code,
    v.branch_code,
    v.station_code,
    v.purpose_code,
    v.scheme_code,
    v.category_code,
    v.target_kind_code,
    v.transport_code
