"""The demo bureau with all its feeds, and as many invented incidents at its stations as asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from etl.archive import write_templates
from tests.bench.many_incidents import MEMORY, write_archive
from tests.bench.measure import ROOT
from warehouse.archive import ArchiveBatch, in_delivery_order, read_batches
from warehouse.build import build
from warehouse.generations import current_generation

DEMO_SIZE = ("--years", "4", "--incidents-per-year", "2000")


def demo_batches(folder: Path) -> list[ArchiveBatch]:
    """What the demo bureau delivered and the nightly job let through."""
    own_key = {**os.environ, "FENGQIAO_KEY_FILE": str(folder / "key")}
    command = [sys.executable, "-m", "etl", "demo", "--data", str(folder), *DEMO_SIZE]
    if current_generation(folder) is None:
        subprocess.run(command, cwd=ROOT, env=own_key, check=True, stdout=subprocess.DEVNULL)
    generation = current_generation(folder)
    assert generation is not None
    return [batch for batch in read_batches(folder / "archive") if batch.name in generation.batches]


def build_whole(folder: str, rows: str) -> dict[str, Any]:
    """Write both archives below `folder` and build `folder`/building from them; rows and seconds."""
    data, started = Path(folder), time.perf_counter()
    demo = demo_batches(data / "demo")
    organisations = pl.concat([pl.read_parquet(batch.parquet) for batch in demo if batch.feed == "org"])
    stations = organisations.filter(pl.col("level_code") == "station")["code"].unique().sort().to_list()
    write_archive(data, int(rows), stations)
    written = time.perf_counter()
    result = build(
        data / "building",
        batches=in_delivery_order([*demo, *read_batches(data / "archive")]),
        templates=write_templates(data / "templates"),
        generation_id="bench",
        built_at=datetime(2026, 11, 1),
        code_version="",
        memory_limit=MEMORY,
    )
    return {
        "rows": {table: count for table, count in result.rows.items() if table.startswith("core.fct")},
        "write_seconds": round(written - started, 1),
        "build_seconds": round(time.perf_counter() - written, 1),
        "megabytes": result.database.stat().st_size // 1_000_000,
    }


if __name__ == "__main__":
    print(json.dumps(build_whole(*sys.argv[1:])))
