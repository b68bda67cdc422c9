-- 每行一个本代所用的归档批次 / one row per archive batch that this generation was built from
select
    b.batch,
    b.feed,
    b.file_label,
    b.mapping,
    'accepted' as state_code,
    b.delivery,
    b.delivered_at,
    b.loaded_at
from staging.archive_batch as b
