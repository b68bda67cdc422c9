-- 每行一个现行有效的单位 / one row per organisation that counts
with delivered as (
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
        row_number() over (partition by o.code order by o.batch_no desc, o.sheet_no desc, o.line desc) as age
    from staging.archive_org as o
    left join staging.left_out_org as x on o.batch_no = x.batch_no and o.row_no = x.row_no
    where x.row_no is null
)

select
    d.code,
    d.name,
    d.short_name,
    d.parent_code,
    d.level_code,
    d.station_type_code,
    d.on_time_minutes,
    d.valid_from,
    d.valid_to,
    d.succeeded_by_code,
    false as is_registered
from delivered as d
where d.age = 1
union all
select
    r.code,
    r.name,
    cast(null as varchar) as short_name,
    r.parent_code,
    r.level_code,
    cast(null as varchar) as station_type_code,
    cast(null as integer) as on_time_minutes,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    cast(null as varchar) as succeeded_by_code,
    true as is_registered
from staging.registered_org as r
left join delivered as d on r.code = d.code and d.age = 1
where d.code is null
