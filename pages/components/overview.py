"""Everything the overview shows for one selection, from the cached tables to the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pages.components import figures, findings
from pages.components.data import Board, last_days, read
from pages.components.figures import MEASURES, SHOWN_MONTHS, Count, Selection
from pages.components.labels import text
from warehouse.reference import Language
from warehouse.wording import format_date, format_moment, format_month, format_month_name

SPARK_MONTHS = 12


@dataclass(frozen=True)
class Finding:
    """A chart's title and rows."""

    title: str
    rows: pl.DataFrame


@dataclass(frozen=True)
class Overview:
    """One month of one selection; `counts` come with the months before them."""

    answer: str
    month: str
    month_name: str
    counts: tuple[tuple[Count, list[float]], ...]
    months: Finding
    types: Finding
    units: Finding


def read_overview(board: Board, selection: Selection, language: Language) -> Overview | None:
    """The latest complete month of the incidents (of any feed, without them); None before there is one."""
    until = figures.headline_day(last_days(board))
    if until is None:
        return None
    month = figures.latest_complete_month(until)
    coverage, counts = read(board, "unit_coverage"), read(board, "unit_months")
    months = figures.monthly(coverage, counts, selection)
    if not figures.has_month(months, month):
        return None
    shown = tuple((figures.count_of(months, name, month), _before(months, name, month)) for name in MEASURES)
    return Overview(
        findings.answer(
            [count for count, _ in shown], month=month, selection=selection, until=until, language=language
        ),
        format_month(month, language),
        format_month_name(month, language),
        shown,
        _months(board, months, month, until, language),
        _types(board, selection, month, language, is_delivered=shown[0][0].value is not None),
        _units(board, selection, month, language),
    )


def waiting(board: Board, language: Language) -> str:
    """Why no month is shown yet."""
    first = read(board, "unit_coverage")["month_start"].min()
    until = figures.headline_day(last_days(board))
    assert isinstance(first, date)
    assert until is not None
    return text(
        "state.no_month",
        language,
        from_day=format_month(first, language),
        until=format_date(until, language),
    )


def definition(board: Board, language: Language) -> str:
    """How the page counts, and which generation it shows."""
    built, generation = board.built_at, board.generation
    name = generation.id if generation else ""
    return text("footer.overview", language, id=name, built=format_moment(built) if built else "")


def _before(months: pl.DataFrame, measure: str, month: date) -> list[float]:
    own = figures.series(months, measure, until=month, length=SPARK_MONTHS)
    # A month that is not whole is a gap in the line: drawn as it stands it would look like a fall.
    whole = pl.when("is_whole").then(pl.col("value").cast(pl.Float64)).fill_null(float("nan"))
    return own.select(whole).to_series().to_list()


def _months(board: Board, months: pl.DataFrame, month: date, until: date, language: Language) -> Finding:
    rows = figures.series(months, "disputes", until=until.replace(day=1), length=SHOWN_MONTHS)
    new_years = read(board, "new_year_months")["month_start"].to_list()
    drawn = findings.months_chart(rows, month=month, until=until, new_years=new_years, language=language)
    return Finding(findings.months_title(rows, month=month, language=language), drawn)


def _types(board: Board, selection: Selection, month: date, language: Language, *, is_delivered: bool) -> Finding:
    rows = figures.types(read(board, "type_months"), selection, month=month, name=f"group_{language}")
    return Finding(
        findings.types_title(rows, month=month, is_delivered=is_delivered, language=language),
        findings.types_chart(rows, language),
    )


def _units(board: Board, selection: Selection, month: date, language: Language) -> Finding:
    organisations = read(board, "organisations")
    rows = figures.units(read(board, "unit_coverage"), read(board, "unit_months"), organisations, selection, month)
    return Finding(findings.units_title(rows, month=month, language=language), findings.units_chart(rows, language))
