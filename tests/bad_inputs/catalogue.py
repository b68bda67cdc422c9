"""All fixtures in one list, and the way they are written into an inbox."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tests.bad_inputs import contents, dates, encodings, keys, layouts, lines, workbooks
from tests.bad_inputs.case import Case

MODULES = (encodings, dates, keys, layouts, lines, contents, workbooks)
CASES: tuple[Case, ...] = tuple(sorted((case for one in MODULES for case in one.CASES), key=lambda case: case.row))
SOURCES = Path(__file__).parent / "sources"
# The units that the fixtures name; 新桥 opened on 1 July 2020.
UNITS = """单位代码,单位名称,层级,上级单位代码,启用日期
990100,样例市公安局,市公安局,,
990110,样例分局,分局,990100,
99011001,青山派出所,派出所,990110,1980-01-01
99011002,柳河派出所,派出所,990110,
99011003,新桥派出所,派出所,990110,2020-07-01
"""
WRITTEN = datetime(2025, 4, 3, 12).timestamp()


def key_of(case: Case) -> str:
    """What the numbers of a fixture's rows begin with: its row and its place in the list."""
    return f"JQ{case.row:02d}{CASES.index(case):03d}N"


def write_catalogue(inbox: Path, cases: Iterable[Case] = CASES) -> dict[str, Path]:
    """Write the units and the fixtures, one folder each; the path of every fixture by its id."""
    (inbox / "units").mkdir(parents=True)
    (inbox / "units" / "机构名录_20250101.csv").write_text(UNITS, "utf-8")
    written: dict[str, Path] = {}
    for case in cases:
        folder = inbox / case.id
        folder.mkdir()
        path = folder / os.fsdecode(case.file_name)
        path.write_bytes(case.content(key_of(case)))
        written[case.id] = path
    for path in inbox.rglob("*"):
        os.utime(path, (WRITTEN, WRITTEN))
    return written
