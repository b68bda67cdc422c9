"""Indirect standardisation against sums done by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from scipy.stats import chi2

from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import NotAsked, ask, compare, read_facts
from warehouse.facts import Facts
from warehouse.reference import Language
from warehouse.standardisation import Standardised, standardise

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


def test_the_interval_is_the_exact_poisson_one_of_the_observed(facts: Facts) -> None:
    one = found(facts)["S1"]
    # Published factors for 9 events (Ulm 1990): 4.1154 and 17.0848.
    assert one.ratio_low == pytest.approx(4.1154 / 9, abs=1e-4)
    assert one.ratio_high == pytest.approx(17.0848 / 9, abs=1e-4)


def test_expected_events_add_up_to_the_observed_ones(facts: Facts) -> None:
    stations = found(facts).values()
    assert sum(one.expected for one in stations) == pytest.approx(sum(one.observed for one in stations))


def test_what_is_no_share_cannot_be_standardised(facts: Facts) -> None:
    with pytest.raises(NotAsked, match="dispute_incident_count"):
        standardise(facts, ask(facts, "dispute_incident_count", "2026-01"))


def test_the_wider_interval_is_the_exact_one_of_998_in_1000(facts: Facts) -> None:
    one = found(facts)["S1"]
    # Garwood (1936): the quantiles of chi-squared with 2 x 9 and 2 x 10 degrees of freedom, halved.
    assert one.far_low == pytest.approx(chi2.ppf(0.001, 18) / 2 / 9)
    assert one.far_high == pytest.approx(chi2.ppf(0.999, 20) / 2 / 9)


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
