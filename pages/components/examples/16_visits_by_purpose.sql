-- zh: 各种走访各走了多少户、发现多少纠纷、当场化解多少？
-- en: Visits by purpose: households reached, disputes found, and settled?
select
    p.zh as purpose_zh,
    p.en as purpose_en,
    sum(v.visit_count) as visits,
    sum(v.households_count) as households,
    sum(v.disputes_found_count) as disputes_found,
    sum(v.disputes_settled_count) as settled
from mart.visit_day as v
left join core.dim_code as p on p.list_code = 'visit_purpose' and v.purpose_code = p.code
group by p.zh, p.en, p.sort
order by p.sort
