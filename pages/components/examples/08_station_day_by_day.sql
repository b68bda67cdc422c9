-- zh: 某个派出所在一段时间里每天接报多少起？
-- en: One station, day by day, within the days I choose?
-- $station = 派出所
-- $start = 2026-09-01
-- $end = 2026-09-30
select
    d.period_start as day,
    sum(d.dispute_incident_count) as incidents
from mart.incident_day as d
inner join core.dim_org as o on d.station_code = o.code
where
    o.name like '%' || $station || '%'
    and d.period_start between cast($start as date) and cast($end as date)
    and d.period_start = d.period_end
group by d.period_start
order by d.period_start
