-- 每行一个派出所一个月一类走访的应访与已访数 / one row per month, station and category: targets listed and targets visited
with listed as (
    select
        t.month_start,
        o.published_code as org_code,
        t.category_code,
        t.target_key,
        t.targets,
        t.targets_visited
    from staging.visit_target as t
    inner join staging.org_place as o on t.org_code = o.org_code
    -- Key groups and minors have no lists, whatever a source sends.
    left join staging.code_flag as f
        on f.list_code = 'visit_category' and f.flag = 'no_targets' and t.category_code = f.code
    where f.code is null
),

visited as (
    select distinct
        d.month_start,
        l.ancestor_code as org_code,
        v.target_key
    from staging.visit as v
    inner join staging.org_line as l on v.org_code = l.org_code
    inner join staging.calendar as d on v.visited_on = d.date
    where v.target_key is not null
),

counted as (
    select
        t.month_start,
        t.org_code,
        t.category_code,
        count(distinct t.target_key) as targets,
        count(distinct v.target_key) as targets_visited
    from listed as t
    left join visited as v
        on t.month_start = v.month_start and t.org_code = v.org_code and t.target_key = v.target_key
    where t.target_key is not null
    group by
        t.month_start,
        t.org_code,
        t.category_code
    union all
    select
        t.month_start,
        t.org_code,
        t.category_code,
        t.targets,
        t.targets_visited
    from listed as t
    where t.target_key is null
)

select
    c.month_start,
    c.org_code,
    c.category_code,
    cast(sum(c.targets) as bigint) as targets,
    cast(sum(c.targets_visited) as bigint) as targets_visited
from counted as c
group by
    c.month_start,
    c.org_code,
    c.category_code
