"""Loading a million incidents, 1 % bad and 1 % copies, to archive and core, beside a typed duckdb read_csv.

Printed beside them, and held to no limit: the same read_csv into a file, as archive and core are files, and where it
is installed PostgreSQL's COPY with the same checks in SQL.

Then five million once, for the memory that they take.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import polars as pl

from etl.archive import write_templates
from etl.inbox import identify, list_files
from etl.job import Job
from etl.ledger import code_version
from etl.load import load_file
from etl.mapping import read_mappings
from etl.night import MEMORY_LIMIT
from etl.organisations import Organisations, organisations_of
from etl.pseudonyms import ensure_key
from tests.bench import postgres_ingest
from tests.bench.measure import Run, describe_runs, interleave, median_of, ratio_of, run_module
from tests.bench.postgres import why_not
from warehouse.archive import read_batches
from warehouse.build import build

# The folder of a file is named by its encoding.
ENCODINGS = ("utf-8", "gb18030")
REFERENCE, ON_DISK, SUBJECT = "duckdb read_csv", "duckdb read_csv to a file", "archive + core, UTF-8"
WAYS = (
    (REFERENCE, "reference", "utf-8"),
    (ON_DISK, "reference_on_disk", "utf-8"),
    (SUBJECT, "subject", "utf-8"),
    ("archive + core, GB18030", "subject", "gb18030"),
    ("PostgreSQL, UTF-8", "beside", "utf-8"),
    ("PostgreSQL, GB18030", "beside", "gb18030"),
)
RATIOS, MEGABYTES = {SUBJECT: 2.0, "archive + core, GB18030": 2.6}, 600
# With so many, the engine is told how much of them to keep in memory: it would keep all that it has written.
MANY_ROWS, KEPT_MEMORY = 5_000_000, "250MB"
STATIONS = tuple(f"青山第{number}派出所" for number in range(1, 17))
MAPPING = "bureau_incident"
DELIVERED = datetime(2026, 11, 1)
TYPES = {
    "警情编号": "varchar",
    "派出所": "varchar",
    "接警时间": "timestamp",
    "派警时间": "timestamp",
    "到场时间": "timestamp",
    "办结时间": "timestamp",
    "纠纷类型": "varchar",
    "来源渠道": "varchar",
    "处理结果": "varchar",
    "调解方式": "varchar",
    "风险等级": "varchar",
    "是否紧急": "varchar",
    "关联案件编号": "varchar",
    "报警人姓名": "varchar",
    "联系电话": "varchar",
    "身份证号": "varchar",
    "住址": "varchar",
    "简要案情": "varchar",
}
STORY = "报警人称因邻里噪音问题与楼上住户发生口角，请求民警到场处理，经现场劝解双方达成一致意见并签字确认"


def make_incidents(rows: int, seed: int = 1) -> pl.DataFrame:
    """Text rows of a bureau's register: every hundredth has an impossible day, a hundredth more are copies."""
    random = np.random.default_rng(seed)
    minutes = random.integers(0, (4 * 365 - 60) * 1440, rows)
    received = np.datetime64("2022-11-01T00:00:00", "us") + minutes * np.timedelta64(60_000_000, "us")
    frame = pl.DataFrame({"received": received, "number": np.arange(rows)})

    def pick(words: tuple[str, ...]) -> pl.Series:
        return pl.Series(words, dtype=pl.String).gather(random.integers(0, len(words), rows))

    def later(least: int, most: int) -> pl.Expr:
        minutes = pl.lit(pl.Series(random.integers(least, most, rows)))
        return (pl.col("received") + pl.duration(minutes=minutes)).dt.strftime("%Y-%m-%d %H:%M:%S")

    number = pl.col("number").cast(pl.String).str.zfill(8)
    return frame.select(
        (pl.lit("JQ") + pl.col("received").dt.strftime("%Y%m%d") + number).alias("警情编号"),
        pick(STATIONS).alias("派出所"),
        pl.when(pl.col("number") % 100 == 50)
        .then(pl.lit("2025-02-30 08:00:00"))
        .otherwise(pl.col("received").dt.strftime("%Y-%m-%d %H:%M:%S"))
        .alias("接警时间"),
        later(0, 5).alias("派警时间"),
        later(5, 40).alias("到场时间"),
        later(40, 40_000).alias("办结时间"),
        pick(("邻里纠纷", "婚姻家庭纠纷", "合同纠纷", "劳动争议纠纷", "消费纠纷", "物业纠纷")).alias("纠纷类型"),
        pick(("110报警", "到所报警", "走访排查发现")).alias("来源渠道"),
        pick(("调解成功", "当场化解", "调解不成", "分流移交")).alias("处理结果"),
        pick(("人民调解", "治安调解", "未调解")).alias("调解方式"),
        pick(("蓝色(一般)", "黄色(关注)", "红色(重点)")).alias("风险等级"),
        pick(("是", "否")).alias("是否紧急"),
        pl.when(pl.col("number") % 20 == 7)
        .then(pl.lit("JF") + (pl.col("number") // 40).cast(pl.String))
        .alias("关联案件编号"),
        pl.lit("张三").alias("报警人姓名"),
        pl.lit("13800000000").alias("联系电话"),
        pl.lit("370100201505280001").alias("身份证号"),
        (pl.lit("某某路") + (pl.col("number") % 300).cast(pl.String) + "号").alias("住址"),
        pl.lit(STORY).alias("简要案情"),
    )


def write_incidents(inbox: str, rows: str, encoding: str) -> dict[str, Any]:
    """`rows` rows in all: 99 % different ones, then 1 % that repeat sound ones among them."""
    fresh = make_incidents(int(rows) - int(rows) // 100)
    copies = fresh.filter(pl.col("接警时间") != "2025-02-30 08:00:00").head(int(rows) // 100)
    path = Path(inbox) / "接处警_bench.csv"
    path.write_bytes(pl.concat([fresh, copies]).write_csv().encode(encoding))
    os.utime(path, (DELIVERED.timestamp(),) * 2)
    return {"bytes": path.stat().st_size}


def subject(inbox: str, work: str) -> dict[str, Any]:
    """Archive the one file of the inbox and build core (and all that follows) from it."""
    shutil.rmtree(work, ignore_errors=True)
    data = Path(work)
    started = time.perf_counter()
    (file,) = list_files(Path(inbox))
    job = Job(data, ensure_key(data / "archive"), _organisations(), datetime.now(), "", code_version())
    mapping, table = identify(file.path, [one for one in read_mappings() if one.name == MAPPING])
    info = load_file(file, "0" * 64, mapping, table, job)
    archived = time.perf_counter()
    result = build(
        data / "building",
        batches=read_batches(data / "archive"),
        templates=write_templates(data / "templates"),
        generation_id="bench",
        built_at=datetime.now(),
        code_version="",
        memory_limit=os.environ.get(MEMORY_LIMIT),
    )
    to_core = result.seconds["versions"] + result.seconds["core"]
    return {
        "seconds": archived - started + to_core,
        "archive_seconds": archived - started,
        "core_seconds": to_core,
        "marts_and_rest_seconds": time.perf_counter() - archived - to_core,
        "rows_in": info["rows_in"],
        "quarantined": info["quarantined"],
        "duplicates": result.batches[info["batch"]]["duplicates"],
        "published": result.rows["core.fct_incident"],
        "totals": _totals(result.database),
    }


def _organisations() -> Organisations:
    named = {"code": [f"S{n}" for n in range(len(STATIONS))], "name": STATIONS, "short_name": None, "parent_code": None}
    return organisations_of(pl.DataFrame(named))


def _totals(database: Path) -> dict[str, int]:
    with duckdb.connect(database, read_only=True) as connection:
        row = connection.execute(postgres_ingest.totals_query("core.fct_incident")).fetchone()
    assert row is not None
    return dict(zip(postgres_ingest.TOTALS, row, strict=True))


def reference(inbox: str, _work: str) -> dict[str, Any]:
    """The same file read by duckdb with the same types into a table in memory; rows that do not fit are passed over."""
    return _read_csv(inbox, ":memory:")


def reference_on_disk(inbox: str, work: str) -> dict[str, Any]:
    """The same into a file, to its checkpoint, as the archive and core are files."""
    shutil.rmtree(work, ignore_errors=True)
    Path(work).mkdir()
    return _read_csv(inbox, f"{work}/reference.duckdb")


def _read_csv(inbox: str, database: str) -> dict[str, Any]:
    (path,) = Path(inbox).iterdir()
    started = time.perf_counter()
    with duckdb.connect(database) as connection:
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
        connection.execute(
            "create table incident as select * from "
            f"read_csv($path, header = true, columns = {{{columns}}}, ignore_errors = true)",
            {"path": str(path)},
        )
        if database != ":memory:":
            connection.execute("checkpoint")
        seconds = time.perf_counter() - started
        row = connection.execute('select count(*), count(distinct "警情编号") from incident').fetchone()
    assert row is not None
    return {"seconds": seconds, "read": row[0], "published": row[1]}


def beside(inbox: str, _work: str) -> dict[str, Any]:
    """The same file by a PostgreSQL of this run's own."""
    told = postgres_ingest.load(Path(inbox), MAPPING, _organisations(), DELIVERED.date())
    return told | {"published": told["totals"]["published"]}


def run(*, quick: bool) -> dict[str, Any]:
    """The benchmark: equal results, then time and memory against the reference."""
    rows, rounds = (100_000, 1) if quick else (1_000_000, 5)
    no_postgres = why_not()
    ways = [way for way in WAYS if way[1] != "beside" or no_postgres is None]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        os.environ["FENGQIAO_KEY_FILE"] = str(root / "key")
        for encoding in ENCODINGS:
            (root / encoding).mkdir()
            # In a process of its own: a child starts with its parent's peak memory on its account.
            run_module("tests.bench.ingest", "write", str(root / encoding), str(rows), encoding)
        commands = {
            name: ["tests.bench.ingest", kind, str(root / encoding), str(root / "work")]
            for name, kind, encoding in ways
        }
        runs = interleave(commands, rounds=rounds)
    base = runs[REFERENCE]
    ratios = {name: ratio_of(ones, base, "seconds") for name, ones in runs.items() if ones is not base}
    on_disk = {name: ratio_of(ones, runs[ON_DISK], "seconds") for name, ones in runs.items()}
    peaks = {rows: median_of(runs[SUBJECT], "peak_megabytes")}
    if not quick:
        peaks[MANY_ROWS] = _peak_of(MANY_ROWS)
    failures = _unequal({name: ones[0].told for name, ones in runs.items()})
    failures += [f"ratio {n}: {ratios[n]:.2f} > {most}" for n, most in RATIOS.items() if ratios[n] > most and not quick]
    failures += [f"{count:,} rows: {peak:.0f} > {MEGABYTES} MB" for count, peak in peaks.items() if peak > MEGABYTES]
    lines = [
        *(_described(name, ones) for name, ones in runs.items()),
        *([f"PostgreSQL: {no_postgres}"] if no_postgres else []),
        *(f"ratio {name}: {ratio:.2f} × (of {ON_DISK} {on_disk[name]:.2f} ×)" for name, ratio in ratios.items()),
        *(f"peak memory at {count:,} rows: {peak:.0f} MB" for count, peak in peaks.items()),
        f"rows {rows:,}; {json.dumps(runs[SUBJECT][0].told)}",
        *(f"FAILED {text}" for text in failures),
    ]
    return {"lines": lines, "failures": failures, "ratios": ratios, "peak_megabytes": peaks[rows]}


def _described(name: str, runs: Sequence[Run]) -> str:
    stages = [figure for figure in runs[0].told if figure.endswith("_seconds")]
    # What a server takes is not on its client's account.
    whole = [] if "version" in runs[0].told else ["wall", "cpu", "peak_megabytes"]
    return describe_runs(name, runs, ["seconds", *stages, *whole])


def _unequal(told: Mapping[str, dict[str, Any]]) -> list[str]:
    """Every way of reading the file has to come to the same: as much of it as is told of two."""
    return [
        f"{name}: {figure} {one[figure]}, {other} {told[other][figure]}"
        for name, one in told.items()
        for other in (REFERENCE, SUBJECT)
        for figure in ("rows_in", "quarantined", "published", "totals")
        if figure in one and figure in told[other] and one[figure] != told[other][figure]
    ]


def _peak_of(rows: int) -> float:
    # For this run alone: other benchmarks are told nothing.
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {MEMORY_LIMIT: KEPT_MEMORY}):
        os.environ["FENGQIAO_KEY_FILE"] = str(Path(folder) / "key")
        inbox = Path(folder) / "inbox"
        inbox.mkdir()
        run_module("tests.bench.ingest", "write", str(inbox), str(rows), "utf-8")
        return run_module("tests.bench.ingest", "subject", str(inbox), str(Path(folder) / "work")).peak_megabytes


if __name__ == "__main__":
    work: dict[str, Callable[..., dict[str, Any]]] = {"write": write_incidents}
    work |= {one.__name__: one for one in (subject, reference, reference_on_disk, beside)}
    print(json.dumps(work[sys.argv[1]](*sys.argv[2:])))
