"""Does a bulletin reproduce? Every marked figure is asked for again, by another connection, and by its SQL macro.

Given are only the HTML text and the data directory. Refused is a file in which one mark says something else than the
engine, engine and macro disagree, a digit stands outside any mark, a line is drawn otherwise, or, where the same
version of the program wrote it from a generation that is still kept, any line of the text differs at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.bulletin_inquiry import Inquiry, inquire
from warehouse.bulletin_lines import draw_line
from warehouse.bulletin_origins import (
    NUMBERS,
    OF_GENERATION,
    Attributes,
    NoOrigin,
    expected,
    machine_number,
    read_where,
    row_of,
)
from warehouse.bulletin_page import build_bulletin, page_version, style
from warehouse.bulletin_reader import Mark, Read, Unreadable, read_page
from warehouse.bulletin_texts import bulletin_text
from warehouse.bulletin_witness import NotWitnessed, Witness
from warehouse.comparison import BadPeriod, NotAsked, read_facts
from warehouse.connection import open_generation
from warehouse.generations import Generation, NoGeneration, current_generation, list_generations
from warehouse.metrics import METRICS
from warehouse.reference import Language
from warehouse.wording import begin_sentence, format_exact

DEMO = "truth.json"


class DoesNotReproduce(Exception):
    """One figure, text or line is not what the data say: `zh` and `en` name it, what was found and what is expected."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.zh, self.en = (bulletin_text(f"refused.{key}", language, **values) for language in ("zh", "en"))
        super().__init__(f"{self.zh} / {self.en}")


@dataclass(frozen=True)
class Checked:
    """A bulletin that reproduces: its marks, how many figures the macros confirmed, and what was not looked at."""

    language: Language
    marks: int
    witnessed: int
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The result in the bulletin's language."""
        counts = {"n": format_exact(self.marks), "witnessed": format_exact(self.witnessed)}
        joiner = bulletin_text("row.clause", self.language)
        return joiner.join((bulletin_text("checked.good", self.language, **counts), *self.notes))


def check_bulletin(html: str, data: Path) -> Checked:
    """Ask for everything again. Raises DoesNotReproduce, and NoGeneration where there is nothing to ask."""
    try:
        read = read_page(html)
    except Unreadable as error:
        raise DoesNotReproduce(error.key, found=error.found) from error
    if read.style.strip() != style().strip():
        raise DoesNotReproduce("markup", found="<style>")
    if (read.about["data-demo"] == "yes") != (data / DEMO).is_file():
        raise DoesNotReproduce("demo")
    generation, is_own = _generation(data, read.about["data-generation"])
    with open_generation(generation) as connection:
        inquiry = _inquiry(read, connection)
        for mark in read.marks:
            if is_own or mark.attributes.get("data-fact") not in OF_GENERATION:
                _check_mark(inquiry, mark)
        for drawing in read.drawings:
            _check_drawing(inquiry, drawing)
        witnessed = _ask_witness(inquiry, Witness(connection), read.marks)
    notes = tuple(_notes(read, html, data, generation, is_own=is_own))
    return Checked(inquiry.language, len(read.marks) + len(read.drawings), witnessed, notes)


def _generation(data: Path, name: str) -> tuple[Generation, bool]:
    """The generation that the bulletin was made from, while it is kept; else the current one."""
    kept = next((one for one in list_generations(data) if one.id == name), None)
    generation = kept or current_generation(data)
    if generation is None:
        raise NoGeneration(str(data))
    return generation, kept is not None


def _inquiry(read: Read, connection: duckdb.DuckDBPyConnection) -> Inquiry:
    """What the body says the bulletin is about, on a connection of its own."""
    about, where = read.about, read_where(read.about["data-where"])
    language: Language = "en" if read.language == "en" else "zh"
    try:
        return inquire(
            read_facts(connection), about["data-period"], where, language, is_public=about["data-public"] == "yes"
        )
    except (BadPeriod, NotAsked) as error:
        raise DoesNotReproduce("origin", figure=about["data-period"]) from error


def _check_mark(inquiry: Inquiry, mark: Mark) -> None:
    try:
        words = expected(inquiry, mark.attributes)
    except (NoOrigin, NotAsked) as error:
        raise DoesNotReproduce("origin", figure=_figure(inquiry, mark.attributes)) from error
    if mark.text != words:
        raise DoesNotReproduce("figure", figure=_figure(inquiry, mark.attributes), found=mark.text, expected=words)
    field = mark.attributes.get("data-field")
    if field in NUMBERS:
        number, found = machine_number(row_of(inquiry, mark.attributes), field), mark.attributes.get("value", "")
        if number != found:
            raise DoesNotReproduce("figure", figure=_figure(inquiry, mark.attributes), found=found, expected=number)


def _check_drawing(inquiry: Inquiry, drawing: Mark) -> None:
    asked = drawing.attributes
    try:
        anew = draw_line(inquiry, asked["data-metric"], asked["data-period"])
    except (KeyError, ValueError) as error:
        raise DoesNotReproduce("origin", figure="<svg>") from error
    if drawing.text != anew:
        raise DoesNotReproduce("drawing", figure=_figure(inquiry, asked))


def _ask_witness(inquiry: Inquiry, witness: Witness, marks: list[Mark]) -> int:
    """How many different figures the macros confirm."""
    asked = {tuple(sorted(mark.attributes.items())): mark.attributes for mark in marks if _is_value(mark)}
    confirmed = 0
    for attributes in asked.values():
        try:
            found = witness.contradicts(inquiry, row_of(inquiry, attributes))
        except NotWitnessed:
            continue
        if found is not None:
            raise DoesNotReproduce("witness", figure=_figure(inquiry, attributes), found=found[0], expected=found[1])
        confirmed += 1
    return confirmed


def _is_value(mark: Mark) -> bool:
    return mark.attributes.get("data-field") in ("value", "count") and "data-metric" in mark.attributes


def _figure(inquiry: Inquiry, attributes: Attributes) -> str:
    """What a mark is about, in words: 纠纷警情数（城关派出所）."""
    language = inquiry.language
    if "data-metric" not in attributes:
        return attributes.get("data-fact") or attributes.get("data-text", "")
    metric = METRICS.get(attributes["data-metric"])
    name = begin_sentence(metric.name.in_language(language)) if metric else attributes["data-metric"]
    by, field = attributes.get("data-by"), attributes.get("data-field", "")
    if by and by != "month":
        of = inquiry.name_of(by, attributes.get("data-key") or None)
        name = bulletin_text("title.selection", language, unit=name, names=of)
    return f"{name} [{field}]" if field else name


def _notes(read: Read, html: str, data: Path, generation: Generation, *, is_own: bool) -> Iterator[str]:
    """What could not be looked at; where everything can be, the text as a whole is written anew and compared."""
    language: Language = "en" if read.language == "en" else "zh"
    if not is_own:
        yield bulletin_text("checked.other_generation", language, generation=read.about["data-generation"])
    if read.about["data-bulletin"] != page_version():
        yield bulletin_text("checked.other_version", language)
    elif is_own:
        _compare_text(html, _write_anew(read, generation, data))


def _write_anew(read: Read, generation: Generation, data: Path) -> str:
    with open_generation(generation) as connection:
        inquiry = _inquiry(read, connection)
        return build_bulletin(
            inquiry.facts,
            period=inquiry.period,
            where=inquiry.where,
            language=inquiry.language,
            is_public=inquiry.is_public,
            is_demo=(data / DEMO).is_file(),
        )


def _compare_text(html: str, anew: str) -> None:
    lines, fresh = html.splitlines(), anew.splitlines()
    for number in range(max(len(lines), len(fresh))):
        found, wanted = (text[number] if number < len(text) else "" for text in (lines, fresh))
        if found != wanted:
            raise DoesNotReproduce("text", line=number + 1, found=found[:120], expected=wanted[:120])
