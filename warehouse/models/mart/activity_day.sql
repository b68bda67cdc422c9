-- 每行一天（或时段）一个单位一项工作，“至少”与准确数分列 / one row per day (or period), organisation and kind of work
select
    a.period_start,
    a.period_end,
    a.month_start,
    a.city_bureau_code,
    a.branch_code,
    a.station_code,
    a.activity_code,
    a.channel_code,
    a.part_code,
    a.unit_code,
    a.qualifier_code,
    cast(sum(a.quantity) as bigint) as quantity
from core.fct_activity as a
group by
    a.period_start,
    a.period_end,
    a.month_start,
    a.city_bureau_code,
    a.branch_code,
    a.station_code,
    a.activity_code,
    a.channel_code,
    a.part_code,
    a.unit_code,
    a.qualifier_code
