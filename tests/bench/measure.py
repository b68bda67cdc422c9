"""Run whole processes in turn and tell what each cost: wall and CPU seconds, peak memory; medians and spread."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """One finished process; `told` is the JSON of its last output line."""

    wall: float
    cpu: float
    peak_megabytes: float
    told: dict[str, Any]


def run_module(module: str, *arguments: str) -> Run:
    """Run `python -m module …` to its end.

    Raises:
        RuntimeError: it failed; its output is in the message.
    """
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.stdout.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)}: exit {child.returncode}\n{output[-3000:]}")
    told = json.loads(output.strip().splitlines()[-1])
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told)


def interleave(commands: Mapping[str, Sequence[str]], *, rounds: int) -> dict[str, list[Run]]:
    """Run every command once per round, in turn, so that a drift of the machine meets all of them alike."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run_module(*command))
    return runs


def median_of(runs: Sequence[Run], figure: str) -> float:
    """The median of a figure: a field of `Run`, or a number that the process told."""
    return statistics.median(_figure(run, figure) for run in runs)


def ratio_of(runs: Sequence[Run], base: Sequence[Run], figure: str) -> float:
    """The median, over the rounds of `interleave`, of a figure against that of the base in the same round."""
    pairs = zip(runs, base, strict=True)
    return statistics.median(_figure(one, figure) / _figure(other, figure) for one, other in pairs)


def describe_runs(name: str, runs: Sequence[Run], figures: Sequence[str]) -> str:
    """One line: median, and lowest to highest, of each figure."""
    parts = []
    for figure in figures:
        values = [_figure(run, figure) for run in runs]
        parts.append(f"{figure} {statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})")
    return f"{name:<28}" + "  ".join(parts)


def _figure(run: Run, figure: str) -> float:
    return float(run.told[figure] if figure in run.told else getattr(run, figure))


def machine() -> str:
    """Cores and load, printed with every result."""
    return f"cores {os.cpu_count()}, load {' '.join(f'{load:.2f}' for load in os.getloadavg())}"
