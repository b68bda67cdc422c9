"""Which cells of a file fill which field: headers are found by their spellings, and their text is put together."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary

import polars as pl

from etl.mapping import Mapping
from etl.mapping_parts import Column, normalise_header
from etl.readers import Unreadable


def resolve_headers(mapping: Mapping, headers: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Which headers of this file fill which field; and the fields of the mapping that the file does not have.

    Raises:
        Unreadable: a required column is missing.
    """
    there = {normalise_header(header): header for header in headers}
    found: dict[str, tuple[str, ...]] = {}
    absent: list[str] = []
    required = {field.name for field in mapping.target.fields if field.required and field.blank is None}
    for name, column in mapping.columns.items():
        picked = pick_headers(column, there)
        if picked is not None:
            found[name] = picked
        elif column.required or name in required or name.startswith("_"):
            wanted = " | ".join(word for group in column.groups for word in group)
            raise Unreadable(
                "missing_column", sheet=None, line=None, found="、".join(mapping.shown(headers)), expected=wanted
            )
        else:
            absent.append(name)
    return found, absent


def pick_headers(column: Column, there: Dictionary[str, str]) -> tuple[str, ...] | None:
    """The headers of the file that a column entry reads, or None where one of them is missing."""
    picked = []
    for group in column.groups:
        spelling = next((there[normalise_header(word)] for word in group if normalise_header(word) in there), None)
        if spelling is None:
            return None
        picked.append(spelling)
    return tuple(picked)


def compose(text: pl.DataFrame, column: Column, headers: tuple[str, ...]) -> pl.Series:
    """The raw text of one field: a header's cells, a constant, or several joined; then cut as the entry says."""
    if column.constant is not None:
        return pl.repeat(column.constant, text.height, dtype=pl.String, eager=True)
    series = text[headers[0]]
    if len(headers) > 1:
        series = text.select(pl.concat_str(headers, separator=column.separator, ignore_nulls=False)).to_series()
    if column.extract:
        series = series.str.extract(column.extract, 1)
    if column.split is not None:
        series = series.str.split(column.split).list.get(column.part, null_on_oob=True)
    return series
