"""The numbers of incidents and disputes: how many, how they ended, how long it took."""

from __future__ import annotations

from typing import Any

from warehouse.metric_definition import Metric, Texts
from warehouse.relations import INCIDENT, RECEIVED_AT, RELATIONS

_T = Texts
RECEIVED = frozenset(RELATIONS["incident_received"].dimensions)
CLOSED = frozenset(RELATIONS["incident_closed"].dimensions)
POPULATED = RECEIVED - INCIDENT.keys() - RECEIVED_AT.keys()
STOCK = frozenset(RELATIONS["stock"].dimensions)
SHARE_SMALLEST = 30
INCIDENT_FIELDS: dict[str, Any] = {"feed": "incident", "date_role": "received", "dimensions": RECEIVED}
_RECEIVED = INCIDENT_FIELDS | {"relation": "incident_received"}
_CLOSED = INCIDENT_FIELDS | {"relation": "incident_closed", "date_role": "closed", "dimensions": CLOSED}
_COUNT: dict[str, Any] = {"kind": "additive", "unit": "case", "interval": "poisson"}
SHARE_FIELDS: dict[str, Any] = {"kind": "ratio", "unit": "fraction", "interval": "wilson", "smallest_n": SHARE_SMALLEST}

INCIDENT_METRICS = (
    Metric(
        id="dispute_incident_count",
        name=_T("纠纷警情数", "dispute incidents"),
        formula=_T(
            "纠纷警情起数之和，按接警日期；不含走访发现的和无效警情，当事人撤回的计入",
            "incidents by day received, without those found on visits and invalid ones; withdrawn ones count",
        ),
        why=_T("群众报警反映的矛盾有多少", "how much conflict people report"),
        phrase=_T("接报纠纷警情", "dispute incidents received"),
        numerator="r.dispute_incident_count",
        direction="neutral",
        **_RECEIVED,
        **_COUNT,
    ),
    Metric(
        id="dispute_case_count",
        name=_T("矛盾纠纷数", "dispute cases"),
        formula=_T(
            "各渠道矛盾纠纷起数之和，按接警日期；不含无效警情",
            "cases of every channel by day received, without invalid ones",
        ),
        why=_T(
            "掌握的矛盾纠纷总量，含主动发现的", "all conflict known to the police, what they found themselves included"
        ),
        phrase=_T("掌握矛盾纠纷", "dispute cases recorded"),
        numerator="r.dispute_case_count",
        direction="neutral",
        beat=("beat_incident", "r.incident_count"),
        **_RECEIVED | {"dimensions": RECEIVED | {"beat"}},
        **_COUNT,
    ),
    Metric(
        id="incident_rate_per_10k",
        name=_T("每万人纠纷警情数（年化）", "dispute incidents per 10,000 residents a year"),
        formula=_T(
            "10000 × 纠纷警情数 ÷（同年同单位常住人口 × 天数 ÷ 全年天数）；不足28天不计算",
            "10,000 × incidents / (residents of the same year and unit × days / days of the year); none under 28 days",
        ),
        why=_T(
            "人口不同的单位可以对照；流动人口多的城区除外",
            "units of different size side by side, save town centres that many pass through",
        ),
        phrase=_T("每万人纠纷警情（年化）", "dispute incidents per 10,000 residents a year"),
        feed="incident",
        relation="incident_received",
        kind="ratio",
        date_role="received",
        numerator="r.dispute_incident_count",
        denominator="person_years",
        scale=10_000,
        unit="per_10k_year",
        direction="neutral",
        interval="poisson",
        dimensions=POPULATED,
    ),
    Metric(
        id="resolution_rate_received",
        name=_T("化解率（按受理）", "resolution rate of cases received"),
        formula=_T("化解数 ÷ 受理数，按接警日期", "resolved / received, by day received"),
        why=_T("受理的纠纷最终化解了多少", "how many of the cases received were resolved in the end"),
        phrase=_T("化解率（按受理）", "resolution rate of cases received"),
        numerator="case when r.received_count is not null then r.resolved_count end",
        denominator="case when r.resolved_count is not null then r.received_count end",
        extras=(("closed", "sum(case when r.received_count is not null then r.closed_count end)"),),
        direction="higher_better",
        maturity_days=30,
        **_RECEIVED,
        **SHARE_FIELDS,
    ),
    Metric(
        id="resolution_rate_closed",
        name=_T("化解率（按结案）", "resolution rate of cases closed"),
        formula=_T(
            "化解数 ÷（化解数＋未化解终结数），按结案日期；分流、撤回、无效的不计",
            "resolved / (resolved + failed), by day closed; referred, withdrawn and invalid ones are in neither",
        ),
        why=_T(
            "结案的纠纷化解了多少；随时间稳定，适合看趋势",
            "how many of the cases closed were resolved; stable in time, so the one to draw a trend of",
        ),
        phrase=_T("化解率（按结案）", "resolution rate of cases closed"),
        numerator="case when r.failed_count is not null then r.resolved_count end",
        denominator="r.resolved_count + r.failed_count",
        direction="higher_better",
        **_CLOSED,
        **SHARE_FIELDS,
    ),
    Metric(
        id="mediation_success_rate",
        name=_T("调解成功率", "mediation success rate"),
        formula=_T(
            "经调解的化解数 ÷ 经调解的（化解数＋未化解终结数），按接警日期；未经调解（如现场劝解）的不计",
            "of cases put to mediation: resolved / (resolved + failed), by day received",
        ),
        why=_T("调解工作的成效", "what mediation achieves"),
        phrase=_T("调解成功率", "mediation success rate"),
        numerator="case when r.mediated_failed_count is not null then r.mediated_resolved_count end",
        denominator="r.mediated_resolved_count + r.mediated_failed_count",
        direction="higher_better",
        maturity_days=30,
        **_RECEIVED,
        **SHARE_FIELDS,
    ),
    Metric(
        id="unresolved_count",
        name=_T("未化解数", "unresolved cases"),
        formula=_T(
            "期末存量：期末及以前接报、期末尚未结案的起数；不含分流、撤回、无效的",
            "a stock: received by the period's end and not closed by it; without referred, withdrawn and invalid ones",
        ),
        why=_T("手上还有多少没有了结", "what is still on the table"),
        phrase=_T("期末未化解纠纷", "cases unresolved at the end"),
        feed="incident",
        relation="stock",
        kind="stock",
        date_role="received",
        numerator="r.stock_count",
        unit="case",
        direction="lower_better",
        interval="poisson",
        dimensions=STOCK,
    ),
    Metric(
        id="referral_rate",
        name=_T("分流率", "referral rate"),
        formula=_T(
            "非警务纠纷分流数 ÷ 非警务纠纷受理数，按接警日期",
            "of disputes that are no police matter: referred / received, by day received",
        ),
        why=_T(
            "非警务纠纷是否转到主管部门", "whether disputes that are no police matter reach those who can settle them"
        ),
        phrase=_T("非警务纠纷分流率", "referral rate of non-police disputes"),
        numerator="case when r.non_police_received_count is not null then r.non_police_referred_count end",
        denominator="case when r.non_police_referred_count is not null then r.non_police_received_count end",
        direction="neutral",
        **_RECEIVED,
        **SHARE_FIELDS,
    ),
    Metric(
        id="referral_completion_rate",
        name=_T("分流办结率", "referral completion rate"),
        formula=_T(
            "分流后已反馈办结数 ÷ 分流数，按接警日期",
            "referred and reported back as closed / referred, by day received",
        ),
        why=_T("分流出去的有没有办结", "whether what was handed on was brought to an end"),
        phrase=_T("分流办结率", "referral completion rate"),
        numerator="case when r.referred_count is not null then r.referral_returned_count end",
        denominator="case when r.referral_returned_count is not null then r.referred_count end",
        direction="higher_better",
        maturity_days=30,
        **_RECEIVED,
        **SHARE_FIELDS,
    ),
    Metric(
        id="repeat_rate_90d",
        name=_T("90日重复率", "repeat rate within 90 days"),
        formula=_T(
            "结案后90日内同一纠纷再次接报的起数 ÷ 结案已满90日的起数，按结案日期；限能识别是否同一纠纷的",
            "closed cases whose dispute came back within 90 days / cases closed 90 days ago or more, by day closed;"
            " of cases that can be recognised when they come back",
        ),
        why=_T("化解是否巩固", "whether a settlement lasts"),
        phrase=_T("90日重复率", "repeat rate within 90 days"),
        numerator="r.repeat_count",
        denominator="r.repeat_known_count",
        direction="lower_better",
        follow_up_days=90,
        **_CLOSED,
        **SHARE_FIELDS,
    ),
    Metric(
        id="escalation_count",
        name=_T("民转刑数", "cases turned criminal"),
        # Too rare for a percentage, however many there are.
        smallest_n=1_000_000,
        formula=_T("转为刑事案件的纠纷起数之和，按接警日期", "disputes that became criminal cases, by day received"),
        why=_T("矛盾激化的情况；数字小，只看起数", "conflict that got out of hand; rare, so counts and no percent"),
        phrase=_T("民转刑案件", "cases turned criminal"),
        numerator="r.escalated_count",
        direction="lower_better",
        **_RECEIVED,
        **_COUNT,
    ),
    Metric(
        id="escalation_rate_per_1000",
        name=_T("民转刑率（每千起结案）", "cases turned criminal per 1,000 closed"),
        formula=_T(
            "1000 × 其中民转刑数 ÷ 结案已满90日的起数，按结案日期",
            "1,000 × those turned criminal / cases closed 90 days ago or more, by day closed",
        ),
        why=_T("与结案量相比的激化程度", "escalation against the work done"),
        phrase=_T("民转刑率（每千起结案）", "cases turned criminal per 1,000 closed"),
        kind="ratio",
        numerator="case when r.closed_count is not null then r.escalated_count end",
        denominator="case when r.escalated_count is not null then r.closed_count end",
        scale=1_000,
        unit="per_1000_closed",
        direction="lower_better",
        interval="poisson",
        smallest_n=SHARE_SMALLEST,
        follow_up_days=90,
        **_CLOSED,
    ),
    Metric(
        id="settled_before_arrival_rate",
        name=_T("到场前化解率", "settled-before-arrival rate"),
        formula=_T(
            "电话或民警到场前化解的起数 ÷ 化解环节已知的起数，按接警日期；不含无效警情",
            "settled by phone or before police arrived / cases whose stage is known, by day received; no invalid ones",
        ),
        why=_T("电话疏导和联络员先期化解的成效", "what calls and liaisons settle before police arrive"),
        phrase=_T("到场前化解率", "share settled before arrival"),
        numerator="r.settled_before_arrival_count",
        denominator="r.settled_stage_known_count",
        direction="higher_better",
        **_RECEIVED,
        **SHARE_FIELDS,
    ),
    Metric(
        id="found_before_call_rate",
        name=_T("主动发现率", "found-before-call rate"),
        formula=_T(
            "走访或网格发现的起数 ÷ 来源渠道已知的起数，按接警日期；不含无效警情",
            "found on visits or by grid workers / cases whose channel is known, by day received; no invalid ones",
        ),
        why=_T("多少矛盾在报警以前就被发现", "how much is found before anybody calls"),
        phrase=_T("主动发现率", "share found before a call"),
        numerator="r.found_before_call_count",
        denominator="r.channel_known_count",
        direction="higher_better",
        **_RECEIVED,
        **SHARE_FIELDS,
    ),
)
