"""Marked HTML: every figure, date and fixed text with a digit says where it comes from, so that it can be asked again.

A mark is an element whose data attributes are the question (bulletin_origins.py) and whose text is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

from warehouse.bulletin_inquiry import Inquiry
from warehouse.bulletin_origins import NUMBERS, Attributes, expected, machine_number, where_text
from warehouse.bulletin_texts import bulletin_text, read_bulletin_texts
from warehouse.comparison_row import ComparisonRow

Html = NewType("Html", str)


def mark(inquiry: Inquiry, attributes: Attributes, element: str = "span") -> Html:
    """The element that answers these data attributes."""
    return tag(element, attributes, Html(escape(expected(inquiry, attributes), quote=False)))


def figure(inquiry: Inquiry, row: ComparisonRow, period: str, field: str) -> Html:
    """One field of a row; the machine's number stands in `value` where the field is one."""
    attributes = {"data-metric": row.metric, "data-period": period, "data-field": field, **_where(inquiry)}
    if row.keys:
        ((by, code),) = row.keys.items()
        attributes |= {"data-by": by, "data-key": code or ""}
    if field not in NUMBERS:
        return mark(inquiry, attributes)
    return mark(inquiry, {"value": machine_number(row, field), **attributes}, "data")


def metric_text(inquiry: Inquiry, metric: str, field: str) -> Html:
    """Name or formula of a metric."""
    return mark(inquiry, {"data-metric": metric, "data-field": field})


def fact(inquiry: Inquiry, name: str, **attributes: str) -> Html:
    """One fact about the data: `feed`, `key` and the like become data attributes."""
    return mark(inquiry, {"data-fact": name} | {f"data-{key}": value for key, value in attributes.items()})


def fixed(inquiry: Inquiry, key: str) -> Html:
    """A text without placeholders; marked where it holds a digit."""
    words = bulletin_text(key, inquiry.language)
    return mark(inquiry, {"data-text": key}) if has_digit(words) else Html(escape(words, quote=False))


def phrase(inquiry: Inquiry, key: str, /, **parts: Html) -> Html:
    """A text with marked parts in its placeholders; its own words hold no digit."""
    words = escape(read_bulletin_texts()[key][inquiry.language], quote=False)
    return Html(words.format(**parts))


def tag(element: str, attributes: Attributes, inner: Html) -> Html:
    """An element around HTML that is safe already."""
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return Html(f"<{element}{written}>{inner}</{element}>")


def _where(inquiry: Inquiry) -> dict[str, str]:
    return {"data-where": where_text(inquiry.where)} if inquiry.where else {}


def has_digit(words: str) -> bool:
    """Whether a text holds a digit of any script; Chinese numerals are words."""
    return any(character.isdigit() for character in words)


def lines(parts: Iterable[str]) -> Html:
    return Html("\n".join(part for part in parts if part))


def element(name: str, inner: str, kind: str = "") -> Html:
    return tag(name, {"class": kind} if kind else {}, Html(inner))
