"""The words of the bulletin (bulletin_texts.toml), by key and language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import cast

from warehouse.reference import Language

TEXTS = Path(__file__).with_name("bulletin_texts.toml")


@cache
def read_bulletin_texts() -> dict[str, dict[str, str]]:
    """All texts by dotted key: {"title.month": {"zh": …, "en": …}}."""
    tables = cast("dict[str, dict[str, dict[str, str]]]", tomllib.loads(TEXTS.read_text(encoding="utf-8")))
    return {f"{table}.{key}": texts for table, entries in tables.items() for key, texts in entries.items()}


def bulletin_text(key: str, language: Language, **values: object) -> str:
    """The text of a key with its values filled in; a key that does not exist is a KeyError."""
    return read_bulletin_texts()[key][language].format(**values)
