"""Small invented deliveries: files in an inbox and a mapping for them, written without anything of the job."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

HEADER = "编号,单位,接警时间,结果"
MAPPING = """
feed = "incident"
delivery = "{delivery}"

[match]
files = ["*.csv", "*.xlsx"]
headers = ["编号", "接警时间"]

[delivered]
regex = "_(\\\\d{{8}})\\\\."

[columns]
source_key = "编号"
org_code = {{ from = "单位", unknown = "register" }}
received_at = {{ from = "接警时间", required = true }}
outcome_code = "结果"
record_status_code = "状态"

[reports]
for = "bureau"
window = {window}

[[register.org]]
level = "station"
code = "单位"
"""


def write_mapping(folder: Path, *, delivery: str = "delta", window: str = '"data"', name: str = "own") -> Path:
    """A mapping folder with one mapping for files of `write_rows`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(MAPPING.format(delivery=delivery, window=window), "utf-8")
    return folder


def write_rows(inbox: Path, name: str, rows: Iterable[Sequence[object]], *, header: str = HEADER) -> Path:
    """A UTF-8 CSV file, old enough not to be taken for one that is still being written."""
    lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
    return write_bytes(inbox, name, ("\n".join(lines) + "\n").encode())


def write_bytes(inbox: Path, name: str, content: bytes) -> Path:
    """A file of these bytes, changed last on 1 November 2026."""
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stamp = datetime(2026, 11, 1, 2).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def incidents(
    count: int, *, start: int = 1, day: str = "2026-09-{:02d} 08:30", outcome: str = "调解成功"
) -> list[tuple[object, ...]]:
    """Rows of a plain month: numbered from `start`, on days 1 to 28 in turn."""
    return [(f"A{number}", "甲所", day.format(number % 28 + 1), outcome) for number in range(start, start + count)]
