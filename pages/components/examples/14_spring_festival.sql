-- zh: 春节前后纠纷警情怎样起落？（按离新年的天数对齐各年）
-- en: How do dispute incidents move around the Spring Festival? (years aligned by days from new year)
select
    c.days_from_new_year,
    cast(c.lunar_year as varchar) as lunar_year,
    sum(d.dispute_incident_count) as incidents
from mart.incident_day as d
inner join core.dim_date as c on d.period_start = c.date
where d.period_start = d.period_end and c.days_from_new_year between -15 and 30
group by c.days_from_new_year, c.lunar_year
order by c.days_from_new_year, c.lunar_year
