-- 每行一个月、单位、纠纷大类的警情起数 / one row per month, organisation and group of dispute types
select
    i.month_start,
    coalesce(i.station_code, i.branch_code, i.city_bureau_code) as org_code,
    t.group_zh,
    t.group_en,
    cast(coalesce(sum(i.dispute_incident_count), 0) as bigint) as value
from mart.incident_month as i
left join core.dim_dispute_type as t on i.dispute_type_code = t.code
group by i.month_start, coalesce(i.station_code, i.branch_code, i.city_bureau_code), t.group_zh, t.group_en
