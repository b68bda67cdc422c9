"""Wide tables of counts: every source row unfolds into one text row per filled cell."""

from __future__ import annotations

import re

import polars as pl

from etl.mapping import Mapping
from etl.mapping_parts import Unpivot, normalise_header


def unfolded_headers(spec: Unpivot, headers: tuple[str, ...]) -> dict[str, str]:
    """The headers to unfold, and the text that each gives to the field it names."""
    if spec.headers is None:
        wanted = {normalise_header(column): column for column in spec.columns}
        return {header: wanted[normalise_header(header)] for header in headers if normalise_header(header) in wanted}
    found = ((header, re.search(spec.headers, header)) for header in headers)
    return {header: (match.group(1) if match.re.groups else match.group(0)) for header, match in found if match}


def unpivot(text: pl.DataFrame, mapping: Mapping, headers: tuple[str, ...]) -> pl.DataFrame:
    """Text rows -> longer text rows with `__into` (from the header) and `__value` (the cell); other columns repeat."""
    spec = mapping.unpivot
    if spec is None:
        return text
    names = unfolded_headers(spec, headers)
    index = [name for name in text.columns if name not in names]
    long = text.unpivot(list(names), index=index, variable_name="__into", value_name="__value")
    long = long.with_columns(pl.col("__into").replace(names))
    if spec.skip_blank:
        cell = pl.col("__value").str.strip_chars().fill_null("")
        long = long.filter((cell != "") & ~cell.is_in(list(mapping.read.null_tokens)))
    return long
