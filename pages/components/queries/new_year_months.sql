-- 每行一个春节所在的月份 / one row per month that holds a Spring Festival
select distinct d.month_start
from core.dim_date as d
where d.lunar_month = 1 and d.lunar_day = 1 and not d.is_lunar_leap_month
