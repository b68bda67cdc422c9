"""Every metric on a demo bureau: each dimension at the grains of days and months, macros and engine alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.comparison import ask, compare, read_facts
from warehouse.comparison_row import NUMBERS, ComparisonRow
from warehouse.connection import open_generation
from warehouse.dimensions import TIMES
from warehouse.facts import Facts
from warehouse.generations import current_generation
from warehouse.metric_catalogue import call_of
from warehouse.metrics import METRICS
from warehouse.sandbox import DOWNLOAD, run_sql

pytestmark = pytest.mark.long

WHOLE_MONTHS, DAYS = "2026-07..2026-09", "2026-02-11..2026-10-05"


@pytest.fixture(scope="module")
def facts(demo: Path) -> Iterator[Facts]:
    generation = current_generation(demo)
    assert generation is not None
    with open_generation(generation) as connection:
        yield read_facts(connection)


def macro(connection: duckdb.DuckDBPyConnection, row: ComparisonRow, by: str | None) -> dict[str | None, list[object]]:
    call = f"select * from metric.{row.metric}(?, ?, ?)"
    rows = connection.execute(call, [row.period.start, row.period.end, by]).fetchall()
    return {key: [None if part is None else float(part) for part in parts] for key, *parts in rows}


@pytest.mark.parametrize("period", [WHOLE_MONTHS, DAYS])
@pytest.mark.parametrize("metric", METRICS)
def test_engine_and_macro_give_the_same_on_every_dimension(facts: Facts, metric: str, period: str) -> None:
    for by in (None, *sorted(METRICS[metric].dimensions)):
        rows = compare(facts, ask(facts, metric, period, by=[by] if by else []))
        assert rows, by
        if METRICS[metric].follow_up_days:
            # The engine says which days it could use; asked for these, the macro needs no cutting.
            assert rows[0].period.end <= facts.data_until["incident"]
        # A row by month or day carries that month's or day's own period: the macro is asked for the whole one.
        whole = compare(facts, ask(facts, metric, period))[0] if by in TIMES else rows[0]
        told = macro(facts.connection, whole, by)
        found = {row.keys[by] if by else None: row for row in rows}
        assert told.keys() <= found.keys(), by
        for key, parts in told.items():
            row = found[key]
            assert parts == pytest.approx([row.numerator, row.denominator, row.value], abs=1e-9, nan_ok=True), (by, key)
        # What only the engine lists are zeros of units that reported, and cells that have but a base.
        for key in found.keys() - told.keys():
            assert not found[key].numerator, (by, key)


@pytest.mark.parametrize("feed", sorted({metric.feed for metric in METRICS.values()}))
def test_the_sql_that_a_page_shows_gives_its_figures_in_the_sandbox(facts: Facts, feed: str) -> None:
    rows = [
        row
        for metric in METRICS.values()
        if metric.feed == feed
        for by in ((), ("station",) if "station" in metric.dimensions else ())
        for row in compare(facts, ask(facts, metric.id, "latest-month", by=by))
    ]
    calls = {row.metric: call_of(METRICS[row.metric], row.period.start, row.period.end).rstrip(";") for row in rows}
    calls |= {f"{name} in all": call.replace("'station'", "null") for name, call in calls.items()}
    # One worker for a feed, because a worker for each of its metrics would be half a minute.
    sql = "\nunion all\n".join(f"select '{name}' as metric, m.* from ({call}) as m" for name, call in calls.items())
    files = facts.connection.execute("select path from duckdb_databases() where database_name = 'generation'")
    result = run_sql(files.fetchall()[0][0], sql, limits=DOWNLOAD)
    assert not result.is_truncated
    told = {(name, key): value for name, key, _, _, value in result.rows}
    for row in rows:
        name = row.metric if row.keys else f"{row.metric} in all"
        value = told.get((name, next(iter(row.keys.values()), None)))
        # What only the engine lists are zeros of units that reported, and cells that have but a base.
        assert (value or 0) == pytest.approx(row.value or 0, abs=1e-9), (name, row.keys)
        assert value is not None or not row.value, (name, row.keys)


@pytest.mark.parametrize("metric", [name for name, one in METRICS.items() if one.feed == "incident"])
def test_a_mart_says_what_the_facts_say(facts: Facts, metric: str) -> None:
    for by in ((), ("station",), ("month", "dispute_type")):
        if set(by) <= METRICS[metric].dimensions:
            question = ask(facts, metric, WHOLE_MONTHS, by=by)
            of_marts, of_facts = compare(facts, question), compare(facts, question, on_facts=True)
            assert [row.keys for row in of_marts] == [row.keys for row in of_facts]
            for row, other in zip(of_marts, of_facts, strict=True):
                for name in NUMBERS:
                    number, same = getattr(row, name), getattr(other, name)
                    assert number == (same if same is None else pytest.approx(same, rel=1e-9)), (name, row.keys)
                assert (row.verdict, row.flags) == (other.verdict, other.flags)
