"""The headline metrics at ten million incidents: the engine on the marts beside the same SQL on the facts."""

from __future__ import annotations

import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from tests.bench import postgres_queries
from tests.bench.measure import machine, run_module
from tests.bench.polars_queries import PolarsReference
from warehouse.comparison import Question, ask, compare, read_facts
from warehouse.comparison_row import NUMBERS, ComparisonRow
from warehouse.facts import Facts
from warehouse.metrics import HEADLINES

RATIO, AIM, MILLISECONDS = 10, 20, 50
TOLERANCE = 1e-9
SPLITS = (("month", "dispute_type"), ("station",))
# Period -> how often the marts and the facts are asked in turn; the longer one is printed and judged by its ratio only.
HEADLINE = "rolling12"
PERIODS = {HEADLINE: (5, 5), "2023-11..2026-10": (5, 1)}
# A folder that is kept, and asked again next time.
KEPT = "FENGQIAO_BENCH_DIR"


@dataclass(frozen=True)
class Recorder:
    """A connection that remembers what it was asked."""

    connection: duckdb.DuckDBPyConnection
    asked: list[str] = field(default_factory=list)

    def execute(self, sql: str, *parameters: Any) -> duckdb.DuckDBPyConnection:
        """As the connection does."""
        self.asked.append(sql)
        return self.connection.execute(sql, *parameters)

    def sql(self, sql: str) -> duckdb.DuckDBPyRelation:
        """As the connection does."""
        self.asked.append(sql)
        return self.connection.sql(sql)


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock, and of all threads of this process."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Case:
    """One question, and the SQL that it puts to the marts and to the facts."""

    name: str
    question: Question
    on_marts: str
    on_facts: str
    runs: dict[str, list[Spent]] = field(default_factory=dict)

    def median(self, way: str, figure: str = "cpu") -> float:
        """Milliseconds."""
        return 1000 * statistics.median(one.wall if figure == "wall" else one.cpu for one in self.runs[way])

    def told(self, way: str) -> str:
        """Median, lowest and highest of the clock, and the median of the processors, in milliseconds."""
        if way not in self.runs:
            return f"{'-':>26}"
        walls = [1000 * one.wall for one in self.runs[way]]
        spread = f"({min(walls):.0f}–{max(walls):.0f})"
        return f"{statistics.median(walls):>7.0f} {spread:<13}{self.median(way):>6.0f}"


def timed(work: Callable[[], object]) -> Spent:
    """Do it, and tell what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def answer(facts: Facts, question: Question, *, on_facts: bool) -> tuple[str, list[ComparisonRow]]:
    """The statement with which the engine counts, and what it makes of the counts; `facts` are warm."""
    recorder = Recorder(facts.connection)
    recording = Facts(recorder)  # type: ignore[arg-type]
    # Everything but the counts, and the answers that are kept, is known by now and stays as long as the generation.
    known = {name: value for name, value in facts.__dict__.items() if name not in ("connection", "read")}
    recording.__dict__.update(known)
    rows = compare(recording, question, on_facts=on_facts)
    (sql,) = recorder.asked
    return sql, rows


def differences(marts: Sequence[ComparisonRow], facts: Sequence[ComparisonRow]) -> list[str]:
    """Where two answers are not the same: keys, numbers to 1e-9, verdicts, flags."""
    if [row.keys for row in marts] != [row.keys for row in facts]:
        return ["other cells"]
    return [
        f"{dict(one.keys)} {name}: {getattr(one, name)} on marts, {getattr(other, name)} on facts"
        for one, other in zip(marts, facts, strict=True)
        for name in (*NUMBERS, "verdict", "flags")
        if not _is_same(getattr(one, name), getattr(other, name))
    ]


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return one == other


def _cases(facts: Facts, reference: PolarsReference, period: str) -> tuple[list[Case], list[str]]:
    """All questions about a period, and where their answers differ."""
    cases, failures = [], []
    for by in SPLITS:
        for name in HEADLINES:
            question = ask(facts, name, period, by=by)
            compare(facts, question)
            (marts, rows), (sql, expected) = (answer(facts, question, on_facts=on_facts) for on_facts in (False, True))
            case = Case(f"{name} by {' × '.join(by)}", question, marts, sql)
            found = differences(rows, expected)[:3]
            if reference.answers(question):
                found += reference.differences(question, facts.connection.sql(marts).pl())
            cases.append(case)
            failures += [f"{period} {case.name}: {text}" for text in found]
    return cases, failures


def _time(facts: Facts, cases: Sequence[Case], reference: PolarsReference, rounds: tuple[int, int]) -> None:
    """Every way in turn, so that a drift of the machine meets all of them alike."""

    def fetch(sql: str) -> object:
        return facts.connection.sql(sql).pl()

    for number in range(max(rounds)):
        for case in cases:
            ways: dict[str, Callable[[], object]] = {
                "marts": partial(fetch, case.on_marts),
                "engine": partial(compare, facts, case.question),
            }
            if number < rounds[1]:
                ways["facts"] = partial(fetch, case.on_facts)
                if reference.answers(case.question):
                    ways["polars"] = partial(reference.count, case.question)
            for way, work in ways.items():
                case.runs.setdefault(way, []).append(timed(work))


def _total(cases: Sequence[Case], way: str, figure: str) -> float:
    return sum(case.median(way, figure) for case in cases if way in case.runs)


def _report(period: str, cases: Sequence[Case]) -> tuple[list[str], list[str], dict[str, float]]:
    """Lines, failures and ratios of one period."""
    titles = ("marts, SQL", "marts, engine", "facts, SQL", "polars on Parquet")
    lines = [
        f"{period} against last year; ms of the clock (lowest–highest), ms of the processors; {machine()}",
        f"{'':<52}" + "".join(f"{title:>28}" for title in titles),
    ]
    ways = ("marts", "engine", "facts", "polars")
    lines += [f"{case.name:<52}" + "".join(f"  {case.told(way)}" for way in ways) for case in cases]
    totals = {f"{way} {figure}": _total(cases, way, figure) for way in ways for figure in ("wall", "cpu")}
    lines.append(f"{'total':<52}" + "".join(f"  {totals[f'{w} wall']:>7.0f}{totals[f'{w} cpu']:>19.0f}" for w in ways))
    ratios, failures = {}, []
    for way, what in (("marts", "SQL"), ("engine", "engine")):
        # The stock on the facts looks at every case at the end of every month: it alone would decide.
        for name, some in (
            ("all", cases),
            ("without the stock", [c for c in cases if c.question.metric.kind != "stock"]),
        ):
            wall, cpu = (_total(some, "facts", figure) / _total(some, way, figure) for figure in ("wall", "cpu"))
            ratios[f"{what}, {name}"] = wall
            lines.append(f"SQL on facts / {what} on marts, {name}: {wall:.1f} × ({cpu:.1f} × CPU), aim {AIM} ×")
    for name in ("SQL, without the stock", "engine, all"):
        if ratios[name] < RATIO:
            failures.append(f"{period}: facts take {ratios[name]:.1f} × as long as marts ({name}), less than {RATIO} ×")
    slow = {
        way: [f"{case.name} {case.median(way):.0f} ms" for case in cases if case.median(way) > MILLISECONDS]
        for way in ("marts", "engine")
    }
    for way, what in (("marts", "SQL"), ("engine", "the whole engine")):
        lines.append(f"over {MILLISECONDS} ms of CPU, {what}: {', '.join(slow[way]) or 'none'}")
    if period == HEADLINE and slow["marts"]:
        failures.append(f"{period}: over {MILLISECONDS} ms of CPU: {', '.join(slow['marts'])}")
    return lines, failures, ratios


def _ask(database: Path, folder: Path, *, quick: bool) -> dict[str, Any]:
    lines, failures, ratios = [], [], {}
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{database}' as generation (read_only)")
        connection.execute("use generation")
        facts, reference = read_facts(connection), PolarsReference.export(connection, folder)
        for period, rounds in PERIODS.items():
            cases, unequal = _cases(facts, reference, period)
            failures += unequal
            _time(facts, cases, reference, rounds)
            told, failed, ratios[period] = _report(period, cases)
            lines += [*told, ""]
            # A tenth of the rows leaves the facts a tenth of the work, and the marts nearly all of theirs.
            failures += [] if quick else failed
            if period == HEADLINE:
                asked = {case.name: (case.on_marts, case.on_facts) for case in cases}
                lines += [*postgres_queries.run(connection, asked), ""]
    return {"lines": lines, "failures": failures, "ratios": ratios}


def run(*, quick: bool) -> dict[str, Any]:
    """The benchmark: equal results, then the time on marts and on facts."""
    rows = 1_000_000 if quick else 10_000_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get(KEPT) or temporary) / str(rows)
        database = folder / "building" / "warehouse.duckdb"
        built = []
        if not database.exists():
            # In a process of its own, so that what it leaves in memory is not counted here.
            child = run_module("tests.bench.many_incidents", str(folder), str(rows))
            built = [f"built in {child.wall:.0f} s, {child.cpu:.0f} s CPU, {child.peak_megabytes:.0f} MB: {child.told}"]
        result = _ask(database, folder, quick=quick)
    lines = [f"{rows:,} incidents", *built, *result["lines"], *(f"FAILED {text}" for text in result["failures"])]
    return {**result, "lines": lines}
