"""Where a file tells time: a column of moments, of months, of years and months, or columns that are periods."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from etl.code_lookup import code_lookup
from etl.feeds import FEEDS
from etl.mapping_parts import Column
from etl.propose.column import Profile, month_style
from etl.propose.plan import Entry
from etl.propose.words import field_of
from etl.values import normalise_spellings

MONTHS = (
    r"^((?:19|20)\d{2}(?:0[1-9]|1[0-2]))$",
    r"^((?:19|20)\d{2}[-/.](?:0?[1-9]|1[0-2]))$",
    r"^((?:19|20)\d{2}年(?:0?[1-9]|1[0-2])月)$",
    r"^([A-Z][a-z]{2,8}[ -](?:19|20)?\d{2})$",
)
YEARS = r"^((?:19|20)\d{2})年?$"
FEWEST_TYPES = 3


def wide_periods(columns: dict[str, Profile]) -> dict[str, Any]:
    """Columns of counts whose headers are months or years: what [unpivot] needs, and which they are."""
    for pattern in (*MONTHS, YEARS):
        found = [header for header, one in columns.items() if re.match(pattern, header) and _holds_counts(one)]
        if len(found) < 2:
            continue
        if pattern == YEARS:
            return {"headers": pattern, "into": "period_year", "columns": found, "formats": ()}
        texts = pl.Series([match[1] for header in found if (match := re.match(pattern, header))])
        formats = month_style(texts)
        if formats is not None:
            return {"headers": pattern, "into": "period_month", "columns": found, "formats": formats}
    return {}


def wide_types(columns: dict[str, Profile]) -> dict[str, Any]:
    """Columns of counts whose headers are types of disputes."""
    field = FEEDS["incident"].field("dispute_type_code")
    assert field is not None
    known = code_lookup(field, Column(constant=""))
    spelled = dict(zip(columns, normalise_spellings(pl.Series(list(columns), dtype=pl.String)), strict=True))
    found = [header for header, one in columns.items() if spelled[header] in known and _holds_counts(one)]
    if len(found) < FEWEST_TYPES:
        return {}
    pattern = "^(" + "|".join(re.escape(header) for header in found) + ")$"
    return {"headers": pattern, "into": "dispute_type_code", "columns": found, "formats": ()}


def _holds_counts(column: Profile) -> bool:
    return column.is_number or column.filled.is_empty()


def find_time(feed: str, event: str | None, columns: dict[str, Profile]) -> dict[str, Entry]:
    """The fields that tell when: the feed's own event where there are days, else the period."""
    if feed == "population":
        years = _years(columns)
        return {"year": Entry({"from": years[0]})} if years else {}
    if feed == "visit_target":
        listed = [header for header, one in columns.items() if one.month_formats is not None]
        return {"month": _month(columns[listed[0]])} if listed else {}
    named = [header for header in columns if event and field_of(header, feed)[0] == event]
    dated = [header for header in (*named, *columns) if columns[header].date_style]
    if event and dated:
        return {event: Entry({"from": dated[0]}, None if named else "按内容猜测 / guessed from the cells")}
    months = [header for header, one in columns.items() if one.month_formats is not None]
    if months:
        return {"period_month": _month(columns[months[0]])}
    years = _years(columns)
    numbers = [
        h for h, one in columns.items() if one.is_number and one.largest <= 12 and re.search(r"month|月", h.casefold())
    ]
    if years and numbers:
        return {"period_month": Entry({"concat": [years[0], numbers[0]], "separator": "-"})}
    return {"period_year": Entry({"from": years[0]})} if years else {}


def _month(column: Profile) -> Entry:
    formats = column.month_formats
    return Entry({"from": column.header} | ({"formats": list(formats)} if formats else {}))


def _years(columns: dict[str, Profile]) -> list[str]:
    return [
        header
        for header, one in columns.items()
        if re.search(r"year|年", header.casefold())
        and one.tried.len()
        and one.tried.str.contains(r"^(19|20)\d{2}(年|\.0)?$").all()
    ]
