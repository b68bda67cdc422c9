"""What a published number is: everything a reader, a query and a sentence must know about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from warehouse.reference import Language

Kind = Literal["additive", "ratio", "stock", "semi_additive", "quantile", "survival"]
DateRole = Literal["received", "closed", "held", "visited", "invited", "done", "listed"]
Direction = Literal["lower_better", "higher_better", "neutral"]
# poisson: a count, or events per exposure; wilson: a share; the rest as in docs/methods.md.
IntervalMethod = Literal["poisson", "wilson", "order_statistic", "kaplan_meier", "none"]
Grain = Literal["day", "month"]
# fraction: 0..1, shown as a percentage; every other unit is shown as it is.
Unit = Literal[
    "case",
    "visit",
    "household",
    "item",
    "session",
    "time",
    "person_time",
    "copy",
    "kilometre",
    "fraction",
    "per_10k_year",
    "per_100_visits",
    "per_1000_closed",
    "minutes",
    "days",
]


@dataclass(frozen=True)
class Texts:
    """One text in both languages."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The text for one reader."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Metric:
    """One published number, declared once; every ratio is a sum divided by a sum.

    `numerator` and `denominator` are SQL over one row `r` of `relation`, summed after grouping; of a quantile they are
    the minutes or days, and how many cases took them. `scale` multiplies a ratio (10,000 residents, 100 visits).
    `extras` are further aggregates that the interval or a flag needs, by name.
    """

    id: str
    name: Texts
    formula: Texts
    why: Texts
    # What a sentence calls it: 接报纠纷警情 / dispute incidents received.
    phrase: Texts
    feed: str
    relation: str
    kind: Kind
    date_role: DateRole
    numerator: str
    unit: Unit
    direction: Direction
    interval: IntervalMethod
    dimensions: frozenset[str]
    denominator: str | None = None
    condition: str | None = None
    extras: tuple[tuple[str, str], ...] = ()
    # Figures of the kind "more than 120" of one row: summed beside the exact ones, never with them.
    at_least: str | None = None
    # Where the metric may be split by beat: the relation and the column that hold its monthly counts.
    beat: tuple[str, str] | None = None
    scale: int = 1
    quantile: float | None = None
    # Of days to close: the share closed by then, instead of a quantile.
    within_days: int | None = None
    # Below this denominator (of counts: base) a change is not put in percent.
    smallest_n: int = 20
    # Days after the period's end before the number stands still; 0 = at once.
    maturity_days: int = 0
    # Days of follow-up every counted case must have had by the last day of the data.
    follow_up_days: int = 0
    grains: tuple[Grain, ...] = ("day", "month")
    owner: Texts = field(default_factory=lambda: Texts("基层基础支队", "community policing division"))

    @property
    def is_count(self) -> bool:
        """Whether a change is told in percent of the base (of a rate: in points)."""
        return self.kind in ("additive", "stock")
