-- 每行一个月一个单位一个星期几一个接警小时，不含跨月合计数 / one row per month, organisation, weekday, hour; no totals over months
select
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.weekday,
    i.received_hour,
    cast(sum(i.incident_count) as bigint) as incident_count,
    cast(sum(i.dispute_case_count) as bigint) as dispute_case_count,
    cast(sum(i.dispute_incident_count) as bigint) as dispute_incident_count,
    cast(sum(i.channel_known_count) as bigint) as channel_known_count,
    cast(sum(i.found_before_call_count) as bigint) as found_before_call_count,
    cast(sum(i.settled_stage_known_count) as bigint) as settled_stage_known_count,
    cast(sum(i.settled_before_arrival_count) as bigint) as settled_before_arrival_count,
    cast(sum(i.received_count) as bigint) as received_count,
    cast(sum(i.closed_count) as bigint) as closed_count,
    cast(sum(i.resolved_count) as bigint) as resolved_count,
    cast(sum(i.failed_count) as bigint) as failed_count,
    cast(sum(i.referred_count) as bigint) as referred_count,
    cast(sum(i.referral_returned_count) as bigint) as referral_returned_count,
    cast(sum(i.escalated_count) as bigint) as escalated_count,
    cast(sum(i.non_police_received_count) as bigint) as non_police_received_count,
    cast(sum(i.non_police_referred_count) as bigint) as non_police_referred_count,
    cast(sum(i.mediated_resolved_count) as bigint) as mediated_resolved_count,
    cast(sum(i.mediated_failed_count) as bigint) as mediated_failed_count,
    cast(sum(i.stock_count) as bigint) as stock_count
from core.incident_part as i
-- A total belongs to this month or to none.
inner join core.dim_date as e on i.period_end = e.date and i.month_start = e.month_start
group by
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.weekday,
    i.received_hour
