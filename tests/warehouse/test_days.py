"""Visits day by day: each day a window with a base of its own, and no total, protected or not, on any of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.warehouse import small_bureau
from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import NotAsked, ask, compare, read_facts
from warehouse.comparison_row import ComparisonRow
from warehouse.facts import Facts

FIRST, LAST = date(2023, 1, 1), date(2024, 3, 31)
WINDOW: dict[str, Any] = {"window": [FIRST, LAST]}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    archive = SmallArchive(tmp_path_factory.mktemp("days"))
    archive.deliver_orgs()
    archive.deliver("visit", *visits(), **WINDOW)
    with small_bureau.open_built(archive) as connection:
        yield read_facts(connection)


def visits() -> Iterator[dict[str, Any]]:
    """One visit on every day of 2023; in February 2024 three a day, and one to a victim household."""
    for number in range(365):
        yield {"key": f"a{number}", "visited_on": FIRST + timedelta(days=number), "category_code": "deputies"}
    for number in range(29):
        day = date(2024, 2, 1) + timedelta(days=number)
        for which, kind in enumerate(("deputies", "deputies", "grassroots_org", "victim_household")):
            yield {"key": f"b{number}-{which}", "visited_on": day, "category_code": kind}


def days_of(facts: Facts, period: str, **asked: Any) -> dict[str | None, ComparisonRow]:
    return {row.keys["day"]: row for row in compare(facts, ask(facts, "visit_count", period, by=["day"], **asked))}


def test_every_day_has_its_own_count_and_its_own_base(facts: Facts) -> None:
    days = days_of(facts, "2024-02")
    assert list(days) == [f"2024-02-{number:02}" for number in range(1, 30)]
    assert {row.value for row in days.values()} == {3}
    assert {row.base_value for row in days.values()} == {1}
    tenth = days["2024-02-10"]
    assert tenth.base is not None
    assert (tenth.period.start, tenth.period.end, tenth.base.start) == (date(2024, 2, 10),) * 2 + (date(2023, 2, 10),)
    assert tenth.names["day"] == "2024年2月10日"


def test_both_the_28th_and_the_29th_of_february_are_held_against_the_28th(facts: Facts) -> None:
    days = days_of(facts, "2024-02")
    bases = [days[f"2024-02-{number}"].base for number in (28, 29)]
    assert [base.start for base in bases if base] == [date(2023, 2, 28)] * 2


def test_a_day_without_visits_is_a_zero_where_the_day_was_delivered(facts: Facts) -> None:
    assert [row.value for row in days_of(facts, "2024-03-01..2024-03-03").values()] == [0, 0, 0]


def test_protected_visits_are_in_the_month_and_on_none_of_its_days(facts: Facts) -> None:
    (month,) = compare(facts, ask(facts, "visit_count", "2024-02"))
    days = days_of(facts, "2024-02")
    assert (month.value, sum(row.value or 0 for row in days.values())) == (4 * 29, 3 * 29)
    assert all("whole_months_only" in row.flags for row in days.values())
    kinds = compare(facts, ask(facts, "visit_count", "2024-02", by=["day", "visit_category"]))
    assert [row for row in kinds if row.keys["visit_category"] == "victim_household" and row.value] == []


def test_days_can_be_split_further(facts: Facts) -> None:
    rows = compare(facts, ask(facts, "visit_count", "2024-02-05..2024-02-06", by=["visit_category", "day"]))
    found = {(row.keys["visit_category"], row.keys["day"]): row.value for row in rows if row.value}
    assert found == {
        ("deputies", "2024-02-05"): 2,
        ("deputies", "2024-02-06"): 2,
        ("grassroots_org", "2024-02-05"): 1,
        ("grassroots_org", "2024-02-06"): 1,
    }


@pytest.mark.parametrize("basis", ["yoy", "previous", "lunar"])
def test_a_day_is_compared_as_that_day_alone_would_be(facts: Facts, basis: Any) -> None:
    days = days_of(facts, "2024-02-20..2024-03-05", basis=basis)
    for code, row in days.items():
        (alone,) = compare(facts, ask(facts, "visit_count", f"{code}..{code}", basis=basis))
        assert (row.period, row.base, row.value, row.base_value) == (
            alone.period,
            alone.base,
            alone.value,
            alone.base_value,
        )


def test_a_filter_by_day_is_a_period_of_one_day(facts: Facts) -> None:
    (row,) = compare(facts, ask(facts, "visit_count", "2024", where={"day": ["2024-02-10"]}))
    assert (row.value, row.base_value, row.period.days) == (3, 1, 1)
    with pytest.raises(NotAsked, match="2023-02-10"):
        ask(facts, "visit_count", "2024", where={"day": ["2023-02-10"]})


def test_months_and_days_at_once_are_refused(facts: Facts) -> None:
    with pytest.raises(NotAsked, match="not both"):
        ask(facts, "visit_count", "2024", by=["month", "day"])


@pytest.mark.parametrize("name", ["day", "transport", "visit_category"])
def test_a_beat_has_monthly_counts_and_nothing_finer(facts: Facts, name: str) -> None:
    with pytest.raises(NotAsked, match=name):
        ask(facts, "visit_count", "2024", by=["beat", name])
    assert ask(facts, "visit_count", "2024", by=["beat", "month"]).by == ("beat", "month")
