"""The registry: every published number declared once, for pages, exports, SQL, shell and bulletins alike."""

from __future__ import annotations

from warehouse.metric_activity import ACTIVITY_METRICS
from warehouse.metric_definition import Metric
from warehouse.metric_incident import INCIDENT_METRICS
from warehouse.metric_satisfaction import SATISFACTION_METRICS
from warehouse.metric_time import TIME_METRICS
from warehouse.metric_visit import MEDIATION_METRICS, VISIT_METRICS

METRICS: dict[str, Metric] = {
    metric.id: metric
    for metric in (
        *INCIDENT_METRICS,
        *TIME_METRICS,
        *MEDIATION_METRICS,
        *SATISFACTION_METRICS,
        *VISIT_METRICS,
        *ACTIVITY_METRICS,
    )
}

# What the overview and the benchmark read: the figures a bureau is asked for first.
HEADLINES = (
    "dispute_incident_count",
    "dispute_case_count",
    "resolution_rate_received",
    "resolution_rate_closed",
    "mediation_success_rate",
    "referral_rate",
    "found_before_call_rate",
    "settled_before_arrival_rate",
    "escalation_count",
    "unresolved_count",
    "response_minutes_median",
    "days_to_resolution_median",
)
