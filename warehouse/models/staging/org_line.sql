-- 每行一个单位与它自身或一个上级单位 / one row per organisation and itself or one of the organisations above it
with parent as (
    select
        o.code as org_code,
        p.code as ancestor_code,
        p.level_code as ancestor_level_code,
        p.parent_code as next_code
    from staging.org_known as o
    inner join staging.org_known as p on o.parent_code = p.code and o.code <> p.code
),

grandparent as (
    select
        o.org_code,
        p.code as ancestor_code,
        p.level_code as ancestor_level_code,
        p.parent_code as next_code
    from parent as o
    inner join staging.org_known as p on o.next_code = p.code and o.ancestor_code <> p.code
)

select
    o.code as org_code,
    o.code as ancestor_code,
    o.level_code as ancestor_level_code
from staging.org_known as o
union
select
    p.org_code,
    p.ancestor_code,
    p.ancestor_level_code
from parent as p
union
select
    g.org_code,
    g.ancestor_code,
    g.ancestor_level_code
from grandparent as g
union
select
    g.org_code,
    p.code as ancestor_code,
    p.level_code as ancestor_level_code
from grandparent as g
inner join staging.org_known as p on g.next_code = p.code
