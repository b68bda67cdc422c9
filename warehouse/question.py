"""What a reader asks: a metric, a period, what to compare it with, and what to split and filter by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse.dimensions import DIMENSIONS, TIMES
from warehouse.facts import Facts
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.periods import Basis, Period, parse_period
from warehouse.relations import RELATIONS


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
        """The dimensions that rows are grouped by besides the month or day."""
        return tuple(name for name in self.by if name not in TIMES)

    @property
    def time(self) -> str | None:
        """Whether every month, or every day, is a cell of its own."""
        return next((name for name in self.by if name in TIMES), None)


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
    if set(TIMES) <= set(by):
        raise NotAsked("按月或按日，只能选一个 / by month or by day, not both")
    _check_beat(found, {*by, *(where or {})})
    until = facts.data_until.get(found.feed)
    if until is None:
        raise NotAsked(f"尚未报送 {found.feed} 数据 / nothing of feed {found.feed} has been delivered")
    filters = {name: tuple(codes) for name, codes in (where or {}).items()}
    _check_codes(facts, filters)
    return _within(Question(found, parse_period(period, data_until=until), basis, tuple(by), filters), until)


def _check_beat(metric: Metric, asked: set[str]) -> None:
    """Below the station there are monthly counts, kept by few dimensions."""
    if "beat" not in asked or metric.beat is None:
        return
    (kept,) = RELATIONS[metric.beat[0]].sources
    for name in sorted(asked):
        if not kept.has(frozenset({name})):
            raise NotAsked(f"警务区只有按月的数，不能再按 {name} 分 / a beat has monthly counts, not kept by {name}")


def _check_codes(facts: Facts, filters: Mapping[str, Sequence[str]]) -> None:
    """A code that there is not must not look like a unit or a type without cases."""
    for name, codes in filters.items():
        known = facts.names.get(name)
        unknown = [code for code in codes if known is not None and code not in known]
        if unknown:
            few = ", ".join(sorted(str(code) for code in known or ())[:40])
            raise NotAsked(f"{name} 没有代码 {unknown[0]}；有 / has no code {unknown[0]}; there are {few}")


def _within(question: Question, until: date) -> Question:
    """A filter by month or day is a shorter period: applied to the rows, it would empty the base."""
    where = dict(question.where or {})
    chosen = [(name, codes) for name in TIMES if (codes := where.pop(name, None)) is not None]
    if not chosen:
        return question
    if len(chosen) > 1 or len(chosen[0][1]) != 1:
        raise NotAsked("一次只能选一个月或一天；请改用时段 / one month or day at a time: choose the period instead")
    ((name, (code,)),) = chosen
    month = parse_period(code if name == "month" else f"{code}..{code}", data_until=until)
    start, end = max(month.start, question.period.start), min(month.end, question.period.end)
    if (month.kind if name == "month" else month.days) not in ("month", 1) or start > end:
        raise NotAsked(f"{code} 不在所选时段内 / is no {name} of the period")
    whole = (start, end) == (month.start, month.end)
    period = month if whole else Period("days", start, end, end)
    return replace(question, period=period, where=where)
