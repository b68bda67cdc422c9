"""What a mark must say: the answer to its data attributes, for the writer and, on another connection, for the check.

Three kinds of origin:

- data-metric, data-field [data-period, data-by, data-key, data-where]: a field of one row of the comparison engine;
- data-fact [data-feed, data-dimension, data-key …]: the period, the last days, the generation, deliveries, signals;
- data-text: a fixed text of bulletin_texts.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from warehouse.bulletin import read_funnel, read_split
from warehouse.bulletin_inquiry import Inquiry
from warehouse.bulletin_signals import signal_words
from warehouse.bulletin_texts import bulletin_text, read_bulletin_texts
from warehouse.cell_words import format_notes
from warehouse.comparison_row import ComparisonRow
from warehouse.figure_words import is_base_told
from warehouse.finding import find
from warehouse.interval_words import format_change_interval, format_limits
from warehouse.metrics import METRICS
from warehouse.wording import (
    begin_sentence,
    format_base,
    format_change,
    format_count,
    format_date,
    format_exact,
    format_moment,
    format_period,
    format_value,
    format_verdict,
    sentence_of,
)

Attributes = Mapping[str, str]


class NoOrigin(Exception):
    """A mark that asks for something there is not."""


def expected(inquiry: Inquiry, attributes: Attributes) -> str:
    """The text that belongs to these data attributes. Raises NoOrigin where they ask for what there is not."""
    try:
        if "data-text" in attributes:
            return read_bulletin_texts()[attributes["data-text"]][inquiry.language]
        if "data-fact" in attributes:
            return FACTS[attributes["data-fact"]](inquiry, attributes)
        field, metric = attributes["data-field"], METRICS[attributes["data-metric"]]
        if field in ("name", "formula"):
            return begin_sentence(getattr(metric, field).in_language(inquiry.language))
        return FIELDS[field](inquiry, row_of(inquiry, attributes))
    except (KeyError, StopIteration, ValueError) as error:
        raise NoOrigin(str(error)) from error


def row_of(inquiry: Inquiry, attributes: Attributes) -> ComparisonRow:
    """The row that a mark names, asked for anew. Raises KeyError or ValueError where there is none."""
    if attributes.get("data-where", "") != where_text(inquiry.where):
        raise ValueError("another selection")
    by = attributes.get("data-by")
    rows = inquiry.answer(attributes["data-metric"], attributes["data-period"], (by,) if by else ()).rows
    key = attributes.get("data-key") or None
    found = next((row for row in rows if not by or row.keys[by] == key), None)
    if found is None:
        raise KeyError(attributes.get("data-key", ""))
    return found


def machine_number(row: ComparisonRow, field: str) -> str:
    """The number of a field, to ten digits: whole numbers as they are, "" where there is none."""
    number = getattr(row, NUMBERS[field])
    if field == "change" and row.change_rate is not None:
        number = row.change_rate
    return "" if number is None else f"{number:.10g}"


def _count(inquiry: Inquiry, row: ComparisonRow) -> str:
    """A count without its unit, for narrow tables; why there is none, as everywhere."""
    finding = find(row, METRICS[row.metric])
    if finding.value is None or finding.case in ("suppressed", "not_delivered", "at_least"):
        return FIELDS["value"](inquiry, row)
    return format_count(int(finding.value), inquiry.language)


def _base_count(inquiry: Inquiry, row: ComparisonRow) -> str:
    if not is_base_told(row, METRICS[row.metric]):
        return FIELDS["base"](inquiry, row)
    return format_count(int(row.base_value or 0), inquiry.language)


def _key_name(inquiry: Inquiry, row: ComparisonRow) -> str:
    ((by, code),) = row.keys.items()
    return begin_sentence(inquiry.name_of(by, code))


def _limits(inquiry: Inquiry, row: ComparisonRow) -> str:
    """The funnel's 95 % limits at the size of a unit."""
    funnel = read_funnel(inquiry)
    unit = next(unit for unit in funnel.units if unit.row.keys == row.keys) if funnel else None
    if unit is None or row.metric != unit.row.metric:
        raise KeyError(row.metric)
    return format_limits(unit.low, unit.high, METRICS[row.metric], inquiry.language)


def _sentence(inquiry: Inquiry, row: ComparisonRow) -> str:
    return sentence_of(
        row,
        METRICS[row.metric],
        unit_name=inquiry.unit_name,
        language=inquiry.language,
        both_months=inquiry.both_months(row),
    )


# Fields that are one number, and where it stands in the row.
NUMBERS = {
    "value": "value",
    "count": "value",
    "base": "base_value",
    "base_count": "base_value",
    "change": "change",
}
FIELDS: dict[str, Callable[[Inquiry, ComparisonRow], str]] = {
    "value": lambda inquiry, row: begin_sentence(format_value(row, METRICS[row.metric], inquiry.language)),
    "base": lambda inquiry, row: begin_sentence(format_base(row, METRICS[row.metric], inquiry.language)),
    "count": _count,
    "base_count": _base_count,
    "change": lambda inquiry, row: format_change(row, METRICS[row.metric], inquiry.language),
    "interval": lambda inquiry, row: format_change_interval(row, METRICS[row.metric], inquiry.language),
    "verdict": lambda inquiry, row: format_verdict(row, METRICS[row.metric], inquiry.language),
    "notes": lambda inquiry, row: format_notes(row, METRICS[row.metric], inquiry.language),
    "period": lambda inquiry, row: format_period(row.period, inquiry.language),
    "key": _key_name,
    "sentence": _sentence,
    "limits": _limits,
}


def _title(inquiry: Inquiry, attributes: Attributes) -> str:
    is_month = inquiry.window is not None and inquiry.window.kind == "month"
    title = bulletin_text("title.month" if is_month else "title.other", inquiry.language)
    key = "title.head" if inquiry.window else "title.head_empty"
    return bulletin_text(key, inquiry.language, unit=inquiry.unit_name, title=title, period=inquiry.period_words())


def _until(inquiry: Inquiry, attributes: Attributes) -> str:
    feed = attributes.get("data-feed")
    day = inquiry.facts.data_until[feed] if feed else inquiry.headline_day
    if day is None:
        raise KeyError("no data")
    return format_date(day, inquiry.language)


def _built(inquiry: Inquiry, attributes: Attributes) -> str:
    built = inquiry.generation[1]
    return format_moment(built) if isinstance(built, datetime) else ""


def _units(inquiry: Inquiry, attributes: Attributes) -> str:
    """How many units had to deliver (`due`), did in full (`full`), or did not (`lacking`)."""
    due, full = inquiry.reporting(attributes["data-feed"])
    counts = {"due": due.sum(), "full": full.sum(), "lacking": due.sum() - full.sum()}
    return format_exact(int(counts[attributes["data-part"]]))


def _row_count(inquiry: Inquiry, attributes: Attributes) -> str:
    """How many rows a split has that say anything, or how many of them are not listed."""
    split = read_split(inquiry, attributes["data-split"])
    if split is None:
        raise KeyError(attributes["data-split"])
    return format_exact(split.omitted if attributes["data-part"] == "omitted" else split.total)


FACTS: dict[str, Callable[[Inquiry, Attributes], str]] = {
    "title": _title,
    "unit": lambda inquiry, attributes: inquiry.unit_name,
    "period": lambda inquiry, attributes: inquiry.period_words(),
    "until": _until,
    "generation": lambda inquiry, attributes: inquiry.generation[0],
    "built": _built,
    "version": lambda inquiry, attributes: inquiry.generation[2],
    "units": _units,
    "name": lambda inquiry, attributes: inquiry.name_of(attributes["data-dimension"], attributes["data-key"] or None),
    "feed": lambda inquiry, attributes: inquiry.feed_names[attributes["data-feed"]],
    "rows": _row_count,
    "signal": lambda inquiry, attributes: signal_words(
        inquiry, attributes["data-part"], attributes.get("data-key", "")
    ),
}
# What only the generation itself can confirm.
OF_GENERATION = ("generation", "built", "version")


def where_text(where: Mapping[str, tuple[str, ...]]) -> str:
    """The selection as one attribute: branch=A&dispute_group=debt, quoted as in a query of a URL."""
    return urlencode([(dimension, code) for dimension, codes in sorted(where.items()) for code in codes])


def read_where(text: str) -> dict[str, tuple[str, ...]]:
    """The selection that `where_text` wrote."""
    where: dict[str, tuple[str, ...]] = {}
    for dimension, code in parse_qsl(text, keep_blank_values=True):
        where[dimension] = (*where.get(dimension, ()), code)
    return where
