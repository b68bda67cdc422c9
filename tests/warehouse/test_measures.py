"""What nobody delivers is no number: a warehouse that holds monthly totals and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
from warehouse.comparison_row import ComparisonRow
from warehouse.facts import Facts
from warehouse.metrics import METRICS

MONTH = {"is_total": True, "period_start": date(2026, 1, 1), "period_end": date(2026, 1, 31), "received_on": None}
OF_INCIDENTS = [name for name, metric in METRICS.items() if metric.feed == "incident"]
TOLD = {"dispute_incident_count", "dispute_case_count"}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    archive = SmallArchive(tmp_path_factory.mktemp("totals"))
    archive.deliver_orgs()
    archive.deliver("incident", {**MONTH, "incident_count": 40}, window=["2026-01-01", "2026-01-31"])
    result = archive.build()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{result.database}' as generation (read_only)")
        connection.execute("use generation")
        yield read_facts(connection)


@pytest.mark.parametrize("metric", OF_INCIDENTS)
def test_the_macros_know_no_zero_of_what_nobody_delivers(facts: Facts, metric: str) -> None:
    call = f"select value from metric.{metric}('2026-01-01', '2026-01-31', null)"
    assert facts.connection.execute(call).fetchall() == [(40.0 if metric in TOLD else None,)]


@pytest.mark.parametrize("by", [(), ("station",), ("month", "dispute_type")])
@pytest.mark.parametrize("metric", OF_INCIDENTS)
def test_totals_tell_how_many_and_nothing_else(facts: Facts, metric: str, by: tuple[str, ...]) -> None:
    if not set(by) <= METRICS[metric].dimensions:
        by = ()
    rows = compare(facts, ask(facts, metric, "2026-01", by=by))
    if metric in TOLD:
        assert 40 in [row.value for row in rows]
    else:
        assert {row.value for row in rows} <= {None}
        assert by or "not_delivered" in rows[0].flags


def figures_of(folder: Path, answers: Sequence[tuple[float, int]]) -> tuple[float, list[ComparisonRow]]:
    """The plain sum of the weights of one day's answers, and every satisfaction figure of them."""
    archive = SmallArchive(folder)
    archive.deliver_orgs()
    rows = ({"key": place, "weight": weight, "level": level} for place, (weight, level) in enumerate(answers))
    archive.deliver("satisfaction", *rows, window=["2026-01-01", "2026-01-31"])
    with duckdb.connect() as connection:
        connection.execute(f"attach '{archive.build().database}' as generation (read_only)")
        connection.execute("use generation")
        facts = read_facts(connection)
        asked = [ask(facts, name, "2026-01") for name, metric in METRICS.items() if metric.feed == "satisfaction"]
        ((plain,),) = connection.execute("select sum(weight) from core.fct_satisfaction").fetchall()
        return plain, [row for one in asked for row in compare(facts, one)]


def test_weights_that_are_added_in_another_order_are_the_same_figures(tmp_path: Path) -> None:
    weights = [1.3, 0.3, 1.1, 1.1, 0.1, 0.3, 2.3, 0.3, 0.3, 1.3]
    answers = list(zip(weights, [2, 5] * 5, strict=True))
    plain, figures = figures_of(tmp_path / "forward", answers)
    other_plain, other_figures = figures_of(tmp_path / "backward", answers[::-1])
    assert plain != other_plain
    assert figures == other_figures
    # 0.3 + 1.1 + 0.3 + 0.3 + 1.3 of 8.4.
    assert figures[0].value == pytest.approx(3.3 / 8.4)
