"""The numbers of satisfaction: each says by its name which levels it counts and of whom."""

from __future__ import annotations

from typing import Any

from warehouse.metric_definition import Metric, Texts
from warehouse.relations import RELATIONS

_T = Texts
_VALID = "r.answer_status_code = 'valid' and r.level is not null"
_ANSWERED = f"case when {_VALID} then r.weight_sum end"


def _share(levels: str) -> str:
    return f"case when {_VALID} then case when {levels} then r.weight_sum else 0 end end"


_SURVEY: dict[str, Any] = {
    "feed": "satisfaction",
    "relation": "satisfaction",
    "kind": "ratio",
    "date_role": "invited",
    "unit": "fraction",
    "interval": "wilson",
    "smallest_n": 30,
    # Scales never mix: a three-point survey has no five-point level.
    "condition": "r.scale_points = 5",
    "dimensions": RELATIONS["satisfaction"].dimensions,
}
_WAY = "r.survey_code || '/' || r.mode_code"
_WAY_OF_VALID = f"case when {_VALID} then {_WAY} end"
# How the answers came about: for the effective number of weighted answers, and to tell when modes are mixed.
_OF_ANSWERS = (
    ("weight_square", f"sum(case when {_VALID} then r.weight_square_sum end)"),
    ("is_mixed", f"min({_WAY_OF_VALID}) < max({_WAY_OF_VALID})"),
)
_OF_INVITED = (
    ("weight_square", "sum(r.weight_square_sum)"),
    ("is_mixed", f"min({_WAY}) < max({_WAY})"),
)


def _satisfied(metric_id: str, zh: str, en: str, words: tuple[str, str], levels: str, direction: str) -> Metric:
    return Metric(
        id=metric_id,
        name=_T(zh, en),
        formula=_T(
            f"{words[0]}的有效评价 ÷ 全部有效评价，按邀请日期；不清楚、拒答、未接通的不计；限五级量表，默认用重点调查",
            f"valid answers that are {words[1]} / all valid answers, by day invited; do not know, refused and"
            " no contact do not count; five-point scales only, by default the headline survey",
        ),
        why=_T("群众怎么评价公安工作", "what people think of us"),
        phrase=_T(zh, en),
        numerator=_share(levels),
        denominator=_ANSWERED,
        extras=_OF_ANSWERS,
        **_SURVEY | {"direction": direction},
    )


SATISFACTION_METRICS = (
    _satisfied(
        "satisfaction_rate_top2",
        "满意率（非常满意＋满意）",
        "satisfaction rate (top 2 of 5)",
        ("非常满意和满意", "very satisfied or satisfied"),
        "r.level >= 4",
        "higher_better",
    ),
    _satisfied(
        "satisfaction_rate_top3",
        "好评率（含基本满意）",
        "non-negative rate (top 3 of 5)",
        ("非常满意、满意和基本满意", "basically satisfied or better"),
        "r.level >= 3",
        "higher_better",
    ),
    _satisfied(
        "satisfaction_rate_top1",
        "非常满意率",
        "very satisfied rate (top 1 of 5)",
        ("非常满意", "very satisfied"),
        "r.level = 5",
        "higher_better",
    ),
    _satisfied(
        "dissatisfaction_rate",
        "差评率（不满意＋非常不满意）",
        "dissatisfaction rate (bottom 2 of 5)",
        ("不满意和非常不满意", "dissatisfied or very dissatisfied"),
        "r.level <= 2",
        "lower_better",
    ),
    Metric(
        id="answer_level_share",
        name=_T("评价等级占比", "share of answers at a level"),
        formula=_T(
            "某一等级的有效评价 ÷ 同一量表的全部有效评价，按邀请日期；各种量表分开计；不分等级时为五级量表的非常满意",
            "valid answers at a level / all valid answers on the same scale, by day invited; each scale on its own;"
            " without a level, very satisfied of five-point scales",
        ),
        why=_T(
            "满意率相同，不满意的可多可少；各等级分开看",
            "one satisfaction rate may hide many or few who are dissatisfied",
        ),
        phrase=_T("评价等级占比", "share of answers at a level"),
        numerator=_share("r.level = r.of_level"),
        denominator=_ANSWERED,
        extras=_OF_ANSWERS,
        **_SURVEY
        | {
            "relation": "satisfaction_level",
            "condition": None,
            "direction": "neutral",
            "dimensions": RELATIONS["satisfaction_level"].dimensions,
        },
    ),
    Metric(
        id="survey_response_rate",
        name=_T("有效应答率", "survey response rate"),
        formula=_T("有效评价数 ÷ 邀请数，按邀请日期", "valid answers / invitations, by day invited"),
        why=_T("应答越少，满意率越要谨慎看待", "the fewer people answer, the less a satisfaction rate says"),
        phrase=_T("有效应答率", "survey response rate"),
        numerator=f"case when {_VALID} then r.invited_count else 0 end",
        denominator="r.invited_count",
        extras=(("is_mixed", dict(_OF_INVITED)["is_mixed"]),),
        **_SURVEY | {"direction": "neutral"},
    ),
    Metric(
        id="satisfaction_lowest_rate",
        name=_T("满意率下界（未答者都不满意）", "lowest possible satisfaction rate"),
        formula=_T(
            "满意和非常满意的有效评价 ÷ 邀请数，按邀请日期",
            "satisfied answers / invitations, by day invited: as if nobody else were satisfied",
        ),
        why=_T("应答不足一半时的最坏情形", "the worst case, shown when fewer than half answered"),
        phrase=_T("满意率下界", "lowest possible satisfaction rate"),
        numerator=f"case when {_VALID} and r.level >= 4 then r.weight_sum else 0 end",
        denominator="r.weight_sum",
        extras=_OF_INVITED,
        **_SURVEY | {"direction": "higher_better"},
    ),
    Metric(
        id="satisfaction_highest_rate",
        name=_T("满意率上界（未答者都满意）", "highest possible satisfaction rate"),
        formula=_T(
            "（满意和非常满意的有效评价＋未作有效评价的邀请）÷ 邀请数，按邀请日期",
            "(satisfied + invitations without a valid answer) / invitations, by day invited: as if all these were",
        ),
        why=_T("应答不足一半时的最好情形", "the best case, shown when fewer than half answered"),
        phrase=_T("满意率上界", "highest possible satisfaction rate"),
        numerator=f"case when {_VALID} and r.level < 4 then 0 else r.weight_sum end",
        denominator="r.weight_sum",
        extras=_OF_INVITED,
        **_SURVEY | {"direction": "higher_better"},
    ),
)
