"""Arrow columns as Python values, also those that Python's dates and times cannot hold."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_INTEGERS = ("HUGEINT",)
_ENDLESS_DAY, _ENDLESS_TICK = 2**31 - 1, 2**63 - 1
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_DAY_SECONDS = 86_400


def python_column(column: pa.Array, engine_type: str) -> list[Any]:
    """The values of a column; `engine_type` tells JSON of a variant from text, and whole numbers from decimals.

    Never raises: what cannot be made a value is shown as Arrow writes it.
    """
    try:
        return _typed(column, engine_type)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, pa.ArrowException):
        return [str(one) if one.is_valid else None for one in column]


def _typed(column: pa.Array, engine_type: str) -> list[Any]:
    if engine_type == "VARIANT":
        return [None if text is None else json.loads(text) for text in column.to_pylist()]
    values = python_values(column)
    if engine_type.startswith("TUPLE(") and pa.types.is_struct(column.type):
        return [None if value is None else tuple(value.values()) for value in values]
    if engine_type in _INTEGERS:
        return [None if value is None else int(value) for value in values]
    return values


def python_values(column: pa.Array) -> list[Any]:
    """None, bool, int, float, Decimal, str, bytes, date, time, datetime, list, tuple, dict."""
    kind = column.type
    if pa.types.is_map(kind):
        return [_mapping(one) for one in column]
    if pa.types.is_fixed_size_list(kind):
        return [None if one is None else tuple(one) for one in _lists(column)]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _lists(column)
    if pa.types.is_struct(kind):
        names = [field.name for field in kind]
        parts = [python_values(part) for part in column.flatten()]
        rows = zip(*parts, strict=True) if parts else ((),) * len(column)
        valid = column.is_valid().to_pylist()
        return [dict(zip(names, row, strict=True)) if here else None for here, row in zip(valid, rows, strict=True)]
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _dates(column)
    return list(column.to_pylist())


def _lists(column: pa.Array) -> list[Any]:
    """The values of each list, cut from those of all lists together."""
    inner = python_values(column.flatten())
    lists: list[Any] = []
    place = 0
    for length in pc.list_value_length(column).to_pylist():
        lists.append(None if length is None else inner[place : place + length])
        place += length or 0
    return lists


def _mapping(scalar: pa.Scalar) -> Any:
    """A dict; where a key cannot be one (a list), the pairs."""
    if not scalar.is_valid:
        return None
    pairs = list(zip(*(python_values(part) for part in scalar.values.flatten()), strict=True))
    try:
        return dict(pairs)
    except TypeError:
        return pairs


def _dates(column: pa.Array) -> list[Any]:
    """All at once where Python can, else one by one."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        # pyarrow would make pandas' own type of it; what is below a microsecond Python cannot hold.
        column = pc.floor_temporal(column, unit="microsecond").cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_date(one) for one in column]


def _date(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        number = int(scalar.value)
        is_day = pa.types.is_date32(scalar.type)
        endless = _ENDLESS_DAY if is_day else _ENDLESS_TICK
        if abs(number) == endless:
            return "infinity" if number > 0 else "-infinity"
        if is_day:
            return _day_text(number)
        seconds, rest = divmod(number, _PER_SECOND[scalar.type.unit])
        day, second = divmod(seconds, _DAY_SECONDS)
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        fraction = f".{rest * 1_000_000 // _PER_SECOND[scalar.type.unit]:06}".rstrip("0") if rest else ""
        date, _, era = _day_text(day).partition(" ")
        return f"{date} {clock}{fraction}" + (f" {era}" if era else "")


def _day_text(days: int) -> str:
    """A day since 1970-01-01 in the proleptic Gregorian calendar, as the engine writes it.

    Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    """
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    year = year_of_era + era * 400 + (month <= 2)
    return f"{year:04}-{month:02}-{day:02}" if year > 0 else f"{1 - year:04}-{month:02}-{day:02} (BC)"
