-- 每行一个单位与它撤并后如今的单位 / one row per organisation and what has become of it today
select
    o.code as org_code,
    coalesce(n.code, m.code, s.code, o.code) as successor_code
from staging.org as o
left join staging.org as s on o.succeeded_by_code = s.code
left join staging.org as m on s.succeeded_by_code = m.code
left join staging.org as n on m.succeeded_by_code = n.code
