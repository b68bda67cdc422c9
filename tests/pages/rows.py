"""Compared rows as the engine would give them, for what is made of them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from warehouse.comparison_row import ComparisonRow, Verdict
from warehouse.periods import Period


def month_of(first: date) -> Period:
    """A whole month."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return Period("month", first, last, last)


def count(now: int | None, before: int | None, verdict: Verdict, *, month: date, **more: Any) -> ComparisonRow:
    """Dispute incidents of a month against the month a year before."""
    change = now - before if now is not None and before is not None else None
    given: dict[str, Any] = {
        "metric": "dispute_incident_count",
        "unit": "case",
        "basis": "yoy",
        "period": month_of(month),
        "base": month_of(month.replace(year=month.year - 1)),
        "value": now,
        "base_value": before,
        "numerator": now,
        "base_numerator": before,
        "change": change,
        "change_rate": change / before if change is not None and before else None,
        "verdict": verdict,
    }
    return ComparisonRow(**given | more)


def rate(now: tuple[int, int], before: tuple[int, int], verdict: Verdict, *, metric: str, month: date) -> ComparisonRow:
    """A share of a month against the month a year before, each as (cases, of how many)."""
    value, base = now[0] / now[1], before[0] / before[1]
    return ComparisonRow(
        metric=metric,
        unit="fraction",
        basis="yoy",
        period=month_of(month),
        base=month_of(month.replace(year=month.year - 1)),
        value=value,
        base_value=base,
        numerator=now[0],
        denominator=now[1],
        base_numerator=before[0],
        base_denominator=before[1],
        change=value - base,
        interval_low=-0.01,
        interval_high=0.01,
        verdict=verdict,
    )
