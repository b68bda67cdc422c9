"""Organisations as files name them: by code, by name, by short name; a beat by its name within its station."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from etl.values import normalise_spelling

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
    latest = records.select(NAMED.keys()).unique("code", keep="last", maintain_order=True).to_dicts()
    names = [(normalise_spelling(row[key]), row["code"]) for row in latest for key in ("name", "short_name") if row[key]]
    shared = {name for name, count in Counter(name for name, _ in set(names)).items() if count > 1}
    codes = {name: code for name, code in names if name not in shared}
    codes |= {normalise_spelling(row["code"]): row["code"] for row in latest}
    return Organisations(codes, dict(_within_parent(latest)))


def _within_parent(rows: Iterable[dict[str, str | None]]) -> Iterable[tuple[str, str]]:
    for row in rows:
        for key in ("code", "name", "short_name"):
            if row["parent_code"] and row[key]:
                yield f"{row['parent_code']}/{normalise_spelling(str(row[key]))}", str(row["code"])
