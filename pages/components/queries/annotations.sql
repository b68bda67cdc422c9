-- 每行一条标注 / one row per annotation, the oldest first
select
    a.noted_on,
    a.org_code,
    coalesce(o.short_name, o.name) as organisation,
    a.kind_code,
    k.zh as kind_zh,
    k.en as kind_en,
    a.metric_name as metric,
    a.text_zh as zh,
    a.text_en as en
from core.annotation as a
left join core.dim_org as o on a.org_code = o.code
left join core.dim_code as k on k.list_code = 'annotation_kind' and a.kind_code = k.code
order by a.noted_on, a.org_code nulls first
