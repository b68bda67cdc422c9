"""Rows that gave no record: which are no data at all, and what is kept of those that are set aside."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from typing import NamedTuple

import polars as pl

from etl.feeds import Field
from etl.mapping_parts import normalise_header
from etl.recipe import Recipe
from etl.values import normalise_spellings, suggest_code
from etl.values.parsed import nulls
from warehouse.redaction import redact_series

KEPT_KINDS = ("date", "datetime", "month", "year", "integer", "decimal", "quantity", "flag", "code", "level")
# Digits and what stands between and behind them in dates and counts; no run of other letters.
DATES_AND_NUMBERS = r"^[\d\s.,:/+\-，：．－%％TEZ年月日号时時分秒点起件人次户余多上下午AMP#!]{0,60}$"
# No count is that long: what is may be a telephone number run together with its neighbours. Compact times are.
MANY_DIGITS = r"\d{11}"
COMPACT_TIME = "^(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9][0-5][0-9](?:[0-5][0-9])?$"
MOST_SUGGESTIONS = 50
# Stands in no cell: no blank that is taken away, and no part of a word.
CELL_END = "\x1f"
QUARANTINE = {
    "sheet_no": pl.Int16,
    "line": pl.UInt32,
    "reason_code": pl.String,
    "field": pl.String,
    "header": pl.String,
    "values": pl.String,
}


class Judged(NamedTuple):
    """What became of rows set aside: quarantined, dropped and counted, and of these the printed totals as text."""

    quarantined: pl.DataFrame
    dropped: int
    totals: pl.DataFrame


def judge(set_aside: pl.DataFrame, recipe: Recipe) -> Judged:
    """Rows without a record (see `etl.records.Chunk`) -> the quarantined ones, and those that are no data at all."""
    is_total, is_note = no_records(set_aside, recipe)
    quarantined = set_aside.filter(~(is_total | is_note))
    dropped = set_aside.height - quarantined.height
    return Judged(quarantined_rows(quarantined, recipe), dropped, set_aside.filter(is_total))


def no_records(rows: pl.DataFrame, recipe: Recipe) -> tuple[pl.Series, pl.Series]:
    """Among rows set aside: which are printed totals and which are footnotes, and so are dropped and counted.

    Blank rows never come here: the reader knows them, by all columns of the file. A row that is empty only where
    we look holds something else, and is quarantined for what it lacks.
    """
    looked = rows.select([name for name in recipe.all_headers if name in rows.columns])
    words = [normalise_header(word) for word in recipe.mapping.read.total_words]
    notes = [normalise_header(word).replace("：", "").replace(":", "") for word in recipe.mapping.read.footnote_words]
    whole = looked.select(_tidied(pl.concat_str(pl.all(), separator=CELL_END, ignore_nulls=True))).to_series()
    # To look at every cell for every word takes long: mostly no row holds a total's word or begins with a footnote's.
    begins = f"^{CELL_END}*(?:{'|'.join(map(pl.escape_regex, notes))})"
    is_suspect = whole.str.contains_any(pl.Series(words, dtype=pl.String).implode())
    suspects = (is_suspect | whole.str.contains(begins) if notes else is_suspect).arg_true()
    nothing = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    if suspects.is_empty():
        return nothing, nothing
    found = _judge_words(looked[suspects], words, notes)
    # Series.scatter works in place.
    return nothing.clone().scatter(suspects, found["total"]), nothing.clone().scatter(suspects, found["note"])


def _tidied(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"[\s\u3000\u00a0:：]+", "").str.to_lowercase()


def _judge_words(looked: pl.DataFrame, words: list[str], notes: list[str]) -> pl.DataFrame:
    """Which rows are a `total` and which a `note`, by every cell of theirs."""
    # Tidied once: every use of an expression would compile its pattern and run it again.
    tidy = looked.select(_tidied(pl.all()).fill_null(""))
    cells = [pl.col(name) for name in tidy.columns]
    # A mapping may list no words at all.
    none = pl.lit(False)
    is_total = pl.any_horizontal(
        (cell.str.len_chars() <= 20) & pl.any_horizontal(none, *(cell.str.ends_with(word) for word in words))
        for cell in cells
    )
    first = pl.coalesce(pl.when(cell != "").then(cell) for cell in cells)
    filled = pl.sum_horizontal((cell != "").cast(pl.Int32) for cell in cells)
    is_note = pl.any_horizontal(none, *(first.str.starts_with(word) for word in notes)) & (filled <= 3)
    is_total, is_note = is_total.fill_null(False), is_note.fill_null(False)
    return tidy.select(total=is_total, note=is_note & ~is_total)


def quarantined_rows(rows: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Quarantined rows: where, why, and what mapped date, number and code columns held, as far as it may be kept."""
    told = {
        headers[0]: field
        for name, headers in recipe.headers.items()
        if (field := recipe.feed.field(name)) and len(headers) == 1 and field.kind in KEPT_KINDS
    }
    kept = [kept_texts(rows[header], field, recipe.context.lookups).alias(header) for header, field in told.items()]
    told_values = (
        pl.select(pl.struct(kept).struct.json_encode()).to_series() if kept else nulls(rows.height, pl.String())
    )
    values = rows.select(pl.when(pl.col("__field") != "").then(told_values).alias("values"))["values"]
    header = rows["__field"].replace_strict(
        {name: "、".join(headers) for name, headers in recipe.headers.items()},
        default=None,
        return_dtype=pl.String,
    )
    return pl.DataFrame(
        {
            "sheet_no": pl.repeat(1, rows.height, dtype=pl.Int16, eager=True),
            "line": rows["__line"].cast(pl.UInt32),
            "reason_code": rows["__reason"],
            "field": rows["__field"],
            "header": header,
            "values": values,
        },
        schema=QUARANTINE,
    )


def kept_texts(cells: pl.Series, field: Field, lookups: Dictionary[str, Dictionary[str, str]]) -> pl.Series:
    """What may be kept of cells: dates, numbers, known codes; of any other text its length and the code it is like.

    A name in a code column looks like an unknown code, and no pattern tells them apart.
    """
    length = pl.lit("‹") + cells.str.len_chars().cast(pl.String) + pl.lit("字›")
    if field.code_list is None:
        is_long = cells.str.contains(MANY_DIGITS) & ~cells.str.contains(COMPACT_TIME)
        is_plain = cells.str.contains(DATES_AND_NUMBERS) & ~is_long
        return pl.select(pl.when(is_plain).then(redact_series(cells)).otherwise(length)).to_series()
    lookup = dict(lookups.get(field.name, {}))
    is_known = normalise_spellings(cells).is_in(list(lookup))
    unknown = cells.filter(~is_known).unique().drop_nulls().head(MOST_SUGGESTIONS)
    like = {cell: f"≈{code}" for cell in unknown if (code := suggest_code(cell[:60], lookup))}
    hint = cells.replace_strict(like, default="", return_dtype=pl.String) if like else pl.lit("")
    return pl.select(pl.when(is_known).then(cells).otherwise(length + hint)).to_series()
