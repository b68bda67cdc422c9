-- 每行一次走访或一个合计数的最新有效版本，键只供构建 / one row per visit or total that counts; keys for the build
select
    a.batch_no,
    a.target_key,
    a.is_total,
    a.org_code,
    a.period_start,
    a.period_end,
    a.visited_on,
    a.purpose_code,
    a.scheme_code,
    a.category_code,
    a.target_kind_code,
    a.transport_code,
    a.minutes,
    a.visit_count,
    a.households_count,
    a.disputes_found_count,
    a.disputes_settled_count,
    a.opinions_count,
    a.has_contact,
    -- Households of victims, hardship, minors, key groups: month and station are all that may be told.
    c.code is not null or p.code is not null as is_month_station_only
from staging.archive_visit as a
left join staging.left_out_visit as x on a.batch_no = x.batch_no and a.row_no = x.row_no
left join staging.code_flag as c
    on c.list_code = 'visit_category' and c.flag = 'month_station_only' and a.category_code = c.code
left join staging.code_flag as p
    on p.list_code = 'visit_purpose' and p.flag = 'month_station_only' and a.purpose_code = p.code
where x.row_no is null
