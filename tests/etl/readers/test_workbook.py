"""Spreadsheets: text as it is shown, what the types of cells say, and the rows where the sheet has them."""

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from etl.readers import FileKind, Layout, Table, Unreadable, open_table, sniff

LAYOUT = Layout((("编号",), ("类型",)))


def make(folder: Path, fill: Callable[[Workbook, Worksheet], None], *, is_1904: bool = False) -> Path:
    path = folder / "in.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": is_1904}) as book:
        fill(book, book.add_worksheet("台账"))
    return path


def from_rows(folder: Path, *rows: list[object]) -> Path:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if value is not None:
                    sheet.write(i, j, value)

    return make(folder, fill)


def open_file(path: Path, layout: Layout = LAYOUT) -> Table:
    table = open_table(path, sniff(path), layout)
    assert table is not None
    return table


def read(path: Path, layout: Layout = LAYOUT) -> pl.DataFrame:
    return pl.concat(open_file(path, layout).chunks())


def cells(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select(pl.exclude("^__.*$")).rows()


def test_numbers_booleans_and_text_come_as_they_are_shown(tmp_path: Path) -> None:
    path = from_rows(
        tmp_path,
        ["编号", "类型", "值"],
        ["1", 12, True],
        [" a ", 12.0, "true"],
        ["'b", 0.25, False],
        ["甲\n乙", -3, 0.1],
        ["", 1e15, "FALSE"],
    )
    assert cells(read(path)) == [
        ("1", "12", "TRUE"),
        (" a ", "12", "true"),
        ("'b", "0.25", "FALSE"),
        ("甲\n乙", "-3", "0.1"),
        (None, "1000000000000000", "FALSE"),
    ]


def test_an_id_in_a_numeric_cell_is_named_lossy_and_one_in_a_text_cell_is_not(tmp_path: Path) -> None:
    frame = read(
        from_rows(
            tmp_path,
            ["编号", "类型"],
            [370100201505280001, "a"],  # the file itself holds 370100201505280000
            ["370100201505280001", "b"],
            [123456789012345, 9999999999999998],
        )
    )
    assert frame["编号"].to_list() == ["370100201505280000", "370100201505280001", "123456789012345"]
    assert frame["__lossy"].to_list() == [["编号"], None, ["类型"]]


def write_dates(book: Workbook, sheet: Worksheet) -> None:
    formats = {
        name: book.add_format({"num_format": form})
        for name, form in {"moment": "yyyy-mm-dd hh:mm", "day": 'yyyy"年"m"月"d"日"', "time": "h:mm"}.items()
    }
    for j, header in enumerate(["编号", "类型", "接警", "日期", "时刻", "混合"]):
        sheet.write_string(0, j, header)
    moments = [
        dt.datetime(2026, 1, 31, 8, 5),
        dt.datetime(2026, 2, 1),
        dt.datetime(2026, 2, 2, 8, 5, 3, 600000),
    ]
    for i, moment in enumerate(moments, 1):
        sheet.write_datetime(i, 2, moment, formats["moment"])
        sheet.write_datetime(i, 3, moment.replace(hour=0, minute=0, second=0, microsecond=0), formats["day"])
        sheet.write_datetime(i, 4, dt.time(8, 5 * i), formats["time"])
    sheet.write_number(1, 5, 46053.5)
    sheet.write_string(2, 5, "2026-01-31 00:00:00")
    sheet.write_datetime(3, 5, dt.datetime(2026, 1, 31), formats["day"])


@pytest.mark.parametrize("is_1904", [False, True])
def test_date_cells_come_as_iso_text(is_1904: bool, tmp_path: Path) -> None:
    table = open_file(make(tmp_path, write_dates, is_1904=is_1904))
    assert table.is_1904 is is_1904
    frame = pl.concat(table.chunks())
    assert frame["接警"].to_list() == ["2026-01-31 08:05:00", "2026-02-01 00:00:00", "2026-02-02 08:05:03"]
    assert frame["日期"].to_list() == ["2026-01-31", "2026-02-01", "2026-02-02"]
    assert frame["时刻"].to_list() == ["08:05:00", "08:10:00", "08:15:00"]
    # A serial number stays a number, typed text stays text; only the cell that is a date loses its midnight.
    assert frame["混合"].to_list() == ["46053.5", "2026-01-31 00:00:00", "2026-01-31"]


def test_date_cells_of_the_1904_system_in_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("台账")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm")
    for j, header in enumerate(["编号", "类型"]):
        sheet.write(1, j, header)
    sheet.write(2, 0, 370100201505280001)
    sheet.write(2, 1, dt.datetime(2026, 1, 31, 8, 5), style)
    book.save(str(tmp_path / "in.xls"))
    table = open_file(tmp_path / "in.xls")
    assert (table.is_1904, table.header_line) == (True, 2)
    assert pl.concat(table.chunks()).rows() == [("370100201505280000", "2026-01-31 08:05:00", 3, None, False, ["编号"])]


def test_error_cells_come_as_excel_shows_them(tmp_path: Path) -> None:
    errors = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]

    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["编号", "类型"])
        for i, error in enumerate(errors, 1):
            sheet.write_formula(i, 1, "=A1", None, error)

    assert read(make(tmp_path, fill))["类型"].to_list() == errors


def test_formulas_come_as_their_stored_values(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["编号", "类型"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '="=cmd|calc"', None, "=cmd|calc")

    assert cells(read(make(tmp_path, fill))) == [("2", "=cmd|calc")]


def test_lines_are_rows_of_the_sheet_below_titles_and_blank_rows(tmp_path: Path) -> None:
    path = from_rows(
        tmp_path,
        [],
        ["2026年1月矛盾纠纷台账"],
        [None, "单位：青山派出所"],
        [None, "编号", "类型"],
        [None, 1, "a"],
        [],
        [None, 2, "b"],
        [None, "合计", 2],
    )
    table = open_file(path)
    assert (table.headers, table.header_line) == (("列1", "编号", "类型"), 4)
    frame = pl.concat(table.chunks())
    assert frame["__line"].to_list() == [5, 6, 7, 8]
    assert frame["__blank"].to_list() == [False, True, False, False]
    assert frame["__fault"].null_count() == 4


def test_a_table_away_from_the_corner_keeps_its_columns_and_types(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(3, 4, ["编号", "类型"])
        sheet.write_row(4, 4, [370100201505280001, "a"])

    table = open_file(make(tmp_path, fill))
    assert (table.headers, table.header_line) == (("编号", "类型"), 4)
    assert pl.concat(table.chunks()).rows() == [("370100201505280000", "a", 5, None, False, ["编号"])]


def test_merged_header_levels_are_joined(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 1, 0, "编号")
        sheet.merge_range(0, 1, 0, 2, "2025年")
        sheet.write_row(1, 1, ["受理", "化解"])
        sheet.merge_range(0, 3, 1, 3, "备 注")
        sheet.write_row(2, 0, ["a", 3, 2, "无"])

    table = open_file(make(tmp_path, fill), Layout((("编号",),), header_row=(1, 2)))
    assert table.headers == ("编号", "2025年/受理", "2025年/化解", "备注")
    assert cells(pl.concat(table.chunks())) == [("a", "3", "2", "无")]


def test_merged_body_cells_are_filled_only_where_the_mapping_says(tmp_path: Path) -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["编号", "类型"])
        sheet.merge_range(1, 0, 3, 0, "青山")
        sheet.write_column(1, 1, ["a", "b", "c"])
        sheet.write_row(5, 1, ["d"])

    path = make(tmp_path, fill)
    assert read(path)["编号"].to_list() == ["青山", None, None, None, None]
    filled = Layout(LAYOUT.header_words, fill_down=("编号",))
    assert read(path, filled)["编号"].to_list() == ["青山", "青山", "青山", None, "青山"]


def several_sheets(folder: Path) -> Path:
    path = folder / "in.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("说明", "旧", "一月", "二月", "空"):
            sheet = book.add_worksheet(name)
            if name in ("旧", "一月", "二月"):
                sheet.write_row(0, 0, ["编号", "类型"])
                sheet.write_row(1, 0, [name, "a"])
        book.get_worksheet_by_name("旧").hide()
        book.add_chartsheet("图")
    return path


def test_the_first_visible_sheet_with_the_header_words_is_read(tmp_path: Path) -> None:
    table = open_file(several_sheets(tmp_path))
    assert (table.sheet, table.notes) == ("一月", ("hidden_sheet: 旧", "unread_sheet: 二月"))
    assert cells(pl.concat(table.chunks())) == [("一月", "a")]


def test_a_named_sheet_is_read_and_no_other(tmp_path: Path) -> None:
    path = several_sheets(tmp_path)
    table = open_file(path, Layout(LAYOUT.header_words, sheet="二月"))
    assert (table.sheet, table.notes) == ("二月", ("hidden_sheet: 旧",))
    assert open_table(path, FileKind.XLSX, Layout(LAYOUT.header_words, sheet="三月")) is None


def test_a_workbook_without_the_words_is_left_to_another_mapping(tmp_path: Path) -> None:
    assert open_table(several_sheets(tmp_path), FileKind.XLSX, Layout((("警情编号",),))) is None


def test_a_header_alone_is_a_table_of_no_rows(tmp_path: Path) -> None:
    frame = read(from_rows(tmp_path, ["编号", "类型"]))
    assert (frame.height, frame.columns[:2]) == (0, ["编号", "类型"])


def test_header_cells_that_are_dates_come_as_dates(tmp_path: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["编号", "类型"])
        sheet.write_datetime(0, 2, dt.datetime(2026, 1, 1), book.add_format({"num_format": "yyyy年m月"}))
        sheet.write_row(1, 0, ["1", "a", 5])

    assert open_file(make(tmp_path, fill)).headers == ("编号", "类型", "2026-01-01")


def test_duplicate_headers_refuse_the_sheet(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        open_file(from_rows(tmp_path, ["题"], ["编号", "类型", "类\n型"]))
    error = caught.value
    assert (error.code, error.sheet, error.line, error.found) == ("duplicate_headers", "台账", 2, "类型")


def test_too_many_columns_refuse_the_workbook(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        open_file(from_rows(tmp_path, ["编号", "类型", *(f"c{i}" for i in range(1_999))]))
    assert caught.value.code == "too_large"


def test_only_wanted_columns_come(tmp_path: Path) -> None:
    table = open_file(from_rows(tmp_path, ["编号", "类型", "备注"], ["1", "a", "b"], [None, None, "c"]))
    assert pl.concat(table.chunks(["类型"])).rows() == [
        ("a", 2, None, False, None),
        (None, 3, None, False, None),
    ]


def test_a_gzipped_workbook_is_looked_through(tmp_path: Path) -> None:
    path = from_rows(tmp_path, ["编号", "类型"], ["1", "a"])
    packed = tmp_path / "in.xlsx.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert cells(read(packed)) == [("1", "a")]


def test_large_sheets_come_in_chunks(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "类型"])
        for i in range(1, 150_002):
            sheet.write_number(i, 0, i)
    chunks = [chunk.height for chunk in open_file(path).chunks() if chunk.height]
    assert chunks == [150_000, 1]
