"""What a bulletin is asked about, and the figures it gets: writer and check ask in the same way, each on its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from warehouse.bulletin_texts import bulletin_text
from warehouse.calendar_days import month_end
from warehouse.comparability import scope_of
from warehouse.comparison import NotAsked, ask, compare
from warehouse.comparison_row import ComparisonRow
from warehouse.coverage import Mask, day_number
from warehouse.dimensions import ORGANISATIONS
from warehouse.disclosure import suppress
from warehouse.facts import Facts
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.periods import Period, PeriodNotCovered, parse_period
from warehouse.reference import Language
from warehouse.wording import format_period

FEEDS = ("incident", "mediation", "satisfaction", "visit", "activity")
Reason = Literal["", "not_delivered", "not_covered", "not_for_selection"]
_GENERATION = "select g.id, g.built_at, g.code_version from ops.generation as g"
_FEED_NAMES = "select c.code, c.zh, c.en from core.dim_code as c where c.list_code = 'feed'"


@dataclass(frozen=True)
class Answer:
    """The rows of one question, or why there are none."""

    rows: tuple[ComparisonRow, ...] = ()
    reason: Reason = ""


@dataclass(frozen=True)
class Inquiry:
    """One period of one selection, for one kind of reader; `period` is absolute text, "" before anything came."""

    facts: Facts
    period: str
    where: Mapping[str, tuple[str, ...]]
    language: Language
    is_public: bool = False
    _known: dict[tuple[str, str, tuple[str, ...]], Answer] = field(default_factory=dict, repr=False)

    def answer(self, metric: str, period: str | None = None, by: tuple[str, ...] = ()) -> Answer:
        """The rows as `metric` prints them; with `is_public` without small counts, each table by itself.

        Raises NotAsked for a code that there is not, BadPeriod for a text that is no period.
        """
        key = (metric, self.period if period is None else period, by)
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def _ask(self, metric: str, period: str, by: tuple[str, ...]) -> Answer:
        if METRICS[metric].feed not in self.facts.data_until:
            return Answer(reason="not_delivered")
        if not {*by, *self.where} <= METRICS[metric].dimensions:
            return Answer(reason="not_for_selection")
        try:
            rows = compare(self.facts, ask(self.facts, metric, period, by=by, where=self.where), language=self.language)
        except PeriodNotCovered:
            return Answer(reason="not_covered")
        if not self.is_public:
            return Answer(tuple(rows))
        total = compare(self.facts, ask(self.facts, metric, period, where=self.where)) if by else [None]
        return Answer(tuple(suppress(rows, total=total[0])))

    def row(self, metric: str, period: str | None = None) -> ComparisonRow | None:
        """The one row of a metric for the whole selection; None where nothing of it was delivered."""
        row = next(iter(self.answer(metric, period).rows), None)
        return None if row is None or "not_delivered" in row.flags else row

    def both_months(self, row: ComparisonRow) -> ComparisonRow | None:
        """January and February together, for the sentence of February.

        Not where small counts are withheld: less February it would be January.
        """
        if self.is_public or row.period.kind != "month" or row.period.start.month != 2 or row.basis != "yoy":
            return None
        return self.row(row.metric, f"{row.period.start:%Y}-01..{row.period.start:%Y-%m}")

    @cached_property
    def headline_day(self) -> date | None:
        """The day the bulletin speaks until: the incidents', or the latest of any feed."""
        return self.facts.data_until.get("incident") or max(self.facts.data_until.values(), default=None)

    @cached_property
    def window(self) -> Period | None:
        """The period, cut where the data end; None before anything came."""
        return parse_period(self.period, data_until=self.headline_day) if self.period and self.headline_day else None

    def period_of(self, metric: Metric) -> str:
        """The period; of a metric that needs follow-up the latest month whose cases had it."""
        until = self.facts.data_until.get(metric.feed)
        window = self.window
        if not metric.follow_up_days or until is None or window is None or window.kind != "month":
            return self.period
        ripe = until - timedelta(days=metric.follow_up_days)
        month = ripe.replace(day=1) if ripe == month_end(ripe) else ripe.replace(day=1) - timedelta(days=1)
        return f"{min(month.replace(day=1), window.start):%Y-%m}"

    @cached_property
    def split_period(self) -> str:
        """The period of tables by type and unit: February together with January, for Spring Festival moves in them.

        Not where small counts are withheld: the table less February's total would tell January's.
        """
        window = self.window
        if self.is_public or window is None or window.kind != "month" or window.start.month != 2:
            return self.period
        return f"{window.start:%Y}-01..{window.start:%Y-%m}"

    @cached_property
    def unit_name(self) -> str:
        """Whose figures they are: 城东分局, 市局（邻里纠纷）, 全部单位."""
        organisations = [name for dimension in ORGANISATIONS for name in self._chosen(dimension)]
        joiner = bulletin_text("title.joiner", self.language)
        unit = joiner.join(organisations) or self._whole_bureau()
        others = [
            name for dimension in self.where if dimension not in ORGANISATIONS for name in self._chosen(dimension)
        ]
        return bulletin_text("title.selection", self.language, unit=unit, names=joiner.join(others)) if others else unit

    def _chosen(self, dimension: str) -> Iterator[str]:
        return (self.name_of(dimension, code) for code in self.where.get(dimension, ()))

    def _whole_bureau(self) -> str:
        bureaus = {code for code in self.facts.units.places["city_bureau"] if code is not None}
        if len(bureaus) == 1:
            return self.name_of("city_bureau", bureaus.pop())
        return bulletin_text("title.all_units", self.language)

    def name_of(self, dimension: str, code: str | None) -> str:
        """The name of a code in the reader's language."""
        if code is None:
            return bulletin_text("row.unknown", self.language)
        found = self.facts.names.get(dimension, {}).get(code)
        return (found[0] if self.language == "zh" else found[1]) if found else code

    @cached_property
    def feed_names(self) -> dict[str, str]:
        """What every feed is called."""
        rows = self.facts.connection.execute(_FEED_NAMES).fetchall()
        return {code: zh if self.language == "zh" else en for code, zh, en in rows}

    @cached_property
    def generation(self) -> tuple[str, object, str]:
        """Id, when it was built, and by which version of the program."""
        row = self.facts.connection.execute(_GENERATION).fetchone()
        return row if row is not None else ("", None, "")

    def period_words(self) -> str:
        """The period as people read it."""
        return format_period(self.window, self.language) if self.window else ""

    def reporting(self, feed: str) -> tuple[Mask, Mask]:
        """The units that had to deliver a feed in the period, and those of them that delivered all of it."""
        period = parse_period(self.period, data_until=self.facts.data_until[feed])
        coverage, units = self.facts.coverage(feed), self.facts.units
        exists = (units.valid_from <= day_number(period.end)) & (units.valid_to >= day_number(period.start))
        due = scope_of(self.facts, coverage, {}, self.where).units & coverage.expected & exists
        return due, due & coverage.reported(period.start, period.end)[0]


def inquire(
    facts: Facts, period: str, where: Mapping[str, tuple[str, ...]], language: Language, *, is_public: bool = False
) -> Inquiry:
    """An inquiry about a period as people write it; `latest-month` and the like count from the incidents' last day.

    Raises BadPeriod where the period cannot be read or begins after the data, NotAsked for a month as a filter.
    """
    if "month" in where:
        raise NotAsked("简报的时段由 --period 决定，不按月筛选 / the period of a bulletin is --period, not a filter")
    inquiry = Inquiry(facts, "", dict(where), language, is_public)
    day = inquiry.headline_day
    return inquiry if day is None else replace(inquiry, period=_absolute(period, day), _known={})


def _absolute(text: str, until: date) -> str:
    """The same period by its own name, so that it means the same for every feed."""
    period, written = parse_period(text, data_until=until), unicodedata.normalize("NFKC", text).strip()
    if period.kind == "ytd":
        return f"{period.start:%Y}"
    if written[:1].isdigit():
        return written
    last = "" if period.kind == "month" else f"..{period.whole_end:%Y-%m}"
    return f"{period.start:%Y-%m}{last}"
