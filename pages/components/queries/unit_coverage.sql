-- 每行一类数据、一个单位、一个月：该报几天，报了几天 / one row per feed, unit and month: days due and days covered
with lowest as (
    -- Stations; where a source knows none, the next level above.
    select l.code as level_code
    from core.dim_code as l
    inner join core.dim_org as o on l.code = o.level_code
    where l.list_code = 'org_level' and l.code <> 'beat'
    order by l.sort desc
    limit 1
),

unit as (
    select
        o.code,
        o.branch_code,
        o.city_bureau_code,
        o.valid_from,
        o.valid_to
    from core.dim_org as o
    inner join lowest as l on o.level_code = l.level_code
),

month as (
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
    cross join unit as u
    inner join core.dim_date as d on f.data_from <= d.date and f.data_until >= d.date
    where d.date >= coalesce(u.valid_from, d.date) and d.date <= coalesce(u.valid_to, d.date)
),

reported as (
    -- A type of dispute with rows of its own narrows that type only.
    select distinct
        r.feed,
        r.org_code,
        r.window_start,
        r.window_end
    from core.reporting as r
    where r.dispute_type_code is null
),

covered as (
    select distinct
        d.feed,
        d.code,
        d.date
    from due as d
    inner join reported as r on d.feed = r.feed and d.date >= r.window_start and d.date <= r.window_end
    -- Without an organisation a file speaks for everybody.
    where r.org_code is null or r.org_code in (d.code, d.branch_code, d.city_bureau_code)
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
