"""Headers are recognised however their blanks, widths and line breaks were typed."""

import pytest

from etl.readers import Layout, clean_header
from etl.readers.headers import find_header


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        (" 接警时间 ", "接警时间"),
        ("接 警　时 间", "接警时间"),
        ("接警\n时间", "接警时间"),
        ("\ufeff编号\u200b", "编号"),
        ("风险等级（颜色）", "风险等级(颜色)"),
        ("２０２５年", "2025年"),
        ("Major\r\nText", "Major Text"),
        ("business  id column", "business id column"),
        ("110 报警", "110报警"),
        (None, ""),
    ],
)
def test_headers_are_cleaned(written: str | None, cleaned: str) -> None:
    assert clean_header(written) == cleaned


def test_the_row_with_most_known_words_is_the_header() -> None:
    rows = [["编号", "说明"], ["编号", "类型", "备注"], ["编号", "类型"]]
    layout = Layout((("编号", "序号"),), known_headers=frozenset({"类型", "备 注"}))
    header = find_header(rows, layout)
    assert header is not None
    assert (header.row, header.cells) == (1, ("编号", "类型", "备注"))


def test_any_spelling_of_a_group_will_do_but_every_group_must_be_there() -> None:
    layout = Layout((("编号", "序 号"), ("类型",)))
    assert find_header([["序号", "类型"]], layout) is not None
    assert find_header([["序号", "编号"]], layout) is None


def test_capitals_and_blanks_do_not_matter_for_matching() -> None:
    header = find_header([["Business ID column", "Name"]], Layout((("business_id", "business idcolumn"),)))
    assert header is not None
    assert header.cells == ("Business ID column", "Name")


def test_a_fixed_header_row_must_have_the_words_too() -> None:
    rows = [["编号", "类型"], ["1", "a"]]
    assert find_header(rows, Layout((("编号",),), header_row=2)) is None
    assert find_header(rows, Layout((("编号",),), header_row=3)) is None
