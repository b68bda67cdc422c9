-- 每行一天（2000—2035年） / one row per day (2000-2035)
select
    c.date,
    c.day_number,
    c.year,
    c.quarter,
    c.month,
    c.day,
    c.month_start,
    c.weekday,
    c.iso_year,
    c.iso_week,
    c.lunar_year,
    c.lunar_month,
    c.lunar_day,
    c.is_lunar_leap_month,
    c.lunar_text,
    c.days_from_new_year,
    c.day_kind_code,
    c.holiday_zh,
    c.holiday_en,
    c.calendar_source
from staging.calendar as c
