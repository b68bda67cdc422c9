"""Parse the month that a row of a period table covers, as its first day."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from etl.values.dates import FOUNDING, check_format, parse_dates, within
from etl.values.parsed import Parsed, nulls, repair, unread
from etl.values.text import clean

# "2025.1" is January or, cut short by Excel, October (2025.10): after a point both digits must stand.
_REST = r" ?(?:[-/年] ?(?<month>[0-9]{1,2}) ?(?:月份?)?|\.(?<month2>[0-9]{2})|(?<month3>[0-9]{2}))$"
_ROC_OFFSET = 1911
_COMMON_ERA = rf"^(?<year>[0-9]{{4}}){_REST}"
_ROC_ERA = rf"^(?:民[国國] ?)?(?<year>[0-9]{{2,3}}){_REST}"


def parse_months(
    text: pl.Series,
    *,
    formats: Sequence[str] = (),
    roc: bool = False,
    earliest: date = FOUNDING,
    latest: date,
) -> Parsed:
    """First day of the month as `pl.Date`; a whole date only if it is a first (Excel's doing)."""
    checked = [check_format(f"{pattern} %d") for pattern in formats]

    def read(cells: pl.Series) -> Parsed:
        plain = clean(cells)
        days = parse_dates(plain, earliest=date.min, latest=date.max).values
        values = pl.select(
            pl.coalesce(
                *((plain + " 01").str.to_date(pattern, strict=False) for pattern in checked),
                _months(plain, _COMMON_ERA, 0),
                *([_months(plain, _ROC_ERA, _ROC_OFFSET)] if roc else []),
                days.set(days.dt.day() != 1, None),
            )
        ).to_series()
        return unread(plain, values, "bad_date")

    parsed = repair(text, nulls(len(text), pl.Date()), read)
    return within(parsed, earliest=earliest.replace(day=1), latest=latest)


def _months(plain: pl.Series, pattern: str, year_offset: int) -> pl.Series:
    parts = plain.str.extract_groups(pattern).struct.unnest()
    month = pl.coalesce("month", "month2", "month3").cast(pl.Int64)
    year = pl.col("year").cast(pl.Int64) + year_offset
    return parts.select(pl.date(year, pl.when(month.is_between(1, 12)).then(month), 1)).to_series()
