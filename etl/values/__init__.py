"""Parse dates, numbers, codes and ids as Chinese offices write them: text columns in, typed columns out.

Every parser takes a text Series and returns `Parsed`. Each tries a fast strict reading on the column and
repairs what that left over on its distinct values, so a clean column of a million rows costs little and a
messy one never costs a Python call per row. Nothing is guessed: what has two readings is a fault.
"""

from etl.values.codes import normalise_spelling, normalise_spellings, parse_codes, parse_flags, suggest_code
from etl.values.dates import FOUNDING, has_time, parse_dates, parse_datetimes
from etl.values.ids import normalise_ids
from etl.values.months import parse_months
from etl.values.numbers import parse_decimals, parse_integers, parse_quantities
from etl.values.parsed import Parsed
from etl.values.remembered import Remembered
from etl.values.text import clean, count_invisible

__all__ = [
    "FOUNDING",
    "Parsed",
    "Remembered",
    "clean",
    "count_invisible",
    "has_time",
    "normalise_ids",
    "normalise_spelling",
    "normalise_spellings",
    "parse_codes",
    "parse_dates",
    "parse_datetimes",
    "parse_decimals",
    "parse_flags",
    "parse_integers",
    "parse_months",
    "parse_quantities",
    "suggest_code",
]
