-- 每行一个单位一年的人口；派出所未报送时为警务区之和 / one row per organisation and year, of a station maybe its beats' sum
with placed as (
    select
        -- A closed unit's residents stay its own: they are counted on the days it existed.
        case when o.level_code = 'beat' then o.published_code else p.org_code end as org_code,
        coalesce(o.level_code = 'beat', false) as is_beat,
        p.year,
        p.residents,
        p.households,
        case when p.is_estimate then 1 else 0 end as is_estimate
    from staging.population as p
    left join staging.org_place as o on p.org_code = o.org_code
)

select
    p.org_code,
    p.year,
    coalesce(max(p.residents) filter (where not p.is_beat), cast(sum(p.residents) as bigint)) as residents,
    coalesce(max(p.households) filter (where not p.is_beat), cast(sum(p.households) as bigint)) as households,
    max(p.is_estimate) = 1 as is_estimate
from placed as p
where p.org_code is not null
group by
    p.org_code,
    p.year
