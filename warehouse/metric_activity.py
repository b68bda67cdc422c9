"""The numbers of daily work: what was done, by kind; "at least" figures are kept apart from exact ones."""

from __future__ import annotations

from typing import Any

from warehouse.metric_definition import Metric, Texts, Unit
from warehouse.relations import RELATIONS

_T = Texts
_ACTIVITY: dict[str, Any] = {
    "feed": "activity",
    "relation": "activity",
    "date_role": "done",
    "direction": "neutral",
    "dimensions": RELATIONS["activity"].dimensions,
}
_UNITS: dict[str, Unit] = {"item": "item", "case": "case", "time": "time", "person_time": "person_time"}
_UNITS |= {"household": "household", "copy": "copy", "kilometre": "kilometre"}


def _count(
    metric_id: str, activity: str, part: str, unit: str, zh: str, en: str, *, direction: str = "neutral"
) -> Metric:
    where = f"r.activity_code = '{activity}' and r.part_code = '{part}' and r.unit_code = '{unit}'"
    return Metric(
        id=metric_id,
        name=_T(zh, en),
        formula=_T(
            f"工作项目 {activity}、环节 {part}、单位 {unit} 的数量之和；“余、多”的数另计，不与准确数相加",
            f"exact quantities of activity {activity}, part {part}, unit {unit}; at-least figures stand apart",
        ),
        why=_T("日常工作量", "the work done"),
        phrase=_T(zh, en),
        kind="additive",
        numerator="case when r.qualifier_code = 'exact' then r.quantity end",
        condition=where,
        extras=(("at_least", "sum(case when r.qualifier_code = 'at_least' then r.quantity end)"),),
        unit=_UNITS[unit],
        interval="poisson",
        **_ACTIVITY | {"direction": direction},
    )


def _part(*parts: str) -> str:
    codes = ", ".join(f"'{part}'" for part in parts)
    return f"case when r.part_code in ({codes}) then r.quantity else 0 end"


def _reporting(part: str) -> str:
    """Kinds of work and channels that report this part at all: the others would only swell the denominator."""
    return (
        "r.qualifier_code = 'exact' and exists (select 1 from mart.activity_day as k"
        f" where k.part_code = '{part}' and k.activity_code = r.activity_code"
        " and k.channel_code is not distinct from r.channel_code and k.unit_code is not distinct from r.unit_code)"
    )


_RATE: dict[str, Any] = _ACTIVITY | {"kind": "ratio", "unit": "fraction", "interval": "wilson", "smallest_n": 30}

ACTIVITY_METRICS = (
    Metric(
        id="suggestion_answer_rate",
        name=_T("意见答复率", "suggestions answered"),
        formula=_T(
            "（已答复＋说明理由）的意见建议 ÷ 收到的意见建议",
            "suggestions (answered + declined with reason) / suggestions received",
        ),
        why=_T("群众的意见有没有回音", "whether people who speak up hear back"),
        phrase=_T("意见答复率", "share of suggestions answered"),
        numerator=_part("answered", "refused_with_reason"),
        denominator=_part("received"),
        condition="r.activity_code = 'suggestion' and r.qualifier_code = 'exact'",
        **_RATE | {"direction": "higher_better"},
    ),
    Metric(
        id="on_the_spot_rate",
        name=_T("当场办结率", "done on the spot"),
        formula=_T(
            "当场办结数 ÷ 受理数，限报送当场办结数的工作项目和渠道；人次不是人数",
            "done on the spot / received, of the kinds of work and channels that report it",
        ),
        why=_T("群众能不能当场办成", "whether people can have it done at once"),
        phrase=_T("当场办结率", "share done on the spot"),
        numerator=_part("on_the_spot"),
        denominator=_part("received"),
        condition=_reporting("on_the_spot"),
        **_RATE | {"direction": "higher_better"},
    ),
    Metric(
        id="one_visit_rate",
        name=_T("一次办结率", "done in one visit"),
        formula=_T(
            "一次办结数 ÷ 办结数，限报送一次办结数的工作项目和渠道",
            "done in one visit / completed, of the kinds of work and channels that report it",
        ),
        why=_T("群众要跑几趟", "how often people have to come back"),
        phrase=_T("一次办结率", "share done in one visit"),
        numerator=_part("one_visit"),
        denominator=_part("completed"),
        condition=_reporting("one_visit"),
        **_RATE | {"direction": "higher_better"},
    ),
    _count("hukou_service_count", "hukou_service", "completed", "item", "户籍业务办结", "household registrations done"),
    _count("id_card_service_count", "id_card_service", "completed", "item", "身份证业务办结", "ID cards done"),
    _count("certificate_count", "certificate", "completed", "item", "开具证明", "certificates issued"),
    _count("home_delivery_count", "home_delivery", "done", "time", "送证上门", "certificates delivered home"),
    _count("help_call_count", "rescue", "done", "case", "救助警情", "help calls"),
    _count("errand_count", "errand", "done", "item", "代购代办", "errands done"),
    _count("market_day_count", "market_day", "done", "time", "赶集摆摊", "market-day counters held"),
    _count(
        "market_day_served_count",
        "market_day",
        "persons",
        "person_time",
        "赶集服务群众",
        "people served on market days",
    ),
    _count(
        "market_day_settled_count",
        "market_day",
        "on_the_spot",
        "item",
        "赶集当场办结",
        "matters settled on market days",
    ),
    _count("patrol_trip_count", "patrol_trip", "done", "time", "巡逻", "patrol trips"),
    _count("patrol_kilometre_count", "patrol_trip", "kilometres", "kilometre", "巡逻里程", "kilometres patrolled"),
    _count("legal_talk_count", "legal_talk", "done", "time", "普法宣讲", "law talks"),
    _count(
        "legal_talk_listener_count", "legal_talk", "persons", "person_time", "普法宣讲听众", "listeners at law talks"
    ),
    _count("public_meeting_count", "public_meeting", "done", "time", "向群众报告会", "public meetings"),
    _count(
        "public_meeting_guest_count",
        "public_meeting",
        "persons",
        "person_time",
        "报告会到会群众",
        "guests at public meetings",
    ),
    _count("suggestion_received_count", "suggestion", "received", "item", "收到群众意见建议", "suggestions received"),
    _count(
        "outreach_material_count", "outreach_material", "done", "copy", "发放宣传品", "outreach material handed out"
    ),
    _count("warning_posted_count", "warning_posted", "done", "item", "发布预警提示", "warnings posted"),
    _count("online_answer_count", "online_consult", "answered", "item", "线上咨询答复", "online questions answered"),
    _count("inspection_count", "inspection", "done", "time", "行业场所检查", "premises inspections"),
    _count("information_update_count", "information_update", "done", "item", "信息维护", "records kept up"),
    _count("family_session_count", "family_session", "done", "time", "亲子团建活动", "family sessions"),
    _count(
        "family_session_household_count",
        "family_session",
        "households",
        "household",
        "亲子团建参加",
        "families at sessions",
    ),
    _count("small_case_accepted_count", "small_case", "received", "case", "受理小案", "small cases accepted"),
    _count(
        "small_case_cleared_count",
        "small_case",
        "cleared",
        "case",
        "侦办小案",
        "small cases cleared",
        direction="higher_better",
    ),
    _count("dispute_sweep_count", "dispute_sweep", "done", "time", "矛盾纠纷摸排", "dispute sweeps"),
    _count("dispute_sweep_found_count", "dispute_sweep", "found", "case", "摸排发现纠纷", "disputes found by sweeps"),
    _count("joint_patrol_count", "joint_patrol", "done", "time", "群防群治活动", "joint patrols"),
)
