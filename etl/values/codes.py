"""Parse yes/no words and codes: one normal spelling per cell, then a look-up."""

import unicodedata
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Literal

import polars as pl

from etl.values.parsed import Parsed, on_distinct, unread
from etl.values.text import clean

TRUE_WORDS = ("是", "有", "对", "已", "y", "yes", "t", "true", "1", "√", "✓", "✔", "☑")
FALSE_WORDS = ("否", "无", "不是", "没有", "未", "n", "no", "f", "false", "0", "×", "✗", "✘", "☒")

_BRACKETS: dict[str, str] = {
    "【": "(",
    "〔": "(",
    "〖": "(",
    "[": "(",
    "】": ")",
    "〕": ")",
    "〗": ")",
    "]": ")",
}
_ROUND = str.maketrans("".join(_BRACKETS), "".join(_BRACKETS.values()))


def normalise_spellings(text: pl.Series) -> pl.Series:
    """The spelling that codes are compared in: clean, lower case, no blanks, every bracket round."""
    plain = clean(text).str.replace_all(" ", "", literal=True).str.to_lowercase()
    if not plain.str.contains(r"[【〔〖】〕〗\[\]]").any():
        return plain
    return plain.str.replace_many(list(_BRACKETS), list(_BRACKETS.values()))


def normalise_spelling(text: str) -> str:
    """The same for one text, for the keys of a look-up table; empty where nothing is left."""
    kept = "".join(" " if _is_blank(c) else c for c in text if _is_blank(c) or not _is_invisible(c))
    has_symbol = any(unicodedata.category(c) in ("No", "So") for c in kept)
    folded = kept if has_symbol else unicodedata.normalize("NFKC", kept)
    return folded.replace(" ", "").lstrip("'‘’").lower().translate(_ROUND)


def _is_blank(character: str) -> bool:
    # Python alone takes the four separators of ASCII for blanks.
    return character.isspace() and not "\x1c" <= character <= "\x1f"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co") or "\ufe00" <= character <= "\ufe0f"


def parse_flags(
    text: pl.Series, *, true_words: Collection[str] = TRUE_WORDS, false_words: Collection[str] = FALSE_WORDS
) -> Parsed:
    """Booleans; a word in neither list is a bad code."""
    answers = {normalise_spelling(word): "true" for word in true_words}
    answers |= {normalise_spelling(word): "false" for word in false_words}
    values, fault = parse_codes(text, lookup=answers)
    return Parsed(values == "true", fault)


def parse_codes(
    text: pl.Series,
    *,
    lookup: Mapping[str, str],
    unknown: Literal["quarantine", "other", "register"] = "quarantine",
    other_code: str = "other",
) -> Parsed:
    """Codes by `lookup`, whose keys are normal spellings (`normalise_spelling`).

    A spelling not in it is a bad code, or `other_code`, or with `register` the cleaned cell itself, which the
    caller registers.
    """

    def read(cells: pl.Series) -> Parsed:
        plain = clean(cells)
        codes = normalise_spellings(plain).replace_strict(lookup, default=None, return_dtype=pl.String)
        if unknown == "quarantine":
            return unread(plain, codes, "bad_code")
        rest = plain if unknown == "register" else pl.lit(other_code)
        found = pl.select(pl.coalesce(codes, pl.when(plain.is_not_null()).then(rest))).to_series()
        return unread(plain, found, "bad_code")

    return on_distinct(text, read)


def suggest_code(text: str, lookup: Mapping[str, str]) -> str | None:
    """The code of the spelling nearest to an unknown one, for the quarantine report; None if none is near."""
    nearest = get_close_matches(normalise_spelling(text), lookup, n=1, cutoff=0.6)
    return lookup[nearest[0]] if nearest else None
