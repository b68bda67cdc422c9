-- 每行一个单位（市局、分局、派出所、警务区） / one row per organisation (city bureau, branch, station, beat)
select
    o.code,
    o.name,
    o.short_name,
    o.parent_code,
    o.level_code,
    o.station_type_code,
    o.on_time_minutes,
    o.valid_from,
    o.valid_to,
    o.succeeded_by_code,
    p.station_code,
    s.name as station_name,
    p.branch_code,
    b.name as branch_name,
    p.city_bureau_code,
    c.name as city_bureau_name,
    o.is_registered
from staging.org as o
left join staging.org_place as p on o.code = p.org_code
left join staging.org as s on p.station_code = s.code
left join staging.org as b on p.branch_code = b.code
left join staging.org as c on p.city_bureau_code = c.code
