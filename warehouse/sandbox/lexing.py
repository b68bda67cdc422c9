"""The words of a statement, as far as it takes to know what is inside quotes and comments and what is not.

Nothing is allowed by what is found here; the engine's own parser and the guard decide. It serves sentences (full-width
punctuation) and rewriting (EXPLAIN, PIVOT), whose outcome goes through the guard like any other statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
    | (?P<comment>--[^\n\r]*|/\*.*?(?:\*/|\Z))
    | (?P<quoted>
        [eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)
        | '(?:[^']|'')*(?:'|\Z)
        | "(?:[^"]|"")*(?:"|\Z)
        | \$(?P<tag>[A-Za-z_\x80-\U0010FFFF]?[A-Za-z0-9_\x80-\U0010FFFF]*)\$.*?(?:\$(?P=tag)\$|\Z)
    )
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CHINESE_SIGNS = {"。": ".", "、": ",", "“": "'", "”": "'", "‘": "'", "’": "'", "《": "<", "》": ">", "　": " "}
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalnum()}
# What a Chinese keyboard types, and what was meant.
MEANT = _FULL_WIDTH | _CHINESE_SIGNS


@dataclass(frozen=True)
class Token:
    """A piece of the statement; `start` and `end` are places in the text, `depth` counts the brackets around it."""

    kind: str
    text: str
    start: int
    end: int
    depth: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these key words, written in any case."""
        return self.kind == "word" and self.text.lower() in words


def tokens(sql: str) -> Iterator[Token]:
    """All pieces, blanks and comments included."""
    depth = 0
    for match in _TOKEN.finditer(sql):
        kind, text = match.lastgroup or "sign", match.group()
        kind = "quoted" if kind == "tag" else kind
        if kind == "blank" and "　" in text:
            place = match.start() + text.index("　")
            yield Token("sign", "　", place, place + 1, depth)
            continue
        depth -= text in ")]}" if kind == "sign" else 0
        yield Token(kind, text, match.start(), match.end(), depth)
        depth += text in "([{" if kind == "sign" else 0


def words_of(sql: str) -> list[Token]:
    """The pieces that the parser sees."""
    return [token for token in tokens(sql) if token.kind not in ("blank", "comment")]


def find_full_width(sql: str) -> Token | None:
    """The first full-width sign outside quotes and comments."""
    return next((token for token in tokens(sql) if token.kind == "sign" and token.text in MEANT), None)


def line_and_column(sql: str, place: int) -> tuple[int, int]:
    """Line and column of a place in the text, both from 1."""
    before = sql[:place]
    return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def blank(text: str) -> str:
    """As many blanks as signs, lines kept."""
    return re.sub(r"[^\n]", " ", text)
