-- zh: 满意率按月是多少，样本有多大？
-- en: The satisfaction rate by month, and how many answers stand behind it?
-- $start = 2025-01-01
-- $end = 2026-12-31
select
    m.by_key as month,
    m.value as satisfaction_rate,
    m.denominator as answers
from metric.satisfaction_rate_top2(cast($start as date), cast($end as date), 'month') as m
order by m.by_key
