"""What the overview says: its first sentence and the titles of its charts, computed from the counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from pages.components.figures import SHOWN_TYPES, Count, Selection
from pages.components.labels import text
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_count, format_date, format_month, format_share

# label, shown, note, is_latest, is_running.
Point = tuple[str, str, str, bool, bool]


def answer(counts: Sequence[Count], *, month: date, selection: Selection, until: date, language: Language) -> str:
    """The first line of the page: how much of what, where, in which month, and how complete it is."""
    parts = [
        text(f"missing.{count.measure}", language)
        if count.value is None
        else text(f"count.{count.measure}", language, n=format_count(count.value, language))
        for count in counts
    ]
    return text(
        "answer.line",
        language,
        month=format_month(month, language),
        organisation=selection.name,
        counts=text("answer.joiner", language).join(parts),
        coverage=_coverage(counts[0], language),
        until=format_date(until, language),
    )


def _coverage(disputes: Count, language: Language) -> str:
    if disputes.value is None:
        return ""
    if not disputes.is_whole:
        return text("answer.uncovered", language, full=disputes.full, all=disputes.units)
    key = "answer.covered_one" if disputes.units == 1 else "answer.covered"
    return text(key, language, all=disputes.units)


def months_title(frame: pl.DataFrame, *, month: date, language: Language) -> str:
    """This month's count and the range of the months around it that are whole."""
    whole = frame.filter(pl.col("is_whole")).drop_nulls("value").sort("value", "month_start")
    here = frame.filter(pl.col("month_start") == month)["value"].to_list()
    if not here or here[0] is None:
        return text("months.title_missing", language, month=format_month(month, language))
    values = {"month": format_month(month, language), "value": format_count(here[0], language)}
    if whole.height < 2:
        return text("months.title_alone", language, **values)
    low, high = whole.row(0, named=True), whole.row(-1, named=True)
    return text(
        "months.title",
        language,
        **values,
        n=whole.height,
        low=format_count(low["value"], language),
        low_month=format_month(low["month_start"], language),
        high=format_count(high["value"], language),
        high_month=format_month(high["month_start"], language),
    )


def months_chart(
    frame: pl.DataFrame, *, month: date, until: date, new_years: Sequence[date], language: Language
) -> pl.DataFrame:
    """The months with the words of their points: what `charts.months` draws."""
    rows = [_point(row, month=month, until=until, language=language) for row in frame.iter_rows(named=True)]
    schema = {
        "label": pl.String,
        "shown": pl.String,
        "note": pl.String,
        "is_latest": pl.Boolean,
        "is_running": pl.Boolean,
    }
    words = pl.DataFrame(rows, schema=schema, orient="row")
    festival = pl.col("month_start").is_in(list(new_years))
    own = frame.select("month_start", "value", pl.col("is_whole").fill_null(False), is_new_year=festival)
    return pl.concat([own, words], how="horizontal")


def _point(row: dict[str, object], *, month: date, until: date, language: Language) -> Point:
    start, value = row["month_start"], row["value"]
    assert isinstance(start, date)
    shown = format_count(value, language) if isinstance(value, int) else ""
    is_running = start > month
    if value is None:
        note = text("state.not_delivered", language)
    elif is_running:
        note = text("months.open", language, until=format_date(until, language))
    else:
        key = "months.whole" if row["is_whole"] else "months.part"
        note = text(key, language, full=row["full"], all=row["units"])
    return format_month(start, language), shown, note, start == month, is_running


def types_title(frame: pl.DataFrame, *, month: date, is_delivered: bool, language: Language) -> str:
    """The most frequent type with its share of the whole; no incident is not the same as no delivery."""
    if frame.is_empty():
        key = "types.title_none" if is_delivered else "months.title_missing"
        return text(key, language, month=format_month(month, language))
    largest, whole = frame.row(0, named=True), int(frame["value"].sum())
    return text(
        "types.title",
        language,
        name=_type_name(largest["name"], language),
        n=format_count(largest["value"], language),
        whole=format_count(whole, language),
        share=format_share(largest["value"], whole),
    )


def types_chart(frame: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The largest types by name and the others in one row: what `charts.bars` draws."""
    head, rest = frame.head(SHOWN_TYPES), frame.slice(SHOWN_TYPES)
    rows = [(_type_name(name, language), value) for name, value in head.iter_rows()]
    if rest.height:
        rows.append((text("types.rest", language, n=rest.height), int(rest["value"].sum())))
    table = [(name, value, format_count(value, language)) for name, value in rows]
    return pl.DataFrame(table, schema={"name": pl.String, "value": pl.Int64, "shown": pl.String}, orient="row")


def _type_name(name: str | None, language: Language) -> str:
    return begin_sentence(name or text("types.unknown", language))


def units_title(frame: pl.DataFrame, *, month: date, language: Language) -> str:
    """The range over the units, and how many have not delivered."""
    known = frame.drop_nulls("value").sort("value")
    if known.is_empty():
        return text("stations.title_none", language, month=format_month(month, language))
    low, high = known.row(0, named=True), known.row(-1, named=True)
    kind = "one" if known.height == 1 else "same" if low["value"] == high["value"] else "range"
    title = text(
        f"stations.title_{kind}",
        language,
        name=low["name"],
        n=known.height,
        low=format_count(low["value"], language),
        high=format_count(high["value"], language),
    )
    lacking = frame.height - known.height
    return title + (text("stations.lacking", language, n=lacking) if lacking else "")


def units_chart(frame: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The units with the words of their dots: what `charts.dots` draws."""

    def shown(value: int | None, is_full: bool) -> str:
        if value is None:
            return text("state.not_delivered", language)
        number = format_count(value, language)
        return number if is_full else text("stations.part", language, n=number)

    words = [shown(value, is_full) for _, value, is_full in frame.iter_rows()]
    return frame.select("name", "value", pl.Series("shown", words, dtype=pl.String))
