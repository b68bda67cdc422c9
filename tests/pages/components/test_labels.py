"""Every text is there in both languages, once, and used."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

from pages.components.labels import read_labels, text
from warehouse.reference import read_codes, read_reasons

ROOT = Path(__file__).resolve().parents[3]


def key_patterns() -> list[re.Pattern[str]]:
    """Every string of the board's code as a pattern; the filled-in parts of an f-string match anything."""
    patterns = []
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                patterns.append(re.compile(re.escape(node.value)))
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[a-z_]+" for p in node.values]
                patterns.append(re.compile("".join(parts)))
    return [pattern for pattern in patterns if re.search(r"[a-z]", pattern.pattern)]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_text_has_both_languages_and_the_same_values() -> None:
    for key, texts in read_labels().items():
        assert {"zh", "en"} <= set(texts) <= {"zh", "en", "en_one"}, key
        assert all(texts.values()), key
        assert fields(texts["zh"]) == fields(texts["en"]), key
        assert fields(texts.get("en_one", "")) <= fields(texts["en"]), key


def test_every_text_is_used() -> None:
    patterns = key_patterns()
    assert [key for key in read_labels() if not any(pattern.fullmatch(key) for pattern in patterns)] == []


def test_each_text_is_written_once() -> None:
    seen: dict[tuple[str, str], str] = {}
    for key, texts in read_labels().items():
        # Two headings may have one word; a sentence that stands twice would drift apart.
        if len(texts["zh"]) > 12:
            assert (texts["zh"], texts["en"]) not in seen, key
        seen[texts["zh"], texts["en"]] = key


def test_english_counts_one_thing_in_the_singular() -> None:
    assert text("held.title", "en", n="1") == "1 batch is held and waits for a decision"
    assert text("held.title", "en", n="11") == "11 batches are held and wait for a decision"
    assert text("held.title", "zh", n="1") == "1 个批次暂扣，等待确认"


def test_english_has_no_quotation_marks_that_a_chinese_font_draws_two_letters_wide() -> None:
    wide = set("‘’“”")
    sentences = [words for row in read_reasons().values() for name, words in row.items() if name.endswith("_en")]
    labels = [words for texts in read_labels().values() for language, words in texts.items() if language != "zh"]
    assert [words for words in (*read_codes()["en"], *sentences, *labels) if wide & set(words)] == []
