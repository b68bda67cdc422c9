-- 每行一类数据及其报送到的末日 / one row per feed and the last day it was delivered for
select
    b.feed,
    max(least(coalesce(w.window_end, b.latest_on), cast(b.delivered_at as date))) as data_until
from staging.archive_batch as b
inner join staging.archive_window as w on b.feed = w.feed and b.batch_no = w.batch_no
where coalesce(w.window_end, b.latest_on) is not null
group by b.feed
