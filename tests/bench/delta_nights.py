"""The processes of the benchmark of nights: an archive of invented records, and nights of a few changed rows on it."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import numpy as np
import polars as pl

from etl.feeds import FEEDS
from etl.healing import mend
from etl.ledger import code_version
from etl.night import NightReport
from etl.pseudonyms import ensure_key
from etl.refresh import publish_night
from etl.sink import ROW_GROUP
from tests.bench.many_incidents import STATIONS, UNTIL, Random, make_month, months, write_archive
from warehouse.generations import current_generation
from warehouse.reference import codes_of

# Rows of a night; of a night of the year.
ROWS, YEAR_DELTA = 500, 50
# Linear in what is stored, by design, and told apart: the copy, reading the copy back, and the digest that tells the
# next night (`check`) whether it still is what was read back (`seal`).
LINEAR = ("check", "copy", "verify", "seal")
# Of a batch, where there are many.
BATCH_ROWS = 25
SHARE_OF_NEW, RECENT_MONTHS = 0.6, 3


def make_visits(random: Random, month: date, rows: int) -> pl.DataFrame:
    """Single visits of one month, a tenth of them of protected kinds."""
    days = np.datetime64(month, "D") + random.integers(0, monthrange(month.year, month.month)[1], rows)
    categories = codes_of("visit_category")["code"].to_list()
    digits = random.bytes(32 * rows).hex()
    keys = [digits[place : place + 32] for place in range(0, len(digits), 32)]
    frame = pl.DataFrame(
        {
            "record_key": keys[:rows],
            "target_key": keys[rows:],
            "sheet_no": 1,
            "line": np.arange(2, rows + 2),
            "record_status_code": "active",
            "is_total": False,
            "visit_count": 1,
            "org_code": pl.Series(STATIONS).gather(random.integers(0, len(STATIONS), rows)),
            "category_code": pl.Series(categories).gather(random.integers(0, len(categories), rows)),
            "minutes": random.integers(5, 90, rows),
            "visited_on": days,
            "period_start": days,
            "period_end": days,
        }
    )
    schema = FEEDS["visit"].record.create_empty().schema
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())


def deliver(data: Path, feed: str, name: str, records: pl.DataFrame, *, at: date) -> None:
    """Archive a batch as a night's loading leaves it, not yet published."""
    target = data / "archive" / feed / f"{name}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    records.write_parquet(target, compression="uncompressed", statistics=False, row_group_size=ROW_GROUP)
    info = {
        "batch": name,
        "feed": feed,
        "mapping": f"bureau_{feed}",
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "file": f"{name}.csv",
        "file_label": f"bureau_{feed}-{name}",
        "delivered_at": f"{at}T02:00:00",
        "loaded_at": f"{at}T02:10:00",
        "status": "loaded",
        "encoding": "utf-8",
        "rows_in": records.height,
        "quarantined": 0,
        "dropped": 0,
        "records": records.height,
        "quarantined_by_reason": {},
        "warnings": [],
        "delivery": "delta",
        "window": None,
        "reports_for": [],
        "earliest_on": str(records["period_start"].min()),
        "latest_on": str(records["period_end"].max()),
        "registered": {"org": [], "dispute_type": []},
        "coverage": [],
    }
    target.with_suffix(".json").write_text(json.dumps(info), "utf-8")


def prepare(folder: str, rows: str) -> dict[str, Any]:
    """An archive of so many incidents, and half as many visits, and the generation this program builds from it."""
    data, current = Path(folder), current_generation(Path(folder))
    if current is None:
        ensure_key(data / "archive")
        write_archive(data, int(rows))
        random, starts = np.random.default_rng(2), months()
        for number, month in enumerate(starts):
            records = make_visits(random, month, int(rows) // 2 // len(starts))
            deliver(data, "visit", f"visit-{number:02}", records, at=UNTIL + timedelta(days=1))
    if current is None or current.manifest["code_version"] != code_version():
        publish_night(data, NightReport(""), mend(data), full=True, accept_drop=False)
    current = current_generation(data)
    assert current is not None
    return {"seconds": current.manifest["seconds"], "bytes": current.database.stat().st_size}


def changed_rows(data: Path, random: Random, day: date, rows: int) -> pl.DataFrame:
    """New incidents of the last month, and corrections: mostly of recent months, a third of any; a tenth withdrawn."""
    new = int(rows * SHARE_OF_NEW)
    fresh = make_month(random, UNTIL.replace(day=1), new)
    starts = len(months())
    recent = random.integers(starts - RECENT_MONTHS, starts, (rows - new) * 2 // 3)
    any_month = random.integers(0, starts, rows - new - recent.size)
    found = [fresh]
    numbers, counts = np.unique(np.concatenate([recent, any_month]), return_counts=True)
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        stored = pl.read_parquet(data / "archive" / "incident" / f"incident-{number:02}.parquet")
        found.append(stored.sample(count, seed=int(random.integers(2**31))))
    corrected = (
        pl.concat(found[1:])
        .unique("record_key", maintain_order=True)
        .with_columns(
            received_hour=((pl.col("received_hour") + 1) % 24).cast(pl.Int16),
            dispute_type_code=pl.when(pl.int_range(pl.len()) % 3 == 0)
            .then(pl.lit("neighbour"))
            .otherwise("dispute_type_code"),
            record_status_code=pl.when(pl.int_range(pl.len()) % 10 == 0)
            .then(pl.lit("withdrawn"))
            .otherwise("record_status_code"),
        )
    )
    lines = pl.int_range(2, pl.len() + 2).cast(pl.UInt32)
    return pl.concat([fresh, corrected]).with_columns(line=lines)


@dataclass
class _Spent:
    """Wall and CPU seconds of this process, from its making until `stop`."""

    wall: float = field(default_factory=lambda: -time.perf_counter())
    cpu: float = field(default_factory=lambda: -time.process_time())

    def stop(self) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()

    @classmethod
    @contextmanager
    def inside(cls, place: str) -> Iterator[Self]:
        """What a function, named by its module, takes each time that it is called within the block: all in all."""
        module, _, name = place.rpartition(".")
        work, total = getattr(import_module(module), name), cls(0, 0)

        def watched(*arguments: object, **named: object) -> object:
            spent = cls()
            try:
                return work(*arguments, **named)
            finally:
                spent.stop()
                total.wall, total.cpu = total.wall + spent.wall, total.cpu + spent.cpu

        with patch(place, watched):
            yield total


def night(folder: str, number: str) -> dict[str, Any]:
    """One night of a fixed number of changed rows; seconds of its stages, and of all of it."""
    data, random = Path(folder), np.random.default_rng(1000 + int(number))
    day = UNTIL + timedelta(days=2 + int(number))
    deliver(data, "incident", f"night-{int(number):03}", changed_rows(data, random, day, ROWS), at=day)
    whole, check = _Spent(), _Spent()
    mended = mend(data)
    check.stop()
    with _Spent.inside("warehouse.build.copy_file") as copy, _Spent.inside("warehouse.generations.seal") as seal:
        report = publish_night(data, NightReport(""), mended, full=False, accept_drop=False)
    whole.stop()
    current = current_generation(data)
    assert current is not None
    seconds = {"check": check.wall, **current.manifest["seconds"], "seal": seal.wall}
    return {
        "built": report.built,
        "reason": report.reason,
        "problems": report.problems,
        "whole": whole.wall,
        "follows_the_delta": whole.wall - sum(seconds.get(stage, 0) for stage in LINEAR),
        # Of this process: the verification is another one.
        "cpu_that_follows": whole.cpu - check.cpu - copy.cpu - seal.cpu,
        **seconds,
        "bytes": current.database.stat().st_size,
    }


def deliver_many(folder: str, batches: str) -> dict[str, Any]:
    """So many more batches of few records each, and the night that publishes them."""
    data, random, month = Path(folder), np.random.default_rng(4), UNTIL.replace(day=1)
    for feed, make in (("incident", make_month), ("visit", make_visits)):
        # Made at once and then cut: as many disputes come back as among the incidents of any month.
        records = make(random, month, BATCH_ROWS * (int(batches) // 2))
        for number, own in enumerate(records.iter_slices(BATCH_ROWS)):
            deliver(data, feed, f"early-{feed}-{number:05}", own, at=UNTIL + timedelta(days=1))
    report = publish_night(data, NightReport(""), mend(data), full=False, accept_drop=False)
    return {"built": report.built, "reason": report.reason}


def year(folder: str, first: str, nights: str) -> dict[str, Any]:
    """So many nights of 50 rows each, from the night `first` on; how large the file is after the last."""
    data, random, reasons = Path(folder), np.random.default_rng(int(first)), list[str]()
    for number in range(int(first), int(first) + int(nights)):
        day = UNTIL + timedelta(days=2 + number)
        deliver(data, "incident", f"night-{number:03}", changed_rows(data, random, day, YEAR_DELTA), at=day)
        report = publish_night(data, NightReport(""), mend(data), full=False, accept_drop=False)
        reasons += [report.reason] if report.reason else []
    current = current_generation(data)
    assert current is not None
    return {"whole": reasons, "bytes": current.database.stat().st_size}


def end_of_year(folder: str) -> dict[str, Any]:
    """The file after all nights against one built from the archive."""
    data = Path(folder)
    grown = current_generation(data)
    assert grown is not None
    publish_night(data, NightReport(""), mend(data), full=True, accept_drop=False)
    rebuilt = current_generation(data)
    assert rebuilt is not None
    return {
        "bytes": grown.database.stat().st_size,
        "rebuilt_bytes": rebuilt.database.stat().st_size,
        "is_equal": grown.manifest["content_hash"] == rebuilt.manifest["content_hash"],
    }


if __name__ == "__main__":
    work: dict[str, Callable[..., dict[str, Any]]] = {
        "prepare": prepare,
        "night": night,
        "deliver_many": deliver_many,
        "year": year,
        "end_of_year": end_of_year,
    }
    print(json.dumps(work[sys.argv[1]](*sys.argv[2:])))
