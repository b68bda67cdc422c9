-- 每行一次调解的最新有效版本 / one row per mediation session, latest version that counts
select
    a.batch_no,
    a.incident_key,
    a.org_code,
    a.period_start,
    a.held_on,
    a.session_no,
    a.mediation_kind_code,
    a.lead_body_code,
    a.place_code,
    a.is_on_request,
    a.is_joint,
    a.has_lawyer,
    a.has_judge,
    a.has_industry_body,
    a.has_agreement,
    a.is_fulfilled
from staging.archive_mediation as a
left join staging.left_out_mediation as x on a.batch_no = x.batch_no and a.row_no = x.row_no
where x.row_no is null
