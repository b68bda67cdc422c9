-- 每行一类数据、一个单位（或一种类型）连续报送的一段 / one row per feed, organisation (or type) and unbroken stretch of days reported
with kind as (
    -- Types that some file collects for part of the time only.
    select distinct
        r.feed,
        r.dispute_type_code
    from core.reporting as r
    where r.dispute_type_code is not null
),

every_window as (
    select
        r.feed,
        r.org_code,
        r.dispute_type_code,
        r.window_start,
        r.window_end
    from core.reporting as r
    union
    -- A file that does not single such a type out speaks for it as for the rest.
    select
        r.feed,
        r.org_code,
        k.dispute_type_code,
        r.window_start,
        r.window_end
    from core.reporting as r
    inner join kind as k on r.feed = k.feed
    left join core.reporting as o
        on r.feed = o.feed and r.file_label = o.file_label and k.dispute_type_code = o.dispute_type_code
    where r.dispute_type_code is null and o.feed is null
),

delivered as (
    select
        w.*,
        s.day_number as start_day,
        e.day_number as end_day
    from every_window as w
    left join staging.calendar as s on w.window_start = s.date
    left join staging.calendar as e on w.window_end = e.date
),

reached as (
    select
        d.*,
        max(d.end_day) over (
            partition by d.feed, d.org_code, d.dispute_type_code
            order by d.start_day, d.end_day
            rows between unbounded preceding and 1 preceding
        ) as reached_day
    from delivered as d
),

numbered as (
    select
        r.*,
        -- A stretch begins where no earlier window reaches the day before.
        sum(case when r.start_day <= r.reached_day + 1 then 0 else 1 end) over (
            partition by r.feed, r.org_code, r.dispute_type_code
            order by r.start_day, r.end_day
            rows between unbounded preceding and current row
        ) as stretch
    from reached as r
)

select
    n.feed,
    n.org_code,
    n.dispute_type_code,
    min(n.window_start) as window_start,
    max(n.window_end) as window_end
from numbered as n
group by
    n.feed,
    n.org_code,
    n.dispute_type_code,
    n.stretch
