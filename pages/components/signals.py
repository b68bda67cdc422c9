"""Everything the signals page shows, from the night's table of watched series to the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pages.components import signal_charts
from pages.components.cards import plain
from pages.components.data import Board, read
from pages.components.drawing import Drawing
from pages.components.labels import text
from pages.components.view import View
from warehouse.finding import exact
from warehouse.reference import Language
from warehouse.rounding import half_up
from warehouse.wording import begin_sentence, format_exact, format_month

# Charts where no series lies above its bound.
NEAREST = 6


@dataclass(frozen=True)
class Chart:
    """One series: what it says, whether that is a signal, and its chart."""

    title: str
    subtitle: str
    drawing: Drawing


@dataclass(frozen=True)
class Signals:
    """The page's content: its first line, tonight's list, and the charts below; nothing but the line before any month.

    `listed`: see `listed`.
    """

    answer: str
    month: str = ""
    list_title: str = ""
    listed: pl.DataFrame | None = None
    charts_title: str = ""
    charts: tuple[Chart, ...] = ()


def read_signals(view: View) -> Signals:
    """Everything that the page says of a generation, in the language of the view."""
    words = view.language
    rows = read_series(view.board, words)
    if not is_judged(rows):
        return Signals(answer(rows, words))
    table = listed(rows)
    return Signals(
        answer(rows, words),
        month_name(rows, words),
        list_title(table, words),
        table,
        charts_title(rows, words),
        tuple(drawings(rows, words)),
    )


def read_series(board: Board, words: Language) -> pl.DataFrame:
    """One row per series and month with the series' name, bureau and types first, then units in code order."""
    rows = read(board, "signals")
    names = [_name(row, words) for row in rows.iter_rows(named=True)]
    newest = pl.col("month_start") == pl.col("month_start").max()
    return rows.with_columns(pl.Series("series", names, dtype=pl.String), is_newest=newest)


def _name(row: Mapping[str, Any], words: Language) -> str:
    organisation = row["organisation"] or text("signals.unknown", words)
    if row["dispute_type_code"] is not None:
        kind = row[f"type_{words}"] or row["dispute_type_code"]
        return text("signals.type", words, organisation=organisation, type=kind)
    return text("signals.total", words, organisation=organisation) if row["is_total"] else organisation


def is_judged(rows: pl.DataFrame) -> bool:
    """Whether any series has an expectation for the newest month and a count to hold against it."""
    return not rows.is_empty() and int(rows["series_count"][0]) > 0


def month_name(rows: pl.DataFrame, words: Language) -> str:
    """The newest month."""
    return format_month(_newest(rows)["month_start"][0], words)


def answer(rows: pl.DataFrame, words: Language) -> str:
    """The first line: how many series are signals, and how many chance alone lifts above their bounds."""
    if rows.is_empty():
        return text("signals.none_yet", words)
    newest, month = _newest(rows), month_name(rows, words)
    if not is_judged(rows):
        return text("signals.too_short", words, month=month, n=newest.height)
    judged, alarms = int(newest["series_count"][0]), int(newest["is_alarm"].sum())
    others = int(newest["is_above_bound"].sum()) - alarms
    unjudged = newest.height - judged
    return text(
        "signals.answer",
        words,
        month=month,
        judged=judged,
        n=alarms,
        more=text("signals.more", words, n=others) if others else "",
        chance=_tenths(newest["expected_false_alarms"][0]),
        unjudged=text("signals.unjudged", words, n=unjudged) if unjudged else "",
    ).strip()


def listed(rows: pl.DataFrame) -> pl.DataFrame:
    """Tonight's list: series, observed, expected, bound, more (than expected)."""
    table = [
        (plain(row["series"]), *_figures(row).values(), _more(row))
        for row in _newest(rows).filter("is_alarm").iter_rows(named=True)
    ]
    schema = dict.fromkeys(("series", "observed", "expected", "bound", "more"), pl.String)
    return pl.DataFrame(table, schema=schema, orient="row")


def list_title(table: pl.DataFrame, words: Language) -> str:
    """How many series are on the list."""
    return text("signals.list", words, n=table.height) if table.height else text("signals.list_none", words)


def charts_title(rows: pl.DataFrame, words: Language) -> str:
    """Which series are drawn."""
    months = rows["month_start"].n_unique()
    if _above(rows).height:
        return text("signals.charts", words, months=months)
    return text("signals.charts_nearest", words, n=_chosen(rows).height, months=months)


def drawings(rows: pl.DataFrame, words: Language) -> list[Chart]:
    """The series above their bounds or, where there are none, those nearest to theirs; in code order either way."""
    keys = ("org_code", "dispute_type_code", "is_total")
    chosen = _chosen(rows).select(keys)
    return [
        _drawing(rows.join(chosen[[place]], on=keys, nulls_equal=True, maintain_order="left"), words)
        for place in range(chosen.height)
    ]


def _newest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter("is_newest")


def _above(rows: pl.DataFrame) -> pl.DataFrame:
    return _newest(rows).filter("is_above_bound")


def _chosen(rows: pl.DataFrame) -> pl.DataFrame:
    above = _above(rows)
    if above.height:
        return above
    judged = _newest(rows).drop_nulls(["exceed_probability"])
    # Chosen by their distance, but shown in the order of the rows.
    return judged.filter(pl.col("exceed_probability").rank("ordinal") <= NEAREST)


def _drawing(own: pl.DataFrame, words: Language) -> Chart:
    last = _newest(own).row(0, named=True)
    month = format_month(last["month_start"], words)
    state = "alarm" if last["is_alarm"] else "above" if last["is_above_bound"] else "within"
    title = begin_sentence(text("signals.chart", words, series=last["series"], **_figures(last)))
    drawing = signal_charts.series(
        _points(own, words),
        unit=text("signals.unit", words),
        bound=text("signals.bound", words),
        language=words,
        description=title,
    )
    return Chart(title, text(f"signals.{state}", words, month=month, more=_more(last)), drawing)


def _points(own: pl.DataFrame, words: Language) -> pl.DataFrame:
    notes, labels, shown = [], [], []
    for row in own.iter_rows(named=True):
        key = "signals.point_missing" if row["observed"] is None else "signals.point"
        notes.append(text(key, words, **_figures(row)))
        labels.append(format_month(row["month_start"], words))
        shown.append(_figures(row)["observed"])
    return own.select(
        "month_start",
        "observed",
        "expected",
        "upper_bound",
        pl.Series("label", labels, dtype=pl.String),
        pl.Series("note", notes, dtype=pl.String),
        pl.Series("shown", shown, dtype=pl.String),
        is_above=pl.col("is_above_bound"),
        is_latest=pl.col("is_newest"),
    )


def _figures(row: Mapping[str, Any]) -> dict[str, str]:
    observed, bound = row["observed"], row["upper_bound"]
    return {
        "observed": "" if observed is None else format_exact(observed),
        "expected": _tenths(row["expected"]),
        "bound": format_exact(bound),
    }


def _more(row: Mapping[str, Any]) -> str:
    if row["observed"] is None:
        return ""
    return f"{half_up(exact(row['observed']) - exact(row['expected']), 1):,}"


def _tenths(number: float) -> str:
    """With one decimal, half up, as everywhere."""
    return f"{half_up(exact(number), 1):,}"
