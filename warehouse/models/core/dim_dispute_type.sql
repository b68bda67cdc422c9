-- 每行一种纠纷类型，含来源文件自带的类型 / one row per type of dispute, types that files register themselves included
with known as (
    select
        c.code,
        c.zh,
        c.en,
        c.parent_code,
        c.sort,
        false as is_registered
    from staging.code as c
    where c.list_code = 'dispute_type'
),

every_type as (
    select
        k.code,
        k.zh,
        k.en,
        k.parent_code,
        k.sort,
        k.is_registered
    from known as k
    union all
    select
        r.code,
        r.name as zh,
        r.name as en,
        r.parent_code,
        cast(null as integer) as sort,
        true as is_registered
    from staging.registered_dispute_type as r
    left join known as k on r.code = k.code
    where k.code is null
)

select
    t.code,
    t.zh,
    t.en,
    coalesce(g.code, t.code) as group_code,
    coalesce(g.zh, t.zh) as group_zh,
    coalesce(g.en, t.en) as group_en,
    t.sort,
    t.is_registered
from every_type as t
left join every_type as g on t.parent_code = g.code
