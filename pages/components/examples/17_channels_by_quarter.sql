-- zh: 各接报渠道所占的比重，按季度怎样变化？
-- en: The share of each channel, quarter by quarter?
with counted as (
    select
        cast(date_trunc('quarter', i.month_start) as date) as quarter_start,
        i.channel_code,
        sum(i.incident_count) as incidents
    from core.fct_incident as i
    where i.channel_code is not null
    group by quarter_start, i.channel_code
)

select
    n.quarter_start,
    c.zh as channel_zh,
    c.en as channel_en,
    n.incidents,
    round(n.incidents / sum(n.incidents) over (partition by n.quarter_start), 3) as share
from counted as n
left join core.dim_code as c on c.list_code = 'channel' and n.channel_code = c.code
order by n.quarter_start asc, n.incidents desc
