"""The numbers of time: how long people wait for an urgent call, and how long a case takes to close."""

from __future__ import annotations

from typing import Any

from warehouse.metric_definition import Metric, Texts
from warehouse.metric_incident import INCIDENT_FIELDS, SHARE_FIELDS, SHARE_SMALLEST

_T = Texts
_LONG: dict[str, Any] = INCIDENT_FIELDS | {"direction": "lower_better", "smallest_n": SHARE_SMALLEST}
_RESPONSE = _LONG | {
    "relation": "response",
    "kind": "quantile",
    "numerator": "r.urgent_response_minutes",
    "denominator": "r.urgent_count",
    "unit": "minutes",
    "interval": "order_statistic",
}
_DURATION = _LONG | {
    "relation": "duration",
    "kind": "survival",
    "numerator": "r.days_to_close",
    "denominator": "r.followed_count",
    "unit": "days",
    "interval": "kaplan_meier",
}


def _closed_within(days: int) -> Metric:
    """A point of the curve that the median and the 90th percentile are read from."""
    is_same_day = days == 0
    name = (
        _T("当日结案率", "same-day closing rate")
        if is_same_day
        else _T(f"{days}日内结案率", f"{days}-day closing rate")
    )
    words = _T("接报当日", "on the day received") if is_same_day else _T(f"接报后{days}天内", f"within {days} days")
    return Metric(
        id="closed_same_day_rate" if is_same_day else f"closed_within_{days}_days_rate",
        name=name,
        formula=_T(
            f"{words.zh}结案的比例（Kaplan–Meier 法，未结案的按已等待天数删失），按接警日期；不含无效和分流后未办结的",
            f"share of cases closed {words.en}, by Kaplan-Meier with open cases censored, by day received;"
            " without invalid ones and those referred that did not come back",
        ),
        why=_T(
            "结案有多快；未到期的案件也计入，不会因为新近接报而偏低",
            "how fast cases are closed; young ones count as far as they were followed, and do not lower it",
        ),
        phrase=_T(name.zh, f"share closed {words.en}"),
        within_days=days,
        maturity_days=days,
        **_DURATION | {"unit": "fraction", "direction": "higher_better"},
    )


# The same day, a week, half a month, and on to a quarter.
CLOSED_WITHIN = (0, 7, 15, 30, 60, 90)

TIME_METRICS = (
    Metric(
        id="response_minutes_median",
        name=_T("到达时长中位数", "median minutes to arrival"),
        formula=_T(
            "紧急警情从派警到到场分钟数的中位数，按接警日期；未报送到场时间的不计",
            "median minutes from dispatch to arrival of urgent incidents, by day received;"
            " without an arrival none counts",
        ),
        why=_T("群众要等多久", "how long people wait"),
        phrase=_T("紧急警情到达时长中位数", "median time to arrival of urgent incidents"),
        quantile=0.5,
        **_RESPONSE,
    ),
    Metric(
        id="response_minutes_p90",
        name=_T("到达时长第90百分位", "90th percentile of minutes to arrival"),
        formula=_T(
            "紧急警情从派警到到场分钟数的第90百分位，按接警日期；未报送到场时间的不计",
            "90th percentile of minutes from dispatch to arrival of urgent incidents, by day received;"
            " without an arrival none counts",
        ),
        why=_T("最慢的一成至少要等多久", "how long at least the slowest tenth wait"),
        phrase=_T("紧急警情到达时长第90百分位", "90th percentile of the time to arrival of urgent incidents"),
        quantile=0.9,
        **_RESPONSE,
    ),
    Metric(
        id="on_time_arrival_rate",
        name=_T("按时到达率", "on-time arrival rate"),
        formula=_T(
            "到达时长不超过本所规定分钟数的紧急警情 ÷ 有到达时长且本所有规定的紧急警情，按接警日期",
            "urgent incidents, by day received: reached within the station's own standard / with a time and a standard",
        ),
        why=_T("是否达到当地的到场规定", "whether the local standard is kept"),
        phrase=_T("按时到达率", "share of arrivals on time"),
        condition="r.urgent_count > 0",
        numerator="case when r.urgent_response_minutes <= s.on_time_minutes then r.urgent_count"
        " when r.urgent_response_minutes > s.on_time_minutes then 0 end",
        denominator="case when r.urgent_response_minutes is not null and s.on_time_minutes is not null"
        " then r.urgent_count end",
        direction="higher_better",
        **INCIDENT_FIELDS | {"relation": "response"},
        **SHARE_FIELDS,
    ),
    Metric(
        id="days_to_resolution_median",
        name=_T("化解时效中位数", "median days to close"),
        formula=_T(
            "半数纠纷结案所需天数（Kaplan–Meier 法，未结案的按已等待天数删失），按接警日期；不含无效和分流后未办结的",
            "days until half of the cases are closed, by Kaplan-Meier with open cases censored, by day received;"
            " without invalid ones and those referred that did not come back",
        ),
        why=_T(
            "一般多久结案；只算已结案的会掩盖积案",
            "how long a case usually takes; a mean of closed cases only would hide the backlog",
        ),
        phrase=_T("化解时效中位数", "median time to close"),
        quantile=0.5,
        **_DURATION,
    ),
    Metric(
        id="days_to_resolution_p90",
        name=_T("化解时效第90百分位", "90th percentile of days to close"),
        formula=_T(
            "九成纠纷结案所需天数（Kaplan–Meier 法，未结案的按已等待天数删失），按接警日期；不含无效和分流后未办结的",
            "days until nine in ten cases are closed, by Kaplan-Meier with open cases censored, by day received;"
            " without invalid ones and those referred that did not come back",
        ),
        why=_T("最慢的一成至少要多久", "how long at least the slowest tenth take"),
        phrase=_T("化解时效第90百分位", "90th percentile of the time to close"),
        quantile=0.9,
        maturity_days=30,
        **_DURATION,
    ),
    *map(_closed_within, CLOSED_WITHIN),
)
