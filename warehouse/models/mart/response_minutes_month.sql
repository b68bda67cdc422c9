-- 每行一个月一个单位一种类型的紧急警情到场分钟数 / one row per month, organisation, type and minutes to arrive when urgent
select
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code,
    i.urgent_response_minutes,
    cast(sum(i.urgent_count) as bigint) as urgent_count
from core.incident_part as i
where i.urgent_count is not null
group by
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code,
    i.urgent_response_minutes
