-- 每行一个批次中因一种原因被隔离的行数 / one row per batch and reason for which rows were set aside
select
    q.batch,
    q.reason_code,
    q.rows
from staging.archive_quarantine as q
