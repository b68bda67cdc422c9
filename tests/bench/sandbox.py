"""What the sandbox costs a query, and what a bomb costs the others: beside the same query in process, interleaved."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from tests.bench.measure import machine
from tests.served.server import serve
from tests.served.session import Session, open_session
from tests.warehouse.sandbox.analyst import Attack, Place, attacks, make_place
from warehouse.sandbox import NoAnswer, run_sql
from warehouse.sandbox.client import FORK_SERVER

ROUNDS, QUICK_ROUNDS = 60, 15
ADDED_AIM, ADDED_MOST = 100, 500
BOUND_SECONDS = 6.0
SLOWER_MOST = 3.0
PAGE = Path(__file__).with_name("bomb_page.py")
Rows = list[tuple[Any, ...]]
QUERIES = {
    "one row": "select 1",
    "count": "select count(*) from mart.visit",
    "groups": "select station, avg(score) from mart.visit group by all order by all",
    "join": "select count(*) from mart.visit join mart.dispute using (id) where kind = '债务'",
    "macro": "from mart.top_visits(10)",
    "10,000 rows": "from mart.visit order by id limit 10000",
}


@dataclass
class Times:
    """Milliseconds of one query in process and through the sandbox, round by round."""

    name: str
    within: list[float] = field(default_factory=list)
    through: list[float] = field(default_factory=list)

    @property
    def added(self) -> list[float]:
        """What the sandbox adds, pair by pair."""
        return [through - within for within, through in zip(self.within, self.through, strict=True)]

    def line(self) -> str:
        """Median and p95 of all three."""
        return f"{self.name:<14}" + "".join(
            f"{statistics.median(values):>10.1f}{p95(values):>9.1f}"
            for values in (self.within, self.through, self.added)
        )


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def milliseconds(work: Callable[[], object]) -> float:
    """Do it, and tell how long it took."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _ask_within(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    return connection.execute(sql).fetchall()


def _ask_through(database: Path, sql: str) -> Rows:
    return run_sql(database, sql, schemas=("mart",)).rows


def _worker_cpu() -> float:
    """Milliseconds that the warm parent and all its buried workers have used of the processors."""
    spent = Path(f"/proc/{FORK_SERVER.pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return 1000 * sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def measure_added(database: Path, rounds: int) -> tuple[list[str], list[str]]:
    """Each query both ways in turn, in process on a connection that is already open."""
    failures, measured = [], [Times(name) for name in QUERIES]
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(f"attach '{database}' as analyst (read_only)")
        connection.execute("use analyst.mart")
        for times in measured:
            sql = QUERIES[times.name]
            if _ask_through(database, sql) != _ask_within(connection, sql):
                failures.append(f"{times.name}: another answer than in process")
        for _ in range(rounds):
            for times in measured:
                sql = QUERIES[times.name]
                times.within.append(milliseconds(partial(_ask_within, connection, sql)))
                times.through.append(milliseconds(partial(_ask_through, database, sql)))
        began = _worker_cpu()
        for _ in range(rounds):
            _ask_through(database, "select 1")
        cpu = (_worker_cpu() - began) / rounds
    added = [value for times in measured for value in times.added]
    lines = [
        f"ms, median and p95, {rounds} rounds; {machine()}",
        f"{'':<14}{'in process':>19}{'sandboxed':>19}{'added':>19}",
        *(times.line() for times in measured),
        f"added over all: median {statistics.median(added):.0f} ms, p95 {p95(added):.0f} ms (aim {ADDED_AIM} ms);"
        f" processors per query {cpu:.0f} ms",
    ]
    if statistics.median(added) > ADDED_MOST:
        failures.append(f"the sandbox adds {statistics.median(added):.0f} ms, more than {ADDED_MOST}")
    return lines, failures


def measure_bombs(place: Place) -> tuple[list[str], list[str]]:
    """Every bounded statement within the limits of a page, one after the other."""
    failures, spent, verdicts = [], {}, []
    for attack in attacks("bounded"):
        began = time.monotonic()
        verdicts.append(_verdict(attack, place))
        spent[attack.name] = time.monotonic() - began
    slow = [f"{name} took {seconds:.1f} s" for name, seconds in spent.items() if seconds > BOUND_SECONDS]
    worst = max(spent, key=lambda name: spent[name])
    told = ", ".join(f"{verdict} {verdicts.count(verdict)}" for verdict in sorted(set(verdicts)))
    lines = [f"{len(spent)} bounded statements: {told}; the longest {spent[worst]:.2f} s ({worst}); {machine()}"]
    failures += slow
    return lines, failures


def _verdict(attack: Attack, place: Place) -> str:
    try:
        run_sql(place.database, attack.aimed_at(place), schemas=("mart",))
    except NoAnswer as error:
        return error.code
    return "answered"


def measure_neighbours(database: Path, folder: Path, rounds: int) -> tuple[list[str], list[str]]:
    """One session runs its page again and again, alone and while two others have bombs running on the same server."""
    stop = threading.Event()
    bombs: list[float] = []
    beside: list[float] = []
    problems: list[str] = []
    with (
        serve(folder / "bomb.log", script=PAGE, environment={"BOMB_DATABASE": str(database)}) as server,
        open_session(server.port) as reader,
    ):
        reader.run()
        # The first bomb pays for the start of the warm parent.
        reader.run("", {"bomb": "cross"})
        alone = [milliseconds(reader.run) for _ in range(rounds)]
        with open_session(server.port) as first, open_session(server.port) as second:
            threads = [
                threading.Thread(target=_keep_bombing, args=(session, bomb, stop, bombs, problems))
                for session, bomb in ((first, "cross"), (second, "memory"))
            ]
            for thread in threads:
                thread.start()
            time.sleep(1)
            while len(beside) < rounds or not bombs:
                beside.append(milliseconds(reader.run))
            stop.set()
            for thread in threads:
                thread.join()
    ratio = statistics.median(beside) / statistics.median(alone)
    lines = [
        f"page run again, ms: alone median {statistics.median(alone):.0f}, p95 {p95(alone):.0f};"
        f" beside two bombs median {statistics.median(beside):.0f}, p95 {p95(beside):.0f} ({ratio:.1f} ×)",
        f"bombs beside it, s: median {statistics.median(bombs):.1f}, longest {max(bombs):.1f}; {machine()}",
    ]
    failures = [f"the page takes {ratio:.1f} × as long beside bombs"] if ratio > SLOWER_MOST else []
    return lines, failures + problems


def _keep_bombing(
    session: Session, bomb: str, stop: threading.Event, seconds: list[float], problems: list[str]
) -> None:
    while not stop.is_set():
        began = time.monotonic()
        problems += session.run("", {"bomb": bomb}).problems
        seconds.append(time.monotonic() - began)


def run(*, quick: bool) -> dict[str, Any]:
    """The benchmark: what is added, how long bombs last, what they cost a neighbour."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    lines: list[str] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        place = make_place(folder)
        for part in (
            measure_added(place.database, rounds),
            measure_neighbours(place.database, folder, rounds),
            measure_bombs(place),
        ):
            lines += [*part[0], ""]
            failures += part[1]
    return {"lines": [*lines, *(f"FAILED {text}" for text in failures)], "failures": failures}
