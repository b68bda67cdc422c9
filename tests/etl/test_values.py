"""Cleaning, numbers, flags, codes and ids: tables by hand, and what must hold for any text."""

import time
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.values import (
    Parsed,
    clean,
    count_invisible,
    normalise_ids,
    normalise_spelling,
    normalise_spellings,
    parse_codes,
    parse_datetimes,
    parse_decimals,
    parse_flags,
    parse_integers,
    parse_quantities,
    suggest_code,
)


def only(parsed: Parsed) -> tuple[object, str | None]:
    return parsed.values[0], parsed.fault[0]


def cell(text: str | None) -> pl.Series:
    return pl.Series([text], dtype=pl.String)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("历下派出所", "历下派出所"),
        (" a ", "a"),
        ("\u3000a\u00a0", "a"),
        ("\ta\r\n", "a"),
        ("a \u3000 b", "a b"),
        ("\ufeffa\u200bb\u202e", "ab"),
        ("a\ue000b", "ab"),
        ("a\x00b", "ab"),
        ("'0012", "0012"),
        ("＇0012", "0012"),
        ("’0012", "0012"),
        ("３７０１", "3701"),
        ("（甲）", "(甲)"),
        ("１，２３４", "1,234"),
        ("o'clock", "o'clock"),
        # Their digits are another number's, so these stay as they are.
        ("12²", "12²"),
        ("①", "①"),
        ("㍘", "㍘"),
        ("", None),
        (" \u3000\t", None),
        ("\u200b", None),
        ("'", None),
        (None, None),
    ],
)
def test_cleaning_takes_away_what_only_looks_like_text(text: str | None, expected: str | None) -> None:
    assert clean(cell(text)).to_list() == [expected]


@given(st.lists(st.text()))
def test_cleaning_twice_changes_nothing_more(cells: list[str]) -> None:
    once = clean(pl.Series(cells, dtype=pl.String))
    assert clean(once).to_list() == once.to_list()


def test_cleaning_leaves_the_delivered_column_alone() -> None:
    text = pl.Series([" a", "b"])
    clean(text)
    assert text.to_list() == [" a", "b"]


def test_invisible_characters_are_counted_by_cell() -> None:
    assert count_invisible(pl.Series(["a\u200bb\u200b", "a\tb\n", "甲\ue000", "plain", "", None])) == 2


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("0", 0, None),
        ("1234", 1234, None),
        ("007", 7, None),
        ("１２３", 123, None),
        ("1,234", 1234, None),
        ("1，234，567", 1234567, None),
        (" 12\u3000", 12, None),
        ("12.0", 12, None),
        ("12.", 12, None),
        ("12起", 12, None),
        ("12 起", 12, None),
        ("1,234人次", 1234, None),
        ("+5", 5, None),
        ("", None, None),
        (None, None, None),
        ("12.5", None, "bad_number"),
        ("1,23", None, "bad_number"),
        ("1,2345", None, "bad_number"),
        (",123", None, "bad_number"),
        ("12次", None, "bad_number"),
        ("3万", None, "bad_number"),
        ("起", None, "bad_number"),
        ("一十二", None, "bad_number"),
        ("十", None, "bad_number"),
        ("12²", None, "bad_number"),
        ("①", None, "bad_number"),
        ("1e3", None, "bad_number"),
        ("0x1F", None, "bad_number"),
        ("1 234", None, "bad_number"),
        ("10-20", None, "bad_number"),
        ("#REF!", None, "bad_number"),
        ("#N/A", None, "bad_number"),
        ("#VALUE!", None, "bad_number"),
        ("=1+1", None, "bad_number"),
        ("nan", None, "bad_number"),
        ("-1", None, "out_of_range"),
        ("－1", None, "out_of_range"),
        ("−1", None, "out_of_range"),
        ("9" * 30, None, "out_of_range"),
        ("10001", None, "out_of_range"),
    ],
)
def test_counts(text: str | None, value: int | None, reason: str | None) -> None:
    parsed = parse_integers(cell(text), units=["起", "人", "人次"], maximum=10_000_000 if text != "10001" else 10_000)
    assert only(parsed) == (value, reason)
    assert parsed.values.dtype == pl.Int64


def test_a_minimum_of_none_lets_negative_numbers_through() -> None:
    assert parse_integers(pl.Series(["-1", "−2"]), minimum=None).values.to_list() == [-1, -2]


@pytest.mark.parametrize("unit", ["万", "千", "亿"])
def test_a_multiplier_cannot_be_declared_a_unit(unit: str) -> None:
    with pytest.raises(ValueError, match="multiplies"):
        parse_integers(pl.Series(["3万"]), units=["起", unit])


@given(st.lists(st.integers(0, 10**15)))
def test_thousands_separators_read_back(numbers: list[int]) -> None:
    text = pl.Series([f"{n:,}起" for n in numbers], dtype=pl.String)
    assert parse_integers(text, units=["起"]).values.to_list() == numbers


@pytest.mark.parametrize(
    ("text", "percent", "value", "reason"),
    [
        ("0.964", True, 0.964, None),
        ("96.4%", True, 0.964, None),
        ("９６．４％", True, 0.964, None),
        ("100 %", True, 1.0, None),
        ("1,234.5", False, 1234.5, None),
        (".5", False, 0.5, None),
        ("1.2E-05", False, 0.000012, None),
        ("12.5公里", False, 12.5, None),
        ("", True, None, None),
        ("96.4%", False, None, "bad_number"),
        ("%", True, None, "bad_number"),
        ("1e400", False, None, "bad_number"),
        ("inf", False, None, "bad_number"),
        ("NaN", False, None, "bad_number"),
        ("十二点五", False, None, "bad_number"),
        ("1.2.3", False, None, "bad_number"),
        ("#DIV/0!", True, None, "bad_number"),
        ("-0.1", True, None, "out_of_range"),
        ("1500", True, None, "out_of_range"),
    ],
)
def test_measures(text: str, percent: bool, value: float | None, reason: str | None) -> None:
    maximum = 1 if percent else None
    assert only(parse_decimals(cell(text), percent=percent, units=["公里"], maximum=maximum)) == (
        value,
        reason,
    )


@pytest.mark.parametrize(
    ("text", "value", "qualifier", "reason"),
    [
        ("120起", 120, "exact", None),
        ("1,200", 1200, "exact", None),
        ("120余起", 120, "at_least", None),
        ("50多人次", 50, "at_least", None),
        ("2500多户", 2500, "at_least", None),
        ("26000余", 26000, "at_least", None),
        ("10万多", 100000, "at_least", None),
        ("3万余人次", 30000, "at_least", None),
        ("1,200余起", 1200, "at_least", None),
        ("120起以上", 120, "at_least", None),
        ("100+", 100, "at_least", None),
        ("逾30起", 30, "at_least", None),
        ("至少30起", 30, "at_least", None),
        ("", None, None, None),
        (None, None, None, None),
        ("近50起", None, None, "bad_number"),
        ("约50起", None, None, "bad_number"),
        ("50起左右", None, None, "bad_number"),
        ("10万", None, None, "bad_number"),
        ("十多户", None, None, "bad_number"),
        ("50多头", None, None, "bad_number"),
        ("不少", None, None, "bad_number"),
        ("9" * 18 + "万余", None, None, "bad_number"),
        ("-5起", None, None, "out_of_range"),
    ],
)
def test_lower_bounds_are_told_from_exact_quantities(
    text: str | None, value: int | None, qualifier: str | None, reason: str | None
) -> None:
    parsed, qualifiers = parse_quantities(cell(text), units=["起", "人次", "户"])
    assert (*only(parsed), qualifiers[0]) == (value, reason, qualifier)
    assert parsed.values.dtype == pl.Int64


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("是", True, None),
        ("有", True, None),
        ("Y", True, None),
        ("ＹＥＳ", True, None),
        ("true", True, None),
        ("1", True, None),
        ("√", True, None),
        ("否", False, None),
        ("无", False, None),
        ("n", False, None),
        ("FALSE", False, None),
        (" 0 ", False, None),
        ("×", False, None),
        ("", None, None),
        (None, None, None),
        ("也许", None, "bad_code"),
        ("2", None, "bad_code"),
    ],
)
def test_flags(text: str | None, value: bool | None, reason: str | None) -> None:
    parsed = parse_flags(cell(text))
    assert only(parsed) == (value, reason)
    assert parsed.values.dtype == pl.Boolean


def test_flag_words_of_a_source_replace_the_usual_ones() -> None:
    parsed = parse_flags(pl.Series(["签了", "没签", "是"]), true_words=["签了"], false_words=["没签"])
    assert parsed.values.to_list() == [True, False, None]
    assert parsed.fault.to_list() == [None, None, "bad_code"]


LOOKUP = {
    normalise_spelling(spelling): code
    for spelling, code in {"family": "family", "婚姻家庭（纠纷）": "family", "邻里": "neighbour"}.items()
}


@pytest.mark.parametrize(
    "text", ["family", "FAMILY", " Ｆamily", "婚姻家庭(纠纷)", "婚姻 家庭【纠纷】", "婚姻\u200b家庭〔纠纷〕"]
)
def test_a_code_is_found_in_any_spelling(text: str) -> None:
    assert only(parse_codes(cell(text), lookup=LOOKUP)) == ("family", None)


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [("quarantine", (None, "bad_code")), ("other", ("other", None)), ("register", ("New Type", None))],
)
def test_an_unknown_code_goes_where_the_mapping_says(unknown: str, expected: tuple[str | None, str | None]) -> None:
    parsed = parse_codes(pl.Series(["\u3000New  Type"]), lookup=LOOKUP, unknown=unknown)  # type: ignore[arg-type]
    assert only(parsed) == expected


@pytest.mark.parametrize("unknown", ["quarantine", "other", "register"])
def test_a_blank_code_stays_blank(unknown: str) -> None:
    parsed = parse_codes(pl.Series(["", None, " "]), lookup=LOOKUP, unknown=unknown)  # type: ignore[arg-type]
    assert (parsed.values.null_count(), parsed.fault.null_count()) == (3, 3)


def test_codes_keep_their_rows() -> None:
    text = pl.Series(["邻里", "family", None, "x", "邻里", "Family "])
    parsed = parse_codes(text, lookup=LOOKUP)
    assert parsed.values.to_list() == ["neighbour", "family", None, None, "neighbour", "family"]
    assert parsed.fault.to_list() == [None, None, None, "bad_code", None, None]


def test_a_near_miss_gets_a_suggestion() -> None:
    assert suggest_code("婚姻家庭纠纷", LOOKUP) == "family"
    assert suggest_code("完全不同", LOOKUP) is None


@given(st.lists(st.text() | st.text("Ａa １'’【]（)²\u200b\u3000ǅßΣ")))
def test_one_text_is_spelled_as_its_column_is(cells: list[str]) -> None:
    spellings = normalise_spellings(pl.Series(cells, dtype=pl.String)).fill_null("")
    assert spellings.to_list() == [normalise_spelling(text) for text in cells]


@pytest.mark.parametrize(
    ("text", "numeric", "value", "reason"),
    [
        ("JQ2026-0001", False, "JQ2026-0001", None),
        ("jq2026", False, "JQ2026", None),
        ("'00370102", False, "00370102", None),
        ("３７０１x", False, "3701X", None),
        ("\u200bJQ 2026 0001\u3000", False, "JQ20260001", None),
        ("370100201505280001", False, "370100201505280001", None),
        ("123456789012345", True, "123456789012345", None),
        ("12E0001", False, "12E0001", None),
        ("E12345678", False, "E12345678", None),
        ("3.10", False, "3.10", None),
        ("", False, None, None),
        (None, True, None, None),
        ("1.0E+17", False, None, "lossy_id"),
        ("3.701E+17", False, None, "lossy_id"),
        ("3.701e17", False, None, "lossy_id"),
        ("1E+17", False, None, "lossy_id"),
        ("1E17", False, None, "lossy_id"),
        ("1.5E-05", False, None, "lossy_id"),
        ("370102.0", False, None, "lossy_id"),
        ("370102.00", False, None, "lossy_id"),
        ("370100201505280000", True, None, "lossy_id"),
        ("1234567890123456", True, None, "lossy_id"),
    ],
)
def test_ids(text: str | None, numeric: bool, value: str | None, reason: str | None) -> None:
    assert only(normalise_ids(cell(text), numeric_cells=numeric)) == (value, reason)


@given(st.lists(st.text()))
def test_no_text_makes_a_parser_crash_or_say_both(cells: list[str]) -> None:
    text = pl.Series(cells, dtype=pl.String)
    for parsed in (
        parse_integers(text, units=["起"]),
        parse_decimals(text, percent=True),
        parse_quantities(text, units=["起"])[0],
        parse_flags(text),
        parse_codes(text, lookup=LOOKUP),
        normalise_ids(text, numeric_cells=True),
    ):
        assert len(parsed.values) == len(parsed.fault) == len(cells)
        assert not (parsed.values.is_not_null() & parsed.fault.is_not_null()).any()


PARSERS: dict[str, Callable[[pl.Series], Parsed]] = {
    "datetimes": lambda text: parse_datetimes("2015-05-28 18:" + text.str.slice(-2), latest=date(2026, 10, 31)),
    "integers": parse_integers,
    "decimals": parse_decimals,
    "codes": lambda text: parse_codes("family" + text.str.slice(9), lookup=LOOKUP),
    "ids": lambda text: normalise_ids(text, numeric_cells=False),
}


@pytest.mark.parametrize("name", PARSERS)
def test_a_large_clean_column_is_read_whole_and_its_time_reported(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    text = pl.select((pl.int_range(200_000) * 100 + pl.int_range(200_000) % 60).cast(pl.String)).to_series()
    start = time.perf_counter()
    parsed = PARSERS[name](text.str.zfill(9))
    record_property("seconds_per_million_rows", round(5 * (time.perf_counter() - start), 3))
    assert (parsed.values.null_count(), parsed.fault.null_count()) == (0, 200_000)
