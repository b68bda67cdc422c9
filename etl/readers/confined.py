"""Have workbooks parsed, and Parquet tried out, by one warm child process with limits: a bad file ends no night.

The child is replaced when it dies of one.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import polars as pl

from etl.readers.parquet_batches import broken
from etl.readers.parse_child import LOSSY, MAX_CPU_SECONDS, PARSE, REHEARSE, too_large
from etl.readers.table import Unreadable

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_WALL_SECONDS = 2 * MAX_CPU_SECONDS
# How a child ends that took too long: killed, or by the kernel.
OVERDUE = (-signal.SIGKILL, -signal.SIGXCPU)


class _Died(Exception):
    """The child died of a file."""

    def __init__(self, ending: int) -> None:
        super().__init__(f"the child ended with {ending}")
        self.ending = ending


@dataclass(frozen=True)
class Sheet:
    """One sheet: row 0 of `text` is row 1 of the sheet, columns are numbered; `lossy`: cells that lost digits."""

    name: str
    is_visible: bool
    text: pl.DataFrame
    lossy: dict[str, pl.Series]


@dataclass(frozen=True)
class Workbook:
    """All sheets of a file, and where its dates begin."""

    sheets: tuple[Sheet, ...]
    is_1904: bool


def load_workbook(path: Path) -> Workbook:
    """The workbook at `path`, parsed once however many mappings are tried on it; raises Unreadable."""
    stat = path.stat()
    found = _load(path, stat.st_mtime_ns, stat.st_size)
    if isinstance(found, Unreadable):
        raise found
    return found


@lru_cache(maxsize=1)
def _load(path: Path, modified: int, size: int) -> Workbook | Unreadable:
    """Time and size tell a new file from an old one; a file that brought the child down is not tried again."""
    try:
        return _CHILD.parse(path)
    except Unreadable as error:
        return error


def rehearse_parquet(path: Path) -> None:
    """Have the child read all of a Parquet file first: a damaged one can bring the engine down. Raises Unreadable."""
    stat = path.stat()
    found = _rehearsed(path, stat.st_mtime_ns, stat.st_size)
    if found:
        raise found


@lru_cache(maxsize=1)
def _rehearsed(path: Path, modified: int, size: int) -> Unreadable | None:
    try:
        _CHILD.rehearse(path)
    except Unreadable as error:
        return error
    return None


class Child:
    """The warm child: importing the engine costs more than reading a usual workbook."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def parse(self, path: Path) -> Workbook:
        """Raises Unreadable, also where the child dies of the file."""
        try:
            return self._ask(PARSE, path)
        except _Died as death:
            raise _refusal_of(death.ending) from death

    def rehearse(self, path: Path) -> None:
        """Whether a Parquet file can be read to its end; raises Unreadable, also where the child dies of it."""
        try:
            self._ask(REHEARSE, path)
        except _Died as death:
            raise (_overdue() if death.ending in OVERDUE else broken()) from death

    def _ask(self, task: str, path: Path) -> Workbook:
        with self._lock:
            process = self._running()
            overdue = threading.Timer(MAX_WALL_SECONDS, process.kill)
            overdue.daemon = True
            overdue.start()
            try:
                return _answer_of(process, task, path)
            except (EOFError, OSError) as error:
                raise _Died(self._reap()) from error
            finally:
                overdue.cancel()

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._reap()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._reap()
            # One thread is enough, and every further one would want address space of its own.
            environment = os.environ | {"POLARS_MAX_THREADS": "1"}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "etl.readers.parse_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=environment,
            )
        return self._process

    def _reap(self) -> int:
        """How the child ended; it is killed where it has not."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                continue
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _answer_of(process: subprocess.Popen[bytes], task: str, path: Path) -> Workbook:
    """The answer; without sheets where the task was to rehearse."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([task, str(path.absolute())]).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head: dict[str, Any] = json.loads(line)
    if "refused" in head:
        raise Unreadable(**head["refused"])
    frames = [pl.read_ipc(io.BytesIO(_exactly(process.stdout, size))) for size in head["sizes"]]
    described = zip(head.get("sheets", []), frames, strict=True)
    return Workbook(tuple(_sheet(one, frame) for one, frame in described), head.get("is_1904", False))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def _sheet(told: dict[str, Any], frame: pl.DataFrame) -> Sheet:
    lossy = {name.removeprefix(LOSSY): frame[name] for name in frame.columns if name.startswith(LOSSY)}
    text = frame.select(name for name in frame.columns if not name.startswith(LOSSY))
    return Sheet(told["name"], told["is_visible"], text, lossy)


def _refusal_of(ending: int) -> Unreadable:
    """Out of time (killed, or by the kernel), out of memory (the engine aborts), or a crash of the engine."""
    if ending in OVERDUE:
        return _overdue()
    if ending in (-signal.SIGABRT, 1):
        return Unreadable(**too_large())
    return Unreadable("not_what_it_says", found="broken workbook", expected="xlsx, xls")


def _overdue() -> Unreadable:
    return Unreadable("too_large", found=f"> {MAX_CPU_SECONDS} s", expected=f"<= {MAX_CPU_SECONDS} s")


_CHILD = Child()
atexit.register(_CHILD.close)
