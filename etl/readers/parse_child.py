"""The child that parses workbooks for the night, with limits on memory and time: python -m etl.readers.parse_child.

It reads what to do (`PARSE` or `REHEARSE`) and a path per line, and answers each with a JSON line; then, of a workbook,
the sheets as Arrow, each behind its length. Nothing is written to disk, and it ends when its input does, also when the
night is killed.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from etl.readers.cells import load_sheet, open_book, type_cells
from etl.readers.ole import OLE2_MAGIC, look_into_ole
from etl.readers.parquet_batches import rehearse
from etl.readers.table import Unreadable
from etl.readers.unpack import is_1904_zip, open_seekable

MEGABYTE = 1 << 20
# A workbook at the limits of `etl.readers.sniff` (200 MB of XML) reserves 2.5 GB and uses 450 MB of them.
MAX_ADDRESS_BYTES = 3072 * MEGABYTE
MAX_CPU_SECONDS = 120
MAX_ANSWER_BYTES = 1024 * MEGABYTE
LOSSY = "lossy "
PARSE, REHEARSE = "parse", "rehearse"


def main() -> None:
    """Answer paths until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_BYTES, MAX_ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        _allow_more_time()
        task, path = json.loads(line)
        _answer(task, Path(path), sys.stdout.buffer)


def _allow_more_time() -> None:
    """The kernel counts the seconds of all files together: each file gets its own share on top."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + MAX_CPU_SECONDS, most))


def _answer(task: str, path: Path, out: BinaryIO) -> None:
    head: dict[str, Any] = {}
    sheets: list[bytes] = []
    try:
        if task == REHEARSE:
            rehearse(path)
        else:
            head, sheets = parse(path)
    except Unreadable as error:
        parts = {name: getattr(error, name) for name in ("code", "found", "expected", "sheet", "line")}
        head = {"refused": parts}
    except MemoryError:
        head = {"refused": too_large()}
    out.write(json.dumps(head | {"sizes": [len(sheet) for sheet in sheets]}).encode() + b"\n")
    for sheet in sheets:
        out.write(sheet)
    out.flush()


def too_large() -> dict[str, Any]:
    """The refusal of a workbook that needs more than it may have."""
    return {
        "code": "too_large",
        "found": f"> {MAX_ADDRESS_BYTES // MEGABYTE} MB",
        "expected": f"<= {MAX_ADDRESS_BYTES // MEGABYTE} MB",
        "sheet": None,
        "line": None,
    }


def parse(path: Path) -> tuple[dict[str, Any], list[bytes]]:
    """What `etl.readers.workbook` needs to know of a workbook, and its sheets as Arrow; raises Unreadable."""
    with open_seekable(path) as file:
        data = file.read()
    book = open_book(data)
    described: list[dict[str, Any]] = []
    sheets: list[bytes] = []
    for name in book.sheet_names:
        sheet = load_sheet(book, name)
        typed, long_numbers = type_cells(sheet)
        lost = [cells.fill_null(False).alias(f"{LOSSY}{column}") for column, cells in long_numbers.items()]
        described.append({"name": name, "is_visible": sheet.is_visible, "rows": typed.height})
        sheets.append(_arrow(typed.with_columns(lost)))
        if sum(map(len, sheets)) > MAX_ANSWER_BYTES:
            raise MemoryError
    is_1904 = look_into_ole(data).is_1904 if data.startswith(OLE2_MAGIC) else is_1904_zip(data)
    return {"sheets": described, "is_1904": is_1904}, sheets


def _arrow(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
