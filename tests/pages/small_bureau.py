"""A bureau of two branches and four stations that can be counted in the head, built by the real builder.

Months July 2025 to October 2026, and five days of November. Every station has 10 disputes a month, and in
October 2026: A1 14, A2 12, B1 11, B2 10 (47). A2 delivered nothing in May 2026, B2 only 20 days of August.
Besides, A1 has 3 disputes found on visits and 2 invalid calls in October, which are no dispute incidents.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from etl.archive import write_templates
from etl.feeds import FEEDS
from warehouse.archive import ArchiveBatch
from warehouse.build import build
from warehouse.generations import DATABASE, MANIFEST, Generation, publish, read_json, write_json
from warehouse.seal import seal

BUILT = datetime(2026, 11, 6, 2, 14)
ORGANISATIONS = (
    ("C", "青山市公安局", None, "city_bureau"),
    ("A", "城东分局", "C", "branch"),
    ("B", "城西分局", "C", "branch"),
    ("A1", "城关派出所", "A", "station"),
    ("A2", "东湖派出所", "A", "station"),
    ("B1", "西苑派出所", "B", "station"),
    ("B2", "北塔派出所", "B", "station"),
)
STATIONS = ("A1", "A2", "B1", "B2")
OCTOBER = {"A1": 14, "A2": 12, "B1": 11, "B2": 10}
TYPES = ("neighbour", "neighbour", "marriage_family", "debt", "consumer")
LAST_DAY = date(2026, 11, 5)
MONTHS = pl.date_range(date(2025, 7, 1), date(2026, 11, 1), "1mo", eager=True).to_list()

Row = dict[str, Any]


def month_end(first: date) -> date:
    """The last day of a month, or of the data."""
    last: date = pl.Series([first]).dt.month_end()[0]
    return min(last, LAST_DAY)


def incidents(station: str, first: date) -> list[Row]:
    """Ten disputes at the beginning of the month, more in October 2026."""
    is_october = first == date(2026, 10, 1)
    count = OCTOBER[station] if is_october else 10
    day = first.replace(day=3)
    rows = [_incident(station, day, TYPES[number % 5], "call_110", "resolved_on_the_spot") for number in range(count)]
    if is_october and station == "A1":
        rows += [_incident(station, day, "neighbour", "found_on_visit", "mediation_success") for _ in range(3)]
        rows += [_incident(station, day, "neighbour", "call_110", "invalid") for _ in range(2)]
    return rows


def _incident(station: str, day: date, kind: str, channel: str, outcome: str) -> Row:
    return {
        "org_code": station,
        "received_on": day,
        "is_total": False,
        "dispute_type_code": kind,
        "channel_code": channel,
        "outcome_code": outcome,
        "incident_count": 1,
        "received_count": 1,
        **_on(day),
    }


def _on(first: date, last: date | None = None) -> Row:
    return {"period_start": first, "period_end": last or first}


def archive(folder: Path, feed: str, batch: str, rows: Sequence[Row], **info: Any) -> ArchiveBatch:
    """One batch as the nightly job archives it; `quarantined_by_reason` and `dropped` rows come on top."""
    empty = FEEDS[feed].record.create_empty()
    filled = [
        {"record_key": f"{batch}-{line}", "sheet_no": 1, "line": line, "record_status_code": "active", **row}
        for line, row in enumerate(rows, start=2)
    ]
    frame = pl.DataFrame(filled, schema_overrides=empty.schema) if filled else empty
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in empty.schema.items() if name not in frame.columns]
    path = folder / feed / f"{batch}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.with_columns(missing).select(empty.columns).write_parquet(path)
    quarantined = sum(info.get("quarantined_by_reason", {}).values())
    sidecar = {
        "batch": batch,
        "feed": feed,
        "mapping": f"bureau_{feed}",
        "sha256": batch.encode().hex().ljust(64, "0")[:64],
        "file": f"{batch}.csv",
        "file_label": batch,
        "delivered_at": BUILT.isoformat(),
        "loaded_at": BUILT.isoformat(),
        "status": "loaded",
        "encoding": "gb18030",
        "rows_in": len(rows) + quarantined + info.get("dropped", 0),
        "quarantined": quarantined,
        "dropped": 0,
        "records": len(rows),
        "quarantined_by_reason": {},
        "delivery": "delta",
        "window": None,
        "reports_for": "bureau",
        "earliest_on": None,
        "latest_on": None,
        "registered": {"org": [], "dispute_type": []},
        "coverage": [],
        **info,
    }
    write_json(path.with_suffix(".json"), sidecar)
    return ArchiveBatch(path, sidecar)


def organisations() -> list[Row]:
    """The two branches and four stations."""
    names = ("code", "name", "parent_code", "level_code")
    return [dict(zip(names, organisation, strict=True)) for organisation in ORGANISATIONS]


def batches(folder: Path) -> Iterable[ArchiveBatch]:
    """All deliveries of the small bureau."""
    yield archive(folder, "org", "org", organisations())
    for first in MONTHS:
        last, name = month_end(first), f"{first:%Y%m}"
        window = [first.isoformat(), last.isoformat()]
        for station in STATIONS:
            if (station, name) == ("A2", "202605"):
                continue
            short = [window[0], "2026-08-20"] if (station, name) == ("B2", "202608") else window
            bad = {"bad_date": 2, "bad_code": 1} if (station, name) == ("A1", "202610") else {}
            rows = [] if first > date(2026, 10, 1) else incidents(station, first)
            yield archive(
                folder,
                "incident",
                f"incident-{station}-{name}",
                rows,
                window=short,
                reports_for=[station],
                quarantined_by_reason=bad,
                dropped=1,
            )
        if first > date(2026, 10, 1):
            continue
        sessions = [{"org_code": "A1", "held_on": first, **_on(first)} for _ in range(6)]
        yield archive(folder, "mediation", f"mediation-{name}", sessions, window=window)
        visits = [
            {"org_code": station, "is_total": True, "visit_count": 30, **_on(first, last)} for station in STATIONS
        ]
        yield archive(folder, "visit", f"visit-{name}", visits, window=window)
        yield archive(folder, "satisfaction", f"satisfaction-{name}", invitations(first), window=window)


def invitations(first: date) -> list[Row]:
    """Twenty invitations at B1, of which twelve are answered."""
    asked = {
        "org_code": "B1",
        "invited_on": first,
        "survey_code": "mediation_5",
        "scale_points": 5,
        "weight": 1.0,
        **_on(first),
    }
    answered = {**asked, "answer_status_code": "valid", "level": 5}
    return [answered] * 12 + [{**asked, "answer_status_code": "no_contact", "level": None}] * 8


def publish_generation(data: Path, generation_id: str, delivered: Sequence[ArchiveBatch]) -> Generation:
    """Build and publish one generation from these batches."""
    building = data / "building" / generation_id
    templates = write_templates(data / "building" / "templates")
    result = build(
        building,
        batches=delivered,
        templates=templates,
        generation_id=generation_id,
        built_at=BUILT,
        code_version="test",
    )
    shutil.rmtree(templates)
    manifest = {
        "id": generation_id,
        "built_at": BUILT.isoformat(),
        "batches": [batch.name for batch in delivered],
        "tables": result.rows,
        "data_until": {feed: day.isoformat() for feed, day in result.data_until.items()},
    }
    return publish(data, building, generation_id, json.loads(json.dumps(manifest)))


def write_night(data: Path, **report: Any) -> None:
    """What the last night reported."""
    good = {"finished_at": BUILT.isoformat(), "exit_code": 0, "refused": [], "held": [], "problems": []}
    write_json(data / "last_night.json", {**good, **report})


def reseal(directory: Path) -> None:
    """Make a generation whose database a test has altered look as if it had been published so."""
    size = (directory / DATABASE).stat().st_size
    write_json(directory / MANIFEST, {**read_json(directory / MANIFEST), "database_bytes": size})
    seal(directory, [DATABASE, MANIFEST])
