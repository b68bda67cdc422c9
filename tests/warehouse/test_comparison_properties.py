"""What must hold of every comparison, whatever the records: sums, swaps, filters, bases, days and verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse import small_bureau
from tests.warehouse.slow_metrics import Published, month_end, read_published
from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
from warehouse.comparison_row import ComparisonRow
from warehouse.facts import Facts
from warehouse.metrics import METRICS
from warehouse.statistics import newcombe_interval, rate_ratio_interval

DAY = timedelta(days=1)
LAST = small_bureau.INCIDENTS_UNTIL
# Sums, and ratios of sums. Residents do not depend on records, and "more than 120" is no summand.
SUMS = [
    metric.id
    for metric in METRICS.values()
    if metric.kind in ("additive", "ratio")
    and metric.id != "incident_rate_per_10k"
    and not (metric.feed == "activity" and metric.kind == "additive")
]
EVERY = list(METRICS)
NAMED = ("2024", "2024-H1", "2024-Q1", "2024-02", "2024-09", "2024-W09", "2024-03..2025-02", "rolling12", "2025-01")
FEW = settings(max_examples=40, deadline=None, derandomize=True, database=None)
NUMBERS = ("value", "numerator", "denominator", "value_low", "value_high")
OF_BASE = ("base_value", "base_numerator", "base_denominator", "change", "change_rate", "interval_low", "interval_high")
COMPARED = (*NUMBERS, *OF_BASE, "dispersion", "at_least_value", "verdict", "flags", "period", "base")


def open_facts(folder: Path, *, more: bool = False) -> Iterator[Facts]:
    """The small bureau, or that with what happened after its last day."""
    archive = SmallArchive(folder)
    small_bureau.deliver(archive)
    if more:
        deliver_later_days(archive)
    with small_bureau.open_built(archive) as connection:
        yield read_facts(connection)


def deliver_later_days(archive: SmallArchive) -> None:
    """Records of days that no window covers: the last day stays where it was."""
    days = [small_bureau.LAST + number * DAY for number in range(1, 4)]
    cases = [
        small_bureau.case(LAST + number * DAY, "mediation_success", days=1, key=f"later {number}", dispute_key="r90",
                          channel_code="call_110", dispute_type_code="neighbour", is_urgent=True, response_minutes=1)
        for number in range(1, 10)
    ]  # fmt: skip
    archive.deliver("incident", *cases, at="2025-04-10")
    archive.deliver("mediation", *({"held_on": day, "key": f"later {day}"} for day in days), at="2025-04-10")
    archive.deliver("visit", *({"visited_on": day, "key": f"later {day}"} for day in days), at="2025-04-10")
    target = {"month_start": date(2025, 4, 1), "targets": 9, "targets_visited": 9, "key": "later"}
    archive.deliver("visit_target", target, at="2025-04-10")
    asked = {"survey_code": "callback_dispute", "level": 1, "mode_code": "phone"}
    archive.deliver(
        "satisfaction", *({"invited_on": day, "key": f"later {day}", **asked} for day in days), at="2025-04-10"
    )
    work = [
        {"done_on": day, "key": f"{day} {kind}", "activity_code": kind[0], "part_code": kind[1], "unit_code": kind[2]}
        for day in days
        for kind in small_bureau.WORK
    ]
    archive.deliver("activity", *work, at="2025-04-10")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    yield from open_facts(tmp_path_factory.mktemp("bureau"))


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    yield from open_facts(tmp_path_factory.mktemp("later"), more=True)


@pytest.fixture(scope="module")
def published(facts: Facts) -> Published:
    return read_published(facts.connection)


def rows_of(facts: Facts, metric: str, period: str, **asked: Any) -> list[ComparisonRow]:
    return compare(facts, ask(facts, metric, period, **asked))


def row_of(facts: Facts, metric: str, period: str, **asked: Any) -> ComparisonRow:
    (row,) = rows_of(facts, metric, period, **asked)
    return row


def days_text(start: date, end: date) -> str:
    return f"{start}..{end}"


def sum_of(rows: Sequence[ComparisonRow], name: str) -> float:
    return sum(getattr(row, name) or 0.0 for row in rows)


def ranges() -> st.SearchStrategy[tuple[date, date]]:
    days = st.dates(small_bureau.FIRST, LAST)
    return st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


def same(left: ComparisonRow, right: ComparisonRow, names: Sequence[str]) -> list[str]:
    """The fields in which two rows differ."""
    return [name for name in names if not is_same(getattr(left, name), getattr(right, name))]


def float_of(part: float | None) -> float:
    """A part that an interval could not do without."""
    assert part is not None
    return part


def is_same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return bool(np.isclose(left, right, rtol=1e-9, atol=1e-12))
    return bool(left == right)


# --- sums -------------------------------------------------------------------------------------------------------------


@FEW
@given(st.sampled_from(SUMS), ranges(), st.sampled_from(["station", "branch", "city_bureau", "station_type"]))
def test_parts_of_the_bureau_add_up_to_it(facts: Facts, metric: str, span: tuple[date, date], by: str) -> None:
    if by not in METRICS[metric].dimensions:
        by = "station"
    whole = row_of(facts, metric, days_text(*span))
    parts = rows_of(facts, metric, days_text(*span), by=[by])
    for name in ("numerator", "denominator", "base_numerator", "base_denominator"):
        assert sum_of(parts, name) == pytest.approx(getattr(whole, name) or 0.0), name


@FEW
@given(st.sampled_from(SUMS), ranges(), st.data())
def test_two_halves_of_a_period_add_up_to_it(
    facts: Facts, published: Published, metric: str, span: tuple[date, date], data: st.DataObject
) -> None:
    start, end = span
    split = data.draw(st.dates(start, end))
    totals = periods_of_totals(published, METRICS[metric].feed)
    is_cut = any(start <= first <= split < last <= end for first, last in totals)
    whole = row_of(facts, metric, days_text(start, end))
    halves = [row_of(facts, metric, days_text(start, split))]
    if split < end:
        halves.append(row_of(facts, metric, days_text(split + DAY, end)))
    for name in ("numerator", "denominator"):
        together, alone = sum_of(halves, name), getattr(whole, name) or 0.0
        # A total that is cut is in neither half, only in the whole.
        assert together == pytest.approx(alone) if not is_cut else together <= alone + 1e-9


def periods_of_totals(published: Published, feed: str) -> list[tuple[date, date]]:
    """The periods of more than a day that rows stand for."""
    if feed not in ("incident", "visit", "activity"):
        return []
    rows = published.tables[f"fct_{feed}"]
    return [(row["period_start"], row["period_end"]) for row in rows if row["period_start"] < row["period_end"]]


@pytest.mark.parametrize("metric", ["dispute_incident_count", "resolution_rate_received", "mediation_session_count"])
def test_the_months_of_a_leap_year_add_up_to_it(facts: Facts, metric: str) -> None:
    # S1 delivers no total that is longer than a month.
    asked: dict[str, Any] = {"where": {"station": ["S1"]}}
    months = rows_of(facts, metric, "2024", by=["month"], **asked)
    year = row_of(facts, metric, "2024", **asked)
    assert [row.keys["month"] for row in months] == [f"2024-{number:02}" for number in range(1, 13)]
    assert year.numerator
    for name in ("numerator", "denominator"):
        assert sum_of(months, name) == (getattr(year, name) or 0.0)


def test_every_day_around_the_leap_day_counts_once_and_so_does_every_base(facts: Facts) -> None:
    asked: dict[str, Any] = {"where": {"dispute_type": ["neighbour", "debt", "marriage_family"]}}
    first, last = date(2024, 2, 24), date(2024, 3, 4)
    days = [first + number * DAY for number in range((last - first).days + 1)]
    alone = [row_of(facts, "dispute_incident_count", days_text(day, day), **asked) for day in days]
    together = row_of(facts, "dispute_incident_count", days_text(first, last), **asked)
    assert sum_of(alone, "numerator") == together.numerator
    assert together.base is not None
    assert (together.base.start, together.base.end, together.base.days) == (date(2023, 2, 24), date(2023, 3, 4), 9)
    before = [date(2023, 2, 24) + number * DAY for number in range(9)]
    alone = [row_of(facts, "dispute_incident_count", days_text(day, day), **asked) for day in before]
    # On 28 February 2023 a dispute was received: twice would be seen.
    assert alone[4].numerator
    assert together.base_numerator == sum_of(alone, "numerator")


# --- current and base -------------------------------------------------------------------------------------------------


@FEW
@given(st.sampled_from(EVERY), st.sampled_from(NAMED), st.sampled_from(["yoy", "previous"]))
def test_a_base_asked_as_its_own_period_gives_the_same_numbers(
    facts: Facts, metric: str, period: str, basis: str
) -> None:
    by = ["station"]
    for row in rows_of(facts, metric, period, basis=basis, by=by):
        if row.base is None or row.base.start < small_bureau.FIRST:
            continue
        text = days_text(row.base.start, row.base.end)
        own = {other.keys["station"]: other for other in rows_of(facts, metric, text, basis=basis, by=by)}
        if row.keys["station"] not in own:
            assert not row.base_value
            continue
        found = own[row.keys["station"]]
        assert (row.base_value, row.base_numerator, row.base_denominator) == pytest.approx(
            (found.value, found.numerator, found.denominator)
        )


@FEW
@given(st.sampled_from(EVERY), st.sampled_from(NAMED), st.sampled_from(["yoy", "previous"]))
def test_swapping_current_and_base_inverts_the_interval(facts: Facts, metric: str, period: str, basis: str) -> None:
    method = METRICS[metric].interval
    for row in rows_of(facts, metric, period, basis=basis, by=["station_type"]):
        if row.interval_low is None or row.interval_high is None or row.value == 0:
            continue
        if METRICS[metric].is_count:
            dispersion = row.dispersion or 1.0
            swapped = rate_ratio_interval(float_of(row.base_numerator), float_of(row.numerator), dispersion=dispersion)
            low, high = 1 / float(swapped[1]) - 1, 1 / float(swapped[0]) - 1
        elif method == "wilson" and METRICS[metric].feed != "satisfaction":
            current, base = (row.numerator, row.denominator), (row.base_numerator, row.base_denominator)
            swapped = newcombe_interval(*map(float_of, base), *map(float_of, current))
            low, high = -float(swapped[1]), -float(swapped[0])
        else:
            continue
        assert (row.interval_low, row.interval_high) == pytest.approx((low, high))


def test_a_part_month_is_compared_with_the_same_days(facts: Facts) -> None:
    row = row_of(facts, "dispute_incident_count", "2025-03")
    assert row.base is not None
    assert (row.period.start, row.period.end) == (date(2025, 3, 1), date(2025, 3, 20))
    assert (row.base.start, row.base.end) == (date(2024, 3, 1), date(2024, 3, 20))
    assert "partial_period" in row.flags
    assert row.base_value == row_of(facts, "dispute_incident_count", "2024-03-01..2024-03-20").value
    before = row_of(facts, "dispute_incident_count", "2025-03", basis="previous").base
    assert before is not None
    assert (before.start, before.end) == (date(2025, 2, 1), date(2025, 2, 20))


# --- filters ----------------------------------------------------------------------------------------------------------


@FEW
@given(st.sampled_from(EVERY), st.sampled_from(("2024", "2024-02", "rolling12", "2025-03")), st.data())
def test_filters_commute_with_comparison(facts: Facts, metric: str, period: str, data: st.DataObject) -> None:
    by = data.draw(st.sampled_from(sorted(METRICS[metric].dimensions - {"month"})))
    coded = [row for row in rows_of(facts, metric, period, by=[by]) if row.keys[by] is not None]
    if not coded:
        return
    row = data.draw(st.sampled_from(coded))
    alone = row_of(facts, metric, period, where={by: [row.keys[by]]})
    assert not same(row, alone, COMPARED), (by, row.keys[by])


# --- the last day of the data -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", EVERY)
def test_nothing_after_the_last_day_of_the_data_is_read(facts: Facts, later: Facts, metric: str) -> None:
    assert later.data_until == facts.data_until
    # What S1 took in after its last day does not change what was known on it.
    for period, by in (("ytd", None), ("2025-03", "station"), ("2024", None)):
        split = [by] if by else []
        ours, theirs = rows_of(facts, metric, period, by=split), rows_of(later, metric, period, by=split)
        assert len(ours) == len(theirs)
        for row, other in zip(ours, theirs, strict=True):
            assert not same(row, other, COMPARED), (period, row.keys)


# --- verdicts, zeros, missing reports ---------------------------------------------------------------------------------


@FEW
@given(st.sampled_from(EVERY), st.sampled_from(NAMED), st.sampled_from(["yoy", "previous", "lunar"]))
def test_the_verdict_follows_from_the_printed_figures(facts: Facts, metric: str, period: str, basis: str) -> None:
    for row in rows_of(facts, metric, period, basis=basis, by=["station"]):
        assert row.verdict == verdict_of(row), row.as_record()


def verdict_of(row: ComparisonRow) -> str:
    """The first that holds, in the order of the design."""
    is_count = METRICS[row.metric].is_count
    if {"coverage_gap", "series_break", "coarse_grain"} & set(row.flags):
        return "not_comparable"
    if row.base is None or row.base_value is None or (is_count and row.base_value == 0):
        return "no_base"
    if row.change is None and row.value is not None:
        assert "at_least" in row.flags
        return "no_base"
    no_change = [0.0]
    if "unequal_days" in row.flags:
        # A day more or less is a change that is no news.
        no_change.append(row.period.days / row.base.days - 1)
    if row.interval_low is not None and row.interval_low > max(no_change):
        return "up"
    if row.interval_high is not None and row.interval_high < min(no_change):
        return "down"
    smallest = [row.base_value] if is_count else [row.denominator or 0, row.base_denominator or 0]
    return "small_base" if min(smallest) < (20 if is_count else 30) else "within_noise"


def test_a_missing_report_is_no_zero(facts: Facts) -> None:
    by_station = {
        row.keys["station"]: row for row in rows_of(facts, "dispute_incident_count", "2023-09", by=["station"])
    }
    # S3 delivered nothing of that month; S4 did, and so did S2, which counts for its successor S5.
    assert by_station["S3"].value is None
    assert by_station["S3"].verdict == "not_comparable"
    assert "coverage_gap" in by_station["S3"].flags
    assert by_station["S5"].value is not None
    assert by_station["S4"].value is not None
    bureau = row_of(facts, "dispute_incident_count", "2024-09")
    assert bureau.value is not None
    assert bureau.verdict == "not_comparable"


def test_a_type_that_one_station_collects_apart_is_reported_by_the_others_as_ever(facts: Facts) -> None:
    # Only S1 says when it began to count labour disputes; what S3 delivers holds every type.
    row = row_of(facts, "dispute_case_count", "2025-02", where={"dispute_type": ["labour"], "station": ["S3"]})
    assert row.value is not None
    assert "coverage_gap" not in row.flags


def test_a_station_that_ended_within_the_period_is_not_said_to_have_fallen(facts: Facts) -> None:
    # S2 gave way to S5 at the end of June 2024: half a year of it is no news against a whole one.
    rows = {row.keys["station"]: row for row in rows_of(facts, "dispute_case_count", "2024", by=["station"])}
    assert "S2" not in rows
    assert rows["S5"].verdict in ("up", "down", "small_base", "within_noise")
    assert "series_break" not in rows["S5"].flags


def test_a_station_that_began_between_the_windows_is_another_place(facts: Facts) -> None:
    # S4 began on 1 July 2023, out of its neighbours' ground; the branch is the same ground all along.
    row = row_of(facts, "dispute_case_count", "2024-03", where={"station": ["S4"]})
    assert row.verdict == "not_comparable"
    assert "series_break" in row.flags
    assert "series_break" not in row_of(facts, "dispute_case_count", "2024-03", where={"branch": ["W"]}).flags


def test_a_day_of_which_nothing_is_recorded_is_a_zero(facts: Facts, published: Published) -> None:
    busy = {row["period_start"] for row in published.tables["fct_incident"] if row["station_code"] == "S1"}
    quiet = next(day for day in (date(2024, 6, 1) + number * DAY for number in range(30)) if day not in busy)
    row = row_of(facts, "dispute_incident_count", days_text(quiet, quiet), where={"station": ["S1"]})
    assert (row.value, row.numerator) == (0, 0)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    """Every feed delivered, and of every record no more than that there was one."""
    archive = SmallArchive(tmp_path_factory.mktemp("bare"))
    archive.deliver_orgs()
    window: dict[str, Any] = {"window": [date(2024, 1, 1), date(2025, 12, 31)]}
    for month, count in ((date(2024, 5, 1), 0), (date(2025, 5, 1), 3)):
        rows = [{"is_total": True, "incident_count": count, "dispute_type_code": "tourism"}]
        span = {"period_start": month, "period_end": month_end(month)}
        archive.deliver("incident", *(row | span | {"key": f"{month}"} for row in rows), **window)
    plain = {"incident": "received_on", "mediation": "held_on", "visit": "visited_on", "satisfaction": "invited_on"}
    for feed, day in plain.items():
        row = {day: date(2025, 6, 1), "key": "plain"}
        if feed == "satisfaction":
            row |= {"answer_status_code": None, "survey_code": "callback_dispute"}
        archive.deliver(feed, row, **window)
    work = [{"done_on": date(2025, 6, 1), "activity_code": "inspection", "part_code": "done", "unit_code": "time"}]
    archive.deliver("activity", *work, **window)
    archive.deliver("visit_target", {"month_start": date(2025, 6, 1), "targets": None}, **window)
    with small_bureau.open_built(archive) as connection:
        yield read_facts(connection)


RATIOS = [
    metric.id
    for metric in METRICS.values()
    # Of these a record without an answer, or of another kind of work, says all there is to know.
    if metric.kind in ("ratio", "semi_additive")
    and metric.feed in ("incident", "mediation", "visit")
    and metric.id not in ("incident_rate_per_10k",)
]


@pytest.mark.parametrize("metric", [*RATIOS, "escalation_count", "households_visited_count", "opinion_count"])
def test_what_no_record_tells_is_not_delivered_and_no_zero(bare: Facts, metric: str) -> None:
    row = row_of(bare, metric, "2025-06")
    assert row.value is None
    assert "not_delivered" in row.flags


def test_a_base_of_zero_has_no_rate_of_change(bare: Facts) -> None:
    asked: dict[str, Any] = {"where": {"dispute_type": ["tourism"]}}
    risen = row_of(bare, "dispute_incident_count", "2025-05", **asked)
    assert (risen.value, risen.base_value, risen.change) == (3, 0, 3)
    assert (risen.change_rate, risen.verdict) == (None, "no_base")
    fallen = row_of(bare, "dispute_incident_count", "2025-08", **asked)
    assert (fallen.value, fallen.base_value, fallen.change) == (0, 0, 0)
    assert (fallen.change_rate, fallen.verdict) == (None, "no_base")


def test_the_first_year_has_no_base(bare: Facts) -> None:
    row = row_of(bare, "dispute_incident_count", "2024")
    assert (row.base_value, row.change, row.change_rate) == (None, None, None)
    assert row.verdict == "not_comparable"
