"""The queries that the workbench offers to begin with: one file each in examples/, its question in the first lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.reference import Language

FOLDER = Path(__file__).with_name("examples")
_HEAD = re.compile(r"-- zh: (?P<zh>[^\n]+)\n-- en: (?P<en>[^\n]+)\n(?P<sql>.*)", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A question in both languages, and the query that answers it."""

    name: str
    zh: str
    en: str
    sql: str

    def question(self, language: Language) -> str:
        """The question."""
        return self.zh if language == "zh" else self.en

    def text(self, language: Language) -> str:
        """What the editor shows: the question as a comment, and the query."""
        return f"-- {self.question(language)}\n{self.sql}"


@cache
def read_examples() -> tuple[Example, ...]:
    """All of them, in the order of their file names: from simple counts to windows and cohorts."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.sql")))


def _read(path: Path) -> Example:
    head = _HEAD.fullmatch(path.read_text(encoding="utf-8"))
    if head is None:
        raise ValueError(f"{path.name}: expected the lines `-- zh: …` and `-- en: …` first")
    return Example(path.stem, head["zh"], head["en"], head["sql"].strip())
