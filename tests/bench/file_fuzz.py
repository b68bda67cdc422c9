"""Ten thousand spoiled files: each is loaded or refused, rows balance, no person gets through, memory stays flat."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from etl.archive import write_templates
from etl.inbox import InboxFile, identify
from etl.job import Job
from etl.ledger import refuse
from etl.load import load_file
from etl.mapping import Mapping, read_mapping, read_mappings
from etl.organisations import NAMED, organisations_of
from etl.pseudonyms import ensure_key
from etl.readers import Table, Unreadable
from tests.bad_inputs.contents import CANARIES
from tests.bench.measure import run_module
from tests.bench.mutations import mutant
from warehouse.archive import read_batches
from warehouse.build import build

FILES, QUICK_FILES = 10_000, 500
# Parts in processes of their own, some at a time.
PARTS, PROCESSES = 10, 2
WARM_UP = 100
# Of this process: polars alone takes a third of it; the child that parses workbooks has its own limit.
MAX_MEGABYTES = 700
# Wall time, on a machine that does other things too: above what the child may take.
MAX_SECONDS_A_FILE = 300
EVERY_KEPT = 25
UNITS = [
    {
        "code": "99011001",
        "name": "青山派出所",
        "short_name": "青山所",
        "parent_code": None,
        "valid_from": date(1980, 1, 1),
    },
    {"code": "99011002", "name": "柳河派出所", "short_name": None, "parent_code": None, "valid_from": None},
]
TRUSTED = """
feed = "incident"
[match]
files = ["可信*"]
headers = ["警情编号", "接警时间"]
[read]
trusted = true
[columns]
source_key = "警情编号"
org_code = "派出所"
received_at = "接警时间"
dispute_type_code = "纠纷类型"
outcome_code = "处理结果"
"""
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass
class Outcomes:
    """What became of the files; `bad`: the number of the file, what was done to it, what went wrong."""

    by_mutation: dict[str, Counter[str]] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def add(self, mutation: str, outcome: str) -> None:
        """Count one file."""
        self.by_mutation.setdefault(mutation, Counter())[outcome] += 1


class Bench:
    """A data directory in which one spoiled file after the other is loaded and looked at."""

    def __init__(self, root: Path) -> None:
        self.root, self.data = root, root / "data"
        (root / "inbox").mkdir(parents=True)
        (root / "trusted.toml").write_text(TRUSTED, "utf-8")
        self.mappings: list[Mapping] = [read_mapping(root / "trusted.toml"), *read_mappings()]
        key = ensure_key(self.data / "archive")
        self.job = Job(
            self.data, key, organisations_of(pl.DataFrame(UNITS, schema=NAMED)), datetime(2025, 4, 4), "", ""
        )
        self.kept = self.data / "kept"

    def try_file(self, name: str, data: bytes) -> tuple[str, dict[str, Any], list[str]]:
        """Outcome, counts, and what is wrong with it. Everything but a refusal comes out as it is."""
        path = self.root / "inbox" / name
        path.write_bytes(data)
        os.utime(path, (datetime(2025, 4, 3).timestamp(),) * 2)
        stat = path.stat()
        file = InboxFile(path, name, stat.st_size, stat.st_mtime_ns, stat.st_ino)
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            mapping, table = identify(path, self.mappings)
            info = load_file(file, sha256, mapping, table, self.job)
        except Unreadable as error:
            entry = refuse(self.data, file, sha256, error, "", datetime(2025, 4, 4))
            return error.code, {}, self._leaks() + ([] if entry["zh"] and entry["en"] else ["no sentence"])
        finally:
            path.unlink()
        return "loaded", info, [*self._imbalance(info), *self._lost(data, table, info), *self._leaks()]

    def _imbalance(self, info: dict[str, Any]) -> Iterator[str]:
        archived = pl.read_parquet(self.data / "archive" / info["feed"] / f"{info['batch']}.parquet")
        aside = self.data / "quarantine" / info["feed"] / f"{info['batch']}.parquet"
        quarantined = pl.read_parquet(aside).height if aside.is_file() else 0
        rows = archived["line"].n_unique() + quarantined + info["dropped"]
        if rows != info["rows_in"] or quarantined != info["quarantined"] or archived.height != info["records"]:
            yield f"imbalance: {rows} of {info['rows_in']}, {quarantined} of {info['quarantined']}"

    def _lost(self, data: bytes, table: Table, info: dict[str, Any]) -> Iterator[str]:
        """In a text without quotes the rows can be counted as lines."""
        if table.encoding is None:
            return
        try:
            plain = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
            text = plain.decode(table.encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, OSError, EOFError):
            return
        if '"' in text:
            return
        lines = _LINE_END.split(text.removesuffix("\x1a"))
        count = len(lines) - table.header_line - (not lines[-1])
        if count != info["rows_in"]:
            yield f"lost: {count} lines below the header, {info['rows_in']} rows_in"

    def _leaks(self) -> list[str]:
        found = []
        for path in self._written():
            content = path.read_bytes()
            found += [f"{canary} in {path.suffix}" for canary in CANARIES if canary.encode() in content]
        return found

    def _written(self) -> Iterator[Path]:
        return (path for path in self.data.rglob("*") if path.is_file() and self.kept not in path.parents)

    def clear(self, *, keep: bool) -> None:
        """Take away what the last file left; of some the batch is kept for the build at the end."""
        for path in list(self._written()):
            if keep and "archive" in path.parts and path.name != "key_id":
                target = self.kept / path.relative_to(self.data)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)
            elif path.name != "key_id":
                path.unlink()

    def build_kept(self) -> list[str]:
        """What is archived of spoiled files must build."""
        batches = read_batches(self.kept / "archive")
        try:
            build(
                self.root / "building",
                batches=batches,
                templates=write_templates(self.root / "templates"),
                generation_id="fuzz",
                built_at=datetime(2025, 4, 4),
                code_version="",
            )
        except Exception as error:
            return [f"build of {len(batches)} batches: {type(error).__name__}: {error}"]
        return []


def fuzz(numbers: range, *, seed: int, root: Path) -> dict[str, Any]:
    """Try the spoiled files of these numbers; outcomes by mutation, what went wrong, seconds and memory."""
    outcomes, bench, started, warm = Outcomes(), Bench(root), time.perf_counter(), 0.0
    for number in numbers:
        mutation, name, data = mutant(number, seed)
        begun = time.perf_counter()
        info: dict[str, Any] = {}
        try:
            outcome, info, wrong = bench.try_file(name, data)
        except BaseException as error:  # the engine's panics are no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            outcome, wrong = "crashed", [f"{type(error).__name__}: {str(error)[:200]}"]
        seconds = time.perf_counter() - begun
        if seconds > MAX_SECONDS_A_FILE:
            wrong.append(f"{seconds:.0f} s")
        outcomes.slowest = max(outcomes.slowest, seconds)
        outcomes.add(mutation, outcome)
        outcomes.rows.update({part: info.get(part, 0) for part in ("rows_in", "quarantined", "dropped", "records")})
        outcomes.bad += [f"seed {seed} file {number} ({mutation}, {name}): {text}" for text in wrong]
        bench.clear(keep=outcome == "loaded" and number % EVERY_KEPT == 0)
        if number == numbers[min(WARM_UP, len(numbers) - 1)]:
            warm = _megabytes(resource.RUSAGE_SELF)
    outcomes.bad += bench.build_kept()
    return {
        "files": len(numbers),
        "seed": seed,
        "outcomes": {mutation: dict(counts.most_common()) for mutation, counts in sorted(outcomes.by_mutation.items())},
        "rows": dict(outcomes.rows),
        "bad": outcomes.bad,
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time(),
        "slowest": outcomes.slowest,
        "warm_megabytes": warm,
        "peak_megabytes": _megabytes(resource.RUSAGE_SELF),
        "child_megabytes": _megabytes(resource.RUSAGE_CHILDREN),
    }


def _megabytes(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


def run(*, quick: bool, seed: int = 1) -> dict[str, Any]:
    """The benchmark, in processes of its own so that the memory is theirs; a line on stderr as each is done."""
    count = (QUICK_FILES if quick else FILES) // PARTS
    failures: list[str] = []
    outcomes: dict[str, Counter[str]] = {}
    rows: Counter[str] = Counter()
    parts = []
    with ThreadPoolExecutor(PROCESSES) as pool:
        jobs = [
            pool.submit(run_module, "tests.bench.file_fuzz", str(part * count), str(count), str(seed))
            for part in range(PARTS)
        ]
        for done in as_completed(jobs):
            told = done.result().told
            parts.append(told)
            failures += told["bad"]
            for text in told["bad"]:
                print(text, file=sys.stderr)
            rows.update(told["rows"])
            for mutation, counts in told["outcomes"].items():
                outcomes.setdefault(mutation, Counter()).update(counts)
            print(f"fuzz: {count * len(parts):,} files, {len(failures)} bad outcomes", file=sys.stderr, flush=True)
    peak, seconds = (max(part[name] for part in parts) for name in ("peak_megabytes", "seconds"))
    if peak > MAX_MEGABYTES:
        failures.append(f"peak memory {peak:.0f} MB > {MAX_MEGABYTES} MB")
    total: Counter[str] = Counter()
    for counts in outcomes.values():
        total.update(counts)
    cpu = sum(part["cpu"] for part in parts)
    lines = [
        f"{total.total():,} spoiled files, {cpu:.0f} CPU s, slowest {max(part['slowest'] for part in parts):.1f} s: "
        + ", ".join(f"{outcome} {number:,}" for outcome, number in total.most_common()),
        f"rows {json.dumps(rows)}; peak {peak:.0f} MB (after {WARM_UP} files "
        f"{max(part['warm_megabytes'] for part in parts):.0f} MB); longest part {seconds:.0f} s",
        *(f"  {mutation}: {json.dumps(counts)}" for mutation, counts in sorted(outcomes.items())),
        f"bad outcomes: {len(failures)}",
        *(f"FAILED {text}" for text in failures[:20]),
    ]
    return {"lines": lines, "failures": failures, "outcomes": outcomes, "peak_megabytes": peak, "cpu": cpu}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FENGQIAO_KEY_FILE"] = f"{folder}/key"
        first, count, seed = map(int, sys.argv[1:])
        print(json.dumps(fuzz(range(first, first + count), seed=seed, root=Path(folder) / "fuzz"), ensure_ascii=False))
