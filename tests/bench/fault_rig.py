"""Nights that meet a fault, in forked processes; and whether what they leave is whole, and heals in the next night."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from etl.healing import RUNNING
from tests.etl.deliveries import incidents, write_mapping, write_rows
from tests.etl.faulty_disk import faulty
from warehouse.generations import current_generation, is_intact, list_generations, named_generation, read_json

Work = Callable[[], Any]
# Cases between two lines that say how far it has come.
PROGRESS = 10
# What takes longest to import. Not the job itself, which already uses polars then: its threads do not fork.
PRELOADED = ("dataframely", "duckdb", "fastexcel", "numpy", "polars", "polars_hash", "pydantic", "scipy.special")


@dataclass(frozen=True)
class Ended:
    """How a forked process ended: `code` None where it was killed, `told` what its work gave."""

    code: int | None
    told: Any = None


@dataclass(frozen=True)
class Child:
    """A process of its own, which has everything imported that this one has."""

    pid: int
    pipe: int

    def end(self) -> Ended:
        """Wait for it."""
        with os.fdopen(self.pipe) as pipe:
            text = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            return Ended(None)
        return Ended(os.WEXITSTATUS(status), json.loads(text) if text else None)


def preload() -> None:
    """Import here, once, what every night would import."""
    for name in PRELOADED:
        importlib.import_module(name)


def start(work: Work) -> Child:
    """Begin something in a forked process. This one must never use polars or DuckDB itself."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Child(pid, reader)
    code = 0
    try:
        os.close(reader)
        with os.fdopen(writer, "w") as pipe:
            json.dump(work(), pipe, default=str)
    except BaseException:
        traceback.print_exc()
        code = 70
    finally:
        sys.stderr.flush()
        os._exit(code)


def in_child(work: Work, *, kill_after: float | None = None) -> Ended:
    """Do something in a forked process, and kill it after so many seconds."""
    child = start(work)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child.pid, signal.SIGKILL)
    return child.end()


def spread(tally: Tally, cases: Sequence[Any], work: Callable[[Any, Tally], None]) -> None:
    """Work through cases in as many processes as there are cores."""
    workers = min(os.cpu_count() or 1, len(cases))

    def share(number: int) -> dict[str, Any]:
        own = Tally()
        for done, case in enumerate(cases[number::workers]):
            work(case, own)
            if done % PROGRESS == PROGRESS - 1:
                print(f"{done + 1} of {len(cases[number::workers])}: {dict(own.counts)}", file=sys.stderr, flush=True)
        return {"counts": own.counts, "bad": own.bad}

    for child in [start(partial(share, number)) for number in range(workers)]:
        ended = child.end()
        if tally.check(ended.code == 0, f"the benchmark's own process ended with {ended.code}"):
            tally.add(ended.told)


@dataclass
class Tally:
    """How often what was seen; and every outcome that must not be."""

    counts: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def check(self, is_good: bool, what: str) -> bool:
        """Count a bad outcome unless `is_good`."""
        if not is_good:
            self.bad.append(what)
            print(f"bad: {what}", file=sys.stderr, flush=True)
        return is_good

    def add(self, other: dict[str, Any]) -> None:
        """Take in what another process counted."""
        self.counts.update(other["counts"])
        self.bad += other["bad"]


@dataclass(frozen=True)
class Bureau:
    """A data directory, its mapping and its key, which can be copied as one."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    def copy(self, folder: Path) -> Bureau:
        """The same bureau elsewhere, with the times of its files."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return Bureau(folder)

    def remove(self) -> None:
        """Take it away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def night(self, *, at: int | None = None, fault: str = "", **options: Any) -> dict[str, Any]:
        """One refresh, whose `at`-th step meets a fault; its report and the steps it took."""
        from etl.refresh import refresh

        os.environ["FENGQIAO_KEY_FILE"] = str(self.folder / "key")
        with faulty(at, fault) as disk:
            report = refresh(self.data, sources=self.folder / "sources", **options)
            return report.as_json() | {"steps": disk.steps}

    def deliver(self, number: int) -> None:
        """A file of two incidents, of which the second cannot be true, and now and then one that nobody knows."""
        rows = [*incidents(1, start=number), (f"X{number}", "甲所", "2026-02-30 08:00", "调解成功")]
        write_rows(self.data / "inbox", f"n{number}_20261001.csv", rows)
        if number % 3 == 0:
            write_rows(self.data / "inbox", f"strange{number}.csv", [(number, 2)], header="foo,bar")


def found(folder: Path, *, nights: int, has_key: bool = True) -> Bureau:
    """A bureau with a delivery waiting, after so many nights with one each. Bureaus that have a key have the same."""
    bureau = Bureau(folder)
    (bureau.data / "inbox").mkdir(parents=True)
    if has_key:
        key = folder / "key"
        key.write_text("5e" * 32 + "\n", "ascii")
        key.chmod(0o600)
    write_mapping(folder / "sources")
    for number in range(nights):
        bureau.deliver(number)
        in_child(bureau.night)
    bureau.deliver(nights)
    return bureau


def content(bureau: Bureau) -> dict[str, str] | None:
    """The content hashes of what is published."""
    current = current_generation(bureau.data)
    return current.manifest["content_hash"] if current else None


def is_whole(bureau: Bureau) -> bool:
    """Whether `current` names a generation of which every byte is as it was sealed, or nothing was ever published."""
    current, named = current_generation(bureau.data), named_generation(bureau.data)
    if current is None:
        return named is None
    return named in (None, current.id) and is_intact(current)


def leftovers(bureau: Bureau) -> list[str]:
    """What a finished night may not leave behind; and batches that are not whole."""
    data = bureau.data
    left = [path for path in data.rglob("*") if path.name.endswith(".new") or path.name == RUNNING]
    left += (data / "building").glob("*") if (data / "building").exists() else []
    left += [path for path in data.glob("archive/*/*.parquet") if not path.with_suffix(".json").exists()]
    left += [path for path in data.glob("archive/*/*.json") if not path.with_suffix(".parquet").exists()]
    left += [path for path in data.glob("generations/*") if path.name not in {one.id for one in list_generations(data)}]
    left += list(bureau.folder.glob(".key*"))
    return [str(path.relative_to(bureau.folder)) for path in left]


def rows(bureau: Bureau) -> int:
    """Incidents that are published."""
    current = current_generation(bureau.data)
    return int(current.manifest["tables"]["core.fct_incident"]) if current else 0


def heal_and_check(bureau: Bureau, what: str, tally: Tally, **options: Any) -> bool:
    """The night after a fault: it must publish what there is, and leave nothing but that."""
    ended = in_child(lambda: bureau.night(**options))
    report = ended.told or {}
    if not tally.check(report.get("exit_code") in (0, 3) and not report["problems"], f"{what}: next night {report}"):
        return False
    tally.counts["healed"] += 1
    held = (read_json(bureau.data / "batches.json") or {}).get("held")
    current = current_generation(bureau.data)
    names = current.batches if current else []
    return all(
        [
            tally.check(is_whole(bureau), f"{what}: not whole after the next night"),
            tally.check(leftovers(bureau) == [], f"{what}: left behind {leftovers(bureau)}"),
            tally.check(not held, f"{what}: held {held}"),
            tally.check(len(names) == len(set(names)), f"{what}: a batch stands twice"),
        ]
    )
