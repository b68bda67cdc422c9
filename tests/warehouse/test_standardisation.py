"""Indirect standardisation against sums done by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import NotAsked, ask, compare, read_facts
from warehouse.facts import Facts
from warehouse.reference import Language
from warehouse.standardisation import Standardised, ratio_interval, standardise

DAY = date(2026, 1, 20)
# station, type, channel, resolved, failed: neighbours settle easily, land does not, calls less than visits.
CASES = (
    ("S1", "neighbour", "call_110", 8, 2),
    ("S1", "forest_land", "call_110", 1, 3),
    ("S2", "neighbour", "call_110", 4, 1),
    ("S2", "forest_land", "call_110", 4, 12),
    ("S2", "forest_land", "found_on_visit", 2, 0),
)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    archive = SmallArchive(tmp_path_factory.mktemp("standardisation"))
    archive.deliver_orgs()
    rows: list[dict[str, Any]] = []
    for station, kind, channel, resolved, failed in CASES:
        for number in range(resolved + failed):
            is_resolved = number < resolved
            rows.append(
                {
                    "key": f"{station} {kind} {channel} {number}",
                    "org_code": station,
                    "dispute_type_code": kind,
                    "channel_code": channel,
                    "outcome_code": "mediation_success" if is_resolved else "mediation_failed",
                    "closed_on": DAY,
                    "received_count": 1,
                    "closed_count": 1,
                    "resolved_count": int(is_resolved),
                    "failed_count": int(not is_resolved),
                }
            )
    archive.deliver("incident", *rows, window=["2026-01-01", "2026-01-31"])
    result = archive.build()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{result.database}' as generation (read_only)")
        connection.execute("use generation")
        yield read_facts(connection)


def found(facts: Facts) -> dict[str | None, Standardised]:
    question = ask(facts, "resolution_rate_closed", "2026-01")
    return {one.code: one for one in standardise(facts, question)}


def test_a_station_is_measured_against_the_bureaus_rates_for_its_own_cases(facts: Facts) -> None:
    # Bureau: neighbours by call 12/15 = 0.8, land by call 5/20 = 0.25, land on visits 2/2 = 1; in all 19/37.
    one, two = found(facts)["S1"], found(facts)["S2"]
    assert (one.observed, one.denominator) == (9, 14)
    assert one.expected == pytest.approx(10 * 0.8 + 4 * 0.25)
    assert (two.observed, two.denominator) == (10, 23)
    assert two.expected == pytest.approx(5 * 0.8 + 16 * 0.25 + 2 * 1.0)
    assert one.ratio == pytest.approx(1.0)
    assert two.ratio == pytest.approx(1.0)
    # Raw rates of 64 % and 43 % look different; at the same mix both are at the bureau's 51 %.
    assert one.standardised_rate == pytest.approx(19 / 37)


def test_the_interval_of_rare_events_is_the_exact_poisson_one() -> None:
    low, high = ratio_interval([10, 0], [20, 0], [400, 3], is_common=False)
    # Published limits of 10 events (Ulm 1990): 4.7954 and 18.3904.
    assert low[0] == pytest.approx(4.7954 / 20, abs=1e-4)
    assert high[0] == pytest.approx(18.3904 / 20, abs=1e-4)
    assert math.isnan(low[1])


def test_where_most_cases_are_settled_the_others_are_the_rare_events(facts: Facts) -> None:
    # 19 of 37 are; S1: 9 of 14, 9 expected, so 5 others; published limits of 5 events (Garwood 1936): 1.6235, 11.6683.
    one = found(facts)["S1"]
    assert one.ratio_low == pytest.approx((14 - 11.6683) / 9, abs=1e-4)
    assert one.ratio_high == pytest.approx((14 - 1.6235) / 9, abs=1e-4)


def test_few_units_are_held_against_chance_alone(facts: Facts) -> None:
    # S1 expects 5 others among 14: even all 14 of them are within (1 + 3.0902 / (2 sqrt 5))^2 x 5 = 14.3, and none at
    # all is no wonder either (P(0 | 5) = 0.0067), so no ratio could lie outside.
    one = found(facts)["S1"]
    assert one.far_low == 0
    assert one.far_high == pytest.approx(14 / 9)


def test_expected_events_add_up_to_the_observed_ones(facts: Facts) -> None:
    stations = found(facts).values()
    assert sum(one.expected for one in stations) == pytest.approx(sum(one.observed for one in stations))


def test_what_is_no_share_cannot_be_standardised(facts: Facts) -> None:
    with pytest.raises(NotAsked, match="dispute_incident_count"):
        standardise(facts, ask(facts, "dispute_incident_count", "2026-01"))


def test_observed_and_cases_are_those_of_the_metric_itself(facts: Facts) -> None:
    rows = compare(facts, ask(facts, "resolution_rate_closed", "2026-01", by=["station"]))
    by_metric = {row.keys["station"]: (row.numerator, row.denominator) for row in rows if row.denominator}
    assert {code: (one.observed, one.denominator) for code, one in found(facts).items()} == by_metric


def test_names_are_in_the_language_asked_for(facts: Facts) -> None:
    question = ask(facts, "resolution_rate_closed", "2026-01")
    languages: tuple[Language, ...] = ("zh", "en")
    for place, language in enumerate(languages):
        names = [one.name for one in standardise(facts, question, language=language)]
        assert names == [facts.names["station"][code][place] for code in ("S1", "S2")]
