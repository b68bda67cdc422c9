-- 每行一次统计口径中断：此前此后不作比较 / one row per break of a series: before and after are not compared
select
    a.noted_on,
    a.metric_name as metric,
    coalesce(o.short_name, o.name) as organisation,
    a.text_zh as zh,
    a.text_en as en
from core.annotation as a
left join core.dim_org as o on a.org_code = o.code
where a.kind_code = 'series_break'
order by a.noted_on desc, a.org_code asc nulls first
