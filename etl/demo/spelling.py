"""Typed values become the text that an office would have written, in the style of its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from etl.demo import bureau
from etl.demo.styles import Style, Words
from etl.feeds import FEEDS, Field
from etl.mapping import Mapping
from etl.mapping_parts import Column
from warehouse.reference import codes_of

# Positions that `Style.dates` names. Each keeps the hour, because the hour is published.
MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y年%-m月%-d日%-H时%M分", "%Y/%-m/%-d %-H:%M", "%Y-%m-%d %H:%M", "%Y.%-m.%-d %H:%M",
    "%Y%m%d %H%M", "%Y/%-m/%-d %p%-I:%M", "%Y-%m-%dT%H:%M",
)  # fmt: skip
DAYS = (
    "%Y-%m-%d",
    "%Y年%-m月%-d日",
    "%Y/%-m/%-d",
    "%Y%m%d",
    "%Y.%-m.%-d",
    "%Y年%m月%d日",
    "%Y/%m/%d",
    "%Y-%-m-%-d",
)
MONTHS = ("%Y-%m", "%Y年%-m月", "%Y/%-m", "%Y%m", "%Y年%m月", "%Y-%m", "%Y年%-m月份", "%Y%m")
# Only the day of these is published, so the offices may leave the time out.
DAY_ONLY = {"held_at", "done_at", "visited_at"}
HALVES = {"AM": "上午", "PM": "下午"}
WIDE_DIGITS = {digit: chr(ord(digit) + 0xFEE0) for digit in "0123456789"}


def spell(rows: pl.DataFrame, mapping: Mapping, style: Style) -> pl.DataFrame:
    """The typed fields of `rows` as text, still under the names of the fields."""
    columns = {}
    for name, column in mapping.columns.items():
        field = FEEDS[mapping.feed].field(name)
        values = rows[name] if name in rows.columns else None
        if field is not None and values is not None:
            columns[name] = _spell_field(rows, values, field, column, style)
        else:
            columns[name] = pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
    return pl.DataFrame(columns)


def _spell_field(rows: pl.DataFrame, values: pl.Series, field: Field, column: Column, style: Style) -> pl.Series:
    if field.kind in ("datetime", "date"):
        styles = DAYS if field.kind == "date" or field.name in DAY_ONLY else MOMENTS
        return _dates(values, styles, style)
    if field.kind == "month":
        return _format(values, MONTHS[style.dates[0]])
    if field.kind in ("code", "level"):
        return _codes(rows, values, field, style)
    if field.kind == "org":
        return _organisations(values, field.name, style)
    if field.kind == "flag":
        return values.replace_strict({True: style.yes_no[0], False: style.yes_no[1]}, return_dtype=pl.String)
    if field.kind in ("integer", "year"):
        return _numbers(
            values, "年" if field.kind == "year" else (column.units or ("",))[0], style, field.kind != "year"
        )
    if field.kind == "quantity":
        return _quantities(rows, values, style)
    if field.kind == "key":
        return _keys(values, style)
    return values.cast(pl.String)


def _some_rows(text: pl.Series, step: int, offset: int, rewrite: Callable[[np.ndarray], pl.Series]) -> pl.Series:
    """Every `step`-th row rewritten: `rewrite` gets the positions and returns their new text."""
    places = np.arange(offset, text.len(), step)
    # scatter works in place, and the caller may hold the column.
    return text.clone().scatter(places, rewrite(places)) if places.size else text


def _dates(values: pl.Series, styles: Sequence[str], style: Style) -> pl.Series:
    """Most rows in the first style, every seventh and every eleventh in the others."""
    text = _format(values, styles[style.dates[0]])
    for other, (step, offset) in zip(style.dates[1:], ((7, 3), (11, 5)), strict=False):
        text = _some_rows(text, step, offset, lambda at, i=other: _format(values.gather(at), styles[i]))  # type: ignore[misc]
    return text


def _format(values: pl.Series, style: str) -> pl.Series:
    text = values.dt.strftime(style)
    return text.str.replace_many(HALVES) if "%p" in style else text


def words_of(field: Field, words: Words, null_tokens: Sequence[str], turn: int) -> dict[str, str | None]:
    """The word for every code of a list: its name, an alias or the code itself, never an empty token."""
    chosen: dict[str, str | None] = {}
    for row in codes_of(str(field.code_list)).to_dicts():
        aliases = [word for word in row["aliases"] if word not in null_tokens]
        name = row["zh"] if row["zh"] not in null_tokens else None
        by_alias = aliases[turn % len(aliases)] if aliases and words == "alias" else name
        word = row["code"] if words == "code" else by_alias
        chosen[row["code"]] = word or (None if row["code"] == field.blank else row["code"])
    return chosen


def _codes(rows: pl.DataFrame, values: pl.Series, field: Field, style: Style) -> pl.Series:
    tokens = ("-", "—", "无", "NULL", "null", "N/A")
    kinds: tuple[Words, ...] = ("name", "alias", "code") if style.words == "mixed" else (style.words,)
    tables = [words_of(field, kind, tokens, style.spelling) for kind in kinds]
    if style.has_blanks and field.blank:
        tables[0][field.blank] = None
    text = _replaced(values, tables[0])
    for number, table in enumerate(tables[1:]):
        text = _some_rows(text, 5, number * 2 + 1, lambda at, t=table: _replaced(values.gather(at), t))  # type: ignore[misc]
    if field.kind == "level":
        # On a scale of three the words of five would lie.
        text = text.zip_with(rows["scale_points"] == 5, values)
    return _padded(text) if style.has_blanks else text


def _replaced(values: pl.Series, table: dict[str, str | None]) -> pl.Series:
    return values.replace_strict(list(table), list(table.values()), return_dtype=pl.String)


def _padded(text: pl.Series) -> pl.Series:
    """Blanks that nobody sees: in front, behind, full-width."""
    return _some_rows(text, 13, 4, lambda at: "\u3000" + text.gather(at) + " ")


def _organisations(values: pl.Series, name: str, style: Style) -> pl.Series:
    known = bureau.organisations()
    full = dict(zip(known["code"], known["name"], strict=True))
    short = dict(zip(known["code"], known["short_name"], strict=True))
    if name == "beat_code":
        text = _replaced(values, full)
        return values if style.organisation == "code" else text
    text = values if style.organisation == "code" else _replaced(values, full)
    if style.organisation == "mixed":
        for table, offset in ((short, 1), ({code: code for code in full}, 3)):
            text = _some_rows(text, 6, offset, lambda at, t=table: _replaced(values.gather(at), t))  # type: ignore[misc]
    return _padded(text) if style.has_blanks else text


def _numbers(values: pl.Series, unit: str, style: Style, has_separators: bool) -> pl.Series:
    text = values.cast(pl.String)
    if has_separators and style.has_units:
        text = pl.select(
            pl.when(values >= 1000).then(text.str.replace(r"(\d+)(\d{3})$", "$1,$2")).otherwise(text)
        ).to_series()
    if style.has_blanks:
        plain = text
        text = _some_rows(text, 9, 2, lambda at: plain.gather(at).str.replace_many(WIDE_DIGITS))
    return text + unit if style.has_units else text


def _quantities(rows: pl.DataFrame, values: pl.Series, style: Style) -> pl.Series:
    """120余起 where the figure is a lower bound; the unit also stands where the style writes units."""
    units = codes_of("unit")
    unit = rows["unit_code"].replace_strict(
        units["code"], units["zh"].str.replace("册份", "份"), return_dtype=pl.String
    )
    is_bound = rows["is_at_least"]
    text = values.cast(pl.String)
    with_unit = text + unit if style.has_units else text
    return with_unit.zip_with(~is_bound, text + ("余" if style.spelling % 2 else "多") + unit)


def _keys(values: pl.Series, style: Style) -> pl.Series:
    """Excel's apostrophe before some numbers, blanks around others."""
    if not style.has_blanks:
        return values
    return _padded(_some_rows(values, 8, 1, lambda at: "'" + values.gather(at)))
