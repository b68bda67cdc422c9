"""A tiny archive written by hand, and the warehouse that is built from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.feeds import FEEDS
from warehouse.archive import read_batches
from warehouse.build import BuildResult, build

BUILT_AT = datetime(2026, 3, 1, 4, 0)
# The day of a record's event, which is also its period.
EVENT = {"incident": "received_on", "visit": "visited_on", "mediation": "held_on"}
EVENT |= {"satisfaction": "invited_on", "activity": "done_on"}
DEFAULTS: dict[str, dict[str, Any]] = {
    "incident": {"org_code": "S1", "is_total": False, "incident_count": 1, "received_on": date(2026, 1, 5)},
    "visit": {"org_code": "S1", "is_total": False, "visit_count": 1, "visited_on": date(2026, 1, 5)},
    "mediation": {"org_code": "S1", "held_on": date(2026, 1, 5)},
    "satisfaction": {
        "org_code": "S1",
        "invited_on": date(2026, 1, 5),
        "survey_code": "after_call",
        "scale_points": 5,
        "answer_status_code": "valid",
        "weight": 1.0,
    },
    "activity": {
        "org_code": "S1",
        "done_on": date(2026, 1, 5),
        "activity_code": "service",
        "part_code": "done",
        "quantity": 1,
        "qualifier_code": "exact",
    },
    "org": {},
    "population": {"org_code": "S1", "year": 2026, "is_estimate": False},
    "visit_target": {"org_code": "S1", "month_start": date(2026, 1, 1), "category_code": "deputies"},
    "annotation": {"noted_on": date(2026, 1, 1), "kind_code": "note", "text_zh": "说明"},
}
ORGS = (
    {"code": "C", "name": "市局", "level_code": "city_bureau"},
    {"code": "D", "name": "东城分局", "level_code": "branch", "parent_code": "C"},
    {"code": "S1", "name": "一所", "level_code": "station", "parent_code": "D"},
    {"code": "S2", "name": "二所", "level_code": "station", "parent_code": "D"},
    {"code": "B11", "name": "一所一区", "level_code": "beat", "parent_code": "S1"},
    {"code": "B12", "name": "一所二区", "level_code": "beat", "parent_code": "S1"},
)


def key_of(name: str) -> str:
    """A key as the archive has them: 32 hexadecimal digits."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


class SmallArchive:
    """Batches written one by one, then built; a record's `key` stands for its business key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.result: BuildResult | None = None

    def deliver(self, feed: str, *rows: dict[str, Any], at: str = "2026-02-01", **said: Any) -> str:
        """Archive one batch; `at` is the day (or time) of delivery, `said` what its sidecar says otherwise."""
        records = [_record(feed, number, row) for number, row in enumerate(rows, start=2)]
        frame = pl.DataFrame(records, schema=FEEDS[feed].record.create_empty().schema)
        lines = frame.select("sheet_no", "line").n_unique()
        mapping = said.get("mapping", f"bureau_{feed}")
        count = len(list(self.folder.glob("archive/*/*.json")))
        batch: str = said.get("batch", f"{at[:10].replace('-', '')}-{mapping}-{count:08x}")
        info = {
            "batch": batch,
            "feed": feed,
            "mapping": mapping,
            "sha256": f"{count:064x}",
            "file": f"{batch}.csv",
            "file_label": f"{mapping}-{count:08x}",
            "delivered_at": at if "T" in at else f"{at}T02:00:00",
            "loaded_at": "2026-03-01T03:00:00",
            "status": "loaded",
            "encoding": "utf-8",
            "rows_in": lines,
            "quarantined": 0,
            "dropped": 0,
            "records": frame.height,
            "quarantined_by_reason": {},
            "delivery": "delta",
            "window": None,
            "reports_for": "bureau",
            "earliest_on": None,
            "latest_on": None,
            "registered": {"org": [], "dispute_type": []},
            "coverage": [],
        }
        target = self.folder / "archive" / feed / f"{batch}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(target)
        target.with_suffix(".json").write_text(json.dumps(info | said, default=str), "utf-8")
        return batch

    def deliver_orgs(self) -> None:
        """One branch with two stations, the first with two beats."""
        self.deliver("org", *({"key": org["code"], **org} for org in ORGS), at="2025-01-01")

    def build(self, name: str = "one", *, refused: Sequence[dict[str, Any]] = ()) -> BuildResult:
        """Build everything that was delivered."""
        templates = self.folder / "templates"
        templates.mkdir(parents=True, exist_ok=True)
        for feed in FEEDS.values():
            feed.record.create_empty().write_parquet(templates / f"{feed.name}.parquet")
        self.result = build(
            self.folder / "building" / name,
            batches=read_batches(self.folder / "archive"),
            templates=templates,
            generation_id=name,
            built_at=BUILT_AT,
            code_version="test",
            refused=refused,
        )
        return self.result

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in the warehouse, which is built first where it is not yet."""
        result = self.result or self.build()
        with duckdb.connect(str(result.database), read_only=True) as connection:
            return connection.execute(query).fetchall()


def _record(feed: str, line: int, row: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"sheet_no": 1, "line": line, "record_status_code": "active"} | DEFAULTS[feed] | row
    record["record_key"] = key_of(f"{feed} {record.pop('key', line)}")
    for name in ("dispute_key", "target_key", "incident_key"):
        if record.get(name):
            record[name] = key_of(record[name])
    if feed in EVENT:
        # A total names its period itself; it has no day of its own.
        day = None if "period_start" in row else record[EVENT[feed]]
        record = {"period_start": day, "period_end": day} | record | {EVENT[feed]: day}
    return record
