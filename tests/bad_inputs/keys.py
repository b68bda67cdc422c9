"""Rows 17 to 21 of the catalogue: numbers of records, their lost digits, their copies and conflicts."""

from __future__ import annotations

from collections.abc import Callable

from tests.bad_inputs.books import xls, xlsx
from tests.bad_inputs.case import HEAD, Case, csv, good, loaded

LOSSY = loaded(1, quarantined={"lossy_id": 1})
COPY = loaded(2, duplicates=1)
NO_KEY = loaded(1, quarantined={"missing_required": 1})
RELATED = (*HEAD, "关联案件编号")


def numbered(number: str) -> Callable[[str], bytes]:
    """One row with this number."""
    return lambda key: csv(good(key, id=number))


def spelled(change: Callable[[str], str]) -> Callable[[str], bytes]:
    """A row, and the same row with its number spelled in another way."""
    return lambda key: csv(good(key, id=f"{key}1x"), good(key, id=change(f"{key}1x")))


CASES = (
    Case(17, "exponent", numbered("3.701E+17"), LOSSY),
    Case(17, "exponent_of_excel", numbered("1.0E+17"), LOSSY),
    Case(17, "exponent_small_letters", numbered("9.90102e+21"), LOSSY),
    Case(17, "float_tail", numbered("370100201505280000.0"), LOSSY),
    Case(17, "number_cell_of_18_digits", lambda k: xlsx(good(k, id=370100201505280001)), LOSSY, suffix="xlsx"),
    Case(17, "number_cell_of_16_digits", lambda k: xlsx(good(k, id=3701002015052801)), LOSSY, suffix="xlsx"),
    Case(17, "number_cell_in_xls", lambda k: xls(good(k, id=370100201505280001)), LOSSY, suffix="xls"),
    Case(17, "number_cell_of_15_digits", lambda k: xlsx(good(k, id=370100201505281)), loaded(1), suffix="xlsx"),
    Case(17, "text_cell_of_18_digits", lambda k: xlsx(good(k, id="370100201505280019")), loaded(1), suffix="xlsx"),
    Case(17, "digits_of_a_csv", numbered("370100201505280027"), loaded(1)),
    Case(17, "related_number", lambda k: csv([*good(k), "3.701E+17"], head=RELATED), LOSSY),
    Case(18, "apostrophe", spelled(lambda number: f"'{number}"), COPY),
    Case(18, "blanks", spelled(lambda number: f"  {number[:4]} {number[4:]}\u3000"), COPY),
    Case(18, "no_break_space", spelled(lambda number: f"\u00a0{number}\u00a0"), COPY),
    Case(
        18,
        "zero_width",
        spelled(lambda number: f"{number[:3]}\u200b{number[3:]}\ufeff"),
        loaded(2, duplicates=1, warnings=("invisible_characters: source_key 1",)),
    ),
    Case(18, "capital_x", spelled(str.upper), COPY),
    Case(19, "same_row_twice", lambda k: csv(good(k), good(k, 2), good(k)), loaded(3, duplicates=1)),
    Case(19, "same_row_three_times", lambda k: csv(good(k), good(k), good(k)), loaded(3, duplicates=2)),
    Case(
        19,
        "same_row_spelled_otherwise",
        lambda k: csv(good(k), good(k, at="2025/3/1 8:03", type="邻里", outcome="已化解")),
        COPY,
    ),
    Case(
        19,
        "across_files_first",
        lambda _: csv(good("JQSAME"), good("JQSAME", 2)),
        loaded(2),
        name="接处警登记_甲_20250301-20250331_20250401.csv",
    ),
    Case(
        19,
        "across_files_second",
        lambda _: csv(good("JQSAME"), good("JQSAME", 3)),
        COPY,
        name="接处警登记_乙_20250301-20250331_20250402.csv",
    ),
    Case(20, "later_line_wins", lambda k: csv(good(k), good(k, outcome="调解不成")), loaded(2)),
    Case(20, "and_back_again", lambda k: csv(good(k), good(k, outcome="调解不成"), good(k)), loaded(3)),
    Case(
        20,
        "conflicts_where_asked",
        lambda k: csv(good(k), good(k, 2), good(k, outcome="调解不成")),
        loaded(3, quarantined={"duplicate_conflict": 2}, lines=(2, 4)),
        stem="冲突",
    ),
    Case(
        20,
        "newer_delivery_wins_old",
        lambda _: csv(good("JQNEWER")),
        loaded(1),
        name="接处警登记_旧_20250301-20250331_20250401.csv",
    ),
    Case(
        20,
        "newer_delivery_wins_new",
        lambda _: csv(good("JQNEWER", outcome="调解不成")),
        loaded(1),
        name="接处警登记_新_20250301-20250331_20250402.csv",
    ),
    Case(21, "blank", numbered(""), NO_KEY),
    Case(21, "only_blanks", numbered(" \u3000 "), NO_KEY),
    Case(
        21,
        "only_invisible",
        numbered("\u200b"),
        loaded(1, quarantined={"missing_required": 1}, warnings=("invisible_characters: source_key 1",)),
    ),
    Case(21, "dash", numbered("-"), NO_KEY),
    Case(21, "null_word", numbered("NULL"), NO_KEY),
    Case(21, "empty_cell", lambda k: xlsx(good(k, id=None)), NO_KEY, suffix="xlsx"),
)
