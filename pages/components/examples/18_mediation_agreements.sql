-- zh: 不同调解方式达成协议、当场履行的比例？
-- en: How often does each kind of mediation end in an agreement, and in one that is fulfilled?
select
    k.zh as kind_zh,
    k.en as kind_en,
    sum(m.session_count) as sessions,
    round(sum(m.agreement_count) * 1.0 / nullif(sum(m.agreement_known_count), 0), 3) as agreed,
    round(sum(m.fulfilled_count) * 1.0 / nullif(sum(m.fulfilled_known_count), 0), 3) as fulfilled
from mart.mediation_day as m
left join core.dim_code as k on k.list_code = 'mediation_kind' and m.mediation_kind_code = k.code
group by k.zh, k.en, k.sort
order by k.sort
