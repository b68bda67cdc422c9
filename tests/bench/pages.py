"""What a run of every page costs the server at ten million incidents, beside a trivial page in the same rounds."""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import duckdb

from tests.bench import page_load
from tests.bench.first_chart import measure_first_chart
from tests.bench.measure import machine, run_module
from tests.bench.page_profile import profile_pages
from tests.served.server import Server, serve
from tests.served.session import PageRun, Session, open_session

KEPT = "FENGQIAO_BENCH_DIR"
TRIVIAL = Path(__file__).with_name("trivial.py")
GENERATION = "20261101T020000"
CACHED_MILLISECONDS, CACHED_RATIO, RATIO_AIM, NEW_MILLISECONDS = 250, 3.0, 1.5, 1000
# Rounds of re-runs, and of selections that nobody has asked before.
ROUNDS, NEW_ROUNDS = 25, 5
# What a run leaves to be done after its last message (the page is drawn by then, but a processor is busy).
SETTLE_SECONDS = 0.05
READERS = (1, 2, 4, 8)
LOAD_SECONDS = 6.0


@dataclass(frozen=True)
class Reader:
    """One page in a session of its own."""

    name: str
    page: str
    server: Server
    session: Session
    cached: list[float] = field(default_factory=list)
    new: list[float] = field(default_factory=list)

    def measure(self, selection: Mapping[str, str] | None = None) -> tuple[float, PageRun]:
        """Milliseconds of CPU that the server spends on one run of the page."""
        before = self.server.cpu_seconds()
        run = self.session.run(self.page, selection)
        time.sleep(SETTLE_SECONDS)
        return 1000 * (self.server.cpu_seconds() - before), run


@contextmanager
def serve_both(data: Path, folder: Path) -> Iterator[tuple[Server, Server, list[str]]]:
    """The board and the trivial app, each in a process of its own, and the pages of the menu of both."""
    with ExitStack() as stack:
        board = stack.enter_context(serve(folder / "board.log", environment={"FENGQIAO_DATA": str(data)}))
        with open_session(board.port) as session:
            session.run()
            names = list(session.pages)
        environment = {"TRIVIAL_PAGES": ",".join(name or "first" for name in names)}
        trivial = stack.enter_context(serve(folder / "trivial.log", script=TRIVIAL, environment=environment))
        yield board, trivial, names


def selections(database: Path) -> list[dict[str, str]]:
    """Every organisation with every month of the last two years, as the filter bar has them in the URL, shuffled."""
    with duckdb.connect(str(database), read_only=True) as connection:
        units = connection.execute("select code from core.dim_org order by code").fetchall()
        months = connection.execute(
            "select distinct month_start from core.fct_incident order by month_start desc limit 24"
        ).fetchall()
    every = [{"org": unit, "period": f"{month:%Y-%m}"} for (unit,), (month,) in product(units, months)]
    random.Random(1).shuffle(every)
    return every


def make_data(folder: Path, database: Path) -> Path:
    """A data directory whose one generation is this database."""
    published = folder / "data" / "generations" / GENERATION
    published.mkdir(parents=True)
    (published / "warehouse.duckdb").symlink_to(database.resolve())
    manifest = {"id": GENERATION, "built_at": "2026-11-01T02:00:00", "batches": [], "tables": {}, "data_until": {}}
    (published / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "data" / "current").symlink_to(Path("generations") / GENERATION)
    return folder / "data"


def measure_runs(
    board: Server, trivial: Server, names: list[str], asked: Iterator[dict[str, str]], *, quick: bool
) -> tuple[list[Reader], list[str]]:
    """Run every page in turn, again and with what is `asked`; the readers, the trivial page first, and what went wrong.

    No selection is taken twice, for pages share what they have asked the warehouse.
    """
    problems: list[str] = []
    with ExitStack() as stack:
        readers = []
        for server, page in [(trivial, ""), *((board, name) for name in names)]:
            session = stack.enter_context(open_session(server.port))
            session.run(page)
            name = "trivial" if server is trivial else page or "overview"
            readers.append(Reader(name, page, server, session))
        rounds, new_rounds = (5, 2) if quick else (ROUNDS, NEW_ROUNDS)
        for number in range(rounds + 1):
            for reader in readers:
                spent, run = reader.measure()
                problems += [f"{reader.name}: {problem}" for problem in run.problems]
                # The first round warms what the opening of the other pages has pushed out.
                reader.cached.extend([spent] if number else [])
        for _ in range(new_rounds):
            for reader in readers:
                selection = next(asked)
                spent, run = reader.measure(selection)
                reader.new.append(spent)
                problems += [f"{reader.name} {selection}: {problem}" for problem in run.problems]
    return readers, problems


def report(readers: list[Reader]) -> tuple[list[str], list[str], dict[str, float]]:
    """Lines, failures, and how many times the trivial page each page costs."""
    base = statistics.median(readers[0].cached)
    lines = [
        f"ms of CPU of the server per run: median (lowest–highest); {machine()}",
        f"{'page':<16}{'again':>22}{'× trivial':>12}{'asked for the first time':>30}",
    ]
    failures, ratios = [], {}
    for reader in readers:
        again = statistics.median(reader.cached)
        ratios[reader.name] = again / base
        lines.append(f"{reader.name:<16}{_told(reader.cached):>22}{again / base:>11.1f} {_told(reader.new):>30}")
        if again > CACHED_MILLISECONDS and reader is not readers[0]:
            failures.append(f"{reader.name}: {again:.0f} ms to run again, more than {CACHED_MILLISECONDS}")
        if again / base > CACHED_RATIO:
            failures.append(f"{reader.name}: {again / base:.1f} × the trivial page, more than {CACHED_RATIO} ×")
        if reader.new and statistics.median(reader.new) > NEW_MILLISECONDS:
            worst = statistics.median(reader.new)
            failures.append(f"{reader.name}: {worst:.0f} ms for a new selection, more than {NEW_MILLISECONDS}")
    over = [name for name, ratio in ratios.items() if ratio > RATIO_AIM]
    lines.append(f"over the aim of {RATIO_AIM} × the trivial page: {', '.join(over) or 'none'}")
    return lines, failures, ratios


def _told(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f}–{max(values):.0f})" if values else "-"


def measure_load(servers: Mapping[str, Server], *, quick: bool) -> tuple[list[str], dict[str, float]]:
    """Runs a second of the first page with p95 below a second, the readers on a core of their own."""
    cores = sorted(os.sched_getaffinity(0))
    core = cores[-1] if len(cores) > 1 else -1
    lines = [f"first page, runs a second (p95 in s) with the readers on core {core} and the server on the others"]
    best: dict[str, float] = {}
    for name, server in servers.items():
        if core >= 0:
            page_load.keep_off(server.pid, core)
        told = []
        for readers in READERS[::3] if quick else READERS:
            given = (server.port, "", readers, 2.0 if quick else LOAD_SECONDS, core)
            result = run_module("tests.bench.page_load", *map(str, given)).told
            told.append(f"{readers} readers {result['runs']:.1f} ({result['p95']:.2f})")
            if result["p95"] < 1 and not result["problems"]:
                best[name] = max(best.get(name, 0.0), result["runs"])
        lines.append(f"{name:<16}{'   '.join(told)}   best {best.get(name, 0.0):.1f}")
    return lines, best


@contextmanager
def bench_database(rows: int) -> Iterator[tuple[Path, list[str]]]:
    """The warehouse of a bureau with so many incidents, built now or kept from the last time, and what that took."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get(KEPT) or temporary) / f"pages-{rows}"
        database = folder / "building" / "warehouse.duckdb"
        built = []
        if not database.exists():
            child = run_module("tests.bench.whole_bureau", str(folder), str(rows))
            built = [f"built in {child.wall:.0f} s, {child.cpu:.0f} s CPU, {child.peak_megabytes:.0f} MB: {child.told}"]
        yield database, built


def profile(*, quick: bool) -> dict[str, Any]:
    """Instead of the benchmark: where one run of each page spends its time."""
    rows = 1_000_000 if quick else 10_000_000
    with tempfile.TemporaryDirectory() as temporary, bench_database(rows) as (database, _):
        lines = profile_pages(make_data(Path(temporary), database), iter(selections(database)))
    return {"lines": lines, "failures": []}


def run(*, quick: bool) -> dict[str, Any]:
    """The benchmark: runs again, runs for the first time, and load."""
    rows = 1_000_000 if quick else 10_000_000
    with tempfile.TemporaryDirectory() as temporary, bench_database(rows) as (database, built):
        folder = Path(temporary)
        with serve_both(make_data(folder, database), folder) as (board, trivial, names):
            readers, problems = measure_runs(board, trivial, names, iter(selections(database)), quick=quick)
            lines, failures, ratios = report(readers)
            both = {"overview": board, "trivial": trivial}
            seen = measure_first_chart(both, rounds=2 if quick else 7)
            loaded, best = measure_load(both, quick=quick)
    # Costs are judged at full size only; a page that breaks is a failure at any.
    failed = [*dict.fromkeys(problems), *([] if quick else failures)]
    told = [f"{rows:,} incidents", *built, *lines, "", *seen, "", *loaded, *(f"FAILED {text}" for text in failed)]
    return {"lines": told, "failures": failed, "ratios": ratios, "runs_per_second": best}
