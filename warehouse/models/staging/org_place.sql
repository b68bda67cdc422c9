-- 每行一个单位如今所属的派出所、分局、市局 / one row per organisation with the station, branch and bureau it belongs to today
with place as (
    select
        l.org_code,
        max(l.ancestor_level_code) filter (where l.ancestor_code = l.org_code) as level_code,
        max(l.ancestor_code) filter (where l.ancestor_level_code = 'station') as station_code,
        max(l.ancestor_code) filter (where l.ancestor_level_code = 'branch') as branch_code,
        max(l.ancestor_code) filter (where l.ancestor_level_code = 'city_bureau') as city_bureau_code
    from staging.org_line as l
    group by l.org_code
),

-- Years are compared within today's boundaries: what a closed unit did counts for its successor.
moved as (
    select
        p.org_code,
        p.level_code,
        coalesce(s.successor_code, p.org_code) as code
    from place as p
    left join staging.org_successor as s on p.org_code = s.org_code
),

placed as (
    select
        m.org_code,
        m.level_code,
        m.code,
        coalesce(s.successor_code, p.station_code) as station_code,
        coalesce(b.successor_code, p.branch_code) as branch_code,
        p.city_bureau_code
    from moved as m
    inner join place as p on m.code = p.org_code
    left join staging.org_successor as s on p.station_code = s.org_code
    left join staging.org_successor as b on p.branch_code = b.org_code
)

select
    p.org_code,
    p.level_code,
    -- A beat is two persons: its single records carry the station, or nothing where that is not known.
    case when p.level_code = 'beat' then p.station_code else p.code end as published_code,
    p.station_code,
    coalesce(s.branch_code, p.branch_code) as branch_code,
    coalesce(s.city_bureau_code, p.city_bureau_code) as city_bureau_code
from placed as p
left join place as s on p.station_code = s.org_code
