-- zh: 哪些单位的警情最近没有报全？
-- en: Which units have not reported their incidents up to the last day?
select
    o.name as unit,
    max(w.window_end) as reported_until,
    u.data_until
from core.reporting_unit as r
inner join core.dim_org as o on r.code = o.code
cross join ops.data_until as u
left join core.reported_window as w on r.code = w.org_code and w.feed = u.feed
where u.feed = 'incident' and r.valid_to >= u.data_until
group by o.code, o.name, u.data_until
having coalesce(max(w.window_end) < u.data_until, true)
order by o.code
