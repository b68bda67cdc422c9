"""Incidents in core and mart: parts, totals, calendar, repeats, reporting windows, dimensions."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.small_archive import SmallArchive

JANUARY = {"period_start": date(2026, 1, 1), "period_end": date(2026, 1, 31)}


@pytest.fixture
def archive(tmp_path: Path) -> SmallArchive:
    made = SmallArchive(tmp_path)
    made.deliver_orgs()
    return made


def test_calendar_columns_are_those_of_the_day_received(archive: SmallArchive) -> None:
    # 2025-12-28 was a Sunday; 2025-12-28 is day 20450 and 2026-01-02 day 20455 since 1970-01-01.
    archive.deliver("incident", {"key": "a", "received_on": date(2025, 12, 28), "closed_on": date(2026, 1, 2)})
    columns = "year, month_start, weekday, received_day, closed_day"
    assert archive.rows(f"select {columns} from core.fct_incident") == [(2025, date(2025, 12, 1), 7, 20450, 20455)]


def test_a_total_keeps_its_period_and_has_no_day(archive: SmallArchive) -> None:
    archive.deliver("incident", {"key": "t", "is_total": True, "incident_count": 40, "org_code": "D", **JANUARY})
    columns = "is_total, period_start, period_end, received_on, received_day, weekday, month_start, org_code"
    assert archive.rows(f"select {columns} from core.fct_incident") == [
        (True, date(2026, 1, 1), date(2026, 1, 31), None, None, None, date(2026, 1, 1), "D")
    ]


def test_parts_that_are_not_delivered_stay_null_up_to_the_marts(archive: SmallArchive) -> None:
    total = {"is_total": True, "incident_count": 40, "received_count": 30, **JANUARY}
    archive.deliver("incident", {"key": "t", **total})
    for table in ("core.fct_incident", "mart.incident_day", "mart.incident_month"):
        found = archive.rows(f"select incident_count, received_count, resolved_count from {table}")
        assert found == [(40, 30, None)], table
    known = "channel_known_count, settled_stage_known_count, non_police_received_count, mediated_resolved_count"
    assert archive.rows(f"select {known} from mart.incident_day") == [(None, None, None, None)]


def test_a_total_over_two_months_is_in_no_month(archive: SmallArchive) -> None:
    quarter = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31)}
    archive.deliver("incident", {"key": "q", "is_total": True, "incident_count": 9, **quarter})
    assert archive.rows("select period_end, incident_count from mart.incident_day") == [(date(2026, 3, 31), 9)]
    assert archive.rows("select * from mart.incident_month") == []


def test_counts_of_a_month_by_hand(archive: SmallArchive) -> None:
    case = {"dispute_type_code": "neighbour"}
    archive.deliver(
        "incident",
        # Heard on a visit, settled by mediation.
        {"key": "1", **case, "channel_code": "found_on_visit", "outcome_code": "mediation_success",
         "settled_stage_code": "mediation", "mediation_kind_code": "peoples", "resolved_count": 1, "failed_count": 0,
         "is_non_police": False, "received_count": 1},
        # Called in, settled by phone, no police matter, referred.
        {"key": "2", **case, "channel_code": "call_110", "outcome_code": "referred_out", "settled_stage_code": "phone",
         "mediation_kind_code": "none", "resolved_count": 0, "failed_count": 0, "is_non_police": True,
         "received_count": 1, "referred_count": 1, "received_on": date(2026, 1, 31)},
        # A prank call, of an unknown channel.
        {"key": "3", **case, "channel_code": "unknown", "outcome_code": "invalid", "settled_stage_code": "unknown",
         "received_count": 0, "resolved_count": 0},
    )  # fmt: skip
    names = (
        "incident_count, dispute_case_count, dispute_incident_count, channel_known_count, found_before_call_count,"
        "settled_stage_known_count, settled_before_arrival_count, received_count, resolved_count,"
        "non_police_received_count, non_police_referred_count, mediated_resolved_count, mediated_failed_count"
    )
    expected = (3, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 0)
    where = "where station_code = 'S1' and branch_code = 'D' and city_bureau_code = 'C'"
    assert archive.rows(f"select {names} from mart.incident_month {where}") == [expected]
    assert archive.rows("select count(*), sum(incident_count) from mart.incident_day") == [(2, 3)]


def test_closed_cases_stand_on_the_day_they_were_closed(archive: SmallArchive) -> None:
    closed = {"closed_count": 1, "resolved_count": 1, "failed_count": 0, "escalated_count": 0}
    archive.deliver(
        "incident",
        {"key": "1", "closed_on": date(2026, 2, 3), **closed},
        {"key": "2", "closed_on": date(2026, 2, 3), **closed, "resolved_count": 0, "failed_count": 1},
        {"key": "3", "closed_count": 0},
        {"key": "4", "is_total": True, "incident_count": 8, "closed_count": 5, **JANUARY},
        {"key": "5", "is_total": True, "incident_count": 8, **JANUARY},
    )
    found = archive.rows(
        "select period_start, period_end, month_start, closed_count, resolved_count, failed_count"
        " from mart.incident_closed_day order by period_start"
    )
    assert found == [
        (date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 1), 5, None, None),
        (date(2026, 2, 3), date(2026, 2, 3), date(2026, 2, 1), 2, 1, 1),
    ]


def test_a_repeat_is_counted_from_the_closing_day_to_the_ninetieth_after_it(archive: SmallArchive) -> None:
    closed_on = date(2026, 1, 10)
    gaps = [-1, 0, 1, 90, 91]
    for hour, gap in enumerate(gaps):
        case = {"dispute_key": f"d{gap}", "received_hour": hour}
        first = {**case, "key": f"first {gap}", "received_on": date(2026, 1, 5), "closed_on": closed_on}
        archive.deliver("incident", first, {**case, "key": gap, "received_on": closed_on + timedelta(days=gap)})
    earlier = archive.rows(
        "select has_repeat_90d from core.fct_incident where closed_on is not null order by received_hour"
    )
    assert dict(zip(gaps, [value for (value,) in earlier], strict=True)) == {
        -1: False,
        0: True,
        1: True,
        90: True,
        91: False,
    }
    assert archive.rows("select distinct has_repeat_90d from core.fct_incident where closed_on is null") == [(None,)]


def test_a_repeat_is_false_until_seen_and_null_without_a_key_or_a_closing_day(archive: SmallArchive) -> None:
    closed_on = date(2026, 1, 10)
    archive.deliver(
        "incident",
        {"key": "1", "received_hour": 1, "dispute_key": "alone", "closed_on": closed_on},
        {"key": "2", "received_hour": 2, "closed_on": closed_on},
        {"key": "3", "received_hour": 3, "dispute_key": "open"},
    )
    found = archive.rows("select has_repeat_90d from core.fct_incident order by received_hour")
    assert found == [(False,), (None,), (None,)]
    assert archive.rows("select sum(repeat_known_count), sum(repeat_count) from mart.incident_closed_day") == [(1, 0)]


def test_a_withdrawn_record_is_no_repeat_and_a_new_version_is_none_of_its_own(archive: SmallArchive) -> None:
    first = {"key": "1", "dispute_key": "d", "received_on": date(2026, 1, 5), "closed_on": date(2026, 1, 5)}
    again = {"key": "2", "dispute_key": "d", "received_on": date(2026, 1, 8)}
    archive.deliver("incident", first, again, at="2026-02-01")
    corrected = first | {"received_hour": 7}
    archive.deliver("incident", corrected, again | {"record_status_code": "withdrawn"}, at="2026-02-02")
    assert archive.rows("select has_repeat_90d from core.fct_incident") == [(False,)]


def repeats_slowly(cases: list[dict[str, Any]]) -> list[bool | None]:
    """Every case against every other, as the definition reads."""
    return [
        any(
            other is not case
            and other["dispute_key"] == case["dispute_key"]
            and 0 <= (other["received_on"] - case["closed_on"]).days <= 90
            for other in cases
        )
        if case["dispute_key"] and case["closed_on"]
        else None
        for case in cases
    ]


def test_repeats_equal_a_slow_comparison_of_all_pairs(archive: SmallArchive) -> None:
    chance = random.Random(1)
    cases: list[dict[str, Any]] = []
    for number in range(200):
        received = date(2025, 1, 1) + timedelta(days=chance.randrange(300))
        closed = received + timedelta(days=chance.randrange(60)) if chance.random() < 0.8 else None
        dispute = f"d{chance.randrange(60)}" if chance.random() < 0.9 else None
        cases.append(
            {
                "key": str(number),
                "received_on": received,
                "closed_on": closed,
                "dispute_key": dispute,
                "minutes": number,
            }
        )
    rows = [{**case, "response_minutes": case["minutes"]} for case in cases]
    archive.deliver("incident", *({k: v for k, v in row.items() if k != "minutes"} for row in rows))
    expected = repeats_slowly(cases)
    found = archive.rows("select has_repeat_90d from core.fct_incident order by response_minutes")
    assert [value for (value,) in found] == expected
    assert {True, False, None} == set(expected)


def test_organisations_stand_in_their_line_of_command(archive: SmallArchive) -> None:
    columns = "code, station_code, station_name, branch_code, branch_name, city_bureau_code, city_bureau_name"
    found = archive.rows(f"select {columns} from core.dim_org where code in ('B11', 'S2', 'C') order by code")
    assert found == [
        ("B11", "S1", "一所", "D", "东城分局", "C", "市局"),
        ("C", None, None, None, None, "C", "市局"),
        ("S2", "S2", "二所", "D", "东城分局", "C", "市局"),
    ]


def test_registered_organisations_and_types_join_the_dimensions(archive: SmallArchive) -> None:
    registered = {
        "org": [
            {"code": "S1", "name": "not ours", "parent_code": None, "level_code": "station"},
            {"code": "E05", "name": "Ward 5", "parent_code": "E0", "level_code": "station"},
            {"code": "E0", "name": "Borough", "parent_code": None, "level_code": "branch"},
        ],
        "dispute_type": [{"code": "noise", "name": "Noise", "parent_code": "neighbour"}],
    }
    archive.deliver("incident", {"key": "a", "org_code": "E05", "dispute_type_code": "noise"}, registered=registered)
    orgs = "select code, name, branch_name, is_registered from core.dim_org where code in ('S1', 'E05') order by code"
    assert archive.rows(orgs) == [("E05", "Ward 5", "Borough", True), ("S1", "一所", "东城分局", False)]
    types = "select group_code, en, is_registered from core.dim_dispute_type where code in ('noise', 'neighbour')"
    assert archive.rows(f"{types} order by en") == [
        ("neighbour", "Noise", True),
        ("neighbour", "neighbour dispute", False),
    ]
    assert archive.rows("select branch_code, station_code from mart.incident_month") == [("E0", "E05")]


def test_organisations_that_name_each_other_as_parent_do_not_stop_the_build(tmp_path: Path) -> None:
    archive = SmallArchive(tmp_path)
    one = {"key": "1", "code": "A", "name": "甲", "level_code": "station", "parent_code": "B"}
    archive.deliver("org", one, {**one, "key": "2", "code": "B", "name": "乙", "parent_code": "A"})
    archive.deliver("incident", {"key": "a", "org_code": "A"})
    assert archive.rows("select count(*) from core.fct_incident") == [(1,)]


def test_reporting_has_a_row_per_organisation_and_one_per_type_that_starts_at_another_time(
    archive: SmallArchive,
) -> None:
    coverage = [
        {"dispute_type_code": "debt", "from": "2026-01-11", "to": None},
        {"dispute_type_code": "sale", "from": "2026-03-01", "to": None},
    ]
    archive.deliver("incident", window=["2026-01-01", "2026-01-31"], coverage=coverage)
    archive.deliver("visit", window=["2026-01-01", "2026-01-02"], reports_for=["S1", "S2"])
    # No unit in the file: it speaks for nobody, not for the whole bureau.
    archive.deliver("mediation", window=["2026-01-01", "2026-01-02"], reports_for=[])
    columns = "feed, org_code, dispute_type_code, window_start, window_end"
    found = archive.rows(f"select {columns} from core.reporting order by feed, org_code, dispute_type_code nulls first")
    assert found == [
        ("incident", None, None, date(2026, 1, 1), date(2026, 1, 31)),
        ("incident", None, "debt", date(2026, 1, 11), date(2026, 1, 31)),
        ("incident", None, "sale", None, None),
        ("visit", "S1", None, date(2026, 1, 1), date(2026, 1, 2)),
        ("visit", "S2", None, date(2026, 1, 1), date(2026, 1, 2)),
    ]


def test_population_of_a_station_is_its_own_row_or_the_sum_of_its_beats(archive: SmallArchive) -> None:
    archive.deliver(
        "population",
        {"key": "1", "year": 2025, "residents": 100},
        {"key": "2", "year": 2025, "org_code": "B11", "residents": 30},
        {"key": "3", "year": 2026, "org_code": "B11", "residents": 30},
        {"key": "4", "year": 2026, "org_code": "B12", "residents": 40, "is_estimate": True},
    )
    found = archive.rows("select org_code, year, residents, is_estimate from core.population order by year")
    assert found == [("S1", 2025, 100, False), ("S1", 2026, 70, True)]
