"""Law 2 in the warehouse: beats, protected kinds of visits, lists of targets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from tests.warehouse.small_archive import SmallArchive

FEBRUARY = {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}


@pytest.fixture
def archive(tmp_path: Path) -> SmallArchive:
    made = SmallArchive(tmp_path)
    made.deliver_orgs()
    return made


def test_single_records_carry_their_station_and_totals_may_carry_a_beat(archive: SmallArchive) -> None:
    total = {"is_total": True, "org_code": "B11", **FEBRUARY}
    archive.deliver("incident", {"key": "1", "org_code": "B11"}, {"key": "2", **total, "incident_count": 9})
    archive.deliver("visit", {"key": "1", "org_code": "B12"}, {"key": "2", **total, "visit_count": 5})
    columns = "is_total, org_code, beat_code, station_code, branch_code, city_bureau_code"
    incidents = archive.rows(f"select {columns} from core.fct_incident order by is_total")
    assert incidents == [(False, "S1", None, "S1", "D", "C"), (True, "B11", "B11", "S1", "D", "C")]
    assert archive.rows(f"select {columns} from core.fct_visit order by is_total") == incidents


def test_no_table_but_the_month_of_beats_and_totals_names_a_beat(archive: SmallArchive) -> None:
    archive.deliver("incident", {"key": "1", "org_code": "B11"})
    archive.deliver("visit", {"key": "1", "org_code": "B11", "category_code": "deputies"})
    archive.deliver("mediation", {"key": "1", "org_code": "B11"})
    archive.deliver("satisfaction", {"key": "1", "org_code": "B11"})
    archive.deliver("activity", {"key": "1", "org_code": "B11", **FEBRUARY})
    archive.deliver("visit_target", {"key": "1", "org_code": "B11", "target_key": "t"})
    archive.deliver("population", {"key": "1", "org_code": "B11", "residents": 5})
    archive.deliver("annotation", {"key": "1", "org_code": "B11"})
    texts = archive.rows(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() where data_type = 'VARCHAR'"
        " and schema_name in ('core', 'mart') and table_name not in ('dim_org', 'beat_month')"
    )
    assert len(texts) > 50
    looks = " union all ".join(
        f"select '{table}.{column}' from {table} where {column} in ('B11', 'B12')" for table, column in texts
    )
    assert archive.rows(looks) == []


def test_a_single_record_of_an_organisation_nobody_knows_is_counted_without_a_place(
    archive: SmallArchive,
) -> None:
    # Its level is unknown, so it might be a beat.
    archive.deliver("incident", {"key": "1", "org_code": "X9"}, {"key": "2", "org_code": "X9", "is_total": True})
    found = archive.rows("select org_code, station_code from core.fct_incident order by is_total")
    assert found == [(None, None), ("X9", None)]


def test_beats_have_monthly_counts_and_nothing_else(archive: SmallArchive) -> None:
    neighbour = {"org_code": "B11", "dispute_type_code": "neighbour"}
    archive.deliver(
        "incident",
        {"key": "1", **neighbour},
        {"key": "2", **neighbour, "received_on": date(2026, 1, 31)},
        {"key": "3", **neighbour, "outcome_code": "invalid"},
        {"key": "4", **neighbour, "received_on": date(2026, 2, 1)},
        {"key": "5", "org_code": "S1"},
        {"key": "6", "org_code": "B12", "is_total": True, "incident_count": 7, **FEBRUARY},
        {"key": "7", "org_code": "B12", "is_total": True, "incident_count": 7,
         "period_start": date(2026, 1, 1), "period_end": date(2026, 2, 28)},
    )  # fmt: skip
    archive.deliver(
        "visit",
        {"key": "1", "org_code": "B11", "purpose_code": "dispute"},
        {"key": "2", "org_code": "B11", "purpose_code": "dispute", "category_code": "minors"},
    )
    columns = "beat_code, station_code, month_start, dispute_type_code, purpose_code, incident_count, visit_count"
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert archive.rows(f"select {columns} from mart.beat_month order by 1, 3, 4 nulls last") == [
        ("B11", "S1", january, "neighbour", None, 2, None),
        ("B11", "S1", january, None, "dispute", None, 1),
        ("B11", "S1", february, "neighbour", None, 1, None),
        ("B12", "S1", february, None, None, 7, None),
    ]


PROTECTED = [
    (column, code)
    for column in ("purpose_code", "category_code")
    for code in ("victim_household", "hardship_household", "minors", "key_groups")
]


def test_protected_visits_are_published_as_month_and_station_totals(archive: SmallArchive) -> None:
    third = {"visited_on": date(2026, 2, 3), "minutes": 10, "households_count": 1, "transport_code": "on_foot",
             "target_kind_code": "household", "has_contact": True}  # fmt: skip
    twentieth = {"visited_on": date(2026, 2, 20), "minutes": 5, "scheme_code": "four_must_visits"}
    for column, code in PROTECTED:
        archive.deliver(
            "visit",
            {"key": f"{column} {code} 1", column: code, "org_code": "B11", **third},
            {"key": f"{column} {code} 2", column: code, "org_code": "B12", **twentieth},
            {"key": f"{column} {code} 3", column: code, "org_code": "S2", **twentieth},
        )
    days = "is_total, visited_on, period_start, period_end, month_start, weekday, beat_code, station_code"
    measures = "visit_count, minutes, households_count, opinions_count"
    details = "scheme_code, transport_code, target_kind_code, has_contact, file_label"
    for column, code in PROTECTED:
        where = f"from core.fct_visit where {column} = '{code}' and org_code = 'S1'"
        month = date(2026, 2, 1)
        assert archive.rows(f"select {days} {where}") == [
            (True, None, month, date(2026, 2, 28), month, None, None, "S1")
        ]
        assert archive.rows(f"select {measures} {where}") == [(2, 15, 1, None)]
        assert archive.rows(f"select {details} {where}") == [(None, None, None, None, None)]
    assert archive.rows("select count(*), sum(visit_count) from core.fct_visit") == [(16, 24)]
    assert archive.rows("select beat_code from mart.beat_month") == []


def test_a_protected_total_for_days_of_a_beat_becomes_one_of_month_and_station(archive: SmallArchive) -> None:
    total = {"category_code": "minors", "org_code": "B11", "is_total": True, "visit_count": 4}
    week = {"period_start": date(2026, 2, 2), "period_end": date(2026, 2, 8)}
    quarter = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31)}
    archive.deliver("visit", {"key": "1", **total, **week}, {"key": "2", **total, **quarter})
    found = archive.rows("select org_code, period_start, period_end from core.fct_visit order by period_start")
    assert found == [
        ("S1", date(2026, 1, 1), date(2026, 3, 31)),
        ("S1", date(2026, 2, 1), date(2026, 2, 28)),
    ]


def test_other_visits_stay_single(archive: SmallArchive) -> None:
    archive.deliver("visit", {"key": "1", "category_code": "deputies", "transport_code": "on_foot"}, {"key": "2"})
    found = archive.rows("select visited_on, transport_code, visit_count from core.fct_visit order by 2 nulls last")
    assert found == [(date(2026, 1, 5), "on_foot", 1), (date(2026, 1, 5), None, 1)]


def test_targets_are_counted_against_the_visits_of_the_same_month_and_station(archive: SmallArchive) -> None:
    listed = [{"key": f"l{name}", "target_key": name} for name in ("a", "b", "c", "d")]
    # On the lists of two beats of one station: one target of the station.
    twice = {"key": "l-a", "target_key": "a", "org_code": "B12"}
    archive.deliver("visit_target", *listed, twice, {"key": "s2", "target_key": "a", "org_code": "S2"})
    archive.deliver(
        "visit",
        {"key": "1", "target_key": "a", "org_code": "B11"},
        {"key": "2", "target_key": "a"},
        {"key": "3", "target_key": "b", "visited_on": date(2026, 2, 1)},
        {"key": "4", "target_key": "c", "org_code": "S2"},
        {"key": "5", "target_key": "d", "visited_on": date(2026, 1, 31), "category_code": "key_premises"},
        {"key": "6", "target_key": "z"},
        {"key": "7", "target_key": "b", "record_status_code": "withdrawn"},
    )
    found = archive.rows("select org_code, category_code, targets, targets_visited from core.visit_target order by 1")
    assert found == [("S1", "deputies", 4, 2), ("S2", "deputies", 1, 0)]


def test_totals_of_lists_are_taken_as_delivered(archive: SmallArchive) -> None:
    one = {"key": "1", "org_code": "B11", "targets": 30, "targets_visited": 20}
    archive.deliver("visit_target", one, {"key": "2", "org_code": "B12", "targets": 12})
    assert archive.rows("select org_code, targets, targets_visited from core.visit_target") == [("S1", 42, 20)]


def test_key_groups_and_minors_have_no_lists(archive: SmallArchive) -> None:
    codes = ["minors", "key_groups", "victim_household"]
    archive.deliver("visit_target", *({"key": code, "category_code": code, "targets": 30} for code in codes))
    assert archive.rows("select category_code from core.visit_target") == [("victim_household",)]


# Columns that must never exist, by the words that a name may not have; `_` parts words.
NEVER = {
    "names of persons": "person persons surname forename fullname party parties complainant caller respondent victim"
    " suspect witness contact applicant xm",
    "identity numbers": "idcard identity idno passport sfz sfzh hukou",
    "phones": "phone mobile tel telephone sjh",
    "addresses": "address street building room door house location dz",
    "coordinates": "lat lon lng latitude longitude x y point geometry geohash",
    "ethnicity, religion, politics": "ethnic ethnicity nation nationality religion political party",
    "health": "health mental illness disease disability psychiatric",
    "flags of persons": "petition petitioner drug record convict offender key_person risk_person blacklist",
    "cars, faces, devices, accounts": "plate vehicle face device mac imei account wechat qq weibo",
    "free text": "narrative summary description content remark remarks note notes comment details",
    "officers": "officer officers auxiliary policeman badge handler",
    "age and birth": "birth birthday born age sex gender",
}
# A visit that met somebody; it does not say whom.
HARMLESS = {"has_contact", "contact_count", "contact_known_count"}
NAMES_OF_UNITS = {"name", "short_name", "station_name", "branch_name", "city_bureau_name"}
NAMES = {("core.dim_org", name) for name in NAMES_OF_UNITS} | {("core.annotation", "metric_name")}
TEXTS = {("core.annotation", "text_zh"), ("core.annotation", "text_en"), ("core.dim_date", "lunar_text")}


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """Table, column and type of everything that a generation publishes."""
    made = SmallArchive(tmp_path_factory.mktemp("schema"))
    found = made.rows(
        "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns"
    )
    assert len(found) > 300
    assert {table.partition(".")[0] for table, _, _ in found} == {"core", "mart", "ops"}
    return found


def said(name: str, words: Iterable[str]) -> bool:
    """Whether a column's name has one of these as a word of its own."""
    return any(f"_{word}_" in f"_{name}_" for word in words)


@pytest.mark.parametrize("kind", NEVER)
def test_no_column_holds_what_tells_a_person(kind: str, columns: list[tuple[str, str, str]]) -> None:
    words = NEVER[kind].split()
    assert [f"{t}.{name}" for t, name, _ in columns if said(name, words) and name not in HARMLESS] == []


def test_a_column_of_a_person_would_be_found() -> None:
    bad = {"complainant_name", "party_a_phone", "officer_id", "lat", "birth_year", "home_address", "remark", "plate_no"}
    words = " ".join(NEVER.values()).split()
    assert {name for name in bad if said(name, words)} == bad


def test_what_is_named_is_a_unit_or_a_metric_and_only_remarks_of_the_bureau_are_text(
    columns: list[tuple[str, str, str]],
) -> None:
    assert {(table, name) for table, name, _ in columns if said(name, ["name"])} == NAMES
    assert {(table, name) for table, name, _ in columns if said(name, ["text"])} == TEXTS
    assert {(table, name) for table, name, _ in columns if said(name, ["id"])} == {("ops.generation", "id")}
    assert [name for _, name, _ in columns if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []


def test_words_in_a_fact_or_a_mart_are_codes(columns: list[tuple[str, str, str]]) -> None:
    facts = [one for one in columns if one[0].startswith(("core.fct_", "core.incident_part", "mart."))]
    words = {name for _, name, kind in facts if kind == "VARCHAR" and not name.endswith("_code")}
    assert words == {"incident_key", "file_label"}
    assert {name for _, name, kind in facts if kind == "DOUBLE"} == {"weight", "weight_sum", "weight_square_sum"}


def test_no_fact_is_told_to_the_minute(columns: list[tuple[str, str, str]]) -> None:
    moments = {(table, name) for table, name, kind in columns if kind.startswith("TIME")}
    assert {table.partition(".")[0] for table, _ in moments} == {"ops"}
