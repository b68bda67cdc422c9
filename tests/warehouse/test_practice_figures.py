"""Figures that stations have published, out of records built for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.warehouse import small_bureau
from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
from warehouse.comparison_row import ComparisonRow
from warehouse.facts import Facts
from warehouse.metrics import METRICS
from warehouse.wording import sentence_of

YEARS = (("neighbour", 2022, 52), ("neighbour", 2023, 41), ("debt", 2022, 1040), ("debt", 2023, 820))
LONG = date(2015, 5, 28), date(2015, 10, 26)
WINDOW: dict[str, Any] = {"window": [date(2022, 1, 1), date(2023, 12, 31)]}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    archive = SmallArchive(tmp_path_factory.mktemp("figures"))
    archive.deliver_orgs()
    archive.deliver("incident", *cases(), **WINDOW)
    long = small_bureau.case(LONG[0], "mediation_success", days=(LONG[1] - LONG[0]).days, key="long")
    archive.deliver("incident", long, window=[date(2015, 5, 1), date(2015, 10, 31)])
    rescue = {"activity_code": "rescue", "part_code": "done", "unit_code": "case"}
    archive.deliver(
        "activity",
        {"done_on": date(2023, 4, 7), **rescue, "quantity": 120, "qualifier_code": "at_least"},
        {"done_on": date(2023, 5, 7), **rescue, "quantity": 120, "qualifier_code": "at_least"},
        {"done_on": date(2023, 5, 8), **rescue, "quantity": 5, "qualifier_code": "exact"},
        **WINDOW,
    )
    with small_bureau.open_built(archive) as connection:
        yield read_facts(connection)


def cases() -> Iterator[dict[str, Any]]:
    """758 received in April 2023 of which 731 were settled; a year of 52 neighbours and of 1,040 debts, then less."""
    for number in range(758):
        is_settled = number < 731
        row = small_bureau.case(date(2023, 4, 1 + number % 30), "mediation_success" if is_settled else "pending",
                                days=0 if is_settled else None, dispute_type_code="contract")  # fmt: skip
        yield row | {"key": f"contract {number}"}
    for kind, year, count in YEARS:
        for number in range(count):
            # Evenly over the year, so that the months do not vary by more than chance.
            day = date(year, 1, 1) + timedelta(days=number * 365 // count)
            row = small_bureau.case(day, dispute_type_code=kind, channel_code="call_110")
            yield row | {"key": f"{kind} {year} {number}"}


def row_of(facts: Facts, metric: str, period: str, **asked: Any) -> ComparisonRow:
    (row,) = compare(facts, ask(facts, metric, period, **asked))
    return row


def test_731_of_758_received_are_settled(facts: Facts) -> None:
    asked: dict[str, Any] = {"where": {"dispute_type": ["contract"]}}
    row = row_of(facts, "resolution_rate_received", "2023-04", **asked)
    assert (row.numerator, row.denominator) == (731, 758)
    assert row.value == pytest.approx(0.964380, abs=5e-7)
    assert (row.value_low, row.value_high) == pytest.approx((0.949, 0.975), abs=5e-4)
    assert row_of(facts, "unresolved_count", "2023-04", **asked).value == 27


@pytest.mark.parametrize(("kind", "counts", "verdict", "word"), [
    ("neighbour", (41, 52), "within_noise", "差异不显著"),
    ("debt", (820, 1040), "down", "下降21.2%（减少220起）"),
])  # fmt: skip
def test_a_fall_of_a_fifth_is_noise_or_news_by_its_size(
    facts: Facts, kind: str, counts: tuple[float, float], verdict: str, word: str
) -> None:
    row = row_of(facts, "dispute_incident_count", "2023", where={"dispute_type": [kind]})
    assert (row.value, row.base_value) == counts
    assert row.change_rate == pytest.approx(-0.211538, abs=5e-7)
    assert row.verdict == verdict
    sentence = sentence_of(row, METRICS[row.metric], unit_name="东城分局", language="zh")
    assert word in sentence
    assert ("差异不显著" in sentence) == (verdict == "within_noise")


def test_a_dispute_of_2015_took_151_days(facts: Facts) -> None:
    found = facts.connection.execute("select days_to_close from core.fct_incident where received_on = ?", [LONG[0]])
    assert found.fetchall() == [(151,)]
    row = row_of(facts, "days_to_resolution_median", "2015-05")
    assert (row.value, row.denominator) == (151, 1)


def test_more_than_120_stays_at_least_120_and_is_not_added(facts: Facts) -> None:
    alone = row_of(facts, "help_call_count", "2023-04")
    assert (alone.value, alone.at_least_value) == (120, 120)
    assert "at_least" in alone.flags
    assert "至少120" in sentence_of(alone, METRICS[alone.metric], unit_name="一所", language="zh").replace(" ", "")
    both = row_of(facts, "help_call_count", "2023-05")
    assert (both.value, both.at_least_value) == (5, 120)
    assert "at_least" in both.flags
