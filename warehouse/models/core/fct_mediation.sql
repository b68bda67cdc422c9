-- 每行一次调解 / one row per mediation session
select
    m.incident_key,
    p.published_code as org_code,
    p.station_code,
    p.branch_code,
    p.city_bureau_code,
    d.year,
    d.month_start,
    d.weekday,
    m.held_on,
    m.session_no,
    m.mediation_kind_code,
    m.lead_body_code,
    m.place_code,
    m.is_on_request,
    m.is_joint,
    m.has_lawyer,
    m.has_judge,
    m.has_industry_body,
    m.has_agreement,
    m.is_fulfilled,
    b.file_label
from staging.mediation as m
inner join staging.archive_batch as b on b.feed = 'mediation' and m.batch_no = b.batch_no
left join staging.org_place as p on m.org_code = p.org_code
left join staging.calendar as d on m.held_on = d.date
