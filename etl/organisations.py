"""Organisations as files name them: by code, by name, by short name; a beat by its name within its station."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.values import normalise_spelling, normalise_spellings

NAMED = {
    "code": pl.String,
    "name": pl.String,
    "short_name": pl.String,
    "parent_code": pl.String,
    "valid_from": pl.Date,
}
SHORTEST_NAME = 2


@dataclass(frozen=True)
class Organisations:
    """Lookup tables: normalised spelling -> code, and `station code/beat name` -> beat code.

    `opened`: code -> first day, where it is known; `parents`: code -> code of the unit above.
    """

    codes: dict[str, str] = field(default_factory=dict)
    beats: dict[str, str] = field(default_factory=dict)
    opened: dict[str, date] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    def named_in(self, text: str) -> list[str]:
        """The unit that a text such as a file name names, with all units below it; the longest name counts."""
        spelled = normalise_spelling(text)
        names = [name for name in self.codes if len(name) >= SHORTEST_NAME and name in spelled]
        if not names:
            return []
        found = {self.codes[max(names, key=len)]}
        while below := {code for code, parent in self.parents.items() if parent in found} - found:
            found |= below
        return sorted(found)


def organisations_of(records: pl.DataFrame) -> Organisations:
    """Lookup tables from the known organisations; a name that two of them share names neither.

    Args:
        records: columns of `NAMED`, in delivery order: the later row of a code wins.
    """
    known_columns = {name: dtype for name, dtype in NAMED.items() if name in records.columns}
    latest = records.select(pl.col(name).cast(dtype) for name, dtype in known_columns.items()).unique(
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
    parents = latest.select("code", "parent_code").drop_nulls()
    return Organisations(
        known,
        dict(within.iter_rows()),
        dict(latest.select("code", "valid_from").drop_nulls().iter_rows()) if "valid_from" in latest.columns else {},
        dict(parents.iter_rows()),
    )
