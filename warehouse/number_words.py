"""Numbers, shares, days and months as people read them, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from warehouse.reference import Language
from warehouse.rounding import half_up

# Spelled out: strftime's month names follow the machine's locale.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
FULL_UP_TO = 99_999
# (what one unit stands for, its sign, decimals), smallest first.
SCALES: dict[Language, tuple[tuple[int, str, int], ...]] = {
    "zh": ((10_000, " 万", 1), (100_000_000, " 亿", 1)),
    "en": ((1_000, "k", 0), (1_000_000, "M", 1)),
}


def format_count(value: int, language: Language) -> str:
    """Digits with thousands separators up to 99,999, then 12.8 万 / 128k, rounded half up."""
    if abs(value) <= FULL_UP_TO:
        return f"{value:,}"
    (small, small_sign, digits), (large, large_sign, large_digits) = SCALES[language]
    shortened = half_up(Fraction(value, small), digits)
    # By the rounded figure, so that 99,999,999 reads 1.0 亿 and not 10,000.0 万.
    if abs(shortened) * small < large:
        return f"{shortened:,}{small_sign}"
    return f"{half_up(Fraction(value, large), large_digits):,}{large_sign}"


def format_exact(value: int) -> str:
    """Every digit, with thousands separators: for ledgers, where a sum must be seen to hold."""
    return f"{value:,}"


def format_decimal(value: float, digits: int) -> str:
    """A number with so many decimals, rounded half up, and thousands separators: 1,827.9."""
    return f"{half_up(value, digits):,}"


def format_share(part: int, whole: int) -> str:
    """A percentage with one decimal, from the two counts that stand beside it."""
    if whole <= 0:
        raise ValueError("a share needs a whole above zero")
    return f"{half_up(Fraction(part * 100, whole), 1)}%"


def format_month_name(day: date, language: Language) -> str:
    """The month of a day where its year is known: 10月 / Oct."""
    return f"{day.month}月" if language == "zh" else MONTHS[day.month - 1][:3]


def begin_sentence(words: str) -> str:
    """The words with a capital letter; Chinese stays as it is."""
    return words[:1].upper() + words[1:]


def join_sentences(sentences: Iterable[str], language: Language) -> str:
    """Sentences one after the other, empty ones left out; Chinese leaves no blank behind its full stop."""
    return ("" if language == "zh" else " ").join(filter(None, sentences))


def format_date(day: date, language: Language) -> str:
    """2026年10月31日 / 31 October 2026."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {format_month(day, language)}"


def format_day(day: date, language: Language) -> str:
    """A day whose year is known: 10月31日 / 31 October."""
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {MONTHS[day.month - 1]}"


def format_month(day: date, language: Language) -> str:
    """The month of a day: 2026年10月 / October 2026."""
    if language == "zh":
        return f"{day.year}年{day.month}月"
    return f"{MONTHS[day.month - 1]} {day.year}"


def format_moment(moment: datetime) -> str:
    """2026-11-06 02:14, the same in both languages."""
    return f"{moment:%Y-%m-%d %H:%M}"
