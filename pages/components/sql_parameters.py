"""The named parameters of a query, `$name`: which there are, what a comment says they are, what a reader has typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation

# What may hold a dollar sign without naming a parameter comes first.
_PARTS = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$|\$(?P<name>[A-Za-z_]\w*)", re.DOTALL
)
# -- $start = 2026-01-01
_DEFAULT = re.compile(r"^[ \t]*--[ \t]*\$([A-Za-z_]\w*)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d*\.?\d+")

Value = str | int | Decimal | date | bool | None


def names_in(sql: str) -> tuple[str, ...]:
    """The parameters that a query asks for, in the order of their first use."""
    return tuple(dict.fromkeys(part["name"] for part in _PARTS.finditer(sql) if part["name"]))


def defaults_in(sql: str) -> dict[str, str]:
    """What comment lines of the form `-- $name = value` give."""
    return dict(_DEFAULT.findall(sql))


def value_of(typed: str) -> Value:
    """What a reader means: nothing is null, a number, a day, true or false; all else, and what is quoted, is text.

    >>> value_of("2026-10-01"), value_of("3"), value_of("'3'"), value_of("")
    (datetime.date(2026, 10, 1), 3, '3', None)
    """
    words = typed.strip()
    if not words:
        return None
    if len(words) > 1 and words[0] == words[-1] == "'":
        return words[1:-1].replace("''", "'")
    if words.lower() in ("true", "false"):
        return words.lower() == "true"
    # A code such as 0571 is not the number 571.
    if words.lstrip("+-").startswith("0") and len(words) > 1 and words.lstrip("+-")[1] != ".":
        return words
    if _WHOLE.fullmatch(words):
        return int(words)
    if _NUMBER.fullmatch(words):
        with suppress(InvalidOperation):
            return Decimal(words)
    with suppress(ValueError):
        return date.fromisoformat(words) if len(words) == len("2026-10-01") else words
    return words


def values_of(typed: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Value]:
    """The value of every parameter that the query asks for."""
    return {name: value_of(typed.get(name, "")) for name in names}
