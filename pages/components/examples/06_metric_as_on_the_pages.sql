-- zh: 页面上的化解率，用 SQL 怎样得到同一个数？
-- en: The resolution rate of the pages: how do I get the very same figure in SQL?
-- 起止日均含；第三个参数是维度名，null 为合计 / both days included; the third argument is a dimension or null
-- $start = 2026-07-01
-- $end = 2026-09-30
select
    o.name as station,
    m.numerator as resolved,
    m.denominator as closed,
    m.value as resolution_rate
from metric.resolution_rate_closed(cast($start as date), cast($end as date), 'station') as m
left join core.dim_org as o on m.by_key = o.code
order by m.by_key
