"""The months of disputes with their control limits, and what happened to the series, marked where it happened."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pages.components import dispute_charts, figures, filters
from pages.components.cards import plain
from pages.components.data import read
from pages.components.dispute_splits import DISPUTES, METRIC
from pages.components.figures import Delivered
from pages.components.labels import text
from pages.components.panel import Panel, missing_words
from pages.components.view import View
from warehouse.comparison_row import ComparisonRow
from warehouse.monthly_limits import MonthlyLimits, monthly_limits
from warehouse.reference import Language
from warehouse.wording import format_date, format_month, format_value

MONTHS, SEASON_MONTHS = 60, 36
REBASING = ("series_break", "practice_started")
FIRST_SIGN, SIGNS = 0x2460, 20


@dataclass(frozen=True)
class Mark:
    """Something that was recorded about the series; `rebases`: its limits begin anew with it."""

    sign: str
    day: date
    kind: str
    words: str
    rebases: bool


def months(view: View) -> Panel:
    """Up to five years of months until the period's last, with limits and marks."""
    language = view.language
    delivered = figures.delivered(read(view.board, "unit_coverage"), view.unit, METRIC.feed)
    begun = [month for month, state in delivered.items() if state.full]
    first = max(min(begun, default=view.month), figures.months_before(view.month, MONTHS - 1))
    asked = view.ask(DISPUTES, "month", period=f"{min(first, view.month):%Y-%m}..{view.month:%Y-%m}")
    if not asked.rows:
        title = text("disputes.months.title", language)
        return Panel("months", title, missing_words(asked, view), (asked,))
    noted = marks(_known(view), view, asked.rows[0].period.start, asked.rows[-1].period.end)
    limits = limits_of(asked.rows, delivered, [mark.day for mark in noted if mark.rebases])
    title = months_title(asked.rows, limits, language)
    drawing = dispute_charts.months(
        months_frame(asked.rows, limits, delivered, language),
        marks_frame(noted),
        unit=text("disputes.months.unit", language),
        language=language,
        description=title,
    )
    return Panel("months", title, _subtitle(limits, noted, language), (asked,), drawing, _table(noted, language))


def limits_of(
    rows: Sequence[ComparisonRow], delivered: Mapping[date, Delivered], rebased_on: Sequence[date]
) -> MonthlyLimits:
    """The limits of these months; one that was not delivered in full says nothing."""
    whole = [delivered.get(row.period.start, figures.NOBODY).is_whole for row in rows]
    counts = [
        row.value if row.value is not None and is_whole else float("nan")
        for row, is_whole in zip(rows, whole, strict=True)
    ]
    return monthly_limits([row.period.start for row in rows], counts, rebased_on=rebased_on)


def months_title(rows: Sequence[ComparisonRow], limits: MonthlyLimits, language: Language) -> str:
    """How many months lie outside their limits, and whether the last ones lie on one side."""
    if not limits.are_drawn:
        key = "short" if len(rows) < SEASON_MONTHS else "few"
        return text(f"disputes.months.title_{key}", language, n=len(rows))
    outside = [row for row, rule in zip(rows, limits.rules, strict=True) if rule == "outside"]
    latest = format_month(outside[-1].period.start, language) if outside else ""
    key = "outside" if outside else "within"
    said = text(f"disputes.months.title_{key}", language, n=len(outside), month=latest)
    if limits.rules[-1] == "run":
        said += text(f"disputes.months.title_run_{'up' if limits.sides[-1] > 0 else 'down'}", language)
    return said


def months_frame(
    rows: Sequence[ComparisonRow], limits: MonthlyLimits, delivered: Mapping[date, Delivered], language: Language
) -> pl.DataFrame:
    """One row a month: what `dispute_charts.months` draws."""
    table = [
        {
            "month_start": row.period.start,
            "label": format_month(row.period.start, language),
            "value": row.value,
            "is_whole": delivered.get(row.period.start, figures.NOBODY).is_whole,
            "low": _known_number(limits.lower[place]),
            "centre": _known_number(limits.centre[place]),
            "high": _known_number(limits.upper[place]),
            "is_signal": bool(limits.rules[place]),
            "is_latest": place == len(rows) - 1,
            "shown": format_value(row, METRIC, language),
            "note": _note(limits, place, delivered.get(row.period.start, figures.NOBODY), row, language),
        }
        for place, row in enumerate(rows)
    ]
    numbers = dict.fromkeys(("value", "low", "centre", "high"), pl.Float64)
    return pl.DataFrame(table, schema_overrides=numbers)


def _known_number(number: float) -> float | None:
    return None if number != number else float(number)


def _note(limits: MonthlyLimits, place: int, state: Delivered, row: ComparisonRow, language: Language) -> str:
    if row.value is None:
        return text("state.not_delivered", language)
    if not state.is_whole:
        return text("year.part", language, full=state.full, all=state.units)
    if limits.rules[place]:
        side = "up" if limits.sides[place] > 0 else "down"
        return text(f"disputes.months.{limits.rules[place]}_{side}", language)
    return text("disputes.months.ordinary", language) if limits.are_drawn else ""


def _known(view: View) -> list[tuple[dict[str, object], bool]]:
    """The annotations of the chosen unit, and whether each is about all of it, not about a part alone."""
    code = view.unit.code
    above = {None, code, *(filters.ancestors(view.board, code) if code else ())}
    return [
        (row, row["org_code"] in above)
        for row in read(view.board, "annotations").iter_rows(named=True)
        if row["org_code"] in above or code is None or row["org_code"] in view.unit.members
    ]


def marks(known: Sequence[tuple[Mapping[str, object], bool]], view: View, first: date, last: date) -> tuple[Mark, ...]:
    """What is marked: all that concerns this metric, and practices and laws whatever they were meant for.

    The limits begin anew where the whole unit began a practice or counts otherwise, if that is about this metric or
    about all of them: the arrival time that is now recorded by a terminal changes no count of disputes.
    """
    language = view.language
    found: list[Mark] = []
    for row, is_whole in known:
        day, kind, is_own = row["noted_on"], str(row["kind_code"]), row["metric"] in (None, DISPUTES)
        if not isinstance(day, date) or not first <= day <= last or not (is_own or kind == "practice_started"):
            continue
        sign = chr(FIRST_SIGN + len(found)) if len(found) < SIGNS else f"({len(found) + 1})"
        where = row["organisation"] or row["org_code"]
        words = str(row[language] or row["zh"] or "")
        if where:
            words = text("disputes.months.at", language, organisation=where, words=words)
        found.append(
            Mark(sign, day, str(row[f"kind_{language}"] or kind), words, is_own and is_whole and kind in REBASING)
        )
    return tuple(found)


def marks_frame(noted: Sequence[Mark]) -> pl.DataFrame:
    """The marks by month: month_start, sign (of all in that month), rebases, note."""
    by_month: dict[date, list[Mark]] = {}
    for mark in noted:
        by_month.setdefault(_drawn_on(mark), []).append(mark)
    table = [
        (month, "".join(one.sign for one in own), any(one.rebases for one in own), " ".join(one.words for one in own))
        for month, own in by_month.items()
    ]
    schema = {"month_start": pl.Date, "sign": pl.String, "rebases": pl.Boolean, "note": pl.String}
    return pl.DataFrame(table, schema=schema, orient="row")


def _drawn_on(mark: Mark) -> date:
    """A month is drawn at its first day: what came in its second half stands at the next."""
    month = mark.day.replace(day=1)
    length = monthrange(month.year, month.month)[1]
    return month if mark.day.day <= length // 2 else figures.months_before(month, -1)


def _table(noted: Sequence[Mark], language: Language) -> pl.DataFrame | None:
    rows = [
        (
            mark.sign,
            format_date(mark.day, language),
            mark.kind,
            plain(mark.words) + (text("disputes.months.rebased", language) if mark.rebases else ""),
        )
        for mark in noted
    ]
    schema = dict.fromkeys(("mark", "noted_on", "kind", "annotation"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row") if rows else None


def _subtitle(limits: MonthlyLimits, noted: Sequence[Mark], language: Language) -> str:
    said = text("disputes.months.reading", language)
    if limits.are_drawn:
        said += text("disputes.months.reading_limits", language)
    if noted:
        said += text("disputes.months.reading_marks", language)
    return said
