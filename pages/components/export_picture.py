"""A chart as a picture that can stand alone: finding, how to read it, source, last day of data and audience in it."""

from __future__ import annotations

import tomllib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import vl_convert

from pages.components.drawing import Drawing
from pages.components.export_stamp import stamp_lines
from pages.components.panel import Panel
from pages.components.view import View

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
FONT = "Noto Sans CJK SC"
FAMILY = f"'PingFang SC', 'Microsoft YaHei', '{FONT}', sans-serif"
WIDTH, MARGIN, SCALE = 900, 24, 2
TITLE, TEXT, LEADING = 20, 13, 1.5
# Of vl-convert's own list; the charts are written for this version.
VEGA_LITE = "6.4"


def picture_of(panel: Panel, view: View) -> str:
    """The drawing of a panel as SVG, with its words and stamp; light, as on paper."""
    if panel.drawing is None:
        raise ValueError(f"panel {panel.key} draws nothing")
    colours = _theme()
    inner = vl_convert.vegalite_to_svg(_whole(panel.drawing, colours), vl_version=VEGA_LITE, allowed_base_urls=[])
    root = ElementTree.fromstring(inner)
    width, height = float(root.get("width", WIDTH)), float(root.get("height", 0))
    page = max(WIDTH, round(width + 2 * MARGIN))
    lines = [
        *((TITLE, 600, colours["textColor"], line) for line in _wrapped(panel.title, TITLE, page)),
        *((TEXT, 400, colours["grayTextColor"], line) for line in _wrapped(panel.subtitle, TEXT, page)),
    ]
    head, top = _text(lines, MARGIN)
    # The chart is nested as it is, at its place.
    chart = inner.replace("<svg ", f'<svg x="{MARGIN}" y="{top:.0f}" ', 1)
    stamp = "　".join(stamp_lines(view))
    foot, bottom = _text([(TEXT, 400, colours["grayTextColor"], line) for line in _wrapped(stamp, TEXT, page)],
                         top + height + LEADING * TEXT)  # fmt: skip
    total = bottom + MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{page}" height="{total:.0f}" '
        f'viewBox="0 0 {page} {total:.0f}" role="img" aria-label="{escape(panel.title)}">'
        f"<title>{escape(panel.title)}</title>"
        f'<rect width="100%" height="100%" fill="{colours["backgroundColor"]}"/>{head}{chart}{foot}</svg>'
    )


def png_of(svg: str) -> bytes:
    """An SVG as PNG at twice its size; raises NoFont where the server would leave out every Chinese letter."""
    if not can_write_chinese():
        raise NoFont
    found: bytes = vl_convert.svg_to_png(svg, scale=SCALE)
    return found


class NoFont(RuntimeError):
    """The server has no font with Chinese letters."""


@cache
def can_write_chinese() -> bool:
    """Whether a Chinese letter leaves a mark: a font that is missing leaves out all text without a word."""

    def drawn(letter: str) -> bytes:
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
            f'<text x="2" y="30" font-size="30" font-family="{FAMILY}">{letter}</text></svg>'
        )
        picture: bytes = vl_convert.svg_to_png(svg)
        return picture

    return drawn("枫") not in (drawn(" "), drawn("桥"))


def _whole(drawing: Drawing, colours: dict[str, Any]) -> dict[str, Any]:
    """The specification with its rows in it and the theme that Streamlit would add in the browser."""
    rows = {name: frame.with_columns(_as_text(frame)).to_dicts() for name, frame in drawing.frames().items()}
    own = dict(drawing.spec.get("config", {}))
    config = {
        **own,
        "font": FAMILY,
        "background": colours["backgroundColor"],
        "range": {
            "category": colours["chartCategoricalColors"],
            "ramp": colours["chartSequentialColors"],
            "heatmap": colours["chartSequentialColors"],
            "diverging": colours["chartDivergingColors"],
        },
        "axis": {"gridColor": colours["borderColor"], "labelFont": FAMILY, "titleFont": FAMILY, **own.get("axis", {})},
        "text": {"font": FAMILY, "color": colours["textColor"], **own.get("text", {})},
    }
    width = drawing.spec.get("width", WIDTH - 2 * MARGIN)
    fitted = {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    is_composed = any(name in drawing.spec for name in ("hconcat", "vconcat", "concat", "facet", "repeat"))
    # A click means nothing on paper.
    kept = {name: part for name, part in drawing.spec.items() if name != "params"}
    return {**kept, **({} if is_composed else fitted), "datasets": rows, "config": config}


def _as_text(frame: pl.DataFrame) -> list[pl.Expr]:
    """Days as ISO text: JSON has none."""
    return [
        pl.col(name).cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        for name, kind in frame.schema.items()
        if kind.is_temporal()
    ]


def _wrapped(words: str, size: int, page: int) -> list[str]:
    """Lines that fit the page; a Chinese letter is as wide as it is high, a Latin one a little over half."""
    lines, line, room = [], "", 0.0
    for word in _words(words):
        width = sum(size if ord(sign) > 0x2E7F else size * 0.56 for sign in word)
        if room + width > page - 2 * MARGIN and line:
            lines.append(line.rstrip())
            line, room = "", 0.0
        line, room = line + word, room + width
    return [*lines, line] if line else lines


def _words(words: str) -> list[str]:
    """What may not be broken: a Latin word with its blank, a Chinese letter with the full stop or comma behind it."""
    found: list[str] = []
    for sign in words:
        is_tied = found and (
            sign in "，。；：、）”％% " or (sign.isascii() and found[-1][-1].isascii() and found[-1][-1] != " ")
        )
        if is_tied:
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _text(lines: list[tuple[int, int, str, str]], top: float) -> tuple[str, float]:
    """Lines of text below each other from a height on, and the height below them."""
    parts = []
    for size, weight, colour, words in lines:
        top += size * LEADING
        parts.append(
            f'<text x="{MARGIN}" y="{top - size * 0.4:.0f}" font-family="{FAMILY}" font-size="{size}" '
            f'font-weight="{weight}" fill="{colour}">{escape(words)}</text>'
        )
    return "".join(parts), top + TEXT / 2


@cache
def _theme() -> dict[str, Any]:
    """The light theme of the board, from the one place where it stands."""
    found: dict[str, Any] = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]["light"]
    return found
