"""By what the records of a feed are looked up in the archive, as hashes in SQL."""

from __future__ import annotations

import hashlib
from functools import cache

import duckdb

from warehouse.reference import read_codes

KEY = "key"
DISPUTE = "dispute"
TARGET = "target"
PROTECTED = "protected"
LIST = "list"
_MONTH = "year({day}) * 12 + month({day})"


@cache
def index_expressions(feed: str) -> dict[str, str]:
    """What the rows of a feed are looked up by: name -> hash in SQL, null where a row is not to be found by it."""
    month_of_visit, month_of_list = _MONTH.format(day="visited_on"), _MONTH.format(day="month_start")
    own: dict[str, dict[str, str]] = {
        "incident": {DISPUTE: "case when dispute_key is not null then hash(dispute_key) end"},
        "visit": {
            TARGET: f"case when target_key is not null then hash(target_key, {month_of_visit}) end",
            # These are published by month and station only: a total is added up again from all its rows.
            PROTECTED: f"case when {_is_protected()} then hash(org_code, {_MONTH.format(day='period_start')}) end",
        },
        "visit_target": {
            TARGET: f"case when target_key is not null then hash(target_key, {month_of_list}) end",
            LIST: f"hash(category_code, {month_of_list})",
        },
    }
    return {KEY: "hash(record_key)"} | own.get(feed, {})


@cache
def _is_protected() -> str:
    codes = read_codes().explode("flags").filter(flags="month_station_only")
    parts = []
    for column in ("category", "purpose"):
        flagged = ", ".join(f"'{code}'" for code in codes.filter(list_code=f"visit_{column}")["code"].sort())
        parts.append(f"coalesce({column}_code in ({flagged}), false)")
    return " or ".join(parts)


@cache
def fingerprint(feed: str, name: str) -> str:
    """Tells hashes apart: an index of another engine's hashes, or of other code tables, is none."""
    text = duckdb.__version__ + index_expressions(feed)[name]
    return hashlib.sha256(text.encode()).hexdigest()[:8]
