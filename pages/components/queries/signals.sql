-- 每行一个预警序列、一个完整月，最近24个月 / one row per watched series and complete month, the last 24
select
    s.org_code,
    s.dispute_type_code,
    s.station_code is null and s.dispute_type_code is null as is_total,
    coalesce(o.short_name, o.name, s.org_code) as organisation,
    t.zh as type_zh,
    t.en as type_en,
    s.month_start,
    s.observed,
    cast(s.expected as double) as expected,
    s.upper_bound,
    cast(s.exceed_probability as double) as exceed_probability,
    s.is_above_bound,
    s.is_alarm,
    s.fitted_months,
    s.series_count,
    cast(s.expected_false_alarms as double) as expected_false_alarms
from mart.signal as s
left join core.dim_org as o on s.org_code = o.code
left join core.dim_dispute_type as t on s.dispute_type_code = t.code
-- Bureaus and their types before the units; never by size.
order by
    s.city_bureau_code asc nulls first,
    s.branch_code asc nulls first,
    s.station_code asc nulls first,
    s.dispute_type_code asc nulls first,
    s.month_start asc
