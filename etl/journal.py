"""The two logs of the nights: `night.log` for people, `night.jsonl` for machines; counts and rule names, no record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.night import NightReport
from etl.trouble import tell
from warehouse import durable
from warehouse.durable import append_lines
from warehouse.generations import write_json

Event = tuple[str, dict[str, Any]]
LOGS = ("night.log", "night.jsonl")
LARGEST_BYTES = 1 << 20
KEPT_LOGS = 5
# Files go by their label (mapping and eight digits of their sha256): stations put names of persons into file names.
SENTENCES = {
    "started": "任务开始 / night started",
    "note": "{text}",
    "loaded": "已加载 / loaded {file}: {feed}, rows_in {rows_in}, quarantined {quarantined} {reasons}, "
    "dropped {dropped}, records {records}",
    "refused": "拒收 / refused {file}: {reason}",
    "growing": "仍在写入，留待下次 / still being written, left for the next night: {files}",
    "held": "暂缓 / held {batch}",
    "problem": "问题 / problem: {text}",
    "purged": "已删除入库满期的报送文件 / loaded inbox files deleted: {files}",
    "published": "已发布 / published {generation}",
    "unchanged": "没有新内容 / nothing new",
    "failed": "没有发布 / nothing published",
    "ended": "任务结束 / night ended, exit {exit_code}",
}


def begin_night(data: Path) -> None:
    """Note that a night has begun."""
    _enter(data, [("started", {})])


def end_night(data: Path, report: NightReport) -> NightReport:
    """Write the report (`last_night.json`) and the logs; the report as it then is, should the disk be full."""
    try:
        write_json(data / "last_night.json", report.as_json())
    except OSError as error:
        report = report.with_problems([f"last_night.json: {tell(error)}"])
    _enter(data, [*events(report)])
    return report


def events(report: NightReport) -> Iterator[Event]:
    """What a night did, one thing after the other."""
    yield from (("note", {"text": note}) for note in report.notes)
    for info in report.loaded:
        counts = {name: info[name] for name in ("feed", "rows_in", "quarantined", "dropped", "records")}
        yield "loaded", {"file": info["file_label"], **counts, "reasons": info["quarantined_by_reason"]}
    for entry in report.refused:
        yield "refused", {"file": entry["sha256"][:8], "reason": entry["reason"]}
    if report.growing:
        yield "growing", {"files": len(report.growing)}
    yield from (("held", {"batch": batch}) for batch in report.held)
    yield from (("problem", {"text": text}) for text in report.problems)
    if report.purged:
        yield "purged", {"files": report.purged}
    if report.is_published:
        yield "published", {"generation": report.generation}
    else:
        yield "failed" if report.exit_code else "unchanged", {}
    yield "ended", {"exit_code": report.exit_code}


def _enter(data: Path, told: Sequence[Event]) -> None:
    now = datetime.now().isoformat(timespec="seconds")
    people, machine = (data / "log" / name for name in LOGS)
    # A log that cannot be written stops no night.
    with suppress(OSError):
        _rotate(people)
        _rotate(machine)
        append_lines(people, [f"{now} {SENTENCES[event].format_map(_words(fields))}" for event, fields in told])
        machine_lines = ({"at": now, "event": event, **fields} for event, fields in told)
        append_lines(machine, [json.dumps(line, ensure_ascii=False) for line in machine_lines])


def _words(fields: Mapping[str, Any]) -> dict[str, object]:
    """Fields as they stand in a sentence: on one line, counts by reason as `bad_date 3`."""
    words = dict(fields)
    if "reasons" in words:
        reasons = ", ".join(f"{name} {count}" for name, count in fields["reasons"].items())
        words["reasons"] = f"({reasons})" if reasons else ""
    return {name: " ".join(str(word).split()) for name, word in words.items()}


def _rotate(log: Path) -> None:
    if not log.is_file() or log.stat().st_size < LARGEST_BYTES:
        return
    for number in range(KEPT_LOGS - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            durable.disk.replace(older, log.with_name(f"{log.name}.{number + 1}"))
    durable.disk.replace(log, log.with_name(f"{log.name}.1"))
