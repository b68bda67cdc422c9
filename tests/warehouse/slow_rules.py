"""What one record adds to every metric, and quantiles, written from the definitions and not from the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Number = Fraction | None
# What one row adds to numerator and denominator; null where the source does not deliver it.
Parts = tuple[Number, Number]
Rule = Callable[[Row], Parts]


def _number(value: int | float | None) -> Number:
    return None if value is None else Fraction(str(value))


def _count_of_cases(row: Row) -> Fraction:
    return Fraction(0) if row["outcome_code"] == "invalid" else Fraction(row["incident_count"])


def _cases(row: Row) -> Parts:
    return _count_of_cases(row), None


def _incidents(row: Row) -> Parts:
    return (Fraction(0) if row["channel_code"] == "found_on_visit" else _count_of_cases(row)), None


def delivered(row: Row, above: str, below: str) -> Parts:
    return _number(row[above]), _number(row[below])


def _resolved_of_received(row: Row) -> Parts:
    return delivered(row, "resolved_count", "received_count")


def _resolved_of_closed(row: Row) -> Parts:
    if row["resolved_count"] is None or row["failed_count"] is None:
        return None, None
    return Fraction(row["resolved_count"]), Fraction(row["resolved_count"] + row["failed_count"])


def _mediated(row: Row) -> Parts:
    """Null: it is not known whether it was mediated."""
    if row["mediation_kind_code"] is None:
        return None, None
    return _resolved_of_closed(row) if row["mediation_kind_code"] != "none" else (Fraction(0), Fraction(0))


def _referred(row: Row) -> Parts:
    if row["is_non_police"] is None:
        return None, None
    parts = delivered(row, "referred_count", "received_count")
    return parts if row["is_non_police"] or None in parts else (Fraction(0), Fraction(0))


def _returned(row: Row) -> Parts:
    return delivered(row, "referral_returned_count", "referred_count")


def _repeated(row: Row) -> Parts:
    if row["has_repeat_90d"] is None:
        return None, None
    count = Fraction(row["incident_count"])
    return (count if row["has_repeat_90d"] else Fraction(0)), count


def _escalated(row: Row) -> Parts:
    return _number(row["escalated_count"]), None


def _escalated_of_closed(row: Row) -> Parts:
    return delivered(row, "escalated_count", "closed_count")


def _share_of_known(column: str, wanted: Sequence[str]) -> Rule:
    def rule(row: Row) -> Parts:
        if row[column] is None:
            return None, None
        count = _count_of_cases(row) if row[column] != "unknown" else Fraction(0)
        return (count if row[column] in wanted else Fraction(0)), count

    return rule


def _on_time(row: Row) -> Parts:
    if not row["is_urgent"] or row["response_minutes"] is None or row["on_time_minutes"] is None:
        return None, None
    count = Fraction(row["incident_count"])
    return (count if row["response_minutes"] <= row["on_time_minutes"] else Fraction(0)), count


def _sessions(row: Row) -> Parts:
    return Fraction(1), None


def _flagged(column: str) -> Rule:
    """A session of which it is not known is one of no known sessions."""

    def rule(row: Row) -> Parts:
        return Fraction(int(row[column] or False)), Fraction(int(row[column] is not None))

    return rule


def _away(row: Row) -> Parts:
    if row["place_code"] in (None, "unknown"):
        return None, None
    return Fraction(int(row["place_code"] not in ("station", "police_room"))), Fraction(1)


def _column(name: str) -> Rule:
    def rule(row: Row) -> Parts:
        return _number(row[name]), None

    return rule


def _found(row: Row) -> Parts:
    return delivered(row, "disputes_found_count", "visit_count")


# Metric -> what a row adds, the scale of the ratio, whether the day of closing counts.
RULES: dict[str, tuple[Rule, int, bool]] = {
    "dispute_incident_count": (_incidents, 1, False),
    "dispute_case_count": (_cases, 1, False),
    "resolution_rate_received": (_resolved_of_received, 1, False),
    "resolution_rate_closed": (_resolved_of_closed, 1, True),
    "mediation_success_rate": (_mediated, 1, False),
    "referral_rate": (_referred, 1, False),
    "referral_completion_rate": (_returned, 1, False),
    "repeat_rate_90d": (_repeated, 1, True),
    "escalation_count": (_escalated, 1, False),
    "escalation_rate_per_1000": (_escalated_of_closed, 1000, True),
    "settled_before_arrival_rate": (_share_of_known("settled_stage_code", ("phone", "before_arrival")), 1, False),
    "found_before_call_rate": (_share_of_known("channel_code", ("found_on_visit", "grid_report")), 1, False),
    "on_time_arrival_rate": (_on_time, 1, False),
    "mediation_session_count": (_sessions, 1, False),
    "on_request_mediation_share": (_flagged("is_on_request"), 1, False),
    "away_from_station_share": (_away, 1, False),
    "joint_mediation_share": (_flagged("is_joint"), 1, False),
    "visit_count": (_column("visit_count"), 1, False),
    "households_visited_count": (_column("households_count"), 1, False),
    "opinion_count": (_column("opinions_count"), 1, False),
    "visit_dispute_found_count": (_column("disputes_found_count"), 1, False),
    "visit_dispute_settled_count": (_column("disputes_settled_count"), 1, False),
    "disputes_found_per_100_visits": (_found, 100, False),
}
FOLLOWED = ("repeat_rate_90d", "escalation_rate_per_1000")


def stock_rule(end: date) -> Rule:
    """Open at the end of a day; of totals and of closed cases without a closing day nothing is known."""

    def rule(row: Row) -> Parts:
        is_unknown = row["closed_on"] is None and row["closed_count"] != 0
        if row["is_total"] or row["received_count"] is None or is_unknown:
            return None, None
        is_ours = row["outcome_code"] not in ("referred_out", "withdrawn", "invalid")
        is_open = row["closed_on"] is None or row["closed_on"] > end
        return Fraction(row["incident_count"] if is_ours and is_open else 0), None

    return rule


def _is_valid(row: Row) -> bool:
    return row["answer_status_code"] == "valid" and row["level"] is not None


def _answers(levels: Sequence[int]) -> Rule:
    def rule(row: Row) -> Parts:
        if not _is_valid(row):
            return None, None
        weight = Fraction(str(row["weight"]))
        return (weight if row["level"] in levels else Fraction(0)), weight

    return rule


def _at_level(row: Row) -> Parts:
    return _answers((row["of_level"],))(row)


def _responses(row: Row) -> Parts:
    return Fraction(int(_is_valid(row))), Fraction(1)


def _lowest(row: Row) -> Parts:
    weight = Fraction(str(row["weight"]))
    return (weight if _is_valid(row) and row["level"] >= 4 else Fraction(0)), weight


def _highest(row: Row) -> Parts:
    weight = Fraction(str(row["weight"]))
    return (Fraction(0) if _is_valid(row) and row["level"] < 4 else weight), weight


SURVEYED: dict[str, Rule] = {
    "satisfaction_rate_top1": _answers((5,)),
    "satisfaction_rate_top2": _answers((4, 5)),
    "satisfaction_rate_top3": _answers((3, 4, 5)),
    "dissatisfaction_rate": _answers((1, 2)),
    "answer_level_share": _at_level,
    "survey_response_rate": _responses,
    "satisfaction_lowest_rate": _lowest,
    "satisfaction_highest_rate": _highest,
}


# Ratio -> the parts above and below, and whether the kind of work must report the part above at all.
WORK_RATIOS = {
    "suggestion_answer_rate": (("answered", "refused_with_reason"), "received", False),
    "on_the_spot_rate": (("on_the_spot",), "received", True),
    "one_visit_rate": (("one_visit",), "completed", True),
}
# Metric -> the kind of work, the part and the unit that it counts.
WORK_COUNTS: dict[str, tuple[str, str, str]] = {
    "hukou_service_count": ("hukou_service", "completed", "item"),
    "id_card_service_count": ("id_card_service", "completed", "item"),
    "certificate_count": ("certificate", "completed", "item"),
    "home_delivery_count": ("home_delivery", "done", "time"),
    "help_call_count": ("rescue", "done", "case"),
    "errand_count": ("errand", "done", "item"),
    "market_day_count": ("market_day", "done", "time"),
    "market_day_served_count": ("market_day", "persons", "person_time"),
    "market_day_settled_count": ("market_day", "on_the_spot", "item"),
    "patrol_trip_count": ("patrol_trip", "done", "time"),
    "patrol_kilometre_count": ("patrol_trip", "kilometres", "kilometre"),
    "legal_talk_count": ("legal_talk", "done", "time"),
    "legal_talk_listener_count": ("legal_talk", "persons", "person_time"),
    "public_meeting_count": ("public_meeting", "done", "time"),
    "public_meeting_guest_count": ("public_meeting", "persons", "person_time"),
    "suggestion_received_count": ("suggestion", "received", "item"),
    "suggestion_answered_count": ("suggestion", "answered", "item"),
    "suggestion_declined_count": ("suggestion", "refused_with_reason", "item"),
    "outreach_material_count": ("outreach_material", "done", "copy"),
    "warning_posted_count": ("warning_posted", "done", "item"),
    "online_answer_count": ("online_consult", "answered", "item"),
    "inspection_count": ("inspection", "done", "time"),
    "information_update_count": ("information_update", "done", "item"),
    "family_session_count": ("family_session", "done", "time"),
    "family_session_household_count": ("family_session", "households", "household"),
    "small_case_accepted_count": ("small_case", "received", "case"),
    "small_case_cleared_count": ("small_case", "cleared", "case"),
    "dispute_sweep_count": ("dispute_sweep", "done", "time"),
    "dispute_sweep_found_count": ("dispute_sweep", "found", "case"),
    "joint_patrol_count": ("joint_patrol", "done", "time"),
    "joint_patrol_person_count": ("joint_patrol", "persons", "person_time"),
    "market_day_received_count": ("market_day", "received", "item"),
    "inspection_found_count": ("inspection", "found", "item"),
    "sales_report_count": ("sales_report", "done", "item"),
    "vehicle_driver_service_count": ("vehicle_driver", "completed", "item"),
    "legal_advice_count": ("legal_advice", "completed", "item"),
}


def interpolated_quantile(values: Sequence[int], share: Fraction) -> Number:
    """Type 7 of Hyndman and Fan, numpy's default: between the two neighbours of (n - 1) times the share."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = place.numerator // place.denominator
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def is_followed(row: Row) -> bool:
    """Not: totals, invalid ones, those others have to settle, and closed ones without a closing day."""
    if row["is_total"] or not row["received_count"]:
        return False
    if row["referred_count"] == 1 and row["closed_count"] == 0:
        return False
    return row["closed_on"] is not None or row["closed_count"] == 0


def life(row: Row, until: date) -> tuple[int, bool]:
    """Days until it was closed, or until the data end."""
    is_closed = row["closed_on"] is not None and row["closed_on"] <= until
    return ((row["closed_on"] if is_closed else until) - row["received_on"]).days, is_closed


def kaplan_meier_share(lives: Sequence[tuple[int, bool]], within: int) -> Number:
    """The share closed by a day; none where nobody was followed so long and some are open."""
    surviving = Fraction(1)
    for day in sorted({days for days, _ in lives if days <= within}):
        at_risk = sum(days >= day for days, _ in lives)
        closed = sum(days == day and is_closed for days, is_closed in lives)
        surviving *= Fraction(at_risk - closed, at_risk)
    return 1 - surviving if surviving == 0 or any(days >= within for days, _ in lives) else None


def kaplan_meier_quantile(lives: Sequence[tuple[int, bool]], share: Fraction) -> Number:
    """The first day on which no more than 1 - share are still open; none where the data end before."""
    surviving = Fraction(1)
    for day in sorted({days for days, _ in lives}):
        at_risk = sum(days >= day for days, _ in lives)
        closed = sum(days == day and is_closed for days, is_closed in lives)
        surviving *= Fraction(at_risk - closed, at_risk)
        if surviving <= 1 - share:
            return Fraction(day)
    return None
