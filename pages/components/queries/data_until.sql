-- 每行一类业务数据及其末日 / one row per feed of records and its last day
select
    f.code as feed,
    f.zh,
    f.en,
    u.data_until
from core.dim_code as f
left join ops.data_until as u on f.code = u.feed
where f.list_code = 'feed' and f.flags like '%fact%'
order by f.sort
