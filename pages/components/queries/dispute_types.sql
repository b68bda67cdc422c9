-- 每行一个纠纷大类或类型，大类在前 / one row per group or type of disputes, each group before its types
select
    t.code,
    t.zh,
    t.en,
    t.group_code,
    t.code = t.group_code as is_group
from core.dim_dispute_type as t
left join core.dim_dispute_type as g on t.group_code = g.code
order by
    g.sort asc nulls last,
    t.group_code asc,
    t.code <> t.group_code asc,
    t.sort asc nulls last,
    t.code asc
