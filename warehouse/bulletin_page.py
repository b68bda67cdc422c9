"""The bulletin as one printable HTML file: no script, no request, everything escaped, every figure marked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb

from warehouse.bulletin import Bulletin, read_bulletin
from warehouse.bulletin_marks import Html, element, fact, fixed, lines, mark, phrase, tag
from warehouse.bulletin_origins import where_text
from warehouse.bulletin_sections import sections
from warehouse.comparison import read_facts
from warehouse.facts import Facts
from warehouse.reference import Language

STYLE = Path(__file__).with_name("bulletin.css")


@cache
def page_version() -> str:
    """Which program writes this page: its own modules, texts and style, by their content."""
    folder = Path(__file__).parent
    parts = [path.read_bytes() for path in sorted(folder.glob("bulletin*")) if path.is_file()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


@cache
def style() -> str:
    """The one style of every bulletin."""
    return STYLE.read_text(encoding="utf-8")


def build_bulletin(
    source: duckdb.DuckDBPyConnection | Facts,
    *,
    period: str = "latest-month",
    where: Mapping[str, tuple[str, ...]] | None = None,
    language: Language = "zh",
    is_public: bool = False,
    is_demo: bool = False,
) -> str:
    """The HTML of a bulletin, unchecked: `check_bulletin` says whether it reproduces.

    Raises BadPeriod for a period that cannot be read or begins after the data, NotAsked for a filter that there is not.
    """
    facts = source if isinstance(source, Facts) else read_facts(source)
    return write_page(
        read_bulletin(facts, period=period, where=where, language=language, is_public=is_public, is_demo=is_demo)
    )


def write_page(bulletin: Bulletin) -> str:
    """The whole HTML text of a bulletin."""
    inquiry = bulletin.inquiry
    about = {
        "data-bulletin": page_version(),
        "data-generation": inquiry.generation[0],
        "data-period": inquiry.period,
        "data-where": where_text(inquiry.where),
        "data-public": "yes" if inquiry.is_public else "no",
        "data-demo": "yes" if bulletin.is_demo else "no",
    }
    body = tag("body", about, lines((_header(bulletin), *sections(bulletin), _footer(bulletin))))
    title = mark(inquiry, {"data-fact": "title"}, "title")
    language = "zh-CN" if inquiry.language == "zh" else "en"
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{title}\n<style>\n{style()}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n{head}\n</head>\n{body}\n</html>\n'


def _header(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    badges = [element("span", fixed(inquiry, "title.public" if inquiry.is_public else "title.internal"), "badge")]
    if bulletin.is_demo:
        badges.insert(0, element("span", fixed(inquiry, "title.demo"), "badge demo"))
    is_month = inquiry.window is not None and inquiry.window.kind == "month"
    parts = [
        element("div", "".join(badges), "badges"),
        element("p", fact(inquiry, "unit"), "unit"),
        element("h1", fixed(inquiry, "title.month" if is_month else "title.other")),
    ]
    if inquiry.window:
        parts.append(element("p", fact(inquiry, "period"), "period"))
        joiner = " · "
        until = phrase(inquiry, "title.until", day=fact(inquiry, "until"))
        parts.append(element("p", until + joiner + fixed(inquiry, "title.compared"), "fresh"))
    return element("header", lines(parts))


def _footer(bulletin: Bulletin) -> Html:
    inquiry = bulletin.inquiry
    source = phrase(
        inquiry,
        "method.source",
        generation=fact(inquiry, "generation"),
        built=fact(inquiry, "built"),
        version=fact(inquiry, "version"),
    )
    parts = [element("p", fixed(inquiry, "method.compared")), element("p", source)]
    if bulletin.is_demo:
        parts.insert(0, element("p", fixed(inquiry, "title.demo_long"), "attention"))
    return element("footer", lines(parts))
