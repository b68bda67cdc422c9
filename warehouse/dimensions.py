"""The dimensions a number may be split or filtered by, and where their names stand."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.metric_definition import Texts


@dataclass(frozen=True)
class Dimension:
    """One dimension; its codes are named by a code list, by an organisation, or by itself (months, days)."""

    name: str
    text: Texts
    list_code: str | None = None


_ALL = (
    Dimension("city_bureau", Texts("市局", "city bureau")),
    Dimension("branch", Texts("分局（县局）", "branch")),
    Dimension("station", Texts("派出所", "station")),
    Dimension("beat", Texts("警务区", "beat")),
    Dimension("station_type", Texts("派出所类型", "type of station"), "station_type"),
    Dimension("dispute_group", Texts("纠纷大类", "group of dispute types")),
    Dimension("dispute_type", Texts("纠纷类型", "type of dispute")),
    Dimension("channel", Texts("来源渠道", "channel"), "channel"),
    Dimension("first_responder", Texts("先到场人员", "first responder"), "first_responder"),
    Dimension("settled_stage", Texts("化解环节", "stage of settlement"), "settled_stage"),
    Dimension("outcome", Texts("处理结果", "outcome"), "outcome"),
    Dimension("mediation_kind", Texts("调解方式", "kind of mediation"), "mediation_kind"),
    Dimension("lead_body", Texts("牵头单位", "leading body"), "lead_body"),
    Dimension("mediation_place", Texts("调解地点", "place of mediation"), "place"),
    Dimension("referral_target", Texts("分流去向", "referral target"), "referral_target"),
    Dimension("risk_level", Texts("风险等级", "risk level"), "risk_level"),
    Dimension("age_band", Texts("未化解时长", "age of open cases")),
    Dimension("visit_category", Texts("走访类别", "category of visit"), "visit_category"),
    Dimension("transport", Texts("出行方式", "transport"), "transport"),
    Dimension("survey", Texts("调查", "survey"), "survey"),
    Dimension("mode", Texts("调查方式", "mode of survey"), "survey_mode"),
    Dimension("subject", Texts("评价对象", "what was rated"), "subject"),
    Dimension("level", Texts("评价等级", "level of answer")),
    Dimension("activity", Texts("工作项目", "kind of work"), "activity"),
    Dimension("service_channel", Texts("服务渠道", "service channel"), "service_channel"),
    Dimension("weekday", Texts("接警星期", "weekday received")),
    Dimension("hour", Texts("接警时段", "hour received")),
    Dimension("month", Texts("月份", "month")),
    Dimension("day", Texts("日期", "day")),
)
DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _ALL}

# A cell of these is a window of its own, with a base of its own.
TIMES = ("month", "day")
ORGANISATIONS = ("city_bureau", "branch", "station", "beat")
_WEEKDAYS = {
    "一": "Monday",
    "二": "Tuesday",
    "三": "Wednesday",
    "四": "Thursday",
    "五": "Friday",
    "六": "Saturday",
    "日": "Sunday",
}
WEEKDAYS: dict[str, Texts] = {
    str(number): Texts(f"星期{zh}", en) for number, (zh, en) in enumerate(_WEEKDAYS.items(), start=1)
}
# Two digits, so that they sort as they follow each other.
HOURS: dict[str, Texts] = {f"{hour:02}": Texts(f"{hour}时", f"{hour:02}:00") for hour in range(24)}
# Oldest day of each band, in days; the last has no end.
AGE_BANDS: dict[str, tuple[int, int | None, Texts]] = {
    "0-7": (0, 7, Texts("7天以内", "up to 7 days")),
    "8-30": (8, 30, Texts("8—30天", "8-30 days")),
    "31-90": (31, 90, Texts("31—90天", "31-90 days")),
    "90+": (91, None, Texts("90天以上", "over 90 days")),
}
# Points of the scales that a survey may have. Only the levels of five points have names of their own, from the code
# list satisfaction_level: a source says of other scales how many levels there are, not what it calls them.
SCALES = range(2, 12)
NAMED_SCALE = 5
LEVELS: dict[str, Texts] = {
    f"{points}-{level}": Texts(f"第{level}级（共{points}级）", f"level {level} of {points}")
    for points in SCALES
    for level in range(1, points + 1)
}
