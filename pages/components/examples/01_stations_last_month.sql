-- zh: 上个月各派出所接报了多少起纠纷警情？
-- en: How many dispute incidents did each station receive last month?
select
    o.name as station,
    sum(m.dispute_incident_count) as incidents
from mart.incident_month as m
inner join core.dim_org as o on m.station_code = o.code
where m.month_start = (
    select cast(date_trunc('month', u.data_until + 1) - interval 1 month as date)
    from ops.data_until as u
    where u.feed = 'incident'
)
group by o.code, o.name
order by o.code
