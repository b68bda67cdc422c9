-- 每行一条标注（做法启用、口径变化、法律施行、说明） / one row per annotation (practice started, series break, law, note)
select
    a.noted_on,
    coalesce(o.published_code, a.org_code) as org_code,
    a.kind_code,
    a.metric_name,
    a.text_zh,
    a.text_en
from staging.annotation as a
left join staging.org_place as o on a.org_code = o.org_code
