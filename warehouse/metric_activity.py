"""The numbers of daily work: what was done, by kind; "at least" figures are kept apart from exact ones."""

from __future__ import annotations

from typing import Any

import polars as pl

from warehouse.metric_definition import Metric, Texts, Unit
from warehouse.reference import codes_of
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


def _named(list_code: str, code: str) -> Texts:
    """A code as people know it, with the code itself: whoever writes SQL needs both."""
    row = codes_of(list_code).row(by_predicate=pl.col("code") == code, named=True)
    return _T(f"“{row['zh']}”（{code}）", f"{row['en']} ({code})")


def _count(metric_id: str, codes: str, zh: str, en: str, said: str) -> Metric:
    activity, part, unit = codes.split()
    work, step, counted = _named("activity", activity), _named("activity_part", part), _named("unit", unit)
    return Metric(
        id=metric_id,
        name=_T(zh, en),
        formula=_T(
            f"工作项目{work.zh}、环节{step.zh}、单位{counted.zh}的数量之和，按办理日期；“余、多”等下限数另列，不与准确数相加",
            f"exact quantities of activity {work.en}, part {step.en}, unit {counted.en}, by day done;"
            " at-least figures stand apart",
        ),
        why=_T("日常工作量", "the work done"),
        phrase=_T(said, en),
        kind="additive",
        numerator="case when r.qualifier_code = 'exact' then r.quantity end",
        condition=f"r.activity_code = '{activity}' and r.part_code = '{part}' and r.unit_code = '{unit}'",
        at_least="case when r.qualifier_code = 'at_least' then r.quantity end",
        unit=_UNITS[unit],
        interval="poisson",
        **_ACTIVITY | {"direction": "higher_better" if part == "cleared" else "neutral"},
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

# Id; activity, part and unit that are counted; the name in both languages; what a Chinese sentence says before it.
_COUNTS = (
    ("hukou_service_count", "hukou_service completed item",
     "户籍业务办结数", "household registrations completed", "办结户籍业务"),
    ("id_card_service_count", "id_card_service completed item",
     "身份证业务办结数", "ID card services completed", "办结身份证业务"),
    ("certificate_count", "certificate completed item",
     "开具证明数", "certificates issued", "开具证明"),
    ("vehicle_driver_service_count", "vehicle_driver completed item",
     "车驾管业务办结数", "vehicle and licence services completed", "办结车驾管业务"),
    ("legal_advice_count", "legal_advice completed item",
     "法律咨询办结数", "legal advice given", "办结法律咨询"),
    ("home_delivery_count", "home_delivery done time",
     "送证上门次数", "home deliveries of documents", "送证上门"),
    ("help_call_count", "rescue done case",
     "救助警情数", "help calls", "处置救助警情"),
    ("errand_count", "errand done item",
     "代购代办数", "errands run for people", "代购代办"),
    ("market_day_count", "market_day done time",
     "赶集警务次数", "market-day counters held", "开展赶集警务"),
    ("market_day_served_count", "market_day persons person_time",
     "赶集服务群众人次", "people served on market days", "赶集服务群众"),
    ("market_day_received_count", "market_day received item",
     "赶集受理数", "matters received on market days", "赶集受理"),
    ("market_day_settled_count", "market_day on_the_spot item",
     "赶集当场办结数", "matters settled on market days", "赶集当场办结"),
    ("patrol_trip_count", "patrol_trip done time",
     "巡逻次数", "patrol trips", "开展巡逻"),
    ("patrol_kilometre_count", "patrol_trip kilometres kilometre",
     "巡逻里程", "kilometres patrolled", "巡逻里程"),
    ("legal_talk_count", "legal_talk done time",
     "普法宣讲场次", "law talks", "开展普法宣讲"),
    ("legal_talk_listener_count", "legal_talk persons person_time",
     "普法宣讲听众人次", "people attending law talks", "普法宣讲听众"),
    ("public_meeting_count", "public_meeting done time",
     "向群众报告会场次", "public meetings", "召开向群众报告会"),
    ("public_meeting_guest_count", "public_meeting persons person_time",
     "报告会到会群众人次", "people attending public meetings", "报告会到会群众"),
    ("suggestion_received_count", "suggestion received item",
     "收到群众意见建议数", "suggestions received", "收到群众意见建议"),
    ("suggestion_answered_count", "suggestion answered item",
     "答复群众意见建议数", "suggestions answered", "答复群众意见建议"),
    ("suggestion_declined_count", "suggestion refused_with_reason item",
     "说明理由未采纳数", "suggestions declined with a reason", "说明理由未采纳"),
    ("outreach_material_count", "outreach_material done copy",
     "宣传品发放数", "outreach material handed out", "发放宣传品"),
    ("warning_posted_count", "warning_posted done item",
     "预警提示发布数", "warnings posted", "发布预警提示"),
    ("online_answer_count", "online_consult answered item",
     "线上咨询答复数", "online questions answered", "答复线上咨询"),
    ("inspection_count", "inspection done time",
     "行业场所检查次数", "premises inspections", "检查行业场所"),
    ("inspection_found_count", "inspection found item",
     "检查发现问题数", "problems found by inspections", "检查发现问题"),
    ("sales_report_count", "sales_report done item",
     "重点物品销售上报数", "controlled-goods sales reports", "上报重点物品销售"),
    ("information_update_count", "information_update done item",
     "信息维护数", "records updated", "维护信息"),
    ("family_session_count", "family_session done time",
     "亲子团建场次", "family sessions", "开展亲子团建"),
    ("family_session_household_count", "family_session households household",
     "亲子团建参加户次", "families at family sessions", "参加亲子团建家庭"),
    ("small_case_accepted_count", "small_case received case",
     "小案受理数", "small cases accepted", "受理小案"),
    ("small_case_cleared_count", "small_case cleared case",
     "小案侦办数", "small cases cleared", "侦办小案"),
    ("dispute_sweep_count", "dispute_sweep done time",
     "矛盾纠纷摸排次数", "dispute sweeps", "开展矛盾纠纷摸排"),
    ("dispute_sweep_found_count", "dispute_sweep found case",
     "摸排发现纠纷数", "disputes found by sweeps", "摸排发现纠纷"),
    ("joint_patrol_count", "joint_patrol done time",
     "群防群治活动次数", "joint patrols", "开展群防群治活动"),
    ("joint_patrol_person_count", "joint_patrol persons person_time",
     "群防群治参与人次", "people on joint patrols", "参与群防群治"),
)  # fmt: skip

ACTIVITY_METRICS = (
    Metric(
        id="suggestion_answer_rate",
        name=_T("意见答复率", "suggestion answer rate"),
        formula=_T(
            "（已答复＋说明理由）的意见建议 ÷ 收到的意见建议，按办理日期",
            "suggestions (answered + declined with reason) / suggestions received, by day done",
        ),
        why=_T("群众的意见有没有答复", "whether people who make suggestions hear back"),
        phrase=_T("意见答复率", "share of suggestions answered"),
        numerator=_part("answered", "refused_with_reason"),
        denominator=_part("received"),
        condition="r.activity_code = 'suggestion' and r.qualifier_code = 'exact'",
        **_RATE | {"direction": "higher_better"},
    ),
    Metric(
        id="on_the_spot_rate",
        name=_T("当场办结率", "on-the-spot completion rate"),
        formula=_T(
            "当场办结数 ÷ 受理数，限报送当场办结数的工作项目、渠道和计量单位",
            "done on the spot / received, of the kinds of work, channels and units of count that report it",
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
        name=_T("一次办结率", "one-visit completion rate"),
        formula=_T(
            "一次办结数 ÷ 办结数，限报送一次办结数的工作项目、渠道和计量单位",
            "done in one visit / completed, of the kinds of work, channels and units of count that report it",
        ),
        why=_T("群众要跑几趟", "how often people have to come back"),
        phrase=_T("一次办结率", "share done in one visit"),
        numerator=_part("one_visit"),
        denominator=_part("completed"),
        condition=_reporting("one_visit"),
        **_RATE | {"direction": "higher_better"},
    ),
    *(_count(*row) for row in _COUNTS),
)
