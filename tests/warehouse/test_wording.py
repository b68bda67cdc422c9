"""Numbers, dates and months as people read them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from warehouse.reference import Language
from warehouse.wording import (
    begin_sentence,
    format_count,
    format_date,
    format_exact,
    format_moment,
    format_month,
    format_month_name,
    format_share,
)

DAY = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1_024, "1,024", "1,024"),
        (99_999, "99,999", "99,999"),
        (100_000, "10.0 万", "100k"),
        (128_400, "12.8 万", "128k"),
        # Half up: 12.85 and 128.5, where Python's round gives 12.8 and 128.
        (128_500, "12.9 万", "129k"),
        (999_499, "99.9 万", "999k"),
        (999_500, "100.0 万", "1.0M"),
        (12_345_678, "1,234.6 万", "12.3M"),
        (99_999_999, "1.0 亿", "100.0M"),
        (-1_024, "-1,024", "-1,024"),
    ],
)
def test_counts_are_exact_up_to_99999_and_then_shortened(value: int, zh: str, en: str) -> None:
    assert (format_count(value, "zh"), format_count(value, "en")) == (zh, en)


def test_ledgers_keep_every_digit() -> None:
    assert format_exact(1_782_174) == "1,782,174"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    # The last three: published shares, and an exact half of a tenth.
    [(0, 3, "0.0%"), (1, 3, "33.3%"), (731, 758, "96.4%"), (195, 215, "90.7%"), (1, 2000, "0.1%")],
)
def test_shares_are_rounded_half_up_from_their_counts(part: int, whole: int, text: str) -> None:
    assert format_share(part, whole) == text


def test_a_share_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="above zero"):
        format_share(0, 0)


@pytest.mark.parametrize(
    ("language", "day", "month", "name"),
    [("zh", "2026年10月31日", "2026年10月", "10月"), ("en", "31 October 2026", "October 2026", "Oct")],
)
def test_dates_are_written_out(language: Language, day: str, month: str, name: str) -> None:
    assert format_date(DAY, language) == day
    assert format_month(DAY, language) == month
    assert format_month_name(DAY, language) == name


def test_moments_are_the_same_in_both_languages() -> None:
    assert format_moment(datetime(2026, 11, 6, 2, 4, 59)) == "2026-11-06 02:04"


def test_a_name_from_a_code_table_can_begin_a_sentence() -> None:
    assert [begin_sentence(words) for words in ("bad date", "邻里纠纷", "")] == ["Bad date", "邻里纠纷", ""]
