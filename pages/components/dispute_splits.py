"""Disputes of a period split one way or another, each split a panel of changes with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pages.components import charts, figures, filters
from pages.components.data import read
from pages.components.findings import by_change, changes_chart, extent_of
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import LATEST, Asked, View
from warehouse.comparison_row import ComparisonRow
from warehouse.finding import find
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_change, format_period, format_reasons, format_verdict

DISPUTES = "dispute_incident_count"
METRIC = METRICS[DISPUTES]
NAMED_CHANGES = 3
LEVELS = ("city_bureau", "branch", "station")
LEVEL_KEYS = {"branch": "branches", "station": "stations"}

# (code that a click chooses, name, compared row)
Named = tuple[str | None, str, ComparisonRow]


@dataclass(frozen=True)
class Split:
    """One panel, and in words what of it really changed."""

    panel: Panel
    real: str


def splits(view: View) -> dict[str, Split]:
    """Every split of the period that the selection allows, by the key of its panel."""
    found = {"spans": _spans(view), "types": _types(view)}
    found |= {LEVEL_KEYS[level]: _units(view, level) for level in levels_below(view)}
    found |= {"channels": _coded(view, "channels", "channel"), "risks": _coded(view, "risks", "risk_level")}
    return found


def levels_below(view: View) -> list[str]:
    """The levels of organisations below the chosen unit, the next one first; none below a station."""
    known = set(read(view.board, "organisations")["level_code"])
    below = LEVELS.index(view.unit.level) + 1 if view.unit.level in LEVELS else 1
    return [level for level in LEVELS[below:] if level in known]


def split_period(view: View) -> str:
    """The period; of the latest month the months that Spring Festival moves in together."""
    return figures.period_of(view.month) if view.period == LATEST else view.period


def _spans(view: View) -> Split:
    """The month, the last whole quarter, the year to date and twelve months, all up to the same month."""
    asked: dict[object, Asked] = {}
    for period in spans(view.month):
        one = view.ask(DISPUTES, period=period)
        # In March the year to date is the quarter, in December the twelve months.
        asked.setdefault((one.row.period.start, one.row.period.end) if one.row else period, one)
    rows = [one.row for one in asked.values() if one.row]
    named: list[Named] = [(None, begin_sentence(format_period(row.period, view.language)), row) for row in rows]
    return _split("spans", "", named, list(asked.values()), view)


def spans(month: date) -> list[str]:
    """The month (February with January), the last whole quarter, the year to date and twelve months, as written."""
    ends = month if month.month % 3 == 0 else figures.months_before(month, month.month % 3)
    first = figures.months_before(month, 11)
    return [
        figures.period_of(month),
        f"{ends.year}-Q{ends.month // 3}",
        f"{month.year}-01..{month:%Y-%m}",
        f"{first:%Y-%m}..{month:%Y-%m}",
    ]


def _types(view: View) -> Split:
    asked = view.ask(DISPUTES, "dispute_type" if view.kind else "dispute_group", period=split_period(view))
    return _split("types", "type", _named(by_change(asked.rows), view), [asked], view)


def _units(view: View, level: str) -> Split:
    """In the order of their codes, never by value."""
    asked = view.ask(DISPUTES, level, period=split_period(view))
    names = filters.organisations(view.board)
    named = [(code, names.get(code or "", name), row) for code, name, row in _named(asked.rows, view)]
    return _split(LEVEL_KEYS[level], "org", named, [asked], view)


def _coded(view: View, key: str, dimension: str) -> Split:
    asked = view.ask(DISPUTES, dimension, period=split_period(view))
    return _split(key, "", _named(by_change(asked.rows), view), [asked], view)


def _named(rows: Sequence[ComparisonRow], view: View) -> list[Named]:
    unknown = text("disputes.unknown", view.language)
    return [
        (code, begin_sentence(next(iter(row.names.values())) or "") if code else unknown, row)
        for row in rows
        for code in row.keys.values()
        # What was in neither period is no finding.
        if row.value or row.base_value or not row.keys
    ]


def _split(key: str, pick: Literal["", "org", "type"], named: list[Named], asked: list[Asked], view: View) -> Split:
    language = view.language
    if lacking := _lacking(named, asked, view):
        return Split(Panel(key, text(f"disputes.{key}.title", language), lacking, tuple(asked)), "")
    title, real = changes_title(named, key, view)
    extent = extent_of([row for *_, row in named], METRIC)
    words = [text(word, language) for word in ("column.name", "disputes.both", "column.change", "column.verdict")]
    drawing = charts.changes(
        changes_chart(named, METRIC, language, extent=extent),
        extent=extent,
        words=(words[0], words[1], words[2], words[3]),
        description=title,
    )
    return Split(Panel(key, title, split_subtitle(key, named, view), tuple(asked), drawing, pick=pick), real)


def _lacking(named: list[Named], asked: list[Asked], view: View) -> str:
    """Why there is nothing to draw: no rows, or a source that does not say it; empty where there is something."""
    if not named:
        return missing_words(asked[0], view) or text("disputes.nothing", view.language)
    is_told = any(code is not None or not row.keys for code, _, row in named)
    return "" if is_told else text("disputes.not_told", view.language)


def split_subtitle(key: str, named: Sequence[Named], view: View) -> str:
    """What is drawn, how to read it, and why some of it cannot be compared."""
    language = view.language
    period = format_period(named[0][2].period, language)
    against = text(f"disputes.against.{view.basis}", language)
    what = text(f"disputes.{key}.what", language, period=period, against=against)
    reading = "disputes.reading_steps" if key.startswith("steps") else "disputes.reading"
    said = text(reading, language, what=what, smallest=METRIC.smallest_n)
    return said + why_not([row for *_, row in named], language)


def why_not(rows: Sequence[ComparisonRow], language: Language) -> str:
    """Why some rows cannot be compared; empty where all can."""
    reasons = format_reasons(rows, language)
    return text("disputes.why_not", language, reasons=reasons) if reasons else ""


def changes_title(named: Sequence[Named], key: str, view: View) -> tuple[str, str]:
    """What of a split really changed, in a title and as part of a sentence; the latter empty where nothing did."""
    language = view.language
    noun = text(f"disputes.{key}.noun", language)
    told = [one for one in named if find(one[2], METRIC).change is not None]
    real = [one for one in told if find(one[2], METRIC).case in ("up", "down")]
    if not told:
        return text("disputes.title_none_told", language, n=len(named), noun=noun), ""
    lacking = len(named) - len(told)
    untold = text("disputes.untold", language, n=lacking, noun=noun) if lacking else ""
    if not real:
        is_small = all(find(row, METRIC).is_small for *_, row in told)
        kind = "one" if len(told) == 1 else "small" if is_small else "noise"
        name, verdict = told[0][1], format_verdict(told[0][2], METRIC, language)
        said = text(
            f"disputes.title_{kind}",
            language,
            n=len(told),
            noun=noun,
            smallest=METRIC.smallest_n,
            name=name,
            verdict=verdict,
        )
        return begin_sentence(said) + untold, ""
    words = text("types.joiner", language).join(_one(name, row, view) for _, name, row in real[:NAMED_CHANGES])
    if len(real) > NAMED_CHANGES:
        words = text("disputes.and_more", language, names=words, n=len(real), noun=noun)
    rest = len(told) - len(real)
    ending = "title_real" if rest else "title_all"
    return begin_sentence(text(f"disputes.{ending}", language, names=words, rest=rest, noun=noun)) + untold, words


def _one(name: str, row: ComparisonRow, view: View) -> str:
    verdict, change = format_verdict(row, METRIC, view.language), format_change(row, METRIC, view.language)
    return text("disputes.one", view.language, name=name, verdict=verdict, change=change)
