"""What the mapping language can say, each shown on a file of a few rows: what is archived, what is set aside."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from etl.inbox import identify, list_files
from etl.job import Job
from etl.load import load_file
from etl.mapping import read_mapping
from etl.organisations import NAMED, organisations_of
from etl.pseudonyms import ensure_key
from etl.readers import Unreadable
from tests.etl.nights import write_bytes

ORGS = pl.DataFrame(
    [
        {"code": "S1", "name": "青山派出所", "short_name": "青山所", "parent_code": None},
        {"code": "S2", "name": "绿水派出所", "short_name": "绿水所", "parent_code": None},
        {"code": "B11", "name": "第一警务区", "short_name": None, "parent_code": "S1"},
        {"code": "B21", "name": "第一警务区", "short_name": None, "parent_code": "S2"},
    ],
    schema=NAMED,
)
HEAD = """
[match]
files = ["*"]
headers = []
"""


class Archived:
    """One file, archived with one mapping."""

    def __init__(self, data: Path, mapping: str, name: str, content: bytes) -> None:
        path = data / "own.toml"
        path.write_text(mapping, "utf-8")
        write_bytes(data / "inbox", name, content)
        (file,) = list_files(data / "inbox")
        job = Job(data, ensure_key(data / "archive"), organisations_of(ORGS), datetime(2026, 11, 1), "", "")
        found, table = identify(file.path, [read_mapping(path)])
        self.info: dict[str, Any] = load_file(file, "0" * 64, found, table, job)
        feed, batch = self.info["feed"], self.info["batch"]
        self.records = pl.read_parquet(data / "archive" / feed / f"{batch}.parquet")
        aside = data / "quarantine" / feed / f"{batch}.parquet"
        self.quarantined = pl.read_parquet(aside) if aside.is_file() else pl.DataFrame()

    def column(self, name: str) -> list[Any]:
        return self.records[name].to_list()


def incident(columns: str, more: str = "") -> str:
    return f'feed = "incident"\n{HEAD}\n[columns]\n{columns}\n{more}'


BASIC = 'source_key = "编号"\norg_code = "单位"\nreceived_at = "时间"\n'


def archive(data: Path, mapping: str, text: str, name: str = "a.csv") -> Archived:
    return Archived(data, mapping, name, text.encode())


def test_units_are_found_by_code_name_and_short_name_and_beats_within_their_station(data: Path) -> None:
    rows = (
        "编号,单位,时间,警务区\n1,S1,2026-03-01,第一警务区\n2,绿水派出所,2026-03-01,第一警务区\n"
        "3,青山所,2026-03-01,\n4,黄河所,2026-03-01,\n"
    )
    found = archive(data, incident(BASIC + 'beat_code = "警务区"'), rows)
    assert found.column("org_code") == ["B11", "B21", "S1"]
    assert found.quarantined["reason_code"].to_list() == ["bad_code"]


def test_a_bare_day_has_no_hour(data: Path) -> None:
    rows = "编号,单位,时间\n1,S1,2026-03-01\n2,S1,2026-03-01 00:00\n3,S1,2026-03-01 23:59\n"
    assert archive(data, incident(BASIC), rows).column("received_hour") == [None, 0, 23]


def test_parts_follow_the_outcome_and_a_blank_one_is_pending(data: Path) -> None:
    rows = (
        "编号,单位,时间,结果,去向\n1,S1,2026-03-01,调解成功,\n2,S1,2026-03-01,调解不成,\n3,S1,2026-03-01,转刑事案件,\n"
        "4,S1,2026-03-01,分流移交,司法所\n5,S1,2026-03-01,调解成功,司法所\n6,S1,2026-03-01,当事人撤回,\n7,S1,2026-03-01,无效警情,\n"
        "8,S1,2026-03-01,,\n"
    )
    found = archive(data, incident(BASIC + 'outcome_code = "结果"\nreferral_target_code = "去向"'), rows)
    parts = ("received", "closed", "resolved", "failed", "referred", "referral_returned", "escalated")
    assert found.records.select(f"{part}_count" for part in parts).rows() == [
        (1, 1, 1, 0, 0, 0, 0),
        (1, 1, 0, 1, 0, 0, 0),
        (1, 1, 0, 1, 0, 0, 1),
        (1, 0, 0, 0, 1, 0, 0),
        (1, 1, 1, 0, 1, 1, 0),
        (1, 1, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 0, 0),
        (1, 0, 0, 0, 0, 0, 0),
    ]


def test_what_a_source_does_not_deliver_stays_null(data: Path) -> None:
    found = archive(data, incident(BASIC), "编号,单位,时间\n1,S1,2026-03-01\n")
    assert found.column("received_count") == found.column("outcome_code") == found.column("channel_code") == [None]
    assert found.column("incident_count") == [1]


def test_republican_years_constants_and_extracts(data: Path) -> None:
    mapping = incident(
        'source_key = { from = "id", extract = "^([A-Z]+[0-9]+)-" }\norg_code = { constant = "S1" }\n'
        'received_at = { from = "day", roc = true }'
    )
    found = archive(data, mapping, "id,day\nA1-x,1070130\nA2-y,107/2/3\nA3-z,民國107年2月4日\n")
    assert found.column("received_on") == [date(2018, 1, 30), date(2018, 2, 3), date(2018, 2, 4)]


def test_date_and_time_in_two_columns_join_and_split_takes_a_piece(data: Path) -> None:
    mapping = incident(
        'source_key = { from = "编号", split = "/", part = 1 }\norg_code = "单位"\n'
        'received_at = { concat = ["日期", "时刻"], separator = " " }'
    )
    found = archive(data, mapping, "编号,单位,日期,时刻\nx/1,S1,2026-03-01,08:05\nx/2,S1,2026-03-01,21:40\n")
    assert found.column("received_hour") == [8, 21]
    assert found.records["record_key"].n_unique() == 2


def test_day_first_dates_are_read_only_where_the_mapping_says_so(data: Path) -> None:
    rows = "编号,单位,时间\n1,S1,03/04/2026\n"
    assert archive(data, incident(BASIC), rows).quarantined["reason_code"].to_list() == ["bad_date"]
    explicit = BASIC.replace('"时间"', '{ from = "时间", formats = ["%d/%m/%Y"] }')
    assert archive(data, incident(explicit), rows).column("received_on") == [date(2026, 4, 3)]


def test_a_source_word_maps_to_a_code_and_unknown_words_go_where_the_mapping_says(data: Path) -> None:
    rows = "编号,单位,时间,类别\n1,S1,2026-03-01,吵架\n2,S1,2026-03-01,怪事\n"
    words = 'dispute_type_code = { from = "类别", values = { "吵架" = "neighbour" }%s }'
    other = archive(data, incident(BASIC + words % ', unknown = "other"'), rows)
    assert other.column("dispute_type_code") == ["neighbour", "other"]
    aside = archive(data, incident(BASIC + words % ""), rows)
    assert aside.quarantined["reason_code"].to_list() == ["bad_code"]
    taken = archive(data, incident(BASIC + words % ', unknown = "register"'), rows)
    assert taken.column("dispute_type_code") == ["neighbour", "怪事"]
    assert {"code": "怪事", "name": "怪事", "parent_code": None} in taken.info["registered"]["dispute_type"]


def test_wide_tables_unfold_by_period(data: Path) -> None:
    mapping = incident(
        'org_code = "单位"\ndispute_type_code = { constant = "neighbour" }',
        '[unpivot]\nheaders = "^(\\\\d{4}年\\\\d+月)$"\ninto = "period_month"\nvalue = "incident_count"\n'
        '[keys]\nrecord = ["org_code", "period_start"]\n',
    )
    found = archive(data, mapping, '单位,2026年1月,2026年2月,备注\nS1,3,"1,200",x\nS2,,4,y\n合计,3,1204,\n')
    assert found.records.select("org_code", "period_start", "period_end", "incident_count").sort(
        "incident_count"
    ).rows() == [
        ("S1", date(2026, 1, 1), date(2026, 1, 31), 3),
        ("S2", date(2026, 2, 1), date(2026, 2, 28), 4),
        ("S1", date(2026, 2, 1), date(2026, 2, 28), 1200),
    ]
    assert (found.info["rows_in"], found.info["dropped"], found.info["records"]) == (3, 1, 3)


def test_wide_tables_unfold_by_code_and_one_bad_cell_sets_the_row_aside(data: Path) -> None:
    mapping = incident(
        'org_code = "单位"\nperiod_month = "月份"',
        '[unpivot]\ncolumns = ["邻里纠纷", "债务纠纷"]\ninto = "dispute_type_code"\nvalue = "incident_count"\n'
        '[keys]\nrecord = ["org_code", "dispute_type_code", "period_start"]\n',
    )
    found = archive(data, mapping, "单位,月份,邻里纠纷,债务纠纷\nS1,2026-01,3,5\nS2,2026-01,4,四\n")
    assert found.records.select("org_code", "dispute_type_code", "incident_count").rows() == [
        ("S1", "neighbour", 3),
        ("S1", "debt", 5),
    ]
    assert found.quarantined.select("line", "reason_code").rows() == [(3, "bad_number")]
    assert (found.info["rows_in"], found.info["quarantined"]) == (2, 1)


def test_a_year_covers_its_days(data: Path) -> None:
    mapping = incident(
        'org_code = "单位"\nperiod_year = "年份"\nincident_count = "件数"',
        '[keys]\nrecord = ["org_code", "period_start"]',
    )
    found = archive(data, mapping, "单位,年份,件数\nS1,2024,7\n")
    assert found.records.select("period_start", "period_end", "is_total").rows() == [
        (date(2024, 1, 1), date(2024, 12, 31), True)
    ]
    assert found.info["window"] == ["2024-01-01", "2024-12-31"]


def test_organisations_come_from_the_file_with_parents_and_totals_are_not_among_them(data: Path) -> None:
    mapping = incident(
        'source_key = "id"\norg_code = { from = "beat", unknown = "register" }\nreceived_at = "day"',
        '[[register.org]]\nlevel = "station"\ncode = "unit"\n'
        '[[register.org]]\nlevel = "beat"\ncode = "beat"\nname = "beat_name"\nparent = "unit"\n',
    )
    rows = (
        "id,unit,beat,beat_name,day\n1,North,N1,North one,2026-03-01\n"
        "2,North,N2,13912345678,2026-03-01\n3,合计,合计,合计,2026-03-01\n"
    )
    found = archive(data, mapping, rows)
    assert [(org["code"], org["parent_code"], org["level_code"]) for org in found.info["registered"]["org"]] == [
        ("North", None, "station"),
        ("N1", "North", "beat"),
    ]
    assert found.column("org_code") == ["N1"]
    assert found.info["quarantined_by_reason"] == {"bad_code": 1}
    assert found.info["dropped"] == 1


@pytest.mark.parametrize("others", ["", "1,N1,North one,2026-03-01\n"])
def test_a_name_without_a_code_is_no_organisation_and_its_row_is_quarantined(data: Path, others: str) -> None:
    mapping = incident(
        'source_key = "id"\norg_code = { from = "beat", unknown = "register" }\nreceived_at = "day"',
        '[[register.org]]\nlevel = "beat"\ncode = "beat"\nname = "beat_name"\n',
    )
    found = archive(data, mapping, f"id,beat,beat_name,day\n{others}2,,North two,2026-03-01\n")
    assert [org["code"] for org in found.info["registered"]["org"]] == ["N1"] * bool(others)
    assert found.info["quarantined_by_reason"] == {"missing_required": 1}


@pytest.mark.parametrize(
    ("rule", "name", "window"),
    [
        ('{ regex = "_(\\\\d{6})", format = "%Y%m" }', "a_202402.csv", ["2024-02-01", "2024-02-29"]),
        ('{ regex = "_(\\\\d{4})", format = "%Y" }', "a_2024.csv", ["2024-01-01", "2024-12-31"]),
        (
            '{ regex = "_(\\\\d{8})-(\\\\d{8})", format = "%Y%m%d" }',
            "a_20240105-20240107.csv",
            ["2024-01-05", "2024-01-07"],
        ),
        ('{ start = "2018-01-01", end = "2019-12-31" }', "a.csv", ["2018-01-01", "2019-12-31"]),
        ('{ start = "2024-02-05" }', "a.csv", ["2024-02-05", "2024-02-09"]),
        ('{ end = "2024-02-29" }', "a.csv", ["2024-02-03", "2024-02-29"]),
        ('{ start = "2024-03-01" }', "a.csv", None),
        ('{ regex = "_(\\\\d{8})", format = "%Y%m%d" }', "corrections.csv", None),
        ('"data"', "a.csv", ["2024-02-03", "2024-02-09"]),
    ],
)
def test_a_file_speaks_for_the_days_that_its_mapping_finds(
    data: Path, rule: str, name: str, window: list[str] | None
) -> None:
    rows = "编号,单位,时间\n1,S1,2024-02-03\n2,S2,2024-02-09\n"
    found = archive(data, incident(BASIC, f'[reports]\nfor = "org"\nwindow = {rule}'), rows, name)
    assert found.info["window"] == window
    assert found.info["reports_for"] == (["S1", "S2"] if window else [])


def test_the_delivery_day_is_in_the_name_or_is_the_files_own(data: Path) -> None:
    rows = "编号,单位,时间\n1,S1,2024-02-03\n"
    mapping = incident(BASIC, '[delivered]\nregex = "_(\\\\d{8})\\\\."')
    assert archive(data, mapping, rows, "a_20240210.csv").info["delivered_at"] == "2024-02-10T00:00:00"
    (data / "inbox" / "a_20240210.csv").unlink()
    assert archive(data, mapping, rows, "a.csv").info["delivered_at"] == "2026-11-01T02:00:00"


def test_levels_are_words_or_numbers_and_blank_is_no_contact(data: Path) -> None:
    mapping = (
        f'feed = "satisfaction"\n{HEAD}\n[columns]\nreply_key = "编号"\norg_code = "单位"\ninvited_at = "日期"\n'
        'survey_code = { constant = "callback_dispute" }\nlevel = { from = "评价", dont_know = ["0"] }\n'
    )
    words = ["非常满意", "2", "0", "", "拒答", "6"]
    rows = "编号,单位,日期,评价\n" + "".join(f"{n},S1,2026-03-01,{word}\n" for n, word in enumerate(words))
    found = archive(data, mapping, rows)
    assert found.records.select("level", "answer_status_code").rows() == [
        (5, "valid"),
        (2, "valid"),
        (None, "dont_know"),
        (None, "no_contact"),
        (None, "refused"),
    ]
    assert found.quarantined["reason_code"].to_list() == ["bad_code"]


def test_at_least_quantities_are_kept_apart(data: Path) -> None:
    mapping = (
        f'feed = "activity"\n{HEAD}\n[columns]\norg_code = "单位"\ndone_at = "日期"\nactivity_code = "项目"\n'
        'part_code = { constant = "received" }\nquantity = { from = "数量", units = ["起", "人次"] }\n'
        '[keys]\nrecord = "content"\n'
    )
    found = archive(
        data, mapping, "单位,日期,项目,数量\nS1,2026-03-01,赶集警务,120余起\nS1,2026-03-01,赶集警务,50人次\n"
    )
    assert found.records.select("quantity", "qualifier_code").rows() == [(120, "at_least"), (50, "exact")]


def test_a_workbook_with_title_total_and_footnote_rows(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("九月")
        day = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write(0, 0, "青山派出所接处警登记")
        sheet.write_row(2, 0, ["编号", "单位", "时间"])
        for number in range(3):
            sheet.write_string(3 + number, 0, f"A{number}")
            sheet.write_string(3 + number, 1, "青山派出所")
            sheet.write_datetime(3 + number, 2, datetime(2026, 9, 1, 8, 30), day)
        sheet.write_number(6, 0, 370100201505280001)
        sheet.write_string(6, 1, "青山派出所")
        sheet.write_datetime(6, 2, datetime(2026, 9, 1), day)
        sheet.write_row(7, 0, ["合 计", "", "4"])
        sheet.write_row(8, 0, ["填表人：张三"])
    found = Archived(data, incident(BASIC), "九月.xlsx", path.read_bytes())
    assert found.column("received_hour") == [8, 8, 8]
    assert found.column("line") == [4, 5, 6]
    assert found.quarantined.select("line", "reason_code").rows() == [(7, "lossy_id")]
    assert (found.info["rows_in"], found.info["dropped"], found.info["sheet"]) == (6, 2, "九月")


def test_a_required_column_that_is_missing_refuses_the_file(data: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        archive(data, incident(BASIC), "编号,时间\n1,2026-03-01\n")
    assert (caught.value.code, caught.value.expected) == ("missing_column", "单位")


def test_two_mappings_of_equal_rank_are_an_error_and_the_bureaus_own_wins(data: Path) -> None:
    path = write_bytes(data / "inbox", "a.csv", "编号,单位,时间\n1,S1,2026-03-01\n".encode())
    for name in ("one", "two"):
        (data / f"{name}.toml").write_text(incident(BASIC), "utf-8")
    shipped = [read_mapping(data / f"{name}.toml") for name in ("one", "two")]
    with pytest.raises(Unreadable) as caught:
        identify(path, shipped)
    assert caught.value.code == "mapping_conflict"
    own = read_mapping(data / "two.toml", rank=1)
    assert identify(path, [shipped[0], own])[0].name == "two"


def test_parquet_is_read_only_where_the_mapping_trusts_it(data: Path) -> None:
    path = data / "x.parquet"
    pl.DataFrame({"编号": ["1"], "单位": ["S1"], "时间": [date(2026, 3, 1)]}).write_parquet(path)
    content = path.read_bytes()
    with pytest.raises(Unreadable) as caught:
        Archived(data, incident(BASIC), "a.parquet", content)
    assert caught.value.code == "not_what_it_says"
    trusted = Archived(data, incident(BASIC, "[read]\ntrusted = true"), "a.parquet", content)
    assert trusted.column("received_on") == [date(2026, 3, 1)]


def test_helper_fields_make_keys_of_columns_that_are_not_archived(data: Path) -> None:
    mapping = incident(
        'org_code = "单位"\nreceived_at = "时间"\n_book = "册"\n_page = "页"',
        '[keys]\nrecord = ["_book", "_page"]\n',
    )
    found = archive(data, mapping, "单位,时间,册,页\nS1,2026-03-01,甲,1\nS1,2026-03-01,甲,2\nS1,2026-03-02,甲,1\n")
    keys = found.column("record_key")
    assert keys[0] == keys[2] != keys[1]
    assert found.info["ignored_columns"] == []


def test_two_contents_of_one_key_are_set_aside_where_the_mapping_asks_for_it(data: Path) -> None:
    rows = "编号,单位,时间\n1,S1,2026-03-01\n2,S1,2026-03-01\n2,S1,2026-03-02\n3,S1,2026-03-03\n3,S1,2026-03-03\n"
    strict = archive(data, incident(BASIC, "[keys]\nduplicate_conflict = true"), rows)
    assert strict.column("line") == [2, 5, 6]
    assert strict.quarantined.select("line", "reason_code").rows() == [
        (3, "duplicate_conflict"),
        (4, "duplicate_conflict"),
    ]
    assert (strict.info["rows_in"], strict.info["quarantined"], strict.info["records"]) == (5, 2, 3)


def test_blank_cells_of_wide_tables_are_no_records_or_a_fault(data: Path) -> None:
    rows = "单位,202601,202602\nS1,3,-\nS2,4,5\n"
    more = '[unpivot]\nheaders = "^(20\\\\d{4})$"\ninto = "period_month"\nvalue = "incident_count"\n%s\n'
    keys = '[keys]\nrecord = ["org_code", "period_start"]\n'
    lenient = archive(data, incident('org_code = "单位"', more % "" + keys), rows)
    assert sorted(lenient.column("incident_count")) == [3, 4, 5]
    strict = archive(data, incident('org_code = "单位"', more % "skip_blank = false" + keys), rows)
    assert sorted(strict.column("incident_count")) == [4, 5]
    assert strict.quarantined.select("line", "reason_code").rows() == [(2, "missing_required")]


def test_columns_that_were_not_read_are_told_by_name_where_the_mapping_knows_it_and_else_by_place(data: Path) -> None:
    mapping = incident(BASIC, '[privacy]\ndrop = ["姓名"]\n')
    found = archive(data, mapping, "编号,单位,时间,姓名,电话13912345678\n1,S1,2026-03-01,张三,x\n")
    assert found.info["ignored_columns"] == ["姓名", "列5‹13字›"]


def test_a_row_that_is_empty_only_where_we_look_is_quarantined_and_not_called_blank(data: Path) -> None:
    rows = "序号,编号,单位,时间,备注\n1,1,S1,2026-03-01,\n,,,,有字\n,,,,\n"
    found = archive(data, incident(BASIC), rows)
    assert found.quarantined.select("line", "reason_code").rows() == [(3, "missing_required")]
    assert (found.info["rows_in"], found.info["dropped"], found.info["records"]) == (3, 1, 1)


@pytest.mark.parametrize(
    ("words", "fate"),
    [
        ("", {3: "short_row", 4: None, 5: None, 6: "short_row", 7: None}),
        ("total_words = []", {3: "short_row", 4: "bad_code", 5: None, 6: "short_row", 7: "short_row"}),
        ("footnote_words = []", {3: "short_row", 4: None, 5: "bad_code", 6: "short_row", 7: None}),
        (
            "total_words = []\nfootnote_words = []",
            {3: "short_row", 4: "bad_code", 5: "bad_code", 6: "short_row", 7: "short_row"},
        ),
    ],
)
def test_without_words_for_totals_or_footnotes_no_row_is_taken_for_one(
    words: str, fate: dict[int, str | None], data: Path
) -> None:
    rows = "编号,单位,时间\n1,S1,2026-03-01\n2,S1\n3,合 计,2026-03-01\n填表人：甲,无此所,2026-03-01\n4\n总计：\n"
    found = archive(data, incident(BASIC, f"[read]\n{words}\n" if words else ""), rows)
    told = dict(found.quarantined.select("line", "reason_code").iter_rows())
    assert {line: told.get(line) for line in fate} == fate
    dropped = sum(reason is None for reason in fate.values())
    assert (found.info["rows_in"], found.info["records"], found.info["dropped"]) == (6, 1, dropped)
