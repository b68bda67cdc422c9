"""What is redacted and what is left alone, in one table for both engines (Python's re and Rust's regex)."""

import time
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.redaction import contains_identifier, redact, redact_series

# Invented numbers. Text, and the text as it may be written down.
FOUND = [
    # 18 digits
    ("370102199003071234", "‹id›"),
    ("37010219900307123X", "‹id›"),
    ("37010219900307123x", "‹id›"),
    ("身份证号:370102199003071234。", "身份证号:‹id›。"),
    ("张三370102199003071234男", "张三‹id›男"),
    ("370102199003071234,370102199003071235", "‹id›,‹id›"),
    ("370102199003071234 370102199003071235 370102199003071236", "‹id› ‹id› ‹id›"),
    ("３７０１０２１９９００３０７１２３４", "‹id›"),
    ("３７０１０２１９９００３０７１２３Ｘ", "‹id›"),
    ("370102 19900307 1234", "‹id›"),
    ("370102　19900307　1234", "‹id›"),
    ("3 7 0 1 0 2 1 9 9 0 0 3 0 7 1 2 3 4", "‹id›"),
    ("370102-19900307-123X", "‹id›"),
    ("3701 0219 9003 0712 34", "‹id›"),
    ("370102\u200b19900307\u200b1234", "‹id›"),
    ("370102200502291234", "‹id›"),
    ("999999999999999999", "‹id›"),
    # 15 digits
    ("370102900307123", "‹id›"),
    ("旧证370102900307123号", "旧证‹id›号"),
    # mobile
    ("13812345678", "‹phone›"),
    ("19912345678", "‹phone›"),
    ("电话13812345678", "电话‹phone›"),
    ("13812345678/13912345678", "‹phone›/‹phone›"),
    ("13812345678,13912345678,13712345678", "‹phone›,‹phone›,‹phone›"),
    ("138-1234-5678", "‹phone›"),
    ("138 1234 5678", "‹phone›"),
    ("1381 234 5678", "‹phone›"),
    ("138.1234.5678", "‹phone›"),
    ("138－1234－5678", "‹phone›"),
    ("+8613812345678", "‹phone›"),
    ("+86 138 1234 5678", "‹phone›"),
    ("008613812345678", "‹id›"),  # 15 digits: taken for an old ID, gone either way
    ("8613812345678", "‹phone›"),
    ("１３８１２３４５６７８", "‹phone›"),
    ("A13812345678", "A‹phone›"),
    # landline
    ("0531-88012345", "‹phone›"),
    ("053188012345", "‹phone›"),
    ("010-12345678", "‹phone›"),
    ("(0531)88012345", "‹phone›"),
    ("（０５３１）８８０１２３４５", "‹phone›"),
    ("0537-2212345", "‹phone›"),
    # plate
    ("鲁A12345", "‹plate›"),
    ("京AD12345", "‹plate›"),
    ("京A12345D", "‹plate›"),
    ("京A·12345", "‹plate›"),
    ("鲁 A12345", "‹plate›"),
    ("鲁A-1B234", "‹plate›"),
    ("鲁a12345", "‹plate›"),
    ("车牌鲁A12345,鲁B54321的车", "车牌‹plate›,‹plate›的车"),
    ("鲁A1234警", "‹plate›"),
    ("粤Z1234港", "‹plate›"),
    ("WJ鲁12345", "‹plate›"),
    # card
    ("6222021234567890", "‹card›"),
    ("6222021234567890123", "‹card›"),
    ("62220212345678901", "‹card›"),
    ("6222 0212 3456 7890", "‹card›"),
    ("6222 0212 3456 7890 123", "‹card›"),
    ("6222-0212-3456-7890", "‹card›"),
    # e-mail
    ("zhang.san@example.com", "‹email›"),
    ("邮箱13812345678@163.com联系", "邮箱‹email›联系"),
    ("a＠example．cn", "‹email›"),
    # Ambiguous, and so taken for what it may be.
    ("JQ2026010100012345", "JQ‹card›"),
    ("JQ202601010001234", "JQ‹id›"),
    ("20150528185300123", "‹card›"),
]
# In free text only: codes of places look the same, so no row is turned away for them.
FOUND_IN_FREE_TEXT = [
    ("E12345678", "‹id›"),
    ("护照EA1234567。", "护照‹id›。"),
    ("G12345678", "‹id›"),
    ("微信号：wxid_abc123", "微信‹account›"),
    ("QQ:123456789", "QQ‹account›"),
]
LEFT_ALONE = [
    "",
    "历下派出所",
    "2015-05-28",
    "2015-05-28 18:53:07",
    "2015-05-28T18:53:07.123456",
    "2015年5月28日18时53分",
    "20150528",
    "201505281853",
    "20150528185300",
    "2015-05-28 2015-06-28",
    "2015-05-28,2015-06-28,2015-07-28",
    "20150528 20150628 20150728",
    "2015-05-28至2016-05-27",
    "2015 2016 2017 2018",
    "1070130",
    "42152.786805555",
    "0",
    "120余起",
    "1,234,567",
    "123456789012",
    "96.4%",
    "10 20 30 40 50",
    "JQ20260101000123",
    "JQ2026-0101-0001",
    "370102000000",
    "37010200000000",
    "E05000026",
    "SPC-370102",
    "派出所A12",
    "新SERVER",
    "云A座",
    "甘A1级",
    "鲁A202601010001",
    "第12345号",
    "12345",
    "110",
    "400-123-4567",
    "12812345678",
    "1381234567",
    "a@b",
    "@all",
    "18 起 19 起",
]


def both(text: str) -> set[str]:
    return {redact(text), redact_series(pl.Series([text]))[0]}


@pytest.mark.parametrize(("text", "written"), FOUND + FOUND_IN_FREE_TEXT)
def test_an_identifier_is_replaced_by_its_marker(text: str, written: str) -> None:
    assert both(text) == {written}


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert both(text) == {text}


def test_a_column_keeps_its_rows_and_its_blanks() -> None:
    text = pl.Series("note", ["历下", None, "电话13812345678", "", "鲁A12345"])
    assert redact_series(text).to_list() == ["历下", None, "电话‹phone›", "", "‹plate›"]
    assert text[2] == "电话13812345678"


def test_full_width_text_without_identifier_stays_as_it_was_written() -> None:
    assert both("第３号（甲）") == {"第３号（甲）"}


def test_a_name_column_is_searched_for_every_misplaceable_identifier() -> None:
    text = pl.Series([text for text, _ in FOUND])
    assert text.filter(~contains_identifier(text)).to_list() == []


def test_no_ordinary_code_counts_as_an_identifier() -> None:
    text = pl.Series([*LEFT_ALONE, "E12000007", "E12345678", "G12345678"])
    assert text.filter(contains_identifier(text)).to_list() == []


def test_an_empty_cell_is_neither_with_nor_without_identifier() -> None:
    assert contains_identifier(pl.Series([None, "张三"], dtype=pl.String)).to_list() == [None, False]


SOUP = st.text("0123456789０８Xx -+.()@京鲁AaDWJj·,张E\u200b\u3000\n微信号:", max_size=60)
NUMBERS = st.lists(st.sampled_from([text for text, _ in FOUND] + LEFT_ALONE), max_size=4)


@given(st.lists(SOUP))
def test_python_and_rust_write_the_same(cells: list[str]) -> None:
    assert redact_series(pl.Series(cells, dtype=pl.String)).to_list() == [redact(cell) for cell in cells]


@given(st.lists(NUMBERS.map("，".join)))
def test_python_and_rust_write_the_same_of_lists_of_identifiers(cells: list[str]) -> None:
    assert redact_series(pl.Series(cells, dtype=pl.String)).to_list() == [redact(cell) for cell in cells]


@given(SOUP | NUMBERS.map("，".join))
def test_nothing_is_left_to_redact(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
    assert contains_identifier(pl.Series([once])).to_list() == [False]


@given(
    st.from_regex(r"[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9])[0-9]{3}[0-9X]", fullmatch=True),
    SOUP,
)
def test_an_id_number_is_found_in_any_surroundings(number: str, around: str) -> None:
    assert number not in redact(f"{around}，{number}，{around}")
    assert number not in redact(around + number + around)


def test_a_large_column_is_redacted_whole_and_its_time_reported(
    record_property: Callable[[str, object], None],
) -> None:
    text = pl.Series(["历下派出所", "2015-05-28 18:53", "JQ20260101000123", "13812345678"] * 50_000)
    start = time.perf_counter()
    written = redact_series(text)
    record_property("seconds_per_million_rows", round(5 * (time.perf_counter() - start), 3))
    assert (written == "‹phone›").sum() == 50_000
