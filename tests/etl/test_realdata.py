"""Foreign layouts load with one mapping and no code: records that nobody here invented, and their known figures."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl.refresh import refresh
from etl.status import quarantined_rows, status
from tests.etl.nights import ask
from warehouse.__main__ import app as warehouse_app


def load(realdata: Path, data: Path, pattern: str) -> Path:
    """One night over copies of the files of a set."""
    for path in realdata.glob(pattern):
        shutil.copy(path, data / "inbox")
    report = refresh(data)
    assert (report.exit_code, report.refused, report.held) == (0, (), ())
    for entry in status(data)["files"]:
        parts = entry["loaded"] + entry["quarantined"] + entry["duplicates"] + entry["dropped"]
        assert entry["rows_in"] == parts
    return data


def compared(data: Path, metric: str, period: str) -> tuple[float | None, float | None, str, list[str]]:
    """Value, base, verdict and flags, as the shell prints them."""
    done = CliRunner().invoke(
        warehouse_app, ["metric", metric, "--data", str(data), "--period", period, "--format", "json"]
    )
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.output)
    return row["value"], row["base_value"], row["verdict"], row["flags"]


@pytest.fixture
def wards(realdata: Path, data: Path) -> Path:
    return load(realdata, data, "london_mps/recorded-crime-ward.parquet")


def test_london_wards_give_every_cell_and_every_offence(wards: Path) -> None:
    assert ask(wards, "select count(*), sum(incident_count) from core.fct_incident") == [(467_200, 1_782_174)]
    year = "select sum(incident_count) from core.fct_incident where period_start between date '{}' and date '{}'"
    assert ask(wards, year.format("2024-03-01", "2025-02-01")) == [(890_808,)]
    assert ask(wards, year.format("2025-03-01", "2026-02-01")) == [(891_326,)]
    assert ask(wards, year.format("2024-02-01", "2024-02-01")) == [(40,)]
    fear = year + " and dispute_type_code = 'PUBLIC FEAR ALARM OR DISTRESS'"
    assert ask(wards, fear.format("2024-03-01", "2025-02-01")) == [(33_331,)]
    assert ask(wards, fear.format("2025-03-01", "2026-02-01")) == [(33_460,)]
    assert status(wards)["feeds"]["incident"]["records"] == 467_200
    assert status(wards)["feeds"]["incident"]["rows_in"] == 18_688
    assert ask(wards, "select count(*) from core.fct_incident where resolved_count is not null") == [(0,)]
    assert compared(wards, "dispute_case_count", "2025-03..2026-02") == (891_326, 890_808, "within_noise", [])
    # 202402 holds 40 records of a month that was not delivered whole: no base, and no year.
    for period in ("2024-02", "2024", "2025-02"):
        assert compared(wards, "dispute_case_count", period)[2] == "not_comparable"
        assert "coverage_gap" in compared(wards, "dispute_case_count", period)[3]
    for metric in ("resolution_rate_received", "resolution_rate_closed", "days_to_resolution_median"):
        value, _, _, flags = compared(wards, metric, "2025-03..2026-02")
        assert value is None
        assert "not_delivered" in flags
    levels = "select level_code, count(*) from core.dim_org group by all order by 1"
    assert ask(wards, levels) == [("beat", 679), ("city_bureau", 1), ("station", 33)]


def test_london_boroughs_join_two_files_into_one_series(realdata: Path, data: Path) -> None:
    load(realdata, data, "london_mps/recorded-crime-borough*.parquet")
    year = "select sum(incident_count) from core.fct_incident where period_start between date '{}' and date '{}'"
    assert ask(data, year.format("2024-03-01", "2025-02-01")) == [(931_868,)]
    assert ask(data, year.format("2025-03-01", "2026-02-01")) == [(906_960,)]
    span = "select min(period_start), max(period_end), count(distinct period_start) from core.fct_incident"
    assert ask(data, span) == [(date(2010, 4, 1), date(2026, 2, 28), 191)]
    assert compared(data, "dispute_case_count", "2025-03..2026-02")[:2] == (906_960, 931_868)
    # One kind of burglary ended with February 2024, another began: the sums are not of the same things.
    assert "coverage_gap" in compared(data, "dispute_case_count", "2024-03..2025-02")[3]
    broken = "select min(window_start), max(window_end) from core.reporting where dispute_type_code = '{}'"
    assert ask(data, broken.format("BURGLARY - RESIDENTIAL")) == [(date(2010, 4, 1), date(2024, 2, 29))]
    assert ask(data, broken.format("DOMESTIC BURGLARY")) == [(date(2024, 3, 1), date(2026, 2, 28))]


def test_san_francisco_inspections_are_visits_and_phones_stay_outside(realdata: Path, data: Path) -> None:
    load(realdata, data, "sf_inspections/*.csv")
    years = ask(data, "select year, sum(visit_count) from core.fct_visit group by year order by year")
    assert years == [(2016, 1_778), (2017, 7_817), (2018, 8_218), (2019, 8_850)]
    assert ask(data, "select distinct city_bureau_code from core.fct_visit") == [("SFDPH",)]
    (businesses,) = (entry for entry in status(data)["files"] if entry["feed"] == "none")
    assert (businesses["rows_in"], businesses["dropped"], businesses["records"]) == (6_253, 6_253, 0)
    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file() and "inbox" not in path.parts)
    for planted in (b"HEUNG YUEN", b"14154827284", b"3279 22nd"):
        assert planted not in written


def test_taipei_files_read_in_right_chinese_and_one_impossible_year_is_set_aside(realdata: Path, data: Path) -> None:
    load(realdata, data, "taipei/*.csv")
    kinds = "select dispute_type_code, count(*) from core.fct_incident group by all order by 2"
    assert ask(data, kinds) == [("強盜", 24), ("搶奪", 54)]
    assert {entry["rows_in"] for entry in status(data)["files"]} == {25, 54}
    (row,) = quarantined_rows(data).to_dicts()
    assert (row["line"], row["reason_code"]) == (26, "out_of_range")
    assert "1550222" in row["values"]
    assert ask(data, "select count(*) from core.dim_org where name like '%區'")[0][0] == 11
    assert ask(data, "select min(received_on) from core.fct_incident") == [(date(2018, 1, 30),)]


def test_calgary_keys_by_name_and_lets_the_later_line_win(realdata: Path, data: Path) -> None:
    load(realdata, data, "calgary/*.csv.gz")
    assert ask(data, "select count(*), sum(incident_count) from core.fct_incident") == [(77_063, 216_664)]
    feeds = status(data)["feeds"]
    assert (feeds["incident"]["rows_in"], feeds["incident"]["duplicates"]) == (77_135, 28)
    assert feeds["population"]["records"] == 10_448
    assert ask(data, "select max(year), count(*) from core.population") == [(2019, 10_448)]
    categories = ask(data, "select count(distinct dispute_type_code) from core.fct_incident")
    assert categories == [(9,)]
    nameless = "select count(*) from core.fct_incident where org_code is null or trim(org_code) = ''"
    assert ask(data, nameless) == [(0,)]
