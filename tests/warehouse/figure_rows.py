"""Comparison rows and metrics as wording and disclosure meet them, written down without a warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from warehouse.comparison_row import ComparisonRow, Verdict
from warehouse.metric_definition import Kind, Metric, Texts, Unit
from warehouse.periods import Basis, base_of, parse_period

END_OF_2026 = date(2026, 12, 31)


def metric_of(
    phrase: tuple[str, str], *, unit: Unit = "case", kind: Kind = "additive", scale: int = 1, smallest_n: int = 20
) -> Metric:
    """A metric of which only what wording reads is filled in."""
    words = Texts(*phrase)
    return Metric(
        id="some_metric",
        name=words,
        formula=words,
        why=words,
        phrase=words,
        feed="incident",
        relation="incident_received",
        kind=kind,
        date_role="received",
        numerator="r.some_count",
        unit=unit,
        direction="neutral",
        interval="poisson",
        dimensions=frozenset(),
        scale=scale,
        smallest_n=smallest_n,
    )


INCIDENTS = metric_of(("接报纠纷警情", "dispute incidents received"))
SWEEPS = metric_of(("矛盾纠纷摸排", "dispute sweeps"), unit="time")
RESOLVED = metric_of(
    ("化解率（按受理）", "resolution rate of cases received"), unit="fraction", kind="ratio", smallest_n=30
)
ARRIVAL = metric_of(("中位到达时长", "median time to arrival"), unit="minutes", kind="quantile", smallest_n=30)
SETTLED = metric_of(("化解时效中位数", "median time to settle"), unit="days", kind="survival", smallest_n=30)
FOUND = metric_of(("走访发现纠纷", "disputes found"), unit="per_100_visits", kind="ratio", scale=100, smallest_n=30)
PER_RESIDENTS = metric_of(
    ("纠纷警情（年化）", "dispute incidents a year"), unit="per_10k_year", kind="ratio", scale=10_000
)


def row_of(
    metric: Metric,
    value: float | None,
    base_value: float | None,
    verdict: Verdict = "within_noise",
    *,
    period: str = "2026",
    basis: Basis = "yoy",
    data_until: date = END_OF_2026,
    **more: Any,
) -> ComparisonRow:
    """A row of two numbers; parts, interval and flags as further arguments."""
    window = parse_period(period, data_until=data_until)
    return ComparisonRow(
        metric=metric.id,
        unit=metric.unit,
        basis=basis,
        period=window,
        base=base_of(window, basis),
        value=value,
        base_value=base_value,
        verdict=verdict,
        change=None if value is None or base_value is None else value - base_value,
        **more,
    )


def rate_of(
    metric: Metric, parts: tuple[int, int], base: tuple[int, int], verdict: Verdict = "within_noise", **more: Any
) -> ComparisonRow:
    """A row of a rate from its counts, the values as the floats that the engine divides."""
    value, base_value = (metric.scale * top / bottom for top, bottom in (parts, base))
    row = row_of(metric, value, base_value, verdict, **more)
    return replace(
        row,
        numerator=float(parts[0]),
        denominator=float(parts[1]),
        base_numerator=float(base[0]),
        base_denominator=float(base[1]),
    )
