"""Take identifiers of persons out of any text that is written: ID, phone, card, plate, passport, mail.

Where a text can be read both ways it is redacted: a run of 15 or more digits is taken for an ID or card
number even inside a case number (JQ2026010100012345), 11 digits beginning with 13-19 for a mobile phone.
Left alone are dates, compact times of up to 14 digits, org codes of 12 digits, counts and amounts. Not
found: local phone numbers without area code, names, addresses, Chinese numerals. Where something was
found, full-width letters and digits come out half-width.

The patterns use only what Rust's regex and Python's re read alike: no look-around, no digit or word
classes. A pattern that needs a border takes the character before and behind it as its two groups, which
are put back; as two identifiers may share a border character, it is applied twice.
"""

import re
from collections.abc import Iterable

import polars as pl

_BEFORE, _BEHIND = "(^|[^0-9])", "($|[^0-9])"
_WORD_BEFORE, _WORD_BEHIND = "(^|[^A-Za-z0-9])", "($|[^A-Za-z0-9])"
_GAP = "[ .–—_-]{0,2}"
_BIRTHDAY = "(?:1 ?[89]|2 ?0) ?[0-9] ?[0-9] ?(?:0 ?[1-9]|1 ?[0-2]) ?(?:0 ?[1-9]|[12] ?[0-9]|3 ?[01])"
_MOBILE = f"1[3-9][0-9](?:[0-9]{_GAP}[0-9]{{3}}|{_GAP}[0-9]{{4}}){_GAP}[0-9]{{4}}"
_AREA_CODE = r"\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?"
_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
_DOT = "[ ·•‧・.-]?"
_C = "[A-HJ-NP-Za-hj-np-z0-9]"
# No plate has three letters in its first three places, so a word (新SERVER) is none.
_PLATE = f"(?:[0-9]{_C}{_C}|{_C}[0-9]{_C}|{_C}{_C}[0-9]){_C}{{1,2}}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳试超]"

# Marker and pattern. The longest runs of digits go first, so that no later pattern asks how a run goes on.
_IN_ANY_COLUMN: tuple[tuple[str, str], ...] = (
    ("‹email›", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("‹card›", "[0-9]{19,}[Xx]?"),
    ("‹id›", "[0-9]{17}[0-9Xx]"),
    ("‹card›", "[0-9]{16,17}"),
    ("‹id›", "[0-9]{15}"),
    # An ID with blanks anywhere, with hyphens around the birthday, or in fours.
    ("‹id›", f"{_BEFORE}[1-8](?: ?[0-9]){{5}} ?{_BIRTHDAY}(?: ?[0-9]){{3}} ?[0-9Xx]{_BEHIND}"),
    ("‹id›", f"{_BEFORE}[1-8][0-9]{{5}}-[0-9]{{8}}-[0-9]{{3}}[0-9Xx]{_BEHIND}"),
    ("‹id›", f"{_BEFORE}[1-8][0-9]{{3}}(?:[ -][0-9]{{4}}){{3}}[ -][0-9][0-9Xx]{_BEHIND}"),
    # Cards begin with 3-6 or 9: four years in a row (2015 2016 2017 2018) are none.
    ("‹card›", f"{_BEFORE}[3-69][0-9]{{3}}(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{1,3}})?{_BEHIND}"),
    ("‹phone›", rf"{_BEFORE}(?:(?:\+|00)?86{_GAP})?{_MOBILE}{_BEHIND}"),
    ("‹phone›", f"{_BEFORE}{_AREA_CODE}{_GAP}[1-9][0-9]{{2,3}}{_GAP}[0-9]{{4}}{_BEHIND}"),
    ("‹plate›", f"(){_PROVINCE}{_DOT}[A-HJ-NP-Za-hj-np-z]{_DOT}{_PLATE}{_WORD_BEHIND}"),
    ("‹plate›", f"{_WORD_BEFORE}[Ww][Jj]{_DOT}{_PROVINCE}?{_DOT}[0-9]{{4}}[0-9A-Za-z警]{_WORD_BEHIND}"),
)
# Too much like codes of places and accounts (E12000007 is London) to turn a row away for.
_IN_FREE_TEXT: tuple[tuple[str, str], ...] = (
    ("‹id›", f"{_WORD_BEFORE}(?:[Gg][0-9]{{8}}|[Ee][1-9A-HJ-NP-Za-hj-np-z][0-9]{{7}}){_WORD_BEHIND}"),
    ("‹account›", "(微信|[Ww]e[Cc]hat|[Qq][Qq]) ?号?码?()[:： ]{0,2}[A-Za-z0-9][A-Za-z0-9_-]{4,19}"),
)
_EVERYWHERE = _IN_ANY_COLUMN + _IN_FREE_TEXT

_WIDE = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "＋－．（）＠")]
_NARROW = {chr(code): chr(code - 0xFEE0) for code in _WIDE} | dict.fromkeys("\u3000\u00a0\u2002\u2003\t", " ")
_UNSEEN = map(chr, (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF))
_FOLDED = _NARROW | dict.fromkeys(_UNSEEN, "")


def redact(text: str) -> str:
    """The text with every identifier replaced by a marker: ‹id› ‹phone› ‹card› ‹plate› ‹email› ‹account›."""
    folded = text.translate(_TRANSLATION)
    if not _ANY_IDENTIFIER.search(folded):
        return text
    for marker, pattern in _COMPILED:
        for replacement in (rf"\g<1>{marker}\g<2>",) * 2 if pattern.groups else (marker,):
            folded = pattern.sub(replacement, folded)
    return folded


def redact_series(text: pl.Series) -> pl.Series:
    """The same for a column; cells without an identifier are looked at once and kept as they are."""
    folded = _fold(text)
    found = folded.str.contains(_any_of(_EVERYWHERE))
    if not found.any():
        return text
    rows = found.arg_true()
    cells = folded.gather(rows)
    for marker, compiled in _COMPILED:
        for replacement in (f"${{1}}{marker}${{2}}",) * 2 if compiled.groups else (marker,):
            if cells.str.contains(compiled.pattern).any():
                cells = cells.str.replace_all(compiled.pattern, replacement)
    # Series.scatter works in place: only on a copy, the caller holds `text`.
    return text.clone().scatter(rows, cells)


def contains_identifier(text: pl.Series) -> pl.Series:
    """Which cells of a name or code column hold an identifier that has no business there; null for null.

    Passport numbers and accounts are not looked for: codes of places look the same.
    """
    return _fold(text).str.contains(_any_of(_IN_ANY_COLUMN))


def _fold(text: pl.Series) -> pl.Series:
    foldable = text.str.contains(f"[{''.join(_FOLDED)}]")
    if not foldable.any():
        return text
    rows = foldable.arg_true()
    folded = text.gather(rows).str.replace_many(list(_FOLDED), list(_FOLDED.values()))
    return text.clone().scatter(rows, folded)


def _any_of(identifiers: Iterable[tuple[str, str]]) -> str:
    return "|".join(f"(?:{pattern})" for _, pattern in identifiers)


_TRANSLATION = str.maketrans(_FOLDED)
_COMPILED = [(marker, re.compile(pattern)) for marker, pattern in _EVERYWHERE]
_ANY_IDENTIFIER = re.compile(_any_of(_EVERYWHERE))
