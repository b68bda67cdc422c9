"""What a reader asks: a metric, a period, what to compare it with, and what to split and filter by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse.dimensions import DIMENSIONS
from warehouse.facts import Facts
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.periods import Basis, Period, parse_period


class NotAsked(ValueError):
    """The question names a metric, a dimension or a code that there is not; the message says which there are."""


@dataclass(frozen=True)
class Question:
    """What to compare: windows follow from `period` and `basis`, cells from `by`, rows from `where`."""

    metric: Metric
    period: Period
    basis: Basis = "yoy"
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] | None = None

    @property
    def own(self) -> tuple[str, ...]:
        """The dimensions that rows are grouped by besides the month."""
        return tuple(name for name in self.by if name != "month")


def ask(
    facts: Facts,
    metric: str,
    period: str,
    *,
    basis: Basis = "yoy",
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> Question:
    """Check a question as people write it.

    Raises:
        NotAsked: no such metric or dimension, or the metric's feed has not been delivered.
        BadPeriod: the period cannot be read, or starts after the data.
    """
    if metric not in METRICS:
        raise NotAsked(f"没有指标 {metric}；有 / no metric {metric}; there are {', '.join(METRICS)}")
    found = METRICS[metric]
    for name in [*by, *(where or {})]:
        if name not in found.dimensions:
            known = ", ".join(one for one in DIMENSIONS if one in found.dimensions)
            raise NotAsked(f"指标 {metric} 不能按 {name} 分；可按 / {metric} cannot be split by {name}, but by {known}")
    if len(set(by)) < len(by):
        raise NotAsked(f"维度重复 / a dimension stands twice: {', '.join(by)}")
    until = facts.data_until.get(found.feed)
    if until is None:
        raise NotAsked(f"尚未报送 {found.feed} 数据 / nothing of feed {found.feed} has been delivered")
    filters = {name: tuple(codes) for name, codes in (where or {}).items()}
    _check_codes(facts, filters)
    return _within_month(Question(found, parse_period(period, data_until=until), basis, tuple(by), filters), until)


def _check_codes(facts: Facts, filters: Mapping[str, Sequence[str]]) -> None:
    """A code that there is not must not look like a unit or a type without cases."""
    for name, codes in filters.items():
        known = facts.names.get(name)
        unknown = [code for code in codes if known is not None and code not in known]
        if unknown:
            few = ", ".join(sorted(str(code) for code in known or ())[:40])
            raise NotAsked(f"{name} 没有代码 {unknown[0]}；有 / has no code {unknown[0]}; there are {few}")


def _within_month(question: Question, until: date) -> Question:
    """A filter by month is a shorter period: applied to the rows, it would empty the base."""
    where = dict(question.where or {})
    months = where.pop("month", None)
    if months is None:
        return question
    if len(months) != 1:
        raise NotAsked("一次只能选一个月；请改用时段 / one month at a time: choose the period instead")
    month = parse_period(months[0], data_until=until)
    start, end = max(month.start, question.period.start), min(month.end, question.period.end)
    if month.kind != "month" or start > end:
        raise NotAsked(f"{months[0]} 不在所选时段内 / is no month of the period")
    whole = (start, end) == (month.start, month.end)
    period = month if whole else Period("days", start, end, end)
    return replace(question, period=period, where=where)
