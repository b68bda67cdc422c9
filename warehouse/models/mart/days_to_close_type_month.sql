-- 每行一个接警月、市局、类型、结案天数；未结案的按接警日 / one row per month, city bureau, type, days to close; open ones per day
select
    d.month_start,
    d.city_bureau_code,
    d.dispute_type_code,
    d.days_to_close,
    d.open_since,
    cast(sum(d.followed_count) as bigint) as followed_count
from mart.days_to_close_month as d
group by
    d.month_start,
    d.city_bureau_code,
    d.dispute_type_code,
    d.days_to_close,
    d.open_since
