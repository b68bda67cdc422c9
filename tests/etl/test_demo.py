"""The demo bureau: its truth balances and fits its files, the mess is there, the story is in the figures."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import json
import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import polars as pl
import pytest

from etl.demo import bureau, write_demo
from etl.demo.days import days_from_new_year
from etl.demo.deliveries import TITLES, UPDATE_TITLE, Deliveries
from etl.demo.incidents import make_incidents
from etl.demo.persons import INCIDENT_HEADERS, VISIT_HEADERS
from etl.demo.plan import PlannedFile, silent_window, windows
from etl.demo.scope import LAW_IN_FORCE, Scope
from etl.feeds import FEEDS
from etl.mapping import SHIPPED, Mapping, read_mapping
from warehouse.reference import codes_of

NO_RECORDS = ("合计", "小计", "填表人：林晓霞", "审核：王建军", "")
SMALL = {"years": 2, "incidents_per_year": 1500, "seed": 4}
MAPPINGS = [read_mapping(path) for path in sorted(SHIPPED.glob("bureau_*.toml"))]
COUNTS = ("rows_in", "loaded", "quarantined", "duplicates", "dropped", "records")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A small messy demo: its directory and its truth."""
    path = tmp_path_factory.mktemp("demo")
    return path, write_demo(path, **SMALL)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def planned() -> list[PlannedFile]:
    """All files of a small messy demo, not written."""
    return list(Deliveries(Scope(**SMALL)).messy())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def incidents() -> pl.DataFrame:
    """The incidents of the full demo."""
    return make_incidents(Scope())


def text_of(path: Path) -> str:
    """A text file decoded by its mark, or as UTF-8, or else as GB18030."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def rows_of(path: Path) -> list[list[str]]:
    """Header and rows below it, as Python's csv module and fastexcel read them; titles above are left out."""
    if path.suffix == ".xlsx":
        sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
        rows = [["" if cell is None else cell for cell in row] for row in sheet.rows()]
    else:
        text = text_of(path)
        head = text[:4000]
        delimiter = max("\t;,", key=head.count)
        # Zero bytes are part of the mess; csv would take them, but not beside a quote.
        rows = list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter))
    has_title = len(rows) > 1 and rows[1][0].startswith("打印日期")
    return rows[2:] if has_title else rows


def is_no_record(row: list[str]) -> bool:
    """Totals, footnotes and blank lines, told by their first cell; a record may lack its number."""
    return not row or (row[0] in NO_RECORDS and (row[0] != "" or not any(row)))


def data_files(directory: Path) -> list[Path]:
    return sorted(path for path in (directory / "inbox").rglob("*") if path.is_file())


def test_every_file_balances(demo: tuple[Path, dict[str, Any]]) -> None:
    for file in demo[1]["files"]:
        parts = file["loaded"] + file["quarantined"] + file["duplicates"] + file["dropped"]
        assert file["rows_in"] == parts, file
        assert sum(file["quarantined_by_reason"].values()) == file["quarantined"], file


def test_feeds_are_the_sums_of_their_files(demo: tuple[Path, dict[str, Any]]) -> None:
    sums: dict[str, Counter[str]] = {}
    for file in demo[1]["files"]:
        sums.setdefault(file["feed"], Counter()).update({name: file[name] for name in COUNTS})
    assert {feed: {name: total[name] for name in COUNTS} for feed, total in demo[1]["feeds"].items()} == {
        feed: {name: total[name] for name in COUNTS} for feed, total in sums.items()
    }


def test_every_feed_has_data(demo: tuple[Path, dict[str, Any]]) -> None:
    assert set(demo[1]["feeds"]) == set(FEEDS)
    assert all(feed["loaded"] > 0 for feed in demo[1]["feeds"].values())


def test_truth_is_written_beside_the_inbox(demo: tuple[Path, dict[str, Any]]) -> None:
    path, known = demo
    assert json.loads((path / "truth.json").read_text(encoding="utf-8")) == known
    assert [str(file.relative_to(path / "inbox")) for file in data_files(path)] == sorted(
        file["file"] for file in known["files"]
    )


def test_rows_of_the_truth_stand_in_the_files(demo: tuple[Path, dict[str, Any]]) -> None:
    path, known = demo
    counted = {file["file"]: len(rows_of(path / "inbox" / file["file"])) - 1 for file in known["files"]}
    assert counted == {file["file"]: file["rows_in"] for file in known["files"]}


def test_lines_that_cannot_be_aligned_are_as_many_as_the_truth_says(
    demo: tuple[Path, dict[str, Any]],
) -> None:
    path, known = demo
    short = extra = undecodable = 0
    for file in (file for file in known["files"] if not file["file"].endswith("xlsx")):
        rows = rows_of(path / "inbox" / file["file"])
        short += sum(len(row) < len(rows[0]) for row in rows)
        extra += sum(len(row) > len(rows[0]) for row in rows)
        undecodable += text_of(path / "inbox" / file["file"]).count("\0")
    reasons: Counter[str] = Counter()
    for feed in known["feeds"].values():
        reasons.update(feed["quarantined_by_reason"])
    assert (short, extra, undecodable) == (
        reasons["short_row"],
        reasons["extra_fields"],
        reasons["undecodable"],
    )
    assert min(short, extra, undecodable) > 0


def test_a_row_that_stands_twice_is_a_duplicate(demo: tuple[Path, dict[str, Any]]) -> None:
    path, known = demo
    first_time: dict[str, dict[str, Any]] = {}
    for file in sorted(known["files"], key=lambda file: file["delivered"]):
        if file["file"].count(TITLES["bureau_incident"]):
            first_time.setdefault(file["file"].rpartition("_")[0], file)
    assert len(first_time) > 20
    for file in first_time.values():
        rows = [row for row in rows_of(path / "inbox" / file["file"]) if not is_no_record(row)]
        twice = sum(row == before for before, row in pairwise(rows))
        assert twice == file["duplicates"], file["file"]


def test_a_file_sent_again_holds_duplicates_and_what_was_set_aside_the_first_time(
    demo: tuple[Path, dict[str, Any]],
) -> None:
    known = [file for file in demo[1]["files"] if file["mapping"] == "bureau_visit"]
    pairs = Counter(file["file"].rpartition("_")[0] for file in known)
    again = next(stem for stem, times in pairs.items() if times == 2)
    first, second = sorted(
        (file for file in known if file["file"].startswith(again)), key=lambda file: file["delivered"]
    )
    assert second["loaded"] == first["quarantined"]
    assert second["duplicates"] == first["loaded"]
    assert second["quarantined"] == 0


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    contents, truths = [], []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        truths.append(write_demo(tmp_path / name, years=1, incidents_per_year=200, seed=seed)["feeds"])
        files = data_files(tmp_path / name)
        contents.append({file.relative_to(tmp_path / name): file.read_bytes() for file in files})
    assert contents[0] == contents[1]
    assert truths[0] == truths[1]
    assert truths[0] != truths[2]


def test_every_kind_of_file_is_there(demo: tuple[Path, dict[str, Any]]) -> None:
    files = data_files(demo[0])
    plain = [gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in files]
    texts = [data for file, data in zip(files, plain, strict=True) if file.suffix != ".xlsx"]
    assert {file.suffix for file in files} == {".csv", ".tsv", ".txt", ".xlsx", ".gz"}
    assert any(data.startswith(codecs.BOM_UTF8) for data in texts)
    assert any(data.startswith(codecs.BOM_UTF16_LE) for data in texts)
    assert any(b"\r" in data and b"\n" not in data for data in texts)
    assert any(b"\r\n" in data for data in texts)
    assert any(data.count(b";") > data.count(b",") for data in texts)


def test_some_files_need_gb18030_and_not_gbk(demo: tuple[Path, dict[str, Any]]) -> None:
    needing = []
    for file in (file for file in data_files(demo[0]) if file.suffix == ".csv"):
        try:
            file.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            with contextlib.suppress(UnicodeDecodeError):
                file.read_bytes().decode("gbk")
                continue
            needing.append(file.read_bytes().decode("gb18030"))
    assert any("䶮沟派出所" in text for text in needing)


def test_totals_and_footnotes_are_dropped_and_not_data(demo: tuple[Path, dict[str, Any]]) -> None:
    path, known = demo
    for file in known["files"]:
        rows = rows_of(path / "inbox" / file["file"])
        assert sum(map(is_no_record, rows)) == file["dropped"], file["file"]
    assert sum(file["dropped"] for file in known["files"]) > 100


def test_every_incident_and_visit_file_holds_what_must_not_get_in(
    demo: tuple[Path, dict[str, Any]],
) -> None:
    path, known = demo
    for mapping, headers in (("bureau_incident", INCIDENT_HEADERS), ("bureau_visit", VISIT_HEADERS)):
        files = [file for file in known["files"] if file["mapping"] == mapping]
        assert files
        for file in files:
            header, row, *_ = rows_of(path / "inbox" / file["file"])
            assert all(set(words) & set(header) for words in headers.values()), file["file"]
            place = next(i for i, word in enumerate(header) if word in headers["identity"])
            assert re.fullmatch(r"990102\d{11}[\dX]", row[place])


def test_no_personal_header_is_known_to_a_mapping() -> None:
    personal = {word for words in (*INCIDENT_HEADERS.values(), *VISIT_HEADERS.values()) for word in words}
    for mapping in MAPPINGS:
        assert not personal & mapping.known_headers, mapping.name


def test_invented_identity_numbers_have_a_right_check_digit(demo: tuple[Path, dict[str, Any]]) -> None:
    path, known = demo
    file = next(f for f in known["files"] if f["mapping"] == "bureau_incident" and f["rows_in"] > 30)
    header, *rows = rows_of(path / "inbox" / file["file"])
    place = next(i for i, word in enumerate(header) if word in INCIDENT_HEADERS["identity"])
    numbers = [row[place] for row in rows if len(row) == len(header) and re.fullmatch(r"\d{17}[\dX]", row[place])]
    assert len(numbers) > 20
    for number in numbers:
        # GB 11643: the weighted sum of all 18 digits is 1 modulo 11, X stands for 10.
        digits = [10 if digit == "X" else int(digit) for digit in number]
        assert sum(digit * 2 ** (17 - i) for i, digit in enumerate(digits)) % 11 == 1


def test_clean_demo_is_one_tidy_file_per_feed_and_year(tmp_path: Path) -> None:
    known = write_demo(tmp_path, years=1, incidents_per_year=300, until=date(2025, 12, 31), clean=True)
    assert len(known["files"]) == len(TITLES)
    for file in known["files"]:
        assert file["rows_in"] == file["loaded"] > 0, file
        header, *rows = rows_of(tmp_path / "inbox" / file["file"])
        assert len(rows) == file["rows_in"]
        assert all(len(row) == len(header) for row in rows)
        assert not {"姓名", "报警人姓名", "身份证号"} & set(header)


def test_every_code_of_every_list_occurs(planned: list[PlannedFile]) -> None:
    seen: dict[str, set[str]] = {"activity_part": {"completed", "one_visit"}}  # columns of the monthly table
    for file in planned:
        feed = FEEDS[_mapping(file.mapping).feed]
        for name in file.rows.columns:
            field = feed.field(name)
            if field is not None and field.code_list:
                seen.setdefault(field.code_list, set()).update(file.rows[name].drop_nulls().to_list())
    missing = {name: set(codes_of(name)["code"]) - codes for name, codes in seen.items()}
    assert {name: codes for name, codes in missing.items() if codes} == {}
    wanted = {field.code_list for feed in FEEDS.values() for field in feed.fields if field.code_list}
    # Whether a figure is exact stands in the figure itself: 120余起.
    assert set(seen) == wanted - {"qualifier"}


def _mapping(name: str) -> Mapping:
    return next(mapping for mapping in MAPPINGS if mapping.name == name)


def test_each_file_name_fits_one_mapping_only(demo: tuple[Path, dict[str, Any]]) -> None:
    for file in demo[1]["files"]:
        fitting = [mapping.name for mapping in MAPPINGS if mapping.fits_name(Path(file["file"]).name)]
        assert fitting == [file["mapping"]]


@pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda mapping: mapping.name)
def test_the_bureaus_layout_knows_several_spellings_of_every_header(mapping: Mapping) -> None:
    few = [name for name, column in mapping.columns.items() if column.sources and len(column.sources) < 2]
    assert few == []
    everywhere = [word for column in mapping.columns.values() for word in column.sources or ()]
    assert [word for word, times in Counter(everywhere).items() if times > 1] == []


def test_the_bureau_has_16_stations_and_60_beats() -> None:
    levels = Counter(bureau.organisations()["level_code"].to_list())
    assert levels == {"city_bureau": 1, "branch": 2, "station": 16, "beat": 60}
    types = bureau.organisations()["station_type_code"].drop_nulls()
    assert Counter(types.to_list()) == {"urban": 5, "town": 4, "rural": 4, "pastoral": 3}


def test_nothing_is_known_before_it_happened(planned: list[PlannedFile]) -> None:
    moments = ("received_at", "closed_at", "held_at", "visited_at", "invited_at", "answered_at", "done_at")
    for file in planned:
        for name in set(moments) & set(file.rows.columns):
            latest = file.rows[name].max()
            assert latest is None or latest.date() < file.delivered, (file.name, name)  # type: ignore[union-attr]


def test_a_station_that_did_not_report_a_month_is_nowhere_in_it(planned: list[PlannedFile]) -> None:
    silent = silent_window(Scope(**SMALL))  # type: ignore[arg-type]
    handed_in = pl.concat(
        [file.rows.select("station", "received_at") for file in planned if file.mapping == "bureau_incident"]
    )
    of_the_month = handed_in.filter(pl.col("received_at").dt.date().is_between(silent.start, silent.end))
    assert of_the_month.height > 50
    assert bureau.SILENT not in of_the_month["station"].to_list()
    before = pl.col("received_at").dt.date().is_between(silent.start - timedelta(days=31), silent.start)
    assert bureau.SILENT in handed_in.filter(before)["station"].to_list()


def test_one_file_is_a_header_only_with_a_known_window(demo: tuple[Path, dict[str, Any]]) -> None:
    empty = [file for file in demo[1]["files"] if file["rows_in"] == 0]
    assert [re.sub(r"_\d{8}\..*", "", file["file"]) for file in empty] == ["市局/满意度回访_市局_20241101-20241130"]


def test_an_update_changes_the_outcome_or_the_status_of_a_case(planned: list[PlannedFile]) -> None:
    files = [file for file in planned if file.mapping == "bureau_incident"]
    names = ["id", "outcome_code", "record_status_code"]
    initial = [file for file in files if file.title != UPDATE_TITLE and file.is_messy]
    first = pl.concat([file.rows.select(names) for file in initial])
    updates = pl.concat([file.rows.select(names) for file in files if file.title == UPDATE_TITLE])
    both = updates.join(first, on="id", suffix="_before")
    assert both.height == updates.height > 30
    same = (pl.col("outcome_code") == pl.col("outcome_code_before")) & (
        pl.col("record_status_code") == pl.col("record_status_code_before")
    )
    assert both.filter(same).height == 0


def test_the_days_end_with_until_and_fill_whole_years() -> None:
    scope = Scope(years=4, until=date(2026, 10, 31))
    assert (scope.start, scope.days.size) == (date(2022, 11, 1), 4 * 365 + 1)  # 29 February 2024
    assert Scope(years=1, until=date(2025, 2, 28)).start == date(2024, 3, 1)


def test_windows_are_calendar_periods_cut_to_the_days_with_data() -> None:
    found = windows(date(2022, 11, 1), date(2023, 8, 15), 3)
    assert [(window.start, window.end) for window in found] == [
        (date(2022, 11, 1), date(2022, 12, 31)),
        (date(2023, 1, 1), date(2023, 3, 31)),
        (date(2023, 4, 1), date(2023, 6, 30)),
        (date(2023, 7, 1), date(2023, 8, 15)),
    ]
    assert all(window.delivered > window.end for window in found)


def test_a_demo_without_years_or_incidents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one year"):
        write_demo(tmp_path, years=0)
    with pytest.raises(ValueError, match="at least one year"):
        write_demo(tmp_path, incidents_per_year=0)


def test_incidents_fall_in_the_week_of_the_spring_festival(incidents: pl.DataFrame) -> None:
    days = Scope().days
    counts = np.bincount((incidents["received_at"].dt.date().to_numpy() - days[0]).astype(int), minlength=days.size)
    distance = days_from_new_year(days)
    festival = counts[(distance >= 0) & (distance <= 6)].mean()
    later = counts[(distance >= 20) & (distance <= 60)].mean()
    assert 0.4 < festival / later < 0.72


def test_the_new_year_of_2025_was_29_january() -> None:
    days = np.array(["2025-01-28", "2025-01-29", "2025-02-01"], dtype="datetime64[D]")
    assert days_from_new_year(days).tolist() == [-1, 0, 3]


def test_one_station_settles_clearly_less(incidents: pl.DataFrame) -> None:
    success = pl.col("outcome_code").is_in(["resolved_on_the_spot", "mediation_success", "self_settled"])
    closed = incidents.filter(pl.col("closed_at").is_not_null())
    shares = closed.group_by("station").agg(success.mean().alias("share")).sort("share")
    assert shares["station"][0] == bureau.DIFFERENT
    assert shares["share"][1] - shares["share"][0] > 0.08


def test_one_type_rises_at_one_station(incidents: pl.DataFrame) -> None:
    rows = incidents.filter(pl.col("station") == bureau.RISING, pl.col("dispute_type_code") == bureau.RISING_TYPE)
    years = rows["received_at"].dt.date().to_numpy().astype("datetime64[D]")
    first, last = Scope().days[365], Scope().days[-365]
    assert (years >= last).sum() > 1.8 * (years < first).sum() > 0


def test_summer_is_busier_than_winter(incidents: pl.DataFrame) -> None:
    months = Counter(incidents["received_at"].dt.month().to_list())
    assert months[7] + months[8] > 1.15 * (months[12] + months[1])


def test_the_practice_shows_in_one_branch_only(incidents: pl.DataFrame) -> None:
    early = pl.col("settled_stage_code") == "before_arrival"
    county = pl.col("station").is_in(np.flatnonzero(bureau.IS_COUNTY).tolist())
    after = pl.col("received_at").dt.date() >= Scope().practice_from

    def share(where: pl.Expr) -> float:
        return float(incidents.filter(where).select(early.mean()).item())

    assert share(county & after) > 3 * share(county & ~after)
    assert abs(share(~county & after) - share(~county & ~after)) < 0.01


def test_the_law_of_2026_brings_self_settlement(incidents: pl.DataFrame) -> None:
    recognised = pl.col("mediation_kind_code") == "self_settlement"
    since = pl.col("received_at").dt.date() >= LAW_IN_FORCE
    before = float(incidents.filter(~since).select(recognised.mean()).item())
    assert float(incidents.filter(since).select(recognised.mean()).item()) > 5 * before > 0


def test_disputes_come_back_within_90_days_and_some_cases_stay_open(incidents: pl.DataFrame) -> None:
    numbered = incidents.filter(pl.col("dispute_key").is_not_null())
    assert 0.02 < 1 - numbered["dispute_key"].n_unique() / numbered.height < 0.1
    open_days = (pl.lit(Scope().until) - pl.col("received_at").dt.date()).dt.total_days()
    old = incidents.filter(pl.col("closed_at").is_null(), open_days > 365)
    assert old.height > 50
    long = incidents.filter((pl.col("closed_at") - pl.col("received_at")).dt.total_days() > 151)
    assert long.height > 20


def test_answers_depend_on_how_people_are_asked(planned: list[PlannedFile]) -> None:
    asked = pl.concat(
        [file.rows.select("mode_code", "level") for file in planned if file.mapping == "bureau_satisfaction"]
    )
    answered = asked.group_by("mode_code").agg(pl.col("level").str.contains(r"^\d$").mean().alias("share"))
    share = dict(answered.iter_rows())
    assert share["sms"] < share["phone"] < share["face_to_face"]
    assert 0.4 < share["phone"] < 0.8


def test_lower_bounds_are_written_as_such(demo: tuple[Path, dict[str, Any]]) -> None:
    path, known = demo
    cells = [
        cell
        for file in known["files"]
        if file["mapping"] == "bureau_activity"
        for row in rows_of(path / "inbox" / file["file"])
        for cell in row
    ]
    assert sum(bool(re.fullmatch(r"\d+[余多](人次|份|件)", cell)) for cell in cells) > 20
