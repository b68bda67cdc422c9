"""Readers who do nothing but run a page again, from a core of their own: runs a second, and how long one took."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.served.session import open_session


def pin_to(core: int) -> None:
    """Keep this process on one core."""
    os.sched_setaffinity(0, {core})


def keep_off(pid: int, core: int) -> None:
    """Keep every thread of another process off that core; threads that it starts later inherit that."""
    others = os.sched_getaffinity(0) - {core}
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), others)


def _keep_reading(port: int, page: str, for_seconds: float, begin: Barrier) -> tuple[list[float], list[str]]:
    seconds: list[float] = []
    with open_session(port) as session:
        problems = session.run(page).problems
        begin.wait()
        ends = time.monotonic() + for_seconds
        while time.monotonic() < ends:
            started = time.perf_counter()
            problems += session.run(page).problems
            seconds.append(time.perf_counter() - started)
    return seconds, problems


def main(port: str, page: str, readers: str, seconds: str, core: str) -> None:
    """Print what `readers` at once got in so many `seconds`, as JSON."""
    if int(core) >= 0:
        pin_to(int(core))
    begin = Barrier(int(readers) + 1)
    with ThreadPoolExecutor(int(readers)) as pool:
        jobs = [pool.submit(_keep_reading, int(port), page, float(seconds), begin) for _ in range(int(readers))]
        begin.wait()
        started = time.monotonic()
        done = [job.result() for job in jobs]
        lasted = time.monotonic() - started
    took = sorted(one for each, _ in done for one in each)
    p95 = took[math.ceil(0.95 * len(took)) - 1]
    problems = [problem for _, each in done for problem in each]
    print(json.dumps({"runs": len(took) / lasted, "p95": p95, "problems": problems[:3]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
