"""The text of one field becomes typed values, what cannot be read is named: a parser for every kind of field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.explain import MOJIBAKE, Explained, explain
from etl.feeds import Field
from etl.mapping import Mapping
from etl.mapping_parts import Column
from etl.organisations import Organisations
from etl.values import (
    Parsed,
    Remembered,
    clean,
    count_invisible,
    has_time,
    normalise_ids,
    parse_codes,
    parse_dates,
    parse_datetimes,
    parse_decimals,
    parse_flags,
    parse_integers,
    parse_months,
    parse_quantities,
)
from etl.values.codes import FALSE_WORDS, TRUE_WORDS
from etl.values.ids import is_usual
from etl.values.parsed import fault_where, without_faults
from warehouse.redaction import contains_identifier, redact_series

TYPES: dict[str, pl.DataType] = {
    "key": pl.String(),
    # Codes are few and short-listed: as categories no later step touches their text again.
    "org": pl.Categorical(),
    "code": pl.Categorical(),
    "level": pl.String(),
    "text": pl.String(),
    "date": pl.Date(),
    "month": pl.Date(),
    "datetime": pl.Datetime("us"),
    "year": pl.Int64(),
    "integer": pl.Int64(),
    "quantity": pl.Int64(),
    "decimal": pl.Float64(),
    "flag": pl.Boolean(),
}
# What Excel shows where a formula failed.
CELL_ERROR = r"^#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|ERROR!)$"
# Kinds whose columns hold the same few words in every chunk, each read by itself.
WORDS = ("org", "code", "flag", "level")
MICROSECONDS_A_DAY = 86_400_000_000
WHOLE_WITH_POINT = r"^\s*(\d+)\.0+\s*$"
LEAST_PHONE = 10_000_000_000
LATEST_DAY = date(2100, 12, 31)


def remember_nothing() -> dict[str, Remembered]:
    """Room for what the cells of each field gave."""
    return defaultdict(Remembered)


@dataclass(frozen=True)
class Context:
    """What parsing needs to know beside the text."""

    mapping: Mapping
    organisations: Organisations
    delivered_on: date
    is_1904: bool = False
    lookups: Dictionary[str, Dictionary[str, str]] = field(default_factory=dict)
    registered: Dictionary[str, Dictionary[str, str]] = field(default_factory=dict)
    remembered: dict[str, Remembered] = field(default_factory=remember_nothing, repr=False)
    # The same for the columns of words, which other files of the mapping hold as well.
    words: dict[str, Remembered] = field(default_factory=remember_nothing, repr=False)
    explained: dict[str, Explained] = field(default_factory=lambda: defaultdict(dict), repr=False)
    # What was mended or let pass, the field, and in how many cells; threads only ever append.
    noticed: list[tuple[str, str, int]] = field(default_factory=list, repr=False)

    def notice(self, what: str, where: Field, cells: int) -> None:
        """Have something told in the load report."""
        if cells:
            self.noticed.append((what, where.name, cells))


def parse_field(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    """Text of one field -> typed values and reason codes; null tokens are empty, empty cells take the blank code."""

    def parse(cells: pl.Series) -> Parsed:
        values, fault = _parse_cells(cells, field, column, context)
        return Parsed(values.cast(TYPES[field.kind]), fault)

    # What a chunk registers is known in that chunk only, so that the same cell may read otherwise in the next.
    if field.kind not in WORDS or any(context.registered.values()):
        return parse(text)
    return context.words[field.name].parse(text, parse)


def _parse_cells(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    tokens = context.mapping.read.null_tokens
    if field.kind == "key":
        is_token = text.is_in(tokens)
        text = text.set(is_token, None) if is_token.any() else text
    parsed = _PARSERS[field.kind](text, field, column, context)
    if parsed.fault.null_count() < len(text):
        parsed = Parsed(parsed.values, explain(text, parsed.fault, tokens, context.explained[field.name]))
    blank = column.blank or field.blank
    values = parsed.values
    if blank is not None and values.null_count():
        values = values.fill_null(blank)
    # A faulty cell has no value: where all that have none are faulty, none is missing.
    if (field.required or column.required) and values.null_count() > len(text) - parsed.fault.null_count():
        missing = values.is_null() & parsed.fault.is_null()
        if missing.any():
            fault = pl.select(pl.when(missing).then(pl.lit("missing_required")).otherwise(parsed.fault)).to_series()
            return Parsed(values, fault)
    return Parsed(values, parsed.fault)


def hours_of(text: pl.Series, moments: pl.Series) -> pl.Series:
    """The hour of each moment; null where the cell holds a bare day, which is not hour 0."""
    hours = moments.dt.hour().cast(pl.Int16)
    # As numbers, which is several times as fast as by `dt.time`.
    at_midnight = moments.cast(pl.Int64) % MICROSECONDS_A_DAY == 0
    if not at_midnight.any():
        return hours
    rows = at_midnight.arg_true()
    timed = has_time(text[rows])
    return hours.scatter(rows, pl.select(pl.when(timed).then(pl.lit(0, dtype=pl.Int16))).to_series())


def _parse_key(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    if is_usual(text):
        return without_faults(text)
    context.notice("invisible_characters", field, count_invisible(text))
    return _without_wreckage(text, normalise_ids(text, numeric_cells=False))


def _without_wreckage(text: pl.Series, parsed: Parsed) -> Parsed:
    """Garbled text and the errors of failed formulas are no keys and no names."""
    garbled = fault_where(parsed, text.str.contains(MOJIBAKE), "mojibake")
    return fault_where(garbled, text.str.strip_chars().str.contains(CELL_ERROR), "missing_required")


def _parse_org(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    lookup = {**context.organisations.codes, **context.registered.get("org", {})}
    return parse_codes(text, lookup=lookup, unknown="quarantine")


def _parse_code(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    lookup = context.lookups[field.name]
    if field.kind == "level" and text.str.contains(WHOLE_WITH_POINT).any():
        text = text.str.replace(WHOLE_WITH_POINT, "$1")
    if column.unknown == "register":
        return parse_codes(text, lookup={**context.registered.get("dispute_type", {}), **lookup}, unknown="quarantine")
    return parse_codes(text, lookup=lookup, unknown=column.unknown)


def _parse_date(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    latest = LATEST_DAY if field.may_be_future else context.delivered_on
    return parse_dates(
        text,
        formats=column.formats,
        roc=column.roc,
        epoch_1904=context.is_1904,
        latest=latest,
        slowly=context.remembered[field.name].parse,
    )


def _parse_datetime(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    return parse_datetimes(
        text,
        formats=column.formats,
        roc=column.roc,
        epoch_1904=context.is_1904,
        latest=context.delivered_on,
        slowly=context.remembered[field.name].parse,
    )


def _parse_month(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    return parse_months(text, formats=column.formats, roc=column.roc, latest=context.delivered_on)


def _bounds(field: Field, column: Column) -> dict[str, int | None]:
    minimum = field.minimum if column.minimum is None else column.minimum
    return {"minimum": minimum, "maximum": field.maximum if column.maximum is None else column.maximum}


def _parse_integer(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    return _without_phones(text, parse_integers(text, units=column.units, **_bounds(field, column)))


def _without_phones(text: pl.Series, parsed: Parsed) -> Parsed:
    """A mobile phone is a whole number like any other, and larger than any count; nothing else is so large, either."""
    most = parsed.values.max()
    if not isinstance(most, int) or most < LEAST_PHONE:
        return parsed
    named = fault_where(parsed, (parsed.values >= LEAST_PHONE) & contains_identifier(text), "misplaced_identifier")
    return fault_where(named, named.values >= LEAST_PHONE, "out_of_range")


def _parse_year(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    return parse_integers(text, units=("年", "年度"), minimum=1949, maximum=context.delivered_on.year)


def _parse_decimal(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    return parse_decimals(text)


def _parse_flag(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    return parse_flags(text, true_words=(*TRUE_WORDS, *column.true), false_words=(*FALSE_WORDS, *column.false))


def _parse_quantity(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    return _without_phones(text, parse_quantities(text, units=column.units)[0])


def _parse_text(text: pl.Series, field: Field, column: Column, context: Context) -> Parsed:
    """Codes and names are cleaned; sentences for people keep their full-width punctuation."""
    if field.name.startswith("text_"):
        context.notice("mojibake", field, int(text.str.contains(MOJIBAKE).sum()))
        sentences = redact_series(text.str.strip_chars().replace("", None))
        return fault_where(without_faults(sentences), text.str.contains(CELL_ERROR), "missing_required")
    plain = fault_where(without_faults(clean(text)), contains_identifier(text), "misplaced_identifier")
    return _without_wreckage(text, plain)


_PARSERS = {
    "key": _parse_key,
    "org": _parse_org,
    "code": _parse_code,
    "level": _parse_code,
    "date": _parse_date,
    "datetime": _parse_datetime,
    "month": _parse_month,
    "year": _parse_year,
    "integer": _parse_integer,
    "decimal": _parse_decimal,
    "quantity": _parse_quantity,
    "flag": _parse_flag,
    "text": _parse_text,
}
