-- 每行一个派出所及以上单位 / one row per organisation from the station up, each below its parent
select
    o.code,
    coalesce(o.short_name, o.name) as name,
    o.level_code,
    o.station_code,
    o.branch_code,
    o.city_bureau_code,
    coalesce(b.name, c.name) as parent_name
from core.dim_org as o
left join core.dim_org as b on o.branch_code = b.code and o.code <> b.code
left join core.dim_org as c on o.city_bureau_code = c.code and o.code <> c.code
inner join core.dim_code as l on l.list_code = 'org_level' and o.level_code = l.code and l.code <> 'beat'
order by
    o.city_bureau_code nulls first,
    o.branch_code nulls first,
    o.station_code nulls first,
    o.code
