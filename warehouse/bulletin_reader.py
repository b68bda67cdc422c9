"""Read the HTML of a bulletin back: what it is about, its marks and drawings; any other digit is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from warehouse.bulletin_marks import has_digit
from warehouse.bulletin_origins import Attributes

DRAWING = re.compile(r"<svg\b[^>]*>.*?</svg>", re.DOTALL)
OPENING = re.compile(r"<svg\b[^>]*>")
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
VOID = {"meta"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "footer", "section", "div", "p", "span", "data"),
    *("h1", "h2", "h3", "ul", "li", "dl", "dt", "dd", "figure", "table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "scope", "value"}
ORIGINS = ("data-metric", "data-fact", "data-text")
# What the body says the bulletin is about.
ABOUT = ("data-bulletin", "data-generation", "data-period", "data-where", "data-public", "data-demo")


class Unreadable(Exception):
    """The HTML is none that a bulletin has: which text of [refused] says so, and what was found."""

    def __init__(self, key: str, found: str) -> None:
        self.key, self.found = key, found
        super().__init__(f"{key}: {found}")


@dataclass(frozen=True)
class Mark:
    """One marked element: its data attributes and the text in it."""

    attributes: Attributes
    text: str


@dataclass
class Read:
    """What stands in the file."""

    language: str = ""
    about: dict[str, str] = field(default_factory=dict)
    style: str = ""
    marks: list[Mark] = field(default_factory=list)
    # The whole <svg> as written, with the data attributes of its opening tag.
    drawings: list[Mark] = field(default_factory=list)


def read_page(html: str) -> Read:
    """The marks and drawings of a bulletin. Raises Unreadable for what no bulletin has, and for stray digits."""
    reader = _Reader()
    for drawing in DRAWING.findall(html):
        opening = OPENING.match(drawing)
        attributes = dict(ATTRIBUTE.findall(opening.group())) if opening else {}
        reader.read.drawings.append(Mark(attributes, drawing))
    reader.feed(DRAWING.sub("", html))
    reader.close()
    if reader.stack:
        raise Unreadable("markup", f"<{reader.stack[-1][0]}>")
    missing = next((name for name in ABOUT if name not in reader.read.about), None)
    if missing or reader.read.language not in ("zh-CN", "en"):
        raise Unreadable("not_ours", missing or "lang")
    return reader.read


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        # Open elements, each with its attributes and the text directly in it.
        self.stack: list[tuple[str, dict[str, str], list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        unknown = [name for name in attributes if name not in ATTRIBUTES and not name.startswith("data-")]
        if tag not in TAGS or unknown or len(attributes) < len(attrs):
            raise Unreadable("markup", self.get_starttag_text() or tag)
        if self.stack and _is_mark(self.stack[-1][1]):
            raise Unreadable("markup", self.get_starttag_text() or tag)
        if tag == "html":
            self.read.language = attributes.get("lang", "")
        if tag == "body":
            self.read.about |= attributes
        if tag not in VOID:
            self.stack.append((tag, attributes, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise Unreadable("markup", self.get_starttag_text() or tag)

    def handle_data(self, data: str) -> None:
        if self.stack:
            self.stack[-1][2].append(data)
        elif data.strip():
            raise Unreadable("markup", data.strip())

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack[-1][0] != tag:
            raise Unreadable("markup", f"</{tag}>")
        _, attributes, texts = self.stack.pop()
        text = "".join(texts)
        if tag == "style":
            self.read.style += text
        elif _is_mark(attributes):
            self.read.marks.append(Mark(attributes, text))
        elif has_digit(text):
            raise Unreadable("stray", text.strip())

    def handle_comment(self, data: str) -> None:
        raise Unreadable("markup", f"<!--{data}-->")

    def handle_pi(self, data: str) -> None:
        raise Unreadable("markup", f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        raise Unreadable("markup", f"<![{data}]>")

    def handle_decl(self, decl: str) -> None:
        if decl != "DOCTYPE html":
            raise Unreadable("markup", f"<!{decl}>")


def _is_mark(attributes: Attributes) -> bool:
    return any(name in attributes for name in ORIGINS)
