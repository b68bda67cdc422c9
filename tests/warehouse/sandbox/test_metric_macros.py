"""Every metric, asked in SQL through the sandbox, gives what the engine of the pages gives."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse import small_bureau
from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
from warehouse.metrics import METRICS
from warehouse.sandbox import Limits, run_sql

PERIOD = "2023-05"
FEEDS = sorted({metric.feed for metric in METRICS.values()})


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bureau's warehouse."""
    archive = SmallArchive(tmp_path_factory.mktemp("bureau"))
    small_bureau.deliver(archive)
    return archive.build().database


@pytest.mark.parametrize("feed", FEEDS)
def test_the_macro_of_every_metric_gives_the_value_of_the_page(feed: str, database: Path) -> None:
    parts, expected = [], {}
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{database}' as generation (read_only)")
        connection.execute("use generation")
        facts = read_facts(connection)
        for metric in METRICS.values():
            if metric.feed != feed:
                continue
            for by in (None, "station"):
                for row in compare(facts, ask(facts, metric.id, PERIOD, by=[by] if by else [])):
                    expected[metric.id, by, row.keys[by] if by else None] = row.value
                start, end, key = row.period.start, row.period.end, f"'{by}'" if by else "null"
                call = f"metric.{metric.id}(date '{start}', date '{end}', {key})"
                parts.append(f"select '{metric.id}' as metric, {key} as by, by_key, value from {call}")
    # Planning dozens of macros in one statement takes longer than a page would wait.
    result = run_sql(database, " union all ".join(parts), limits=Limits(seconds=120))
    found = {(name, by, key): value for name, by, key, value in result.rows}
    assert len(found) == result.row_count > 0
    # What belongs to no station is a row of its own in SQL, and none on the page.
    found = {key: value for key, value in found.items() if key in expected or key[1:] != ("station", None)}
    # What only the page lists are units that reported nothing, or have but a base.
    assert {key: expected[key] or 0 for key in expected.keys() - found.keys()} == dict.fromkeys(
        expected.keys() - found.keys(), 0
    )
    assert {key: value for key, value in found.items() if value is not None} == pytest.approx(
        {key: expected[key] for key, value in found.items() if value is not None}, abs=1e-9
    )


def test_a_macro_takes_parameters(database: Path) -> None:
    sql = "select sum(value) from metric.dispute_incident_count($from, $to, $by)"
    by_station = run_sql(database, sql, parameters={"from": "2023-05-01", "to": "2023-05-31", "by": "station"})
    plain = run_sql(
        database,
        "select sum(value) from metric.dispute_incident_count(date '2023-05-01', date '2023-05-31', 'station')",
    )
    assert by_station.rows == plain.rows != [(None,)]


def test_the_published_schemas_are_what_can_be_read(database: Path) -> None:
    tables = [name for (name,) in run_sql(database, "show tables").rows]
    assert {name.partition(".")[0] for name in tables} == {"core", "mart", "ops"}
    assert run_sql(database, "from ops.generation select count(*)").rows == [(1,)]
