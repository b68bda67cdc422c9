"""Drafts of mappings load, find what is what, and hold nothing of anybody."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from etl.__main__ import app
from etl.mapping import Mapping, read_mapping
from etl.propose import propose
from etl.refresh import refresh
from tests.bad_inputs.books import sheets
from tests.bad_inputs.contents import CANARIES, IDENTITY, PERSON, PHONE, STORY
from tests.etl.nights import ask
from warehouse.archive import read_batches

TYPES = ("邻里纠纷", "婚姻家庭纠纷", "合同纠纷")


def draft(folder: Path, name: str, content: bytes) -> tuple[str, Mapping]:
    """The draft for a file of these bytes, as text and as the mapping it is."""
    path = folder / name
    path.write_bytes(content)
    text = propose(path)
    written = folder / "draft.toml"
    written.write_text(text, "utf-8")
    return text, read_mapping(written)


def trial(rows: int, records: int, quarantined: str = "0") -> str:
    return f"rows_in {rows}, records {records}, quarantined {quarantined},"


def lines(*rows: tuple[object, ...], mark: str = ",") -> str:
    return "".join(mark.join(map(str, row)) + "\n" for row in rows)


def test_a_workbook_of_a_bureau_with_titles_and_persons(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["2025年第一季度矛盾纠纷台账"],
        [],
        ["案件编号", "报案日期", "所属派出所", "纠纷类别", "当事人姓名", "身份证号", "简要案情"],
    ]
    for number in range(1, 41):
        station, kind = f"青山第{number % 4 + 1}派出所", TYPES[number % 3]
        rows.append([f"AJ{number:04d}", f"2025年3月{number % 28 + 1}日", station, kind, PERSON, IDENTITY, STORY])
    text, mapping = draft(tmp_path, "台账0331.xlsx", sheets({"说明": [["见下"]], "明细": [list(row) for row in rows]}))
    assert (mapping.feed, mapping.read.sheet) == ("incident", "明细")
    assert mapping.columns["source_key"].sources == ("案件编号",)
    assert mapping.columns["received_at"].sources == ("报案日期",)
    assert mapping.columns["dispute_type_code"].unknown == "quarantine"  # the code table knows these words
    assert {"当事人姓名", "身份证号", "简要案情"} <= set(mapping.privacy["drop"])
    assert trial(40, 40) in text
    assert mapping.fits_name("台账0630.xlsx")
    assert not [canary for canary in CANARIES if canary in text]


def test_day_first_dates_and_semicolons(tmp_path: Path) -> None:
    head = ("crime_id", "reported_date", "precinct", "offense_type", "officer_name")
    rows = [(f"C{n}", f"{n % 28 + 1:02d}/05/2015 18:53", f"P{n % 5}", f"Theft {n % 7}", PERSON) for n in range(1, 61)]
    text, mapping = draft(tmp_path, "crimes.csv", lines(head, *rows, mark=";").encode())
    assert mapping.read.delimiter == ";"
    assert mapping.columns["received_at"].formats == ("%d/%m/%Y %H:%M",)
    assert mapping.columns["dispute_type_code"].unknown == "register"
    assert mapping.privacy["drop"] == ("officer_name",)
    assert trial(60, 60) in text
    assert PERSON not in text


def test_dates_with_two_readings_are_marked(tmp_path: Path) -> None:
    rows = [(f"C{n}", f"{n % 12 + 1:02d}/{n % 11 + 1:02d}/2015", "P1") for n in range(1, 61)]
    text, _ = draft(tmp_path, "crimes.csv", lines(("case_id", "date", "precinct"), *rows).encode())
    (line,) = [line for line in text.splitlines() if line.startswith("received_at")]
    assert "TODO" in line


def test_columns_that_are_types_unfold(tmp_path: Path) -> None:
    rows = [(f"2025-{n % 3 + 1:02d}", f"第{n}派出所", n, n + 1, 0) for n in range(1, 13)]
    text, mapping = draft(tmp_path, "汇总.csv", lines(("月份", "派出所", *TYPES), *rows).encode("gbk"))
    assert mapping.unpivot is not None
    assert (mapping.unpivot.into, mapping.unpivot.value) == ("dispute_type_code", "incident_count")
    assert mapping.columns["period_month"].sources == ("月份",)
    assert trial(12, 36) in text


def test_columns_that_are_english_months_unfold(tmp_path: Path) -> None:
    head = ("Borough", "Offence", "Jan 2024", "Feb 2024", "Mar 2024")
    rows = [(f"Borough {n // 4}", f"Offence {n % 4}", n, n + 1, n + 2) for n in range(20)]
    text, mapping = draft(tmp_path, "by month.csv", lines(head, *rows).encode())
    assert mapping.unpivot is not None
    assert mapping.unpivot.into == "period_month"
    assert trial(20, 60) in text
    assert "2024-01-01 – 2024-03-31" in text


def test_a_list_of_persons_is_recognised_and_nothing_is_loaded(tmp_path: Path) -> None:
    rows = [(PERSON, PHONE, f"青山路{n}号") for n in range(9)]
    text, mapping = draft(tmp_path, "通讯录.csv", lines(("姓名", "电话", "住址"), *rows).encode())
    assert mapping.feed == "none"
    assert "TODO" in text
    assert not [canary for canary in (*CANARIES, "青山路") if canary in text]


def test_a_column_of_identity_numbers_is_dropped_whatever_it_is_called(tmp_path: Path) -> None:
    rows = [(f"K{n}", "2025-03-05", "青山派出所", IDENTITY if n % 2 else "") for n in range(1, 41)]
    text, mapping = draft(tmp_path, "a.csv", lines(("编号", "日期", "派出所", "类别"), *rows).encode())
    assert mapping.privacy["drop"] == ("类别",)
    assert IDENTITY not in text


def test_rows_without_a_number_are_known_by_all_they_hold(tmp_path: Path) -> None:
    chance = random.Random(3)
    rows = [
        (f"2024-01-{n % 28 + 1:02d}", f"District {chance.randrange(4)}", chance.choice(("Theft", "Fraud")), n % 9)
        for n in range(80)
    ]
    text, mapping = draft(tmp_path, "crime list.csv", lines(("date", "district", "category", "hour"), *rows).encode())
    assert mapping.columns["org_code"].sources == ("district",)
    assert mapping.keys.record is not None
    assert trial(80, 80) in text


def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"<html><table></table></html>")
    done = CliRunner().invoke(app, ["propose", str(path)])
    assert done.exit_code == 1
    assert "HTML" in done.output
    assert "xlsx" in done.output


def test_the_command_writes_the_draft(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        lines(("编号", "接警时间", "派出所"), *((n, f"2025-03-{n:02d}", "青山派出所") for n in range(1, 20))), "utf-8"
    )
    printed = CliRunner().invoke(app, ["propose", str(path)])
    assert printed.exit_code == 0
    done = CliRunner().invoke(app, ["propose", str(path), "--out", str(tmp_path / "own.toml")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "own.toml").read_text("utf-8") == printed.stdout
    assert read_mapping(tmp_path / "own.toml").feed == "incident"


# Of each set the files, and what must stand in the archive: source rows, records, and the sum of a count.
REAL = {
    "london_mps/recorded-crime-ward.parquet": (18_688, 467_200, ("incident_count", 1_782_174)),
    "london_mps/recorded-crime-borough.parquet": (1_032, 24_768, ("incident_count", 931_868 + 906_960)),
    "sf_inspections/ins.csv": (26_663, 26_663, ("visit_count", 26_663)),
    "sf_inspections/bus.csv": (6_253, 0, None),
    "taipei/臺北市街頭隨機強盜案件點位資訊.csv": (25, 24, ("incident_count", 24)),
    "taipei/臺北市街頭隨機搶奪案件點位資訊.csv": (54, 54, ("incident_count", 54)),
    "calgary/crime.csv.gz": (77_135, 77_135, None),
    "calgary/population.csv.gz": (10_448, 10_448, None),
}


@pytest.fixture(scope="module")
def drafted(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One night over all sets, each with nothing but its draft, as it comes."""
    folder = tmp_path_factory.mktemp("drafts")
    data, sources = folder / "data", folder / "sources"
    (data / "inbox").mkdir(parents=True)
    sources.mkdir()
    for number, name in enumerate(REAL):
        shutil.copy(realdata / name, data / "inbox")
        (sources / f"draft_{number}.toml").write_text(propose(realdata / name), "utf-8")
    report = refresh(data, sources=sources)
    assert (report.exit_code, report.refused, report.held) == (0, (), ())
    return data


def test_drafts_of_the_real_sets_load_as_they_are(drafted: Path) -> None:
    infos = {Path(batch.info["file"]).name: batch.info for batch in read_batches(drafted / "archive")}
    for name, (rows, records, total) in REAL.items():
        info = infos[Path(name).name]
        assert info["mapping"].startswith("draft_"), name
        assert (info["rows_in"], info["records"]) == (rows, records), name
        if total:
            column, expected = total
            archived = pl.read_parquet(drafted / "archive" / info["feed"] / f"{info['batch']}.parquet")
            assert archived[column].sum() == expected, name


def test_drafts_of_the_real_sets_find_units_and_keys(drafted: Path) -> None:
    # Calgary: 77,063 keys, the later line wins; 679 wards of 33 boroughs; 11 districts of Taipei.
    assert ask(drafted, "select count(*) from core.fct_incident") == [(467_200 + 24_768 + 24 + 54 + 77_063,)]
    levels = dict(ask(drafted, "select level_code, count(*) from core.dim_org group by level_code"))
    assert levels["beat"] == 679
    written = b"".join(path.read_bytes() for path in drafted.rglob("*") if path.is_file() and "inbox" not in path.parts)
    for planted in (b"HEUNG YUEN", b"14154827284", b"3279 22nd", "林森北路".encode()):
        assert planted not in written


def test_the_long_series_of_boroughs_has_a_draft_too(realdata: Path) -> None:
    text = propose(realdata / "london_mps/recorded-crime-borough-historical.parquet")
    assert trial(1_085, 181_195) in text
    assert "2010-04-01 – 2024-02-29" in text
    assert json.loads(next(line for line in text.splitlines() if line.startswith("headers")).partition(" = ")[2])
