"""What one run of a page looks at, whose figures, of when and of what kind, and the questions it asks of them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import duckdb

from pages.components.data import Board, compared, curved, last_days
from pages.components.figures import Selection, headline_day, latest_complete_month, ripe_month
from warehouse.comparison_row import ComparisonRow
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.periods import Basis, Period, PeriodNotCovered, parse_period
from warehouse.reference import Language
from warehouse.survival_curve import Curve

LATEST = "latest-month"
# Why there are no rows: nothing of the feed was ever delivered, not yet for that period, or the generation was built by
# an earlier release and lacks a table or a column.
Missing = Literal["", "feed", "period", "older"]


@dataclass(frozen=True)
class Kind:
    """A group of dispute types, or one type, that a reader has chosen."""

    dimension: Literal["dispute_group", "dispute_type"]
    code: str
    name: str


@dataclass(frozen=True)
class Asked:
    """One question to the comparison engine and its rows: what stands behind the figures of a chart, table or card.

    `left_out`: dimensions the reader filters by and the metric does not have, so that its figures are of all of them.
    """

    metric: Metric
    period: str
    basis: Basis
    by: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    rows: tuple[ComparisonRow, ...]
    missing: Missing = ""
    left_out: tuple[str, ...] = ()
    is_public: bool = False

    @property
    def row(self) -> ComparisonRow | None:
        """The only row of a question that is not split, or the first one."""
        return self.rows[0] if self.rows else None

    def by_key(self, dimension: str) -> dict[str | None, ComparisonRow]:
        """The rows by their code of a dimension."""
        return {row.keys[dimension]: row for row in self.rows}

    def command(self, folder: str) -> str:
        """The shell command that gives the same rows."""
        words = ["python", "-m", "warehouse", "metric", self.metric.id, "--data", folder, "--period", self.period]
        words += [] if self.basis == "yoy" else ["--basis", self.basis]
        for dimension in self.by:
            words += ["--by", dimension]
        for dimension, codes in self.where.items():
            for code in codes:
                words += ["--where", f"{dimension}={code}"]
        return shlex.join([*words, *(["--public"] if self.is_public else [])])


@dataclass(frozen=True)
class View:
    """The selection of one run: every figure of a page is asked through it.

    `unit`: whose figures; `period` and `basis` as the engine takes them; `kind`: of which disputes; `is_public`: with
    small counts withheld, for what leaves the bureau.
    """

    board: Board
    language: Language
    unit: Selection
    until: date
    period: str = LATEST
    basis: Basis = "yoy"
    kind: Kind | None = None
    is_public: bool = False
    # A page's own switches by their names in the URL, and what it narrows by wherever a metric has the dimension.
    options: tuple[tuple[str, str], ...] = ()
    narrowed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    # What the page of this run was built by: to build it again for the public.
    builders: list[Callable[[Any], Any]] = field(default_factory=list, compare=False, repr=False)

    @property
    def identity(self) -> tuple[object, ...]:
        """All that a page's content depends on: the key it is cached by."""
        generation = self.board.generation
        source = (generation.id, str(generation.directory)) if generation else ()
        kind = (self.kind.dimension, self.kind.code) if self.kind else ()
        chosen = (self.unit.code, self.period, self.basis, kind, self.is_public, self.options, self.narrowed)
        return (source, str(self.board.folder), self.language, *chosen)

    @property
    def window(self) -> Period:
        """The days of the period, by the last day of the incidents (of any feed, without them)."""
        return parse_period(self.period, data_until=self.until)

    @property
    def month(self) -> date:
        """The first day of the last complete month of the period; of the data, where the period holds none."""
        window = self.window
        ended = latest_complete_month(window.end)
        return ended if ended >= window.start.replace(day=1) else latest_complete_month(self.until)

    def of(self, *, unit: Selection | None = None, is_public: bool | None = None) -> View:
        """The same view of another unit, or for the public."""
        return replace(
            self,
            unit=self.unit if unit is None else unit,
            is_public=self.is_public if is_public is None else is_public,
        )

    def ask(
        self,
        metric: str,
        *by: str,
        period: str | None = None,
        basis: Basis | None = None,
        where: Mapping[str, tuple[str, ...]] | None = None,
        everywhere: bool = False,
    ) -> Asked:
        """Ask the engine, of this selection unless told otherwise; `where` narrows further.

        `everywhere`: of the whole bureau whatever unit is chosen. Raises NotAsked for a dimension that the metric does
        not have, and BadPeriod for a text that is no period.
        """
        declared = METRICS[metric]
        wanted = {} if everywhere else dict(self.unit.where)
        if self.kind:
            wanted[self.kind.dimension] = (self.kind.code,)
        wanted |= dict(self.narrowed)
        filters = {name: codes for name, codes in wanted.items() if name in declared.dimensions} | dict(where or {})
        left_out = tuple(name for name in wanted if name not in declared.dimensions)
        asked = Asked(
            declared, period or self.period, basis or self.basis, by, filters, (), "", left_out, self.is_public
        )
        until = last_days(self.board).get(declared.feed)
        if until is None:
            return replace(asked, missing="feed")
        try:
            parse_period(asked.period, data_until=until)
        except PeriodNotCovered:
            return replace(asked, missing="period")
        try:
            rows = compared(
                self.board,
                metric,
                asked.period,
                basis=asked.basis,
                by=by,
                where=filters,
                is_public=self.is_public,
                language=self.language,
            )
        except (duckdb.CatalogException, duckdb.BinderException):
            return replace(asked, missing="older")
        return replace(asked, rows=tuple(rows))

    def curves(self, asked: Asked, *, last_day: int) -> tuple[Curve | None, Curve | None]:
        """The survival curves that a question's figure and its base lie on; of a question without rows none."""
        if not asked.rows or asked.by:
            return None, None
        metric, period = asked.metric.id, asked.period
        return curved(self.board, metric, period, basis=asked.basis, where=asked.where, last_day=last_day)

    def ripe_period(self, metric: str) -> str:
        """The period; for a metric that follows its cases up, the latest month whose cases all had their days."""
        declared = METRICS[metric]
        until = last_days(self.board).get(declared.feed)
        if self.period != LATEST or not declared.follow_up_days or until is None:
            return self.period
        month = ripe_month(self.month, until=until, follow_up_days=declared.follow_up_days)
        return f"{month:%Y-%m}"


def view_of(board: Board, language: Language) -> View | None:
    """The view before anything is chosen; None where no feed has a day yet."""
    until = headline_day(last_days(board))
    return View(board, language, Selection(None, ""), until) if until else None
