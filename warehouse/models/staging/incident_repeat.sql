-- 每行一起结案后90日内（含当日）同一纠纷又来的案件 / one row per case whose dispute came back within 90 days
with linked as materialized (
    -- The archive is read once.
    select
        i.batch_no,
        i.row_no,
        i.dispute_key,
        i.received_on,
        i.closed_on
    from staging.incident as i
    where i.dispute_key is not null
),

recurring as (
    -- Nearly every dispute comes once; only the others are compared.
    select i.dispute_key
    from linked as i
    group by i.dispute_key
    having count(*) > 1
),

candidate as (
    select
        i.batch_no,
        i.row_no,
        i.dispute_key,
        d.day_number as received_day,
        c.day_number as closed_day
    from linked as i
    inner join recurring as r on i.dispute_key = r.dispute_key
    left join staging.calendar as d on i.received_on = d.date
    left join staging.calendar as c on i.closed_on = c.date
)

select distinct
    earlier.batch_no,
    earlier.row_no
from candidate as earlier
inner join candidate as later
    on
        earlier.dispute_key = later.dispute_key
        and later.received_day between earlier.closed_day and earlier.closed_day + 90
        and (earlier.batch_no <> later.batch_no or earlier.row_no <> later.row_no)
