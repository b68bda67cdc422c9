-- 每行一个代码表中的一个代码 / one row per code of a code list
select
    c.list_code,
    c.code,
    c.zh,
    c.en,
    c.parent_code,
    c.sort,
    c.flags
from staging.code as c
