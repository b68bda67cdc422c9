-- 每行一起警情纠纷或一个合计数，及其计入各指标的件数（视图） / one row per incident or total: what each metric counts of it (view)
with part as (
    select
        f.*,
        -- A flag is null where the source does not deliver it, and then so is every count times that flag.
        cast(f.channel_code <> 'unknown' as integer) as channel_known,
        cast(f.channel_code in ('found_on_visit', 'grid_report') as integer) as found_before_call,
        cast(coalesce(f.channel_code, 'unknown') <> 'found_on_visit' as integer) as not_found_on_visit,
        cast(f.settled_stage_code <> 'unknown' as integer) as stage_known,
        cast(f.settled_stage_code in ('phone', 'before_arrival') as integer) as before_arrival,
        cast(f.mediation_kind_code <> 'none' as integer) as mediated,
        cast(f.is_non_police as integer) as non_police,
        cast(f.has_repeat_90d as integer) as repeated,
        f.is_total and f.closed_count is not null as is_closed_total,
        case when f.outcome_code = 'invalid' then 0 else f.incident_count end as case_count,
        -- Without its closing day a closed case has no age, and a total none at all.
        f.received_count is not null and not f.is_total and (f.closed_count = 0 or f.closed_on is not null)
            as has_age
    from core.fct_incident as f
)

select
    p.is_total,
    p.city_bureau_code,
    p.branch_code,
    p.station_code,
    p.period_start,
    p.period_end,
    p.month_start,
    p.weekday,
    p.received_hour,
    case when p.is_closed_total then p.period_start else p.closed_on end as closed_period_start,
    case when p.is_closed_total then p.period_end else p.closed_on end as closed_period_end,
    p.received_on,
    p.closed_on,
    p.dispute_type_code,
    p.channel_code,
    p.first_responder_code,
    p.settled_stage_code,
    p.outcome_code,
    p.mediation_kind_code,
    p.referral_target_code,
    p.risk_level_code,
    p.incident_count,
    p.case_count as dispute_case_count,
    p.case_count * p.not_found_on_visit as dispute_incident_count,
    p.case_count * p.channel_known as channel_known_count,
    p.case_count * p.found_before_call as found_before_call_count,
    p.case_count * p.stage_known as settled_stage_known_count,
    p.case_count * p.before_arrival as settled_before_arrival_count,
    p.received_count,
    p.closed_count,
    p.resolved_count,
    p.failed_count,
    p.referred_count,
    p.referral_returned_count,
    p.escalated_count,
    p.received_count * p.non_police as non_police_received_count,
    p.referred_count * p.non_police as non_police_referred_count,
    p.resolved_count * p.mediated as mediated_resolved_count,
    p.failed_count * p.mediated as mediated_failed_count,
    case when p.repeated is not null then p.incident_count end as repeat_known_count,
    p.incident_count * p.repeated as repeat_count,
    -- Ours to settle while it is open: not referred out, withdrawn or invalid.
    case
        when not p.has_age then null
        when coalesce(p.outcome_code, 'pending') in ('referred_out', 'withdrawn', 'invalid') then 0
        else p.incident_count
    end as stock_count,
    -- Followed until it is closed, or to the last day of the data: all but those that others have to settle.
    case
        when not p.has_age then null
        when p.received_count = 0 or (p.referred_count = 1 and p.closed_count = 0) then 0
        else p.incident_count
    end as followed_count,
    case when p.has_age then p.days_to_close end as days_to_close,
    case when p.has_age and p.closed_count = 0 then p.received_on end as open_since,
    case when p.is_urgent then p.incident_count end as urgent_count,
    case when p.is_urgent then p.response_minutes end as urgent_response_minutes
from part as p
