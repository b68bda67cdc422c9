-- 每行一起警情纠纷，或来源按时段报送的一个合计数 / one row per incident, or per total a source delivers
select
    i.incident_key,
    i.is_total,
    case when i.is_total then i.org_code else p.published_code end as org_code,
    case when i.is_total and p.level_code = 'beat' then i.org_code end as beat_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    i.period_start,
    i.period_end,
    d.year,
    d.month_start,
    case when i.received_on is not null then d.weekday end as weekday,
    i.received_on,
    i.received_hour,
    case when i.received_on is not null then d.day_number end as received_day,
    i.closed_on,
    c.day_number as closed_day,
    i.dispute_type_code,
    i.channel_code,
    i.first_responder_code,
    i.settled_stage_code,
    i.outcome_code,
    i.mediation_kind_code,
    i.referral_target_code,
    i.risk_level_code,
    i.programme_code,
    i.is_urgent,
    i.is_non_police,
    i.response_minutes,
    i.days_to_close,
    case
        when i.dispute_key is not null and i.closed_on is not null then r.row_no is not null
    end as has_repeat_90d,
    i.incident_count,
    i.received_count,
    i.closed_count,
    i.resolved_count,
    i.failed_count,
    i.referred_count,
    i.referral_returned_count,
    i.escalated_count,
    b.file_label
from staging.incident as i
inner join staging.archive_batch as b on b.feed = 'incident' and i.batch_no = b.batch_no
left join staging.org_place as p on i.org_code = p.org_code
-- An event's period is its day.
left join staging.calendar as d on i.period_start = d.date
left join staging.calendar as c on i.closed_on = c.date
left join staging.incident_repeat as r on i.batch_no = r.batch_no and i.row_no = r.row_no
