-- 每行一个接警日（或合计时段）一个单位一种纠纷类型 / one row per day received (of totals: period), organisation and type
with incident as (
    select
        f.period_start,
        f.period_end,
        f.month_start,
        f.city_bureau_code,
        f.branch_code,
        f.station_code,
        f.dispute_type_code,
        cast(f.channel_code <> 'unknown' as integer) as channel_known,
        cast(f.channel_code in ('found_on_visit', 'grid_report') as integer) as found_before_call,
        cast(coalesce(f.channel_code, 'unknown') <> 'found_on_visit' as integer) as not_found_on_visit,
        cast(f.settled_stage_code <> 'unknown' as integer) as stage_known,
        cast(f.settled_stage_code in ('phone', 'before_arrival') as integer) as before_arrival,
        cast(f.mediation_kind_code <> 'none' as integer) as mediated,
        cast(f.is_non_police as integer) as non_police,
        f.incident_count,
        case when f.outcome_code = 'invalid' then 0 else f.incident_count end as case_count,
        f.received_count,
        f.closed_count,
        f.resolved_count,
        f.failed_count,
        f.referred_count,
        f.referral_returned_count,
        f.escalated_count
    from core.fct_incident as f
)

-- A count times a flag is null where the flag was not delivered, and 0 where it was and none has it.
select
    i.period_start,
    i.period_end,
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code,
    cast(sum(i.incident_count) as bigint) as incident_count,
    cast(sum(i.case_count) as bigint) as dispute_case_count,
    cast(sum(i.case_count * i.not_found_on_visit) as bigint) as dispute_incident_count,
    cast(sum(i.case_count * i.channel_known) as bigint) as channel_known_count,
    cast(sum(i.case_count * i.found_before_call) as bigint) as found_before_call_count,
    cast(sum(i.case_count * i.stage_known) as bigint) as settled_stage_known_count,
    cast(sum(i.case_count * i.before_arrival) as bigint) as settled_before_arrival_count,
    cast(sum(i.received_count) as bigint) as received_count,
    cast(sum(i.closed_count) as bigint) as closed_count,
    cast(sum(i.resolved_count) as bigint) as resolved_count,
    cast(sum(i.failed_count) as bigint) as failed_count,
    cast(sum(i.referred_count) as bigint) as referred_count,
    cast(sum(i.referral_returned_count) as bigint) as referral_returned_count,
    cast(sum(i.escalated_count) as bigint) as escalated_count,
    cast(sum(i.received_count * i.non_police) as bigint) as non_police_received_count,
    cast(sum(i.referred_count * i.non_police) as bigint) as non_police_referred_count,
    cast(sum(i.resolved_count * i.mediated) as bigint) as mediated_resolved_count,
    cast(sum(i.failed_count * i.mediated) as bigint) as mediated_failed_count
from incident as i
group by
    i.period_start,
    i.period_end,
    i.month_start,
    i.city_bureau_code,
    i.branch_code,
    i.station_code,
    i.dispute_type_code
