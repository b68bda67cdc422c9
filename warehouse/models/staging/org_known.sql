-- 每行一个曾经送来的单位及其上级，不论现在是否有效 / one row per organisation ever delivered, with its parent, counted or not
with delivered as (
    select
        o.code,
        o.parent_code,
        o.level_code,
        row_number() over (partition by o.code order by o.batch_no desc, o.sheet_no desc, o.line desc) as age
    from staging.archive_org as o
)

select
    d.code,
    d.parent_code,
    d.level_code
from delivered as d
where d.age = 1
union all
select
    r.code,
    r.parent_code,
    r.level_code
from staging.registered_org as r
left join delivered as d on r.code = d.code and d.age = 1
where d.code is null
