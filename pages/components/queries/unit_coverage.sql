-- 每行一类数据、一个单位、一个月：该报几天，报了几天 / one row per feed, unit and month: days due and days covered
with month as (
    select
        d.month_start,
        max(d.date) as month_end
    from core.dim_date as d
    group by d.month_start
),

feed as (
    select
        u.feed,
        u.data_until,
        min(r.window_start) as data_from
    from ops.data_until as u
    inner join core.reporting as r on u.feed = r.feed
    inner join core.dim_code as f on u.feed = f.code and f.list_code = 'feed' and f.flags like '%fact%'
    group by u.feed, u.data_until
),

due as (
    select
        f.feed,
        u.code,
        u.branch_code,
        u.city_bureau_code,
        d.date,
        d.month_start
    from feed as f
    cross join core.reporting_unit as u
    inner join core.dim_date as d on f.data_from <= d.date and f.data_until >= d.date
    where d.date >= coalesce(u.valid_from, d.date) and d.date <= coalesce(u.valid_to, d.date)
),

covered as (
    select distinct
        d.feed,
        d.code,
        d.date
    from due as d
    inner join core.reported_window as r
        on d.feed = r.feed and d.date >= r.window_start and d.date <= r.window_end
    where
        -- A type of dispute with windows of its own narrows that type only.
        r.dispute_type_code is null
        -- Without an organisation a file speaks for everybody.
        and (r.org_code is null or r.org_code in (d.code, d.branch_code, d.city_bureau_code))
)

select
    d.feed,
    d.code as org_code,
    d.month_start,
    count(*) as days_due,
    count(c.date) as days_covered,
    -- A month at either end of the data is not whole, however well it was delivered.
    bool_and(d.month_start >= f.data_from and m.month_end <= f.data_until) as is_whole_month
from due as d
inner join feed as f on d.feed = f.feed
inner join month as m on d.month_start = m.month_start
left join covered as c on d.feed = c.feed and d.code = c.code and d.date = c.date
group by d.feed, d.code, d.month_start
order by d.feed, d.month_start, d.code
