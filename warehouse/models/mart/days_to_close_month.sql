-- 每行一个接警月、单位、类型、结案天数；未结案的按接警日 / one row per month, organisation, type, days to close; open ones per day
select
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code,
    i.days_to_close,
    -- How long an open case has waited depends on the day somebody asks.
    i.open_since,
    cast(sum(i.followed_count) as bigint) as followed_count
from core.incident_part as i
where i.followed_count > 0
group by
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code,
    i.days_to_close,
    i.open_since
