"""The reference tables against facts looked up by hand and against second sources."""

from __future__ import annotations

import importlib.util
import re
import shutil
import unicodedata
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import holidays
import polars as pl
import pytest

from warehouse import reference

FLAGS = {
    "counts", "open", "closed", "success", "failure", "escalation", "referred", "excluded", "month_station_only",
    "no_targets", "top1", "top2", "top3", "negative", "not_valid", "non_response", "headline", "fact",
    "reference", "row", "file", "working", "off", "published", "inferred", "attention",
}  # fmt: skip
ROW_REASONS = {
    "bad_date", "bad_number", "bad_code", "lossy_id", "missing_required", "out_of_range", "inconsistent",
    "duplicate_conflict", "short_row", "extra_fields", "undecodable", "misplaced_identifier", "mojibake",
    "too_large",
}  # fmt: skip
FILE_REASONS = {
    "unknown_layout", "no_rows", "empty_file", "encrypted", "not_what_it_says", "too_large", "undecodable",
    "unclosed_quote", "truncated", "duplicate_headers", "missing_column", "mapping_conflict",
}  # fmt: skip


@cache
def days() -> dict[date, dict[str, Any]]:
    return {row["date"]: row for row in reference.read_calendar().iter_rows(named=True)}


def kinds(*texts: str) -> list[str]:
    calendar = days()
    return [calendar[date.fromisoformat(text)]["day_kind_code"] for text in texts]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = reference.REFERENCE_DIRECTORY / "make_calendar.py"
    spec = importlib.util.spec_from_file_location("make_calendar", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(script: ModuleType, directory: Path, lines: list[str]) -> dict[str, dict[str, str | None]]:
    """Run the real script on a holiday table of our own; return the calendar it writes by day."""
    header = "date,day_kind_code,name_zh,name_en,calendar_source"
    (directory / "holidays_cn.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    script.main(directory)
    written = pl.read_csv(directory / "calendar.csv", infer_schema=False)
    return {row["date"]: row for row in written.iter_rows(named=True)}


# Code tables


def test_every_code_has_a_chinese_and_an_english_name() -> None:
    nameless = reference.read_codes().filter(pl.any_horizontal(pl.col("code", "zh", "en").is_null()))
    assert nameless.is_empty()


def test_codes_and_their_order_are_unique_within_a_list() -> None:
    codes = reference.read_codes()
    assert not codes.select("list_code", "code").is_duplicated().any()
    assert not codes.select("list_code", "sort").is_duplicated().any()


def test_every_parent_is_a_code_of_the_same_list_or_a_visit_scheme() -> None:
    codes = reference.read_codes()
    known = set(codes.select("list_code", "code").iter_rows())
    for list_code, code, parent in codes.select("list_code", "code", "parent_code").drop_nulls().iter_rows():
        of_scheme = list_code in {"visit_purpose", "visit_category"} and ("visit_scheme", parent) in known
        assert (list_code, parent) in known or of_scheme, (list_code, code, parent)


def test_one_spelling_never_means_two_codes_of_a_list() -> None:
    def normalised(text: str) -> str:
        return unicodedata.normalize("NFKC", text).strip().casefold()

    for (list_code,), table in reference.read_codes().group_by("list_code"):
        meanings: dict[str, str] = {}
        repeated: list[str] = []
        for row in table.iter_rows(named=True):
            repeated += [text for text, n in Counter(row["aliases"]).items() if n > 1]
            for text in {normalised(text) for text in (row["code"], row["zh"], *row["aliases"])}:
                assert meanings.setdefault(text, row["code"]) == row["code"], (list_code, text)
        assert repeated == [], list_code


def test_flags_come_from_a_closed_vocabulary() -> None:
    assert set(reference.read_codes()["flags"].explode(empty_as_null=False, keep_nulls=False)) == FLAGS


@pytest.mark.parametrize(
    ("list_code", "spelling", "code"),
    [
        ("channel", "110接警", "call_110"),
        ("channel", "电话报警", "call_110"),
        ("dispute_type", "家庭纠纷", "marriage_family"),
        ("dispute_type", "感情纠纷", "marriage_family"),
        ("dispute_type", "邻里", "neighbour"),
        ("dispute_type", "买卖", "sale"),
        ("outcome", "已化解", "mediation_success"),
        ("outcome", "当场调解", "resolved_on_the_spot"),
        ("transport", "警车", "car"),
        ("transport", "徒步", "foot"),
        # A purpose of "key persons" must fall under the category that is published as totals only.
        ("visit_purpose", "重点人员", "key_groups"),
    ],
)
def test_the_spellings_of_offices_lead_to_their_code(list_code: str, spelling: str, code: str) -> None:
    found = reference.codes_of(list_code).filter(pl.col("aliases").list.contains(spelling))
    assert found["code"].to_list() == [code]


def test_outcome_flags_say_which_parts_a_dispute_counts_in() -> None:
    flags = dict(reference.codes_of("outcome").select("code", "flags").iter_rows())
    assert flags["mediation_success"] == ["closed", "success"]
    assert flags["to_criminal_case"] == ["closed", "failure", "escalation"]
    assert flags["withdrawn"] == ["closed", "excluded"]
    assert flags["invalid"] == ["excluded"]
    assert flags["referred_out"] == ["referred"]
    assert flags["pending"] == ["open"]


def test_what_law_2_names_is_published_as_month_totals_only() -> None:
    for list_code in ("visit_purpose", "visit_category"):
        codes = reference.codes_of(list_code)
        totals = codes.filter(pl.col("flags").list.contains("month_station_only"))["code"]
        untargeted = codes.filter(pl.col("flags").list.contains("no_targets"))["code"]
        assert set(totals) == {"victim_household", "hardship_household", "minors", "key_groups"}
        assert set(untargeted) == {"minors", "key_groups"}


def test_the_group_of_a_dispute_type_is_its_parent() -> None:
    parents = dict(reference.codes_of("dispute_type").select("code", "parent_code").iter_rows())
    assert (parents["debt"], parents["water_leak"], parents["neighbour"]) == ("contract", "neighbour", None)


def test_an_unknown_list_is_named_in_the_error() -> None:
    with pytest.raises(KeyError, match=r"outcomes.*outcome"):
        reference.codes_of("outcomes")


def test_a_code_table_with_another_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "colour.csv"
    path.write_text("code,zh,en\nred,红,red\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"colour\.csv: header is \['code', 'zh', 'en'\], expected"):
        reference.read_table(path, reference.CODE_COLUMNS)


# Reasons


def test_every_reason_of_the_design_has_a_name_and_a_sentence() -> None:
    flags = dict(reference.codes_of("reason").select("code", "flags").iter_rows())
    assert {code for code, levels in flags.items() if "row" in levels} == ROW_REASONS
    assert {code for code, levels in flags.items() if "file" in levels} == FILE_REASONS
    expected = {(c, "row") for c in ROW_REASONS} | {(c, "file") for c in FILE_REASONS}
    assert set(reference.read_reasons()) == expected


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("code", "level"), sorted(reference.read_reasons()))
def test_every_reason_reads_well_with_and_without_values(
    code: str, level: reference.Level, language: reference.Language
) -> None:
    general = reference.reason_sentence(code, language=language, level=level)
    exact = reference.reason_sentence(
        code, language=language, level=level, column="接警时间", found="甲", expected="乙"
    )
    stop = "。" if language == "zh" else "."
    for text in (general.sentence, general.remedy, exact.sentence, exact.remedy):
        assert text.endswith(stop)
        assert not set("{}[]") & set(text)
        assert "  " not in text


def test_a_reason_sentence_quotes_what_was_found_and_nothing_it_was_not_given() -> None:
    bare = reference.reason_sentence("bad_date", language="zh")
    full = reference.reason_sentence("bad_date", language="zh", column="接警时间", found="2025-02-30")
    assert bare.sentence == "日期或时间无法识别，或并不存在。"
    assert full.sentence == "日期或时间（列“接警时间”）无法识别，或并不存在：2025-02-30。"


def test_brackets_and_braces_inside_a_found_value_stay_as_they_are() -> None:
    text = reference.reason_sentence("bad_code", language="en", column="[类别]", found="{expected}").sentence
    assert text == "The value in column '[类别]' is not in the code list: {expected}."


def test_a_misplaced_identifier_is_never_quoted() -> None:
    for language in ("zh", "en"):
        texts = reference.reason_sentence("misplaced_identifier", language=language, found="13800000000")
        assert "13800000000" not in texts.sentence + texts.remedy


def test_a_reason_of_two_levels_asks_which_is_meant() -> None:
    with pytest.raises(ValueError, match="row and file"):
        reference.reason_sentence("too_large", language="zh")
    assert "单元格" in reference.reason_sentence("too_large", language="zh", level="row").sentence


def test_an_unknown_reason_is_an_error() -> None:
    with pytest.raises(KeyError, match="bad_luck"):
        reference.reason_sentence("bad_luck", language="en")
    with pytest.raises(KeyError, match="bad_date"):
        reference.reason_sentence("bad_date", language="en", level="file")


# Calendar


def test_the_calendar_has_every_day_of_2000_to_2035_once() -> None:
    dates = reference.read_calendar()["date"].to_list()
    assert len(dates) == 13_149
    assert dates == [date(2000, 1, 1) + timedelta(days=n) for n in range(13_149)]
    assert dates[-1] == date(2035, 12, 31)


@pytest.mark.parametrize(
    ("text", "iso_year", "iso_week", "weekday"),
    [
        ("2005-01-01", 2004, 53, 6),
        ("2008-12-29", 2009, 1, 1),
        ("2026-12-31", 2026, 53, 4),
        ("2025-12-29", 2026, 1, 1),
    ],
)
def test_iso_weeks_belong_to_the_year_of_their_thursday(text: str, iso_year: int, iso_week: int, weekday: int) -> None:
    row = days()[date.fromisoformat(text)]
    assert (row["iso_year"], row["iso_week"], row["weekday"]) == (iso_year, iso_week, weekday)


def test_quarter_and_month_start_of_a_leap_day() -> None:
    row = days()[date(2024, 2, 29)]
    parts = (row["year"], row["quarter"], row["month"], row["day"], row["month_start"])
    assert parts == (2024, 1, 2, 29, date(2024, 2, 1))
    assert [days()[date(2025, m, 1)]["quarter"] for m in (3, 4, 6, 7, 9, 10)] == [1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize(
    "text",
    [
        "2018-02-16", "2019-02-05", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06",
        "2030-02-03",
    ],
)  # fmt: skip
def test_lunar_new_year_falls_on_the_published_day(text: str) -> None:
    row = days()[date.fromisoformat(text)]
    assert (row["lunar_text"], row["days_from_new_year"]) == ("正月初一", 0)
    assert (row["lunar_year"], row["lunar_month"], row["lunar_day"]) == (row["year"], 1, 1)


def test_new_year_days_agree_with_a_second_package_in_every_year() -> None:
    ours = reference.read_calendar().filter(pl.col("days_from_new_year") == 0)["date"].to_list()
    official = holidays.country_holidays("CN", years=range(2000, 2036), observed=False, language="zh_CN")
    festival = [day for day, name in official.items() if name == "春节"]
    theirs = [min(day for day in festival if day.year == year) for year in range(2000, 2036)]
    assert ours == theirs


@pytest.mark.parametrize(
    ("text", "lunar_text", "is_leap"),
    [
        ("2026-02-16", "腊月廿九", False),
        ("2025-01-28", "腊月廿九", False),
        ("2024-02-09", "腊月三十", False),
        ("2026-06-19", "五月初五", False),
        ("2026-09-25", "八月十五", False),
        ("2025-07-25", "闰六月初一", True),
        ("2023-03-22", "闰二月初一", True),
        ("2033-12-22", "闰冬月初一", True),
    ],
)
def test_lunar_days_are_written_as_people_write_them(text: str, lunar_text: str, is_leap: bool) -> None:
    row = days()[date.fromisoformat(text)]
    assert (row["lunar_text"], row["is_lunar_leap_month"]) == (lunar_text, is_leap)


@pytest.mark.parametrize(
    ("text", "distance"),
    [
        ("2026-02-16", -1),
        ("2026-02-28", 11),
        ("2000-01-01", -35),  # 2000-02-05
        ("2035-12-31", -28),  # 2036-01-28
        ("2025-07-01", 153),  # 2025-01-29; 231 days before 2026-02-17
        ("2025-12-01", -78),
    ],
)
def test_days_are_counted_to_the_nearest_new_year(text: str, distance: int) -> None:
    assert days()[date.fromisoformat(text)]["days_from_new_year"] == distance


def test_a_day_half_way_between_two_new_years_counts_from_the_earlier() -> None:
    # 2022-02-01 and 2023-01-22 lie 355 days apart, 2026-02-17 and 2027-02-06 354: 177 each way.
    assert days()[date(2026, 8, 13)]["days_from_new_year"] == 177
    assert days()[date(2026, 8, 14)]["days_from_new_year"] == -176


def test_spring_festival_2026_is_nine_days_off_with_two_make_up_days() -> None:
    assert kinds(*(f"2026-02-{day}" for day in range(15, 24))) == ["holiday"] * 9
    assert kinds("2026-02-14", "2026-02-28") == ["makeup_workday"] * 2
    assert kinds("2026-02-13", "2026-02-24", "2026-02-07") == ["workday", "workday", "weekend"]
    names = {days()[date(2026, 2, day)]["holiday_zh"] for day in range(14, 25)}
    assert names == {"春节", None}


def test_published_years_agree_with_a_second_package() -> None:
    years = range(2004, 2027)
    official = holidays.country_holidays("CN", years=years, language="zh_CN")
    in_next_year = holidays.country_holidays("CN", years=[2027], language="zh_CN")
    workday_off = {day for day in official if day.isoweekday() <= 5}
    notices = [*official.values(), *in_next_year.values()]
    made_up = {date.fromisoformat(text[6:16]) for text in notices if text.startswith("休息日（由")}

    ours = reference.read_calendar().filter(pl.col("year").is_in(list(years)))
    off = ours.filter((pl.col("day_kind_code") == "holiday") & (pl.col("weekday") <= 5))
    make_up = ours.filter(pl.col("day_kind_code") == "makeup_workday")
    assert set(off["date"]) == workday_off
    assert set(make_up["date"]) == made_up
    assert set(ours["calendar_source"]) == {"state_council"}


def test_a_make_up_day_that_one_package_lacks_stands_in_the_table() -> None:
    # 国办发明电〔2005〕35号: 31 December 2005, a Saturday, is worked for 3 January 2006.
    assert kinds("2005-12-31", "2006-01-02", "2006-01-03") == ["makeup_workday", "holiday", "holiday"]


def test_a_year_without_a_notice_knows_only_what_the_regulation_says() -> None:
    # 2027: new year's eve 02-05, 清明 04-05, 端午 06-09, 中秋 09-15.
    rows = [row for row in days().values() if row["year"] == 2027]
    off = [row["date"].strftime("%m-%d") for row in rows if row["day_kind_code"] == "holiday"]
    assert off == [
        "01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15", "10-01",
        "10-02", "10-03",
    ]  # fmt: skip
    assert not any(row["day_kind_code"] == "makeup_workday" for row in rows)
    assert {row["calendar_source"] for row in rows} == {"statutory_guess", "weekly_rule"}


def test_days_that_only_a_notice_can_decide_are_unknown() -> None:
    # Near the Spring Festival of 2027: a weekend may be worked, the days after it may be off.
    assert kinds("2027-01-30", "2027-01-31", "2027-02-13", "2027-02-14") == ["unknown"] * 4
    assert kinds("2027-02-09", "2027-02-10") == ["unknown"] * 2
    assert kinds("2027-01-24", "2027-02-20", "2027-02-02", "2027-02-16") == [
        "weekend", "weekend", "workday", "workday",
    ]  # fmt: skip


def test_what_the_notices_did_so_far_lies_within_the_reach_of_unknown() -> None:
    """Marked as in a year without a notice, no day that was ever exchanged would pass for ordinary."""
    rows = [row for row in days().values() if 2004 <= row["year"] <= 2026]
    statutory = holidays.country_holidays("CN", years=range(2004, 2027), observed=False, language="zh_CN")
    anchors = {day for day, name in statutory.items() if "休息日" not in name and "延长" not in name}
    missed = []
    for row in rows:
        weekend = row["weekday"] > 5
        exchanged = row["day_kind_code"] == ("makeup_workday" if weekend else "holiday")
        reach = range(-8, 11) if weekend else range(-2, 6)
        if exchanged and not any(row["date"] - timedelta(days=offset) in anchors for offset in reach):
            missed.append(row["date"].isoformat())
    assert missed == []


def test_only_days_off_carry_a_holiday_name() -> None:
    calendar = reference.read_calendar()
    named = calendar.filter(pl.col("holiday_zh").is_not_null() | pl.col("holiday_en").is_not_null())
    assert named.equals(calendar.filter(pl.col("day_kind_code") == "holiday"))
    assert named.select("holiday_zh", "holiday_en").null_count().row(0) == (0, 0)


def test_calendar_codes_are_in_the_code_lists() -> None:
    calendar = reference.read_calendar()
    assert set(calendar["day_kind_code"]) == set(reference.codes_of("day_kind")["code"])
    assert set(calendar["calendar_source"]) <= set(reference.codes_of("calendar_source")["code"])


def test_the_calendar_is_what_the_script_writes(script: ModuleType, tmp_path: Path) -> None:
    shutil.copy(reference.REFERENCE_DIRECTORY / "holidays_cn.csv", tmp_path)
    script.main(tmp_path)
    for name in ("calendar.csv", "holidays_cn.csv"):
        assert (tmp_path / name).read_bytes() == (reference.REFERENCE_DIRECTORY / name).read_bytes()


def test_a_notice_entered_by_the_bureau_settles_its_year(script: ModuleType, tmp_path: Path) -> None:
    calendar = make(
        script,
        tmp_path,
        [
            "2027-02-06,holiday,春节,Spring Festival,state_council",
            "2027-02-20,makeup_workday,春节调休,Make-up day,state_council",
        ],
    )
    rows = [row for day, row in calendar.items() if day.startswith("2027")]
    assert calendar["2027-02-20"]["day_kind_code"] == "makeup_workday"
    assert calendar["2027-02-20"]["holiday_zh"] is None
    assert {row["calendar_source"] for row in rows} == {"state_council"}
    assert not any(row["day_kind_code"] == "unknown" for row in rows)
    assert calendar["2028-01-26"]["day_kind_code"] == "holiday"  # the other years were seeded


def test_a_local_holiday_is_kept_and_does_not_make_a_guess_look_published(script: ModuleType, tmp_path: Path) -> None:
    guess = script.seed_year(2027)
    seeded = [",".join([row.date.isoformat(), *row[1:]]) for row in guess]
    local = "2027-05-17,holiday,古尔邦节,Corban Festival,local_notice"
    calendar = make(script, tmp_path, [*seeded, local])
    assert calendar["2027-05-17"]["holiday_zh"] == "古尔邦节"
    assert calendar["2027-05-17"]["calendar_source"] == "local_notice"
    assert calendar["2027-05-18"]["day_kind_code"] == "workday"
    assert calendar["2027-02-13"]["day_kind_code"] == "unknown"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2027/2/6,holiday,春节,Spring Festival,state_council", r"line 2, date: found '2027/2/6'"),
        (
            "2027-02-06,holliday,春节,Spring Festival,state_council",
            r"line 2, day_kind_code: found 'holliday'",
        ),
        ("2027-02-06,holiday,春节,Spring Festival,rumour", r"line 2, calendar_source: found 'rumour'"),
        ("2027-02-06,holiday,春节,SF,state_council\n2027-02-06,weekend,,,state_council", "more than one row"),
    ],
)
def test_a_mistake_in_the_holiday_table_is_named_with_its_line(
    script: ModuleType, tmp_path: Path, line: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(script, tmp_path, [line])
    assert not (tmp_path / "calendar.csv").exists()


# Fingerprint and glossary


def test_the_fingerprint_changes_with_any_byte_of_any_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    directory = tmp_path / "reference"
    shutil.copytree(reference.REFERENCE_DIRECTORY, directory)
    monkeypatch.setattr(reference, "REFERENCE_DIRECTORY", directory)
    fingerprint = reference.reference_fingerprint.__wrapped__
    before = fingerprint()
    assert before == reference.reference_fingerprint()
    (directory / "README.md").write_text("not a table", encoding="utf-8")
    assert fingerprint() == before
    with (directory / "unit.csv").open("a", encoding="utf-8") as file:
        file.write("mu,亩,mu,,80,,\n")
    assert fingerprint() != before


def test_the_glossary_names_every_code_list_and_quotes_only_codes_that_exist() -> None:
    path = reference.REFERENCE_DIRECTORY.parent.parent / "docs" / "glossary.md"
    section = path.read_text(encoding="utf-8").partition("### Code lists")[2]
    rows = re.findall(r"^\| [^|`]+ \| `(\w+)` \| (.+) \|$", section, flags=re.MULTILINE)
    quoted = {
        (list_code, *reversed(entry.rstrip("`").split(" `")))
        for list_code, entries in rows
        for entry in entries.split(" · ")
    }
    codes = reference.read_codes()
    assert {list_code for list_code, _ in rows} == set(codes["list_code"])
    assert quoted <= set(codes.select("list_code", "code", "zh").iter_rows())
    assert len(quoted) >= 300
