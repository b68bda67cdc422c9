-- zh: 各类纠纷结案要多少天，中位数和九成以内？
-- en: How many days does each type take to close: the median, and nine in ten?
select
    t.zh as type_zh,
    t.en as type_en,
    count(*) as closed,
    median(i.days_to_close) as median_days,
    quantile_cont(i.days_to_close, 0.9) as nine_in_ten_days
from core.fct_incident as i
inner join core.dim_dispute_type as t on i.dispute_type_code = t.code
where i.days_to_close is not null
group by t.zh, t.en, t.sort
having count(*) >= 30
order by t.sort
