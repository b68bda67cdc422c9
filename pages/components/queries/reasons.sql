-- 每行一个隔离原因 / one row per reason for quarantine
select
    q.reason_code,
    c.zh,
    c.en,
    cast(sum(q.rows) as bigint) as rows
from ops.quarantine_count as q
left join core.dim_code as c on c.list_code = 'reason' and q.reason_code = c.code
group by q.reason_code, c.zh, c.en
order by sum(q.rows) desc, q.reason_code asc
