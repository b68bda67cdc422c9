"""An archive of as many invented incidents as asked for, written month by month, and the warehouse built from it."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from etl.archive import write_templates
from etl.feeds import FEEDS
from etl.feeds.incident import with_parts
from etl.sink import ROW_GROUP
from warehouse.archive import read_batches
from warehouse.build import build
from warehouse.reference import codes_of

UNTIL = date(2026, 10, 31)
MONTHS = 48
STATIONS = tuple(f"S{number:02}" for number in range(1, 17))
DELIVERED = "2026-11-01T02:00:00"
MEMORY = "8GB"
# Code -> its share; what is left out of a list of codes does not occur.
CHANNELS = {"call_110": 60, "walk_in": 15, "found_on_visit": 9, "grid_report": 6, "online": 5, "unknown": 5}
OUTCOMES = {
    "resolved_on_the_spot": 40,
    "mediation_success": 25,
    "self_settled": 9.8,
    "mediation_failed": 5,
    "to_administrative_case": 2,
    "to_criminal_case": 0.2,
    "to_litigation": 3,
    "referred_out": 6,
    "withdrawn": 3,
    "invalid": 2,
    "pending": 4,
}
KINDS = {"none": 55, "public_security": 20, "peoples": 15, "on_scene": 6, "joint": 4}
STAGES = {"phone": 10, "before_arrival": 5, "scene": 45, "station": 15, "mediation": 15, "unsettled": 5, "unknown": 5}
RISKS = {"low": 70, "medium": 20, "high": 4, "ungraded": 6}
RESPONDERS = {"police": 70, "liaison": 10, "village_auxiliary": 10, "none": 10}
TARGETS = {"community": 40, "court": 20, "labour_dept": 20, "housing_dept": 20}

Random = np.random.Generator


def months() -> list[date]:
    """The first days of the months of the archive."""
    last = UNTIL.year * 12 + UNTIL.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]


def make_month(random: Random, month: date, rows: int, stations: Sequence[str] = STATIONS) -> pl.DataFrame:
    """Records of one month: half settled the same day, the rest after days or months, a few never."""
    length = monthrange(month.year, month.month)[1]
    received = np.datetime64(month, "D") + random.integers(0, length, rows)
    waited = np.where(random.random(rows) < 0.5, 0, np.minimum(random.lognormal(1.8, 1.1, rows), 200)).astype(np.int32)
    types = codes_of("dispute_type")["code"].to_list()
    frame = pl.DataFrame(
        {
            "record_key": _keys(random, rows),
            "incident_key": _keys(random, rows),
            "received_on": received,
            "days_to_close": waited,
            "org_code": _pick(random, rows, {code: 20 - place for place, code in enumerate(stations)}),
            "dispute_type_code": _pick(random, rows, {code: 30 - place for place, code in enumerate(types)}),
            "channel_code": _pick(random, rows, CHANNELS),
            "first_responder_code": _pick(random, rows, RESPONDERS),
            "settled_stage_code": _pick(random, rows, STAGES),
            "outcome_code": _pick(random, rows, OUTCOMES),
            "mediation_kind_code": _pick(random, rows, KINDS),
            "referral_target_code": _pick(random, rows, TARGETS),
            "risk_level_code": _pick(random, rows, RISKS),
            "is_urgent": random.random(rows) < 0.3,
            "is_non_police": random.random(rows) < 0.2,
            "response_minutes": random.gamma(4, 3, rows).astype(np.int32),
            "received_hour": random.integers(0, 24, rows).astype(np.int16),
            "dispute_no": np.where(random.random(rows) < 0.1, random.integers(0, rows // 12, rows), -1),
        }
    )
    return _completed(frame, month, with_closing=_closing())


def _closing() -> pl.Expr:
    """The day a case was closed; what would be closed after the last day is still pending."""
    day = pl.col("received_on") + pl.duration(days="days_to_close")
    return pl.when(day <= UNTIL, ~pl.col("outcome_code").is_in(["pending", "referred_out", "invalid"])).then(day)


def _completed(frame: pl.DataFrame, month: date, *, with_closing: pl.Expr) -> pl.DataFrame:
    is_open = ~pl.col("outcome_code").is_in(["referred_out", "invalid"])
    # Every other month shares its disputes with the one before it, so that some come back.
    dispute = pl.lit(f"{month.year * 12 + month.month >> 1:08x}") + pl.col("dispute_no").cast(pl.String).str.zfill(24)
    closed = frame.with_columns(with_closing.cast(pl.Date).alias("closed_on"))
    known = closed.with_columns(
        pl.when(pl.col("closed_on").is_null() & is_open).then(pl.lit("pending")).otherwise("outcome_code").alias("out"),
        pl.when(pl.col("closed_on").is_not_null()).then("days_to_close").alias("days_to_close"),
        pl.when(pl.col("dispute_no") >= 0).then(dispute).alias("dispute_key"),
    ).with_columns(
        pl.col("out").alias("outcome_code"),
        pl.when(pl.col("out") == "referred_out").then("referral_target_code").alias("referral_target_code"),
        pl.col("received_on").alias("period_start"),
        pl.col("received_on").alias("period_end"),
        pl.lit("active").alias("record_status_code"),
        pl.lit("none").alias("programme_code"),
        pl.lit(False).alias("is_total"),
        pl.lit(1).alias("incident_count"),
        pl.lit(1).alias("sheet_no"),
        pl.int_range(2, pl.len() + 2).alias("line"),
    )
    schema = FEEDS["incident"].record.create_empty().schema
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in known.columns]
    return with_parts(known.with_columns(missing)).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _pick(random: Random, rows: int, shares: Mapping[str, float]) -> pl.Series:
    weights = np.array(list(shares.values()), dtype=np.float64)
    return pl.Series(list(shares)).gather(random.choice(len(shares), rows, p=weights / weights.sum()))


def _keys(random: Random, rows: int) -> list[str]:
    digits = random.bytes(16 * rows).hex()
    return [digits[place : place + 32] for place in range(0, len(digits), 32)]


def _organisations() -> pl.DataFrame:
    rows = [{"code": "C", "name": "市局", "level_code": "city_bureau"}]
    rows += [{"code": f"D{n}", "name": f"第{n}分局", "level_code": "branch", "parent_code": "C"} for n in (1, 2)]
    for place, code in enumerate(STATIONS):
        rows.append({"code": code, "name": f"{code}所", "level_code": "station", "parent_code": f"D{place % 2 + 1}"})
    given = [
        {"sheet_no": 1, "line": line, "record_status_code": "active", "record_key": _hash(row["code"]), **row}
        for line, row in enumerate(rows, start=2)
    ]
    return pl.DataFrame(given, schema=FEEDS["org"].record.create_empty().schema)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _batches(rows: int, stations: Sequence[str]) -> Iterator[tuple[str, str, pl.DataFrame, list[str] | None]]:
    """Feed, name, records and window of every batch; organisations only where they are ours."""
    if stations == STATIONS:
        yield "org", "00", _organisations(), None
    random, starts = np.random.default_rng(1), months()
    for number, month in enumerate(starts):
        share = rows * (number + 1) // len(starts) - rows * number // len(starts)
        last = month.replace(day=monthrange(month.year, month.month)[1])
        yield (
            "incident",
            f"{number:02}",
            make_month(random, month, share, stations),
            [month.isoformat(), last.isoformat()],
        )


def write_archive(data: Path, rows: int, stations: Sequence[str] = STATIONS) -> None:
    """`rows` incidents in monthly batches, and the organisations they belong to; those of other stations alone."""
    for feed, name, frame, window in _batches(rows, stations):
        target = data / "archive" / feed / f"{feed}-{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(target, compression="uncompressed", statistics=False, row_group_size=ROW_GROUP)
        info = {
            "batch": f"{feed}-{name}",
            "feed": feed,
            "mapping": f"bureau_{feed}",
            "sha256": _hash(feed + name),
            "file": f"{name}.csv",
            "file_label": f"bureau_{feed}-{name}",
            "delivered_at": DELIVERED,
            "loaded_at": DELIVERED,
            "status": "loaded",
            "encoding": "utf-8",
            "rows_in": frame.height,
            "quarantined": 0,
            "dropped": 0,
            "records": frame.height,
            "delivery": "delta",
            "window": window,
            "reports_for": "bureau",
            "warnings": [],
            "quarantined_by_reason": {},
            "registered": {"org": [], "dispute_type": []},
        }
        target.with_suffix(".json").write_text(json.dumps(info), "utf-8")


def build_many(folder: str, rows: str) -> dict[str, Any]:
    """Write the archive below `folder` and build `folder`/building; the seconds that each stage took."""
    data, started = Path(folder), time.perf_counter()
    write_archive(data, int(rows))
    written = time.perf_counter()
    result = build(
        data / "building",
        batches=read_batches(data / "archive"),
        templates=write_templates(data / "templates"),
        generation_id="bench",
        built_at=datetime(2026, 11, 1),
        code_version="",
        memory_limit=MEMORY,
    )
    seconds = {stage: round(spent, 1) for stage, spent in result.seconds.items()}
    return {
        "rows": {table: count for table, count in result.rows.items() if "incident" in table or "month" in table},
        "write_seconds": round(written - started, 1),
        "build_seconds": round(time.perf_counter() - written, 1),
        "stages": seconds,
        "megabytes": result.database.stat().st_size // 1_000_000,
    }


if __name__ == "__main__":
    print(json.dumps(build_many(*sys.argv[1:])))
