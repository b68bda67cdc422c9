"""The numbers of mediation sessions, and of visits and what they found."""

from __future__ import annotations

from typing import Any

from warehouse.metric_definition import Metric, Texts
from warehouse.relations import RELATIONS

_T = Texts
_SESSION: dict[str, Any] = {
    "feed": "mediation",
    "relation": "mediation",
    "kind": "ratio",
    "date_role": "held",
    "unit": "fraction",
    "direction": "neutral",
    "interval": "wilson",
    "smallest_n": 30,
    "dimensions": RELATIONS["mediation"].dimensions,
}
_VISIT: dict[str, Any] = {
    "feed": "visit",
    "relation": "visit",
    "date_role": "visited",
    "direction": "neutral",
    "interval": "poisson",
    "dimensions": RELATIONS["visit"].dimensions,
}

MEDIATION_METRICS = (
    Metric(
        id="mediation_session_count",
        name=_T("调解场次", "mediation sessions"),
        formula=_T("调解场次之和，按调解日期", "sessions, by the day they were held"),
        why=_T("调解工作量", "the work of mediating"),
        phrase=_T("开展调解", "mediation sessions held"),
        numerator="r.session_count",
        **_SESSION | {"kind": "additive", "unit": "session", "interval": "poisson", "smallest_n": 20},
    ),
    Metric(
        id="on_request_mediation_share",
        name=_T("订单式调解占比（1+N）", "share of mediation on request (1+N)"),
        formula=_T(
            "订单式调解场次 ÷ 已知是否订单式的场次，按调解日期",
            "sessions on request / sessions of which that is known, by the day held",
        ),
        why=_T("群众点单的调解有多少", "how much mediation people ask for themselves"),
        phrase=_T("订单式调解占比", "share of mediation on request"),
        numerator="case when r.on_request_known_count > 0 then r.on_request_count end",
        denominator="nullif(r.on_request_known_count, 0)",
        **_SESSION,
    ),
    Metric(
        id="away_from_station_share",
        name=_T("所外调解占比", "share of mediation away from the station"),
        formula=_T(
            "在派出所和警务室以外调解的场次 ÷ 地点已知的场次，按调解日期",
            "sessions held neither at a station nor in a police room / sessions whose place is known, by the day held",
        ),
        why=_T("调解是否走到田间地头", "whether mediation goes to the people"),
        phrase=_T("所外调解占比", "share of mediation away from the station"),
        numerator="case when r.place_code not in ('station', 'police_room', 'unknown') then r.session_count"
        " when r.place_code in ('station', 'police_room') then 0 end",
        denominator="case when r.place_code <> 'unknown' then r.session_count end",
        **_SESSION,
    ),
    Metric(
        id="joint_mediation_share",
        name=_T("联合调解占比", "share of joint mediation"),
        formula=_T(
            "联合调解场次 ÷ 已知是否联合的场次，按调解日期",
            "joint sessions / sessions of which that is known, by the day held",
        ),
        why=_T("多部门联合化解的有多少", "how much is mediated together with other bodies"),
        phrase=_T("联合调解占比", "share of joint mediation"),
        numerator="case when r.joint_known_count > 0 then r.joint_count end",
        denominator="nullif(r.joint_known_count, 0)",
        **_SESSION,
    ),
)

VISIT_METRICS = (
    Metric(
        id="visit_count",
        name=_T("走访次数", "visits"),
        formula=_T(
            "走访次数之和，按走访日期；受保护类别只计整月",
            "visits, by the day made; protected categories count in whole months only",
        ),
        why=_T("走访工作量", "the work of visiting"),
        phrase=_T("开展走访", "visits made"),
        kind="additive",
        unit="visit",
        numerator="r.visit_count",
        beat=("beat_visit", "r.visit_count"),
        **_VISIT | {"dimensions": RELATIONS["visit"].dimensions | {"beat"}},
    ),
    Metric(
        id="households_visited_count",
        name=_T("走访户次", "household visits"),
        formula=_T(
            "走访户次之和，按走访日期；同一户走访几次计几次，不是去重户数",
            "households visited, by the day of the visit; a household counts each time it is visited",
        ),
        why=_T("走访到了多少户", "how many homes were reached"),
        phrase=_T("走访群众", "household visits made"),
        kind="additive",
        unit="household",
        numerator="r.households_count",
        **_VISIT,
    ),
    Metric(
        id="visit_coverage_rate",
        name=_T("走访覆盖率", "visit coverage"),
        formula=_T(
            "当月已走访对象数 ÷ 当月名单对象数；各单位相加，跨月取最后一个整月",
            "targets visited in the month / on its list; summed over units, of several months the last whole one",
        ),
        why=_T("该走访的走访到了没有", "whether those who should be visited are"),
        phrase=_T("走访覆盖率", "visit coverage"),
        kind="semi_additive",
        unit="fraction",
        numerator="case when r.targets is not null then r.targets_visited end",
        denominator="case when r.targets_visited is not null then r.targets end",
        smallest_n=30,
        grains=("month",),
        **_VISIT
        | {
            "relation": "visit_target",
            "date_role": "listed",
            "direction": "higher_better",
            "interval": "wilson",
            "dimensions": RELATIONS["visit_target"].dimensions,
        },
    ),
    Metric(
        id="disputes_found_per_100_visits",
        name=_T("百次走访发现纠纷数", "disputes found per 100 visits"),
        formula=_T(
            "100 × 走访发现纠纷数 ÷ 报送了该数的走访次数，按走访日期",
            "100 × disputes found / visits of which that number is known, by the day of the visit",
        ),
        why=_T("走访能不能发现矛盾", "whether visits find disputes before they grow"),
        phrase=_T("百次走访发现纠纷", "disputes found per 100 visits"),
        kind="ratio",
        unit="per_100_visits",
        scale=100,
        numerator="r.disputes_found_count",
        denominator="r.found_known_visit_count",
        smallest_n=30,
        **_VISIT,
    ),
    Metric(
        id="visit_dispute_found_count",
        name=_T("走访发现纠纷数", "disputes found on visits"),
        formula=_T("走访发现的矛盾纠纷数之和，按走访日期", "disputes found on visits, by the day of the visit"),
        why=_T("走访中发现了多少矛盾", "how many disputes the visits brought to light"),
        phrase=_T("走访发现纠纷", "disputes found on visits"),
        kind="additive",
        unit="case",
        numerator="r.disputes_found_count",
        **_VISIT,
    ),
    Metric(
        id="visit_dispute_settled_count",
        name=_T("走访化解纠纷数", "disputes settled on visits"),
        formula=_T(
            "走访中化解的矛盾纠纷数之和，按走访日期；与同期发现数不是同一批纠纷",
            "disputes settled on visits, by the day of the visit; not the same cases as those found in the period",
        ),
        why=_T("走访中就地化解了多少矛盾", "how many disputes the visits themselves settled"),
        phrase=_T("走访化解纠纷", "disputes settled on visits"),
        kind="additive",
        unit="case",
        numerator="r.disputes_settled_count",
        **_VISIT,
    ),
    Metric(
        id="opinion_count",
        name=_T("收集意见数", "opinions collected"),
        formula=_T(
            "走访收集的意见建议数之和，按走访日期", "opinions and suggestions collected, by the day of the visit"
        ),
        why=_T("群众反映了多少意见", "how much people told us"),
        phrase=_T("走访收集意见", "opinions collected on visits"),
        kind="additive",
        unit="item",
        numerator="r.opinions_count",
        **_VISIT,
    ),
)
