"""What a sentence says of the change: how much, against what, and whether that is news."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import Layout, base_figure_words, change_words, signed_percent, value_words
from warehouse.finding import Finding, exact, shown
from warehouse.metric_definition import Metric
from warehouse.period_words import base_words, compared_words
from warehouse.reference import Language
from warehouse.rounding import half_up
from warehouse.sentence_texts import read_texts, say


@dataclass(frozen=True)
class Told:
    """A row with what was decided about it and the words that every clause needs."""

    row: ComparisonRow
    metric: Metric
    language: Language
    finding: Finding

    @property
    def base(self) -> str:
        return base_words(self.row, self.language)

    @property
    def figure(self) -> str:
        return value_words(self.row, self.metric, self.language, self.finding)

    def base_figure(self, layout: Layout = "share") -> str:
        return base_figure_words(self.row, self.metric, self.language, self.finding, layout=layout)

    @property
    def is_called(self) -> bool:
        """Whether the difference is a real one."""
        return self.finding.case in ("up", "down")

    @property
    def is_none(self) -> bool:
        """Whether nothing happened in this period where something had in the base."""
        is_count = self.finding.family == "count" and self.finding.case in ("down", "small_base", "within_noise")
        return is_count and self.finding.value == 0

    def word(self, up: str, down: str) -> str:
        """One of two words of this family of metrics, by the direction of the change."""
        key = up if (self.finding.change or 0) > 0 else down
        return say(f"word.{self.finding.family}.{key}", self.language)

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def join(self, *clauses: str) -> str:
        return self.say("sentence.comma").join(clause for clause in clauses if clause)


def change_clause(told: Told) -> str:
    """What changed against the base, for rows that have one."""
    finding, base = told.finding, told.base
    if finding.is_small and finding.family != "count":
        key = "compare.small_rate_called" if told.is_called else "compare.small_rate"
        return told.say(key, base=base, base_figure=told.base_figure())
    if finding.case == "base_zero":
        return _compare(told, "compare.base_zero" if finding.family == "count" else "compare.rate_noise")
    if finding.case == "flat":
        return told.say("compare.flat", base=base) + _flat_detail(told)
    if told.is_none:
        return told.join(_compare(told, "compare.none") if told.is_called else "", _judgement(told))
    if finding.family == "count":
        return told.join(_count_change(told), _judgement(told))
    return told.join(_compare(told, "compare.rate" if told.is_called else "compare.rate_noise"), _judgement(told))


def _count_change(told: Told) -> str:
    """由4起增至10起 on small bases and above 100 %, else 下降21.2%（减少220起）."""
    finding = told.finding
    if finding.percent is None:
        to = told.say("word.count.to") if not told.is_called else told.word("to_up", "to_down")
        words = _compare(told, "compare.small_from_to" if finding.is_small else "compare.from_to", to=to)
        aside = told.say("compare.small_base") if finding.is_small else _moved(told)
        return words + told.say("sentence.note", note=aside)
    if told.is_called:
        return _compare(told, "compare.count", percent=f"{shown(abs(finding.percent), 'share')}%")
    return _compare(told, "compare.count_noise", percent=signed_percent(finding.percent))


def _compare(told: Told, key: str, **values: object) -> str:
    """A template of the change, filled with what is the same for all of them."""
    is_count = told.finding.family == "count"
    given: dict[str, object] = {
        "compared": compared_words(told.row, told.language),
        "base": told.base,
        "figure": told.figure,
        "base_figure": told.base_figure("share" if is_count else "listed"),
        "change": _size(told),
        "word": told.word("up", "down") if told.is_called else told.word("more", "less"),
        "moved": told.word("moved_up", "moved_down") if told.is_called and is_count else told.word("more", "less"),
        "less": told.word("more", "less"),
    }
    return told.say(key, **given | values)


def _judgement(told: Told) -> str:
    """Whether it is news: the interval where a change is called, the size withheld where the base is small."""
    if told.is_called:
        return told.say("compare.significant") if told.finding.is_small else _interval(told)
    if told.finding.case == "small_base":
        return told.say("compare.small_base") if told.is_none else ""
    return told.say("compare.noise")


def _interval(told: Told) -> str:
    low, high = (_bound(told, bound) for bound in (told.row.interval_low, told.row.interval_high))
    unit = _interval_unit(told)
    if not low and not high:
        return told.say("compare.significant")
    if low and high:
        return told.say("compare.interval", low=low + ("%" if unit == "%" else ""), high=high + unit)
    key = "compare.interval_above" if low else "compare.interval_below"
    return told.say(key, low=low + unit, high=high + unit)


def _bound(told: Told, bound: float | None) -> str:
    if bound is None:
        return ""
    number = exact(bound) * (100 if told.finding.family in ("count", "share") else 1)
    # A bound of a real change is not zero: shown as 0.0 it would deny what the sentence says.
    digits = next((digits for digits in (1, 2, 3) if half_up(number, digits)), 1)
    return f"{half_up(number, digits):+}"


def _interval_unit(told: Told) -> str:
    if told.finding.family == "count":
        return "%"
    unit = "points" if told.finding.family == "share" else told.metric.unit
    word = read_texts()[f"unit.{unit}"][told.language]
    return f" {word}" if told.language == "en" else word


def _size(told: Told) -> str:
    return change_words(told.finding, told.metric, told.language)


def _moved(told: Told) -> str:
    return _compare(told, "compare.by" if told.is_called else "compare.by_more")


def _flat_detail(told: Told) -> str:
    """The difference behind a percentage that shows as 0.0; of a rate the base's counts."""
    if told.finding.family != "count":
        return told.say("sentence.note", note=told.base_figure("listed"))
    if not told.finding.change:
        return ""
    return told.say("sentence.note", note=_moved(told))
