"""Find the header row of a table by the words a mapping knows, and give every column a name."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from etl.readers.table import MAX_COLUMNS, Layout, Unreadable

SEARCHED_ROWS = 10

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f]")
# Blanks next to a Chinese character are typography (接 警 时 间); between Latin words they are spelling.
_CHINESE_BLANK = re.compile(r"(?<=[\u2e80-\u9fff]) | (?=[\u2e80-\u9fff])")


@dataclass(frozen=True)
class Header:
    """A header row: its cells cleaned, its 0-based row, how well it fits."""

    cells: tuple[str, ...]
    row: int
    score: int
    is_decisive: bool  # a known word that is not ASCII was found, so the encoding is right


def clean_header(text: str | None) -> str:
    """NFKC, no invisible characters, no line breaks, no blanks around or beside Chinese characters."""
    spaced = re.sub(r"\s+", " ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text or "")))
    return _CHINESE_BLANK.sub("", spaced.strip())


def header_key(text: str) -> str:
    """The form in which headers are compared: cleaned, no blanks at all, capitals and small letters alike."""
    return clean_header(text).replace(" ", "").casefold()


def matching(headers: tuple[str, ...], spellings: tuple[str, ...]) -> tuple[str, ...]:
    """The headers that one of `spellings` names."""
    keys = set(map(header_key, spellings))
    return tuple(header for header in headers if header_key(header) in keys)


def find_header(rows: Sequence[Sequence[str | None]], layout: Layout) -> Header | None:
    """The header among the first rows of a table, or None where the header words are not in it."""
    if layout.header_row is not None:
        levels = (layout.header_row,) if isinstance(layout.header_row, int) else layout.header_row
        if max(levels) > len(rows):
            return None
        cells = _join_levels([rows[level - 1] for level in levels])
        return _judge(cells, max(levels) - 1, layout)
    judged = (_judge(tuple(map(clean_header, row)), i, layout) for i, row in enumerate(rows[:SEARCHED_ROWS]))
    return max((header for header in judged if header), key=lambda header: header.score, default=None)


def rows_to_search(layout: Layout) -> int:
    """How many rows `find_header` may look at."""
    if layout.header_row is None:
        return SEARCHED_ROWS
    return layout.header_row if isinstance(layout.header_row, int) else max(layout.header_row)


def name_columns(cells: Sequence[str], *, sheet: str | None, line: int, known: Iterable[str] = ()) -> tuple[str, ...]:
    """A unique name for every column; an empty header becomes 列n, which no mapping matches."""
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(
            "too_large", sheet=sheet, line=line, found=f"{len(cells)} columns", expected=f"<= {MAX_COLUMNS}"
        )
    named = [cell for cell in cells if cell]
    counts = Counter(map(header_key, named))
    if repeated := [cell for cell in dict.fromkeys(named) if counts[header_key(cell)] > 1]:
        # Of a torn line the cells of a record are headers: only words that a mapping knows are told.
        words = set(map(header_key, known))
        told = [cell if header_key(cell) in words else f"列{cells.index(cell) + 1}" for cell in repeated]
        raise Unreadable("duplicate_headers", sheet=sheet, line=line, found=", ".join(told), expected="1 ×")
    taken = set(named)
    return tuple(_placeholder(i, taken) if not c or c.startswith("__") else c for i, c in enumerate(cells, 1))


def _placeholder(number: int, taken: set[str]) -> str:
    name = f"列{number}"
    while name in taken:
        name += "'"
    return name


def _join_levels(levels: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    """Upper levels are filled rightwards only over columns that have a lower header of their own."""
    width = max(map(len, levels))
    padded = [[clean_header(cell) for cell in level] + [""] * (width - len(level)) for level in levels]
    joined = padded[-1]
    for upper in reversed(padded[:-1]):
        held = ""
        for i, lower in enumerate(joined):
            held = upper[i] or (held if lower else "")
            joined[i] = "/".join(part for part in dict.fromkeys((held, lower)) if part)
    return tuple(joined)


def _judge(cells: tuple[str, ...], row: int, layout: Layout) -> Header | None:
    present = set(map(header_key, cells))
    groups, known = _words(layout)
    if not all(group & present for group in groups):
        return None
    found = known & present
    return Header(cells, row, len(found), any(not word.isascii() for word in found))


@lru_cache(maxsize=256)
def _words(layout: Layout) -> tuple[tuple[frozenset[str], ...], frozenset[str]]:
    """The header words of a layout, group by group, and all headers that it knows, in the form compared."""
    groups = tuple(frozenset(map(header_key, group)) for group in layout.header_words)
    return groups, frozenset(map(header_key, layout.known_headers)).union(*groups)
