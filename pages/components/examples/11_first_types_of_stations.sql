-- zh: 近 12 个月，各派出所最多的三类纠纷是什么？
-- en: In the last 12 months, the three most frequent types of each station?
with counted as (
    select
        m.station_code,
        m.dispute_type_code,
        sum(m.dispute_incident_count) as incidents
    from mart.incident_month as m
    where
        m.month_start > (select max(x.month_start) - interval 12 month from mart.incident_month as x)
        and m.station_code is not null
    group by m.station_code, m.dispute_type_code
),

numbered as (
    select
        c.station_code,
        c.dispute_type_code,
        c.incidents,
        row_number() over (partition by c.station_code order by c.incidents desc, c.dispute_type_code asc) as place
    from counted as c
)

select
    o.name as station,
    n.place,
    t.zh as type_zh,
    t.en as type_en,
    n.incidents
from numbered as n
inner join core.dim_org as o on n.station_code = o.code
left join core.dim_dispute_type as t on n.dispute_type_code = t.code
where n.place <= 3
order by o.code, n.place
