-- zh: 各类文件收到的行都到哪里去了？
-- en: Where did the rows of each kind of file go?
select
    l.feed,
    count(*) as files,
    sum(l.rows_in) as rows_in,
    sum(l.loaded) as loaded,
    sum(l.quarantined) as quarantined,
    sum(l.duplicates) as duplicates,
    sum(l.dropped) as dropped
from ops.load_file as l
group by l.feed
order by l.feed
