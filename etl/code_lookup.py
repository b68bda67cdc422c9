"""The words of a code field: what the code table calls its codes, and what the mapping adds."""

from __future__ import annotations

import polars as pl

from etl.feeds import Field
from etl.mapping import Mapping
from etl.mapping_parts import Column
from etl.values import normalise_spellings
from warehouse.reference import codes_of

NOT_RATED = "0"


def code_lookups(mapping: Mapping) -> dict[str, dict[str, str]]:
    """For every code field that the mapping fills: normalised spelling -> code (made once per mapping and night)."""
    filled = dict(mapping.columns)
    for name in (mapping.unpivot.into, mapping.unpivot.value) if mapping.unpivot else ():
        filled.setdefault(name, Column(constant=""))
    fields = ((mapping.target.field(name), column) for name, column in filled.items())
    return _spelled({field.name: _words(field, column) for field, column in fields if field and field.code_list})


def code_lookup(field: Field, column: Column) -> dict[str, str]:
    """The same for one field."""
    return _spelled({field.name: _words(field, column)})[field.name]


def _spelled(words: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    # All at once: a call for each field takes longer than all of them.
    written = [word for each in words.values() for word in each]
    spellings = iter(normalise_spellings(pl.Series(written, dtype=pl.String)))
    return {
        name: {spelling: code for code in each.values() if (spelling := next(spellings))}
        for name, each in words.items()
    }


def _words(field: Field, column: Column) -> dict[str, str]:
    """Word as it is written -> code: the table's code, name and aliases, then the mapping's own words."""
    rows = codes_of(field.code_list).to_dicts() if field.code_list else []
    words = {word: row["code"] for row in rows for word in (*row["aliases"], row["zh"], row["code"])} | column.values
    if field.kind == "level":
        # A zero is a form that nobody filled in, unless the mapping says otherwise.
        words = {NOT_RATED: "no_contact"} | words | dict.fromkeys(column.dont_know, "dont_know")
        points = int(column.maximum or 5)
        words |= {str(level): str(level) for level in range(1, points + 1) if str(level) not in words}
    return words
