-- zh: 最近一个月，哪些序列高于预期？
-- en: In the latest month, which series are higher than expected?
select
    o.name as organisation,
    t.zh as type_zh,
    t.en as type_en,
    s.observed,
    s.expected,
    s.upper_bound,
    s.is_alarm
from mart.signal as s
left join core.dim_org as o on s.org_code = o.code
left join core.dim_dispute_type as t on s.dispute_type_code = t.code
where s.month_start = (select max(x.month_start) from mart.signal as x) and s.observed > s.expected
order by s.observed - s.expected desc
