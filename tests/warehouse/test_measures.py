"""What nobody delivers is no number: a warehouse that holds monthly totals and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
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
