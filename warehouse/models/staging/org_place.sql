-- 每行一个单位在市局、分局、派出所中的位置 / one row per organisation with the station, branch and bureau it belongs to
with place as (
    select
        l.org_code,
        max(l.ancestor_level_code) filter (where l.ancestor_code = l.org_code) as level_code,
        max(l.ancestor_code) filter (where l.ancestor_level_code = 'station') as station_code,
        max(l.ancestor_code) filter (where l.ancestor_level_code = 'branch') as branch_code,
        max(l.ancestor_code) filter (where l.ancestor_level_code = 'city_bureau') as city_bureau_code
    from staging.org_line as l
    group by l.org_code
)

select
    p.org_code,
    p.level_code,
    -- A beat is two persons: its single records carry the station, or nothing where that is not known.
    case when p.level_code = 'beat' then p.station_code else p.org_code end as published_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code
from place as p
