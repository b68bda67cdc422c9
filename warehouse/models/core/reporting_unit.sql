-- 每行一个应当报送的单位（派出所，或其上一级） / one row per unit that has to report (stations, or the level above)
with lowest as (
    select l.code as level_code
    from core.dim_code as l
    inner join core.dim_org as o on l.code = o.level_code
    where l.list_code = 'org_level' and l.code <> 'beat'
    order by l.sort desc
    limit 1
)

select
    o.code,
    o.station_code,
    o.branch_code,
    o.city_bureau_code,
    o.station_type_code,
    o.valid_from,
    o.valid_to
from core.dim_org as o
inner join lowest as l on o.level_code = l.level_code
