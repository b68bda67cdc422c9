-- What `etl` and the build do up to core, for the one layout of the benchmark, as one would write it for PostgreSQL.
-- Before it: `incident_text` filled by COPY; `written_code` (words as code tables write them), `spelled_code` (the
-- same normalised), `outcome_part`, `place`, `pad` (the two pads of HMAC) and `delivered_until`, all small.

create function spelled(cell text) returns text language sql stable parallel safe return
    translate(lower(replace(normalize(btrim(cell), nfkc), ' ', '')), '【〔〖[】〕〗]', '(((())))');

create function last_day(year integer, month integer) returns integer language sql immutable parallel safe return
    cast(extract(day from make_date(year, month, 1) + interval '1 month - 1 day') as integer);

-- Null where there is no such moment; PostgreSQL 15 has no cast that may fail.
create function as_moment(cell text) returns timestamp language sql stable parallel safe return
    case when cell ~ '^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$' then
        case when substr(cell, 9, 2) <= '28'
            or cast(substr(cell, 9, 2) as integer)
                <= last_day(cast(substr(cell, 1, 4) as integer), cast(substr(cell, 6, 2) as integer))
        then cast(cell as timestamp) end
    end;

create function digest(inner_pad bytea, outer_pad bytea, cell text) returns text
language sql immutable parallel safe return
    encode(sha256(outer_pad || sha256(inner_pad || convert_to(cell, 'UTF8'))), 'hex');

-- The code that the table writes so; only other spellings are normalised.
create function other_spelling(list text, cell text) returns text language sql stable parallel safe return
    (select s.code from spelled_code as s where s.field = list and s.spelling = spelled(cell));

create unlogged table incident_typed as
select
    t.line,
    digest(key.inner_pad, key.outer_pad, nullif(btrim(t.source_key), '')) as key_digest,
    left(digest(key.inner_pad, key.outer_pad, nullif(btrim(t.dispute_key), '')), 32) as dispute_key,
    coalesce(org.code, other_spelling('org_code', t.org)) as org_code,
    as_moment(t.received_at) as received_at,
    as_moment(t.dispatched_at) as dispatched_at,
    as_moment(t.arrived_at) as arrived_at,
    as_moment(t.closed_at) as closed_at,
    coalesce(dispute_type.code, other_spelling('dispute_type_code', t.dispute_type)) as dispute_type_code,
    coalesce(channel.code, other_spelling('channel_code', t.channel)) as channel_code,
    coalesce(outcome.code, other_spelling('outcome_code', t.outcome)) as outcome_code,
    coalesce(mediation_kind.code, other_spelling('mediation_kind_code', t.mediation_kind)) as mediation_kind_code,
    coalesce(risk_level.code, other_spelling('risk_level_code', t.risk_level)) as risk_level_code,
    case t.is_urgent when '是' then true when '否' then false end as is_urgent,
    -- The cells that gave no value, where they hold anything.
    t.received_at <> '' and as_moment(t.received_at) is null
    or t.dispatched_at <> '' and as_moment(t.dispatched_at) is null
    or t.arrived_at <> '' and as_moment(t.arrived_at) is null
    or t.closed_at <> '' and as_moment(t.closed_at) is null as has_bad_date,
    t.is_urgent <> '' and t.is_urgent not in ('是', '否') as has_bad_flag,
    t.dispute_type <> '' as has_dispute_type,
    t.channel <> '' as has_channel,
    t.outcome <> '' as has_outcome,
    t.mediation_kind <> '' as has_mediation_kind,
    t.risk_level <> '' as has_risk_level
from incident_text as t
cross join pad as key
left join written_code as org on org.field = 'org_code' and org.word = t.org
left join written_code as dispute_type
    on dispute_type.field = 'dispute_type_code' and dispute_type.word = t.dispute_type
left join written_code as channel on channel.field = 'channel_code' and channel.word = t.channel
left join written_code as outcome on outcome.field = 'outcome_code' and outcome.word = t.outcome
left join written_code as mediation_kind
    on mediation_kind.field = 'mediation_kind_code' and mediation_kind.word = t.mediation_kind
left join written_code as risk_level on risk_level.field = 'risk_level_code' and risk_level.word = t.risk_level;

create unlogged table incident_judged as
select
    i.*,
    case
        when i.key_digest is null or i.org_code is null then 'missing_required'
        when i.has_bad_date then 'bad_date'
        when i.received_at is null then 'missing_required'
        when greatest(i.received_at, i.dispatched_at, i.arrived_at, i.closed_at) >= u.day + 1 then 'out_of_range'
        when i.has_bad_flag
            or i.has_dispute_type and i.dispute_type_code is null
            or i.has_channel and i.channel_code is null
            or i.has_outcome and i.outcome_code is null
            or i.has_mediation_kind and i.mediation_kind_code is null
            or i.has_risk_level and i.risk_level_code is null then 'bad_code'
        when cast(i.closed_at as date) < cast(i.received_at as date) then 'out_of_range'
        when i.arrived_at < coalesce(i.dispatched_at, i.received_at) then 'out_of_range'
    end as reason_code
from incident_typed as i
cross join delivered_until as u;

create unlogged table quarantine as
select line, reason_code from incident_judged where reason_code is not null;

create unlogged table incident_newest as
select distinct on (left(i.key_digest, 32)) i.*
from incident_judged as i
where i.reason_code is null
order by left(i.key_digest, 32), i.line desc;

create unlogged table incident_repeat as
select distinct earlier.line
from incident_newest as earlier
inner join incident_newest as later
    on earlier.dispute_key = later.dispute_key
    and earlier.line <> later.line
    and cast(later.received_at as date)
        between cast(earlier.closed_at as date) and cast(earlier.closed_at as date) + 90;

create unlogged table fct_incident as
select
    right(i.key_digest, 32) as incident_key,
    false as is_total,
    i.org_code,
    cast(null as text) as beat_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    cast(i.received_at as date) as period_start,
    cast(i.received_at as date) as period_end,
    cast(extract(year from i.received_at) as smallint) as year,
    cast(date_trunc('month', i.received_at) as date) as month_start,
    cast(extract(isodow from i.received_at) as smallint) as weekday,
    cast(i.received_at as date) as received_on,
    cast(extract(hour from i.received_at) as smallint) as received_hour,
    cast(i.received_at as date) - date '1970-01-01' as received_day,
    cast(i.closed_at as date) as closed_on,
    cast(i.closed_at as date) - date '1970-01-01' as closed_day,
    i.dispute_type_code,
    coalesce(i.channel_code, 'unknown') as channel_code,
    'unknown' as first_responder_code,
    'unknown' as settled_stage_code,
    coalesce(i.outcome_code, 'pending') as outcome_code,
    coalesce(i.mediation_kind_code, 'none') as mediation_kind_code,
    cast(null as text) as referral_target_code,
    coalesce(i.risk_level_code, 'ungraded') as risk_level_code,
    'none' as programme_code,
    i.is_urgent,
    cast(null as boolean) as is_non_police,
    cast(floor(extract(epoch from i.arrived_at - coalesce(i.dispatched_at, i.received_at)) / 60) as integer)
        as response_minutes,
    cast(i.closed_at as date) - cast(i.received_at as date) as days_to_close,
    case when i.dispute_key is not null and i.closed_at is not null then r.line is not null end as has_repeat_90d,
    1 as incident_count,
    o.received_count,
    o.closed_count,
    o.resolved_count,
    o.failed_count,
    greatest(o.referred_count, o.closed_count * 0) as referred_count,
    o.closed_count * 0 as referral_returned_count,
    o.escalated_count,
    cast('bureau_incident' as text) as file_label
from incident_newest as i
left join place as p on p.org_code = i.org_code
left join outcome_part as o on o.outcome_code = coalesce(i.outcome_code, 'pending')
left join incident_repeat as r on r.line = i.line;
