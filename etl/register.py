"""Organisations and types that a file brings with it: collected, checked by a pattern, at most 5,000 of each."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from etl.columns import compose, pick_headers
from etl.mapping import REGISTER_LIMIT, Mapping
from etl.mapping_parts import Column, Registration, normalise_header
from etl.readers import Unreadable
from etl.values import clean, normalise_spelling
from warehouse.redaction import contains_identifier

ENTRY = {"code": pl.String, "name": pl.String, "parent_code": pl.String, "level_code": pl.String}


def _no_entries() -> pl.DataFrame:
    return pl.DataFrame(schema=ENTRY)


@dataclass(frozen=True)
class Registered:
    """What a file registers: `org` and `dispute_type`, each with the columns of `ENTRY`."""

    org: pl.DataFrame = field(default_factory=_no_entries)
    dispute_type: pl.DataFrame = field(default_factory=_no_entries)

    def merge(self, other: Registered) -> Registered:
        """Both together; the first name of a code stands.

        Raises:
            Unreadable: more than the limit.
        """
        merged = Registered(_union(self.org, other.org), _union(self.dispute_type, other.dispute_type))
        for frame in (merged.org, merged.dispute_type):
            if frame.height > REGISTER_LIMIT:
                raise Unreadable(
                    "too_large",
                    sheet=None,
                    line=None,
                    found=str(frame.height),
                    expected=f"≤ {REGISTER_LIMIT} register",
                )
        return merged


def _union(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """The first entry of each code. Mostly there is nothing to add, or nothing new."""
    if right.is_empty() or right["code"].is_in(left["code"].implode()).all():
        return left
    return pl.concat([left, right]).unique("code", keep="first", maintain_order=True)


def register_chunk(rows: pl.DataFrame, mapping: Mapping) -> Registered:
    """What the text rows of a chunk register.

    A code whose name does not fit the pattern, or holds an identifier, or is a printed total, is left out, so that
    its rows fail as `bad_code`; so is a name without a code.
    """
    types = mapping.register_.dispute_type
    type_column = mapping.columns.get("dispute_type_code")
    if type_column and type_column.unknown == "register" and not types:
        types = (Registration(code=type_column),)
    totals = {normalise_header(word) for word in mapping.read.total_words}
    return Registered(_registered(rows, mapping.register_.org, totals), _registered(rows, types, totals))


def registered_lookup(entries: pl.DataFrame) -> dict[str, str]:
    """Normalised spelling -> registered code."""
    return {normalise_spelling(code): code for code in entries["code"]}


def _entries(rows: pl.DataFrame, entry: Registration) -> pl.DataFrame:
    there = {normalise_header(name): name for name in rows.columns}

    def cells(column: Column | None) -> pl.Series:
        picked = pick_headers(column, there) if column else None
        if column is None or picked is None:
            return pl.repeat(None, rows.height, dtype=pl.String, eager=True)
        return compose(rows, column, picked)

    raw = pl.DataFrame(
        {
            "code": cells(entry.code),
            "name": cells(entry.name or entry.code),
            "parent_code": cells(entry.parent),
        }
    )
    unique = raw.unique(maintain_order=True)
    return unique.select(clean(unique[name]).alias(name) for name in unique.columns).with_columns(
        # A group may bear the name of its only type: nothing is its own parent.
        pl.when(pl.col("parent_code") != pl.col("code")).then("parent_code").alias("parent_code"),
        pl.lit(entry.level, dtype=pl.String).alias("level_code"),
    )


def _registered(rows: pl.DataFrame, entries: tuple[Registration, ...], totals: set[str]) -> pl.DataFrame:
    kept = _no_entries()
    for entry in entries:
        frame = _entries(rows, entry).drop_nulls("code")
        fits = frame["name"].str.contains(entry.name_pattern) & ~contains_identifier(frame["name"])
        is_total = frame["code"].str.replace_all(r"\s", "").str.to_lowercase().is_in(list(totals))
        kept = _union(kept, frame.filter(fits.fill_null(False) & ~is_total.fill_null(False)))
    return kept
