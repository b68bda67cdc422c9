"""The closing curve: by hand, and on every point the figures that the registry reads from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from tests.warehouse import small_bureau
from tests.warehouse.slow_metrics import cells, read_published
from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
from warehouse.facts import Facts
from warehouse.metric_time import CLOSED_WITHIN
from warehouse.metrics import METRICS
from warehouse.question import NotAsked
from warehouse.survival_curve import survival_curves

MEDIAN = "days_to_resolution_median"
POINTS = {one.within_days: one.id for one in METRICS.values() if one.within_days is not None}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    archive = SmallArchive(tmp_path_factory.mktemp("bureau"))
    small_bureau.deliver(archive)
    with small_bureau.open_built(archive) as opened:
        yield opened


@pytest.fixture(scope="module")
def facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    return read_facts(connection)


def test_there_is_a_metric_for_every_day_that_is_told() -> None:
    assert tuple(POINTS) == CLOSED_WITHIN == (0, 7, 15, 30, 60, 90)


@pytest.mark.parametrize("where", [{}, {"station": ["S1"]}, {"dispute_type": ["neighbour"]}])
@pytest.mark.parametrize("period", ["2024", "2025-01", "2024-02-29..2024-04-05"])
def test_every_figure_of_the_registry_lies_on_the_curve(facts: Facts, period: str, where: dict[str, list[str]]) -> None:
    current, base = survival_curves(facts, ask(facts, MEDIAN, period, where=where), last_day=90)
    assert current is not None
    for day, metric in POINTS.items():
        (row,) = compare(facts, ask(facts, metric, period, where=where))
        assert row.denominator == current.cases
        for curve, value in ((current, row.value), (base, row.base_value)):
            if curve is None:
                assert value is None
            else:
                assert value == (curve.share[day] if day < len(curve.share) else None)
        if day < len(current.share):
            assert (row.value_low, row.value_high) == (current.low[day], current.high[day])
    (median,) = compare(facts, ask(facts, MEDIAN, period, where=where))
    reached = [day for day, share in enumerate(current.share) if share >= 0.5 - 1e-11]
    assert median.value == (reached[0] if reached else None)


@pytest.mark.parametrize(("period", "start", "end"), [("2025-01", 1, 31), ("2025-02", 1, 28)])
def test_the_curve_is_the_slow_one_and_ends_where_nobody_is_followed_any_longer(
    period: str, start: int, end: int, facts: Facts, connection: duckdb.DuckDBPyConnection
) -> None:
    current, _ = survival_curves(facts, ask(facts, MEDIAN, period), last_day=90)
    published = read_published(connection)
    assert current is not None
    first = date.fromisoformat(f"{period}-01")
    for day, metric in POINTS.items():
        slow = cells(published, metric, first.replace(day=start), first.replace(day=end), None)[None].value
        if day < len(current.share):
            assert slow is not None
            assert current.share[day] == pytest.approx(float(slow))
        else:
            assert slow is None


def test_a_curve_rises_inside_its_band(facts: Facts) -> None:
    for curve in survival_curves(facts, ask(facts, MEDIAN, "2024-06"), last_day=60):
        assert curve is not None
        assert list(curve.share) == sorted(curve.share)
        triples = zip(curve.low, curve.share, curve.high, strict=True)
        assert all(0 <= low <= share <= high <= 1 for low, share, high in triples)


def test_a_period_before_the_data_has_no_curve(facts: Facts) -> None:
    assert survival_curves(facts, ask(facts, MEDIAN, "2019"), last_day=30) == (None, None)


def test_a_split_question_and_another_kind_of_figure_have_no_curve(facts: Facts) -> None:
    for question in (ask(facts, MEDIAN, "2024", by=["station"]), ask(facts, "dispute_case_count", "2024")):
        with pytest.raises(NotAsked, match=question.metric.id):
            survival_curves(facts, question, last_day=30)
