"""A night of 500 changed rows on a tenth of the incidents and on all of them, and with a year of batches; a year."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.measure import Run, machine, run_module

RATIO, AIM_SECONDS, MOST_GROWTH = 1.3, 10, 1.05
# Rows of the year's base: its file is just large enough for nights that change a copy of it.
YEAR_ROWS = 600_000
# Nights of a year, and those in one process.
NIGHTS, STEP = 365, 10
# A year of nights with a file for each of five feeds.
EARLIER_BATCHES = 1_800
# A folder that is kept, and asked again next time.
KEPT = "FENGQIAO_BENCH_DIR"


def run(*, quick: bool) -> dict[str, Any]:
    """The benchmark: what a night costs at two sizes and with many batches, and what a year of nights leaves behind."""
    sizes, rounds, nights = ((100_000, 1_000_000), 1, 20) if quick else ((1_000_000, 10_000_000), 3, NIGHTS)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(os.environ.get(KEPT) or temporary)
        os.environ["FENGQIAO_KEY_FILE"] = str(root / "key")
        lines, runs, number = _run_nights(root, sizes, rounds)
        many = Path(temporary) / "many"
        shutil.copytree(root / f"delta-{sizes[0]}", many, symlinks=True)
        _step("deliver_many", many, EARLIER_BATCHES)
        with_many = _step("night", many, number)
        told_year = _run_year(Path(temporary) / "year", nights)
    failures = [
        f"{rows:,}: built whole: {one.told['reason']}" for rows in sizes for one in runs[rows] if one.told["reason"]
    ]
    for rows, ones in runs.items():
        stages = [name for name in ones[0].told if name not in ("built", "reason", "problems", "bytes")]
        figures = "  ".join(f"{name} {statistics.median(one.told[name] for one in ones):.2f}" for name in stages)
        lines.append(f"{rows:,} incidents, seconds: {figures}; CPU {statistics.median(one.cpu for one in ones):.1f}")
    small, large = (runs[rows] for rows in sizes)
    wall_growth, growth, night_growth = (
        statistics.median(map(figure, large)) / statistics.median(map(figure, small))
        for figure in (_follows, _cpu_that_follows, _cpu)
    )
    more = _cpu_that_follows(with_many) - statistics.median(map(_cpu_that_follows, small))
    whole = statistics.median(one.told["whole"] for one in large)
    lines.append(
        f"growth {growth:.2f} × in CPU without copy and verification (wall {wall_growth:.2f} ×; CPU of the whole night"
        f" and its start {night_growth:.2f} ×); {machine()}"
    )
    lines.append(f"{EARLIER_BATCHES:,} more batches in the archive: {more:+.2f} CPU seconds a night")
    lines.append(f"whole night at {sizes[1]:,}: {whole:.1f} s (aim {AIM_SECONDS})")
    lines.append(f"{nights} nights: {json.dumps(told_year)}")
    if growth > RATIO and not quick:
        failures.append(f"growth {growth:.2f} > {RATIO}")
    if told_year["most_bytes"] > told_year["rebuilt_bytes"] * MOST_GROWTH:
        failures.append(f"the file grew from {told_year['rebuilt_bytes']} to {told_year['most_bytes']} bytes")
    if not told_year["is_equal"]:
        failures.append("after a year the tables are not those that the archive gives")
    lines += [f"FAILED {text}" for text in failures]
    return {"lines": lines, "failures": failures, "growth": growth, "whole": whole, "year": told_year}


def _run_nights(root: Path, sizes: Sequence[int], rounds: int) -> tuple[list[str], dict[int, list[Run]], int]:
    """Nights at both sizes in turn: what was told of the bases, the nights, and the number of the next one."""
    lines: list[str] = []
    runs: dict[int, list[Run]] = {rows: [] for rows in sizes}
    for rows in sizes:
        told = _step("prepare", root / f"delta-{rows}", rows).told
        lines.append(f"{rows:,} incidents, {rows // 2:,} visits: built whole, {json.dumps(told)}")
    # A kept folder has nights of other times; a batch is never written over.
    nights = [path.stem for rows in sizes for path in (root / f"delta-{rows}/archive/incident").glob("night-*.json")]
    done = max((int(name.partition("-")[2]) for name in nights), default=-1) + 1
    # The first night of a base proves what the later ones know: it does not count.
    for number in range(done, done + rounds + 1):
        for rows in sizes:
            one = _step("night", root / f"delta-{rows}", number)
            runs[rows] += [one] if number > done else []
    return lines, runs, done + rounds + 1


def _run_year(folder: Path, nights: int) -> dict[str, Any]:
    """A year of nights, a few in a process; the file at its largest, and why nights were built whole."""
    _step("prepare", folder, YEAR_ROWS)
    told = [_step("year", folder, first, min(STEP, nights - first)).told for first in range(0, nights, STEP)]
    end = _step("end_of_year", folder).told
    most = max(one["bytes"] for one in (*told, end))
    return {"nights": nights, "whole": [reason for one in told for reason in one["whole"]], "most_bytes": most, **end}


def _step(*arguments: object) -> Run:
    """One process of the benchmark, and a line about it: all of it takes an hour or more."""
    done = run_module("tests.bench.delta_nights", *map(str, arguments))
    print(
        f"{' '.join(map(str, arguments))}: CPU {done.cpu:.1f} s, {json.dumps(done.told)}", file=sys.stderr, flush=True
    )
    return done


def _follows(run: Run) -> float:
    return float(run.told["follows_the_delta"])


def _cpu_that_follows(run: Run) -> float:
    return float(run.told["cpu_that_follows"])


def _cpu(run: Run) -> float:
    return run.cpu
