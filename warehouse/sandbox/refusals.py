"""What comes out of the sandbox when no answer does: a sentence in both languages, and where in the statement."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
# What is no SQL at all, whatever it would have asked for.
SYNTAX = ("syntax", "syntax_near", "syntax_open_text", "syntax_open_name")
_UNENDED = {"unterminated string": "syntax_open_text", "unterminated quoted identifier": "syntax_open_name"}
Which = Literal["time", "memory", "rows", "bytes"]


class NoAnswer(Exception):
    """Either of the two below; `code` names the sentence, `in_language` gives it."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """The sentence in Chinese and English."""
        return f"{self.reason_in('zh')} / {self.reason_in('en')}"

    def reason_in(self, language: Language) -> str:
        """The sentence: what was found, why it is refused, what to do instead."""
        return read_texts()[self.code][language].format_map(_Values(self.values))


class Refused(NoAnswer):
    """The guard or the engine said no.

    Attributes:
        code: which sentence (`texts.toml`): a page may link help to it. `cancelled` and `queue_full` are among them.
        line, column: where in the statement, from 1; None where it concerns the whole.
    """

    def __init__(self, code: str, *, line: int | None = None, column: int | None = None, **values: object) -> None:
        self.line = line
        self.column = column
        super().__init__(code, **values)


def syntax_refusal(message: str, *, line: int | None = None, column: int | None = None) -> Refused:
    """What the parser's own sentence, which is English, says in both languages."""
    if near := re.fullmatch(r'syntax error at or near "(.*)"', message, re.DOTALL):
        return Refused("syntax_near", line=line, column=column, found=near[1])
    for words, code in _UNENDED.items():
        if message.startswith(words):
            return Refused(code, line=line, column=column)
    return Refused("syntax", line=line, column=column, message=message)


class LimitExceeded(NoAnswer):
    """The query took more than its limits; `which` is time, memory, rows or bytes."""

    def __init__(self, which: Which, **values: object) -> None:
        self.which: Which = which
        super().__init__(f"limit_{which}", **values)


class _Values(dict[str, str]):
    """A value that was not told is left open; a refusal must never fail."""

    def __missing__(self, name: str) -> str:
        return "…"


@cache
def read_texts() -> dict[str, dict[str, str]]:
    """Code -> sentence by language; read before the walls of a worker close."""
    with (Path(__file__).parent / "texts.toml").open("rb") as file:
        return tomllib.load(file)


def is_code(name: object) -> bool:
    """Whether there is a sentence of that name."""
    return isinstance(name, str) and name in read_texts()
