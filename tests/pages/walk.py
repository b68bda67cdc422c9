"""Walk a page with all its folds open: what it shows, and the shell commands it gives for the same figures."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from tests.pages.app import TEXTS, open_page
from warehouse.__main__ import app as shell

COMMAND = "python -m warehouse metric "
FOLD = re.compile(r"fold-[\w-]+$")
MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
# Days, months, years, generations and what stands in code are no figures.
NO_FIGURES = re.compile(
    "|".join(
        (
            r"`[^`]*`",
            r"\b\d{8}T\d{6}\b",
            r"\d{4}-\d{2}(?:-\d{2}(?:[ T]\d{2}:\d{2})?)?",
            r"\d{4}年(?:\d+(?:—\d+)?月)?(?:\d+日)?(?:—(?:\d{4}年)?(?:\d+月)?(?:\d+日)?)?",
            r"\d{1,2}月(?:\d{1,2}日)?",
            rf"\b\d{{1,2}} {MONTH}(?: \d{{4}})?\b",
            rf"{MONTH}(?: to {MONTH})? \d{{4}}",
            r"\b(?:19|20)\d\d\b",
            r"\b\d{2}:00\b|\b\d{1,2}时",
        )
    )
)
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")
# Columns of drawings that a function of the warehouse computes from such figures, each tested where it stands.
DERIVED = frozenset({"low", "high", "lower", "upper", "centre", "size", "limit", "far_low", "far_high"})
# Where a mark begins, how long and how strong it is: geometry of figures that stand as text beside it; and where on
# an axis of time it stands: a week of the year, a day since a case came in.
GEOMETRY = frozenset({"start", "end", "stop", "length", "before", "bound", "room", "strength", "week", "day"})


@dataclass
class Page:
    """All texts of a page, the rows of its charts, and the rows that the shell gives for its commands."""

    texts: list[str] = field(default_factory=list)
    charts: list[pl.DataFrame] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


def walk(name: str, **parameters: str) -> Page:
    """Open a page and every fold on it."""
    app = open_page(name, **parameters)
    for fold in _folds(app):
        app.session_state[fold] = True
    app.run()
    assert not app.exception
    assert not app.error
    page = Page()
    page.texts = [*_texts(app)]
    for chart in app.get("vega_lite_chart"):
        page.charts += [pl.read_ipc_stream(dataset.data.data) for dataset in chart.proto.datasets]
    page.commands = [block.value for block in app.code if block.value.startswith(COMMAND)]
    for command in page.commands:
        page.rows += run(command)
    return page


@cache
def run(command: str) -> list[dict[str, Any]]:
    """The rows of a shell command of a page."""
    done = CliRunner().invoke(shell, [*shlex.split(command)[3:], "--format", "json"])
    # Nothing of the feed was delivered: the page says so in words.
    if done.exit_code == 2:
        return []
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _folds(app: AppTest) -> set[str]:
    return {match[0] for fold in app.expander if (match := FOLD.search(str(fold.proto.id)))}


def _texts(app: AppTest) -> Iterator[str]:
    for kind in TEXTS:
        yield from (str(getattr(element, "value", "")) for element in app.get(kind))
    for metric in app.metric:
        yield from (metric.value, metric.delta, metric.help, metric.proto.delta_description)
    for table in app.table:
        for row in table.value.itertuples(index=False):
            yield from map(str, row)


def words_told(page: Page) -> Iterator[tuple[str, str]]:
    """Every number in the texts of a page and of its charts, as it is written there, and the text."""
    in_names = _numbers_in_names(page)
    for text in [*page.texts, *_drawn_texts(page)]:
        numbers = NUMBER.findall(NO_FIGURES.sub(" ", text))
        yield from ((number, text) for number in numbers if number not in in_names)


def _numbers_in_names(page: Page) -> set[str]:
    """Numbers that belong to a name of the data, such as the hotline 12345."""
    names = {str(value) for row in page.rows for key, value in row.items() if key.endswith("_name")}
    return {number for name in names for number in NUMBER.findall(NO_FIGURES.sub(" ", name))}


def _drawn_texts(page: Page) -> Iterator[str]:
    for frame in page.charts:
        for name, kind in frame.schema.items():
            if kind == pl.String and name != "code":
                yield from frame[name].drop_nulls()


def numbers_drawn(page: Page) -> Iterator[tuple[str, float]]:
    """Every number that a chart draws, with the name of its column."""
    for frame in page.charts:
        for name, kind in frame.schema.items():
            if kind.is_numeric() and name not in DERIVED | GEOMETRY:
                yield from ((name, float(number)) for number in frame[name].drop_nulls())


def ways_to_write(number: float, *, numerator: float | None, denominator: float | None, scale: int) -> set[str]:
    """A number as a page may write it, worked out by hand: rounded half up, in percent, signed, in 万."""
    exact = Fraction(repr(float(number)))
    if numerator is not None and denominator:
        exact = Fraction(repr(float(numerator))) / Fraction(repr(float(denominator))) * scale
    found: set[str] = set()
    for value in (exact, abs(exact)):
        for factor in (1, 100):
            for digits in (0, 1, 2, 3):
                rounded = _half_up(value * factor, digits)
                plain = f"{rounded:,}"
                found |= {plain, f"{rounded}", f"{plain}%", f"{rounded:+}", f"{rounded:+,}", f"{rounded:+}%"}
        if value >= 100_000:
            found.add(f"{_half_up(value / 10_000, 1)}")
    return found


def _half_up(value: Fraction, digits: int) -> Decimal:
    step = Decimal(1).scaleb(-digits)
    with_room = Decimal(value.numerator) / Decimal(value.denominator)
    return with_room.quantize(step, rounding=ROUND_HALF_UP)
