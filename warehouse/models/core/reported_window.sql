-- 每行一类数据、一个单位（或一种类型）连续报送的一段 / one row per feed, organisation (or type) and unbroken stretch of days reported
with delivered as (
    select distinct
        r.feed,
        r.org_code,
        r.dispute_type_code,
        r.window_start,
        r.window_end,
        s.day_number as start_day,
        e.day_number as end_day
    from core.reporting as r
    left join staging.calendar as s on r.window_start = s.date
    left join staging.calendar as e on r.window_end = e.date
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
