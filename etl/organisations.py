"""Organisations as files name them: by code, by name, by short name; a beat by its name within its station."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from etl.values import normalise_spellings

NAMED = {"code": pl.String, "name": pl.String, "short_name": pl.String, "parent_code": pl.String}


@dataclass(frozen=True)
class Organisations:
    """Lookup tables: normalised spelling -> code, and `station code/beat name` -> beat code."""

    codes: dict[str, str] = field(default_factory=dict)
    beats: dict[str, str] = field(default_factory=dict)


def organisations_of(records: pl.DataFrame) -> Organisations:
    """Lookup tables from the known organisations; a name that two of them share names neither.

    Args:
        records: columns of `NAMED`, in delivery order: the later row of a code wins.
    """
    latest = records.select(pl.col(name).cast(dtype) for name, dtype in NAMED.items()).unique(
        "code", keep="last", maintain_order=True
    )
    spelled = latest.with_columns(
        normalise_spellings(latest[column]).alias(f"{column}_spelled") for column in ("code", "name", "short_name")
    )
    long = pl.concat(
        spelled.select("code", "parent_code", pl.col(f"{column}_spelled").alias("spelling"), rank=pl.lit(rank))
        for rank, column in enumerate(("name", "short_name", "code"))
    ).drop_nulls("spelling")
    codes = long.filter(pl.col("rank") == 2)
    is_shared = pl.col("code").n_unique().over("spelling") > 1
    names = long.filter((pl.col("rank") < 2) & ~is_shared)
    known = dict(pl.concat([names, codes]).select("spelling", "code").iter_rows())
    within = long.drop_nulls("parent_code").select(pl.concat_str("parent_code", pl.lit("/"), "spelling"), "code")
    return Organisations(known, dict(within.iter_rows()))
