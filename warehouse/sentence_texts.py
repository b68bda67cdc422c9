"""The words of figures and sentences (sentences.toml), by key and language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from warehouse.reference import Language

TEXTS = Path(__file__).with_name("sentences.toml")


@cache
def read_texts() -> dict[str, dict[str, str]]:
    """All texts by dotted key: {"unit.case": {"zh": …, "en": …, "one": …}}."""
    return _flatten("", tomllib.loads(TEXTS.read_text(encoding="utf-8")))


def say(key: str, language: Language, **values: object) -> str:
    """The text of a key with its values filled in; a key that does not exist is a KeyError."""
    return read_texts()[key][language].format(**values)


def unit_word(unit: str, shown: str, language: Language) -> str:
    """The word behind a number as shown: 起; case after "1", cases after all else."""
    texts = read_texts()[f"unit.{unit}"]
    is_one = language == "en" and shown.lstrip("+-") == "1"
    return texts.get("one", texts["en"]) if is_one else texts[language]


def _flatten(prefix: str, table: dict[str, Any]) -> dict[str, dict[str, str]]:
    if "zh" in table:
        return {prefix: table}
    parts = [_flatten(f"{prefix}.{key}".lstrip("."), part) for key, part in table.items()]
    return {key: texts for part in parts for key, texts in part.items()}
