"""Rows 22 to 28 and 41 to 47 of the catalogue: where the table is, what its columns are called, what is no data."""

from __future__ import annotations

from collections.abc import Callable

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.bad_inputs.books import book, sheets, write, xls, xlsx
from tests.bad_inputs.case import HEAD, Case, Cells, csv, good, loaded, refused, text

TITLE = "2025年3月接处警登记表"
PEOPLE = ("年份", "派出所", "常住人口", "户数")
MONTHLY = ("月份", "派出所", "业务项目", "受理", "办结")
UNKNOWN = refused("unknown_layout")
TWO_LEVELS = "警情编号,派出所,时间,,结果\n,,接警,办结,\n{key}1,青山派出所,2025-03-05 08:03,2025-03-06,调解成功\n"


def padded(*cells: str) -> list[str]:
    """A line of a title or footnote with as many fields as the table."""
    return [*cells, *[""] * (len(HEAD) - len(cells))]


def titled(workbook: Workbook, sheet: Worksheet, key: str) -> None:
    """A merged title above the header."""
    sheet.merge_range(0, 0, 0, 4, TITLE)
    sheet.write_string(1, 0, "单位：青山派出所")
    write(sheet, [HEAD, good(key), good(key, 2)], 3)


def merged(sheet: Worksheet, rows: list[Cells]) -> None:
    """The station stands in the first of its rows only."""
    write(sheet, [HEAD, *rows])
    sheet.merge_range(1, 1, 3, 1, "青山派出所")


def hidden_lines(sheet: Worksheet, key: str) -> None:
    """A hidden row and a hidden column are data like any other."""
    write(sheet, [HEAD, good(key), good(key, 2)])
    sheet.set_row(1, None, None, {"hidden": True})
    sheet.set_column(3, 3, None, None, {"hidden": True})


def people(key: str, *lines: tuple[str, ...], head: Cells = PEOPLE) -> bytes:
    """A table of residents: 青 and 柳 stand for rows of the two stations, other lines for themselves."""
    year = 1950 + number_of(key) % 70
    rows = {"青": [year, "青山派出所", "1200", "400"], "柳": [year, "柳河派出所", "800", "300"]}
    return csv(*(rows.get(line[0], line) for line in lines), head=head)


def months(key: str, *total: str, head: Cells = MONTHLY) -> bytes:
    """A monthly table that unfolds, with its printed total."""
    month = f"{2000 + number_of(key) % 20}-03"
    first, second = [month, "青山派出所", "户籍业务", "12", "10"], [month, "柳河派出所", "户籍业务", "8", "7"]
    return csv(first, second, total, head=head)


def number_of(key: str) -> int:
    """The number of the fixture, so that no two of them speak of the same year."""
    return int(key[4:7])


def without_station(key: str) -> list[Cells]:
    return [good(key, number, org=None) for number in (1, 2, 3)]


def delimited_by(mark: str) -> Callable[[str], bytes]:
    return lambda key: csv(good(key), good(key, 2), delimiter=mark)


def one(key: str, sheet: int) -> list[Cells]:
    return [HEAD, good(key, sheet)]


CASES = (
    Case(22, "title", lambda k: text(padded(TITLE), HEAD, good(k), head=()).encode(), loaded(1)),
    Case(22, "title_of_one_field", lambda k: (TITLE + "\n\n" + text(good(k))).encode(), loaded(1)),
    Case(22, "title_with_a_comma", lambda k: (f'"{TITLE},密"\n' + text(good(k))).encode("gbk"), loaded(1)),
    Case(22, "title_on_line_nine", lambda k: ("说明\n" * 9 + text(good(k))).encode(), loaded(1)),
    Case(22, "title_beyond_line_ten", lambda k: ("说明\n" * 12 + text(good(k))).encode(), UNKNOWN),
    Case(22, "merged_title", lambda k: book(lambda w, s: titled(w, s, k)), loaded(2), suffix="xlsx"),
    Case(23, "two_levels_with_a_mapping", lambda k: TWO_LEVELS.format(key=k).encode(), loaded(1), stem="两级表头"),
    Case(23, "two_levels_without", lambda k: TWO_LEVELS.format(key=k).encode(), UNKNOWN),
    Case(
        24,
        "merged_body",
        lambda k: book(lambda _, s: merged(s, without_station(k))),
        loaded(3, quarantined={"missing_required": 2}, lines=(3, 4)),
        suffix="xlsx",
    ),
    Case(
        24,
        "merged_body_where_told",
        lambda k: book(lambda _, s: merged(s, without_station(k))),
        loaded(3),
        stem="合并单元格",
        suffix="xlsx",
    ),
    Case(24, "ditto_in_csv", lambda k: csv(good(k), good(k, 2, org="")), loaded(2), stem="合并单元格"),
    Case(
        25,
        "right_total",
        lambda k: people(k, ("青",), ("柳",), ("合计", "", "2000", "700")),
        loaded(3, dropped=1),
        stem="人口数据",
    ),
    Case(
        25,
        "wrong_total",
        lambda k: people(k, ("青",), ("柳",), ("合计", "", "2100", "700")),
        loaded(3, dropped=1, warnings=("total_mismatch: line 4, 常住人口: printed 2100, loaded 2000",)),
        stem="人口数据",
    ),
    Case(
        25,
        "total_above_the_rows",
        lambda k: people(k, ("总计", "", "2000", "700"), ("青",), ("柳",)),
        loaded(3, dropped=1),
        stem="人口数据",
    ),
    Case(
        25,
        "subtotals_between",
        lambda k: people(
            k, ("青",), ("小计", "", "1200", "400"), ("柳",), ("小计", "", "800", "300"), ("总计", "", "2000", "700")
        ),
        loaded(5, dropped=3),
        stem="人口数据",
    ),
    Case(
        25,
        "wrong_subtotal",
        lambda k: people(k, ("青",), ("小计", "", "1200户", "401"), ("柳",), ("总计", "", "2000", "700")),
        loaded(4, dropped=2, warnings=("total_mismatch: line 3, 户数: printed 401, loaded 400",)),
        stem="人口数据",
    ),
    Case(
        25,
        "label_in_the_second_column",
        lambda k: people(k, ("青",), ("柳",), ("2024", "全局合计", "1999", "700")),
        loaded(3, dropped=1, warnings=("total_mismatch: line 4, 常住人口: printed 1999, loaded 2000",)),
        stem="人口数据",
    ),
    Case(
        25,
        "total_with_a_quarantined_row",
        lambda k: people(k, ("青",), ("2024", "柳河派出所", "约八百", "300"), ("合计", "", "2000", "700")),
        loaded(
            3,
            dropped=1,
            quarantined={"bad_number": 1},
            warnings=(
                "total_mismatch: line 4, 常住人口: printed 2000, loaded 1200",
                "total_mismatch: line 4, 户数: printed 700, loaded 400",
            ),
        ),
        stem="人口数据",
    ),
    Case(
        25,
        "right_total_of_an_unfolded_table",
        lambda k: months(k, "合计", "", "", "20", "17"),
        loaded(3, dropped=1, records=4),
        stem="窗口业务月报",
    ),
    Case(
        25,
        "wrong_total_of_an_unfolded_table",
        lambda k: months(k, "合计", "", "", "20", "18"),
        loaded(3, dropped=1, records=4, warnings=("total_mismatch: line 4, 办结: printed 18, loaded 17",)),
        stem="窗口业务月报",
    ),
    Case(25, "number_of_rows", lambda k: csv(good(k), good(k, 2), ["合计", "2起", "", "", ""]), loaded(3, dropped=1)),
    Case(
        25,
        "wrong_number_of_rows",
        lambda k: csv(good(k), good(k, 2), ["合计", "3起", "", "", ""]),
        loaded(3, dropped=1, warnings=("total_mismatch: line 4, rows: printed 3, loaded 2",)),
    ),
    Case(
        26, "filled_in_by", lambda k: csv(good(k), padded("填表人：欧阳问天", "", "审核：王某")), loaded(2, dropped=1)
    ),
    Case(26, "day_of_the_table", lambda k: csv(good(k)) + "制表日期：2025年4月1日\n".encode(), loaded(2, dropped=1)),
    Case(
        26,
        "remark",
        lambda k: csv(good(k), padded("注：本表数据截至3月31日"), padded("说明：含移交")),
        loaded(3, dropped=2),
    ),
    Case(
        26,
        "footnote_of_a_workbook",
        lambda k: xlsx(good(k), [None] * 5, ["填报人：欧阳问天"]),
        loaded(3, dropped=2),
        suffix="xlsx",
    ),
    Case(
        26,
        "footnote_of_xls",
        lambda k: xls(good(k), ["审核：王某", None, "制表：李某"]),
        loaded(2, dropped=1),
        suffix="xls",
    ),
    Case(
        27,
        "hidden_sheet",
        lambda k: sheets({"旧": one(k, 1), "台账": one(k, 2)}, hidden=("旧",)),
        loaded(1, notes=("hidden_sheet: 旧",)),
        suffix="xlsx",
    ),
    Case(
        27,
        "only_a_hidden_sheet",
        lambda k: sheets({"说明": [["见系统"]], "旧": one(k, 1)}, hidden=("旧",)),
        UNKNOWN,
        suffix="xlsx",
    ),
    Case(
        27,
        "second_sheet_with_data",
        lambda k: sheets({"三月": one(k, 1), "二月": one(k, 2)}),
        loaded(1, notes=("unread_sheet: 二月",), warnings=("unread_sheet: 二月",)),
        suffix="xlsx",
    ),
    Case(
        27,
        "notes_before_the_table",
        lambda k: sheets({"填写说明": [["请勿改动"]], "台账": one(k, 1)}),
        loaded(1),
        suffix="xlsx",
    ),
    Case(
        27,
        "named_sheet",
        lambda k: sheets({"草稿": one(k, 1), "正式": one(k, 2)}),
        loaded(1),
        stem="指定工作表",
        suffix="xlsx",
    ),
    Case(
        27, "named_sheet_is_missing", lambda k: sheets({"草稿": one(k, 1)}), UNKNOWN, stem="指定工作表", suffix="xlsx"
    ),
    Case(27, "hidden_rows_and_columns", lambda k: book(lambda _, s: hidden_lines(s, k)), loaded(2), suffix="xlsx"),
    Case(
        28,
        "blank_lines",
        lambda k: csv(good(k)) + b"\n\n" + text(good(k, 2), head=()).encode() + b"\n",
        loaded(5, dropped=3),
    ),
    Case(28, "lines_of_commas", lambda k: csv(good(k), [""] * 5, good(k, 2), [" "] * 5), loaded(4, dropped=2)),
    Case(
        28,
        "blank_rows_of_a_sheet",
        lambda k: xlsx(good(k), [None] * 5, [None] * 5, good(k, 2)),
        loaded(4, dropped=2),
        suffix="xlsx",
    ),
    Case(28, "empty_first_sheet", lambda k: sheets({"Sheet1": [], "台账": one(k, 1)}), loaded(1), suffix="xlsx"),
    Case(28, "empty_workbook", lambda _: sheets({"Sheet1": [], "Sheet2": []}), refused("empty_file"), suffix="xlsx"),
    Case(41, "zero_in_a_known_window", lambda _: csv(), loaded(0)),
    Case(41, "zero_in_a_known_window_crlf", lambda _: csv(newline="\r\n", encoding="gbk"), loaded(0)),
    Case(41, "zero_rows_of_a_workbook", lambda _: xlsx(), loaded(0), suffix="xlsx"),
    Case(41, "only_blank_rows", lambda _: csv([""] * 5), loaded(1, dropped=1)),
    Case(41, "no_window", lambda _: csv(head=(*HEAD, "甲")), refused("no_rows", line=1), name="接处警登记_补报.csv"),
    Case(
        41,
        "no_window_of_a_workbook",
        lambda _: xlsx(head=(*HEAD, "乙")),
        refused("no_rows", line=1, sheet="台账"),
        name="接处警登记_补报.xlsx",
    ),
    Case(
        41,
        "a_total_alone",
        lambda k: people(k, ("合计", "", "0", "0")),
        refused("no_rows", line=1),
        stem="人口数据",
    ),
    Case(
        42,
        "renamed",
        lambda k: csv(good(k), head=("接警单编号", "管辖单位", "报警时间", "警情类别", "处警结果")),
        loaded(1),
    ),
    Case(
        42,
        "blanks_in_names",
        lambda k: csv(good(k), head=("警情 编号", " 派 出 所", "接警时间\u3000", *HEAD[3:])),
        loaded(1),
    ),
    Case(
        42,
        "lines_in_names",
        lambda k: xlsx(good(k), head=("警情\n编号", "派出所", "接警\n时间", *HEAD[3:])),
        loaded(1),
        suffix="xlsx",
    ),
    Case(42, "name_nobody_knows", lambda k: csv(good(k), head=("案号", *HEAD[1:])), refused("missing_column", line=1)),
    Case(
        43,
        "reordered",
        lambda k: csv(list(reversed(good(k))), head=HEAD[::-1]),
        loaded(1, values={"outcome_code": ["mediation_success"]}),
    ),
    Case(
        44,
        "required_missing",
        lambda k: csv([*good(k)[:2], *good(k)[3:]], head=(*HEAD[:2], *HEAD[3:])),
        refused("missing_column", line=1),
    ),
    Case(
        44,
        "unit_missing",
        lambda k: csv([good(k)[0], *good(k)[2:]], head=(HEAD[0], *HEAD[2:])),
        refused("missing_column"),
    ),
    Case(
        44,
        "optional_missing",
        lambda k: csv([*good(k)[:3], good(k)[4]], head=(*HEAD[:3], HEAD[4])),
        loaded(1, values={"dispute_type_code": [None]}, warnings=("missing_column: dispute_type_code",)),
    ),
    Case(
        45, "extra_columns", lambda k: csv([*good(k), "欧阳问天", "x"], head=(*HEAD, "报警人姓名", "自编列")), loaded(1)
    ),
    Case(45, "columns_without_a_name", lambda k: csv([*good(k), "1", "2"], head=(*HEAD, "", "")), loaded(1)),
    Case(
        46,
        "same_name_twice",
        lambda k: csv([*good(k), "调解成功"], head=(*HEAD, "处理结果")),
        refused("duplicate_headers", line=1),
    ),
    Case(
        46,
        "same_name_when_cleaned",
        lambda k: csv([*good(k), "x"], head=(*HEAD, " 派出 所 ")),
        refused("duplicate_headers", line=1),
    ),
    Case(
        46,
        "in_a_workbook",
        lambda k: xlsx([*good(k), "x"], head=(*HEAD, "派出所")),
        refused("duplicate_headers", line=1, sheet="台账"),
        suffix="xlsx",
    ),
    Case(
        46,
        "of_unread_columns",
        lambda k: csv([*good(k), "x", "y"], head=(*HEAD, "备注", "备注")),
        refused("duplicate_headers", line=1),
    ),
    *(
        Case(47, slug, delimited_by(mark), loaded(2))
        for slug, mark in {"semicolon": ";", "tab": "\t", "bar": "|", "wide_comma": "，"}.items()
    ),
    Case(
        47,
        "semicolon_with_commas_in_cells",
        lambda k: csv([*good(k), "甲,乙,丙"], head=(*HEAD, "备注"), delimiter=";"),
        loaded(1),
    ),
    Case(47, "hat", lambda k: csv(good(k), delimiter="^"), UNKNOWN),
    Case(47, "columns_of_blanks", lambda k: csv(good(k), delimiter="    "), UNKNOWN),
)
