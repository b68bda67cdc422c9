"""On the board's side: keeps one warm parent, asks it for a worker per query, and ends the worker whatever it does."""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from warehouse.sandbox.forkserver import STATUS
from warehouse.sandbox.frames import BrokenStream, Frame, Kind, TooLarge, receive, send
from warehouse.sandbox.limits import MEGABYTE, Limits
from warehouse.sandbox.refusals import LimitExceeded, NoAnswer, Refused, is_code
from warehouse.sandbox.result import Result, make_result
from warehouse.sandbox.transport import checked_batch, checked_schema
from warehouse.sandbox.worker import Request

ROOT = Path(__file__).resolve().parents[2]
# Importing takes a second; on a machine that is busy or cold, longer.
START_SECONDS = 60.0
# The engine stops itself; what it cannot stop is killed this much later.
GRACE_SECONDS = 0.5
_FATE_SECONDS = 1.0
# Frames and schemas are larger than the rows in them.
_OVERHEAD = 4 * MEGABYTE
# Nothing of the board's environment; one thread in every library; one heap, so that memory limits mean something.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[2]); from warehouse.sandbox.forkserver import main; main(int(sys.argv[1]))"
)


@dataclass
class Worker:
    """One forked process: the socket to ask it on, and the way to end it without ever meeting another process."""

    board: socket.socket
    fate: socket.socket
    process: int

    def kill(self) -> None:
        """End it at once; nothing happens where it has ended."""
        with suppress(OSError):
            signal.pidfd_send_signal(self.process, signal.SIGKILL)

    def status(self) -> int | None:
        """How it ended (as `os.wait` says it); None where nobody knows."""
        self.fate.settimeout(_FATE_SECONDS)
        try:
            told = self.fate.recv(STATUS.size)
        except OSError:
            return None
        return int(STATUS.unpack(told)[0]) if len(told) == STATUS.size else None

    def close(self) -> None:
        """End it and wait until it is gone, so that none is left behind."""
        self.kill()
        gone = select.poll()
        gone.register(self.process, select.POLLIN)
        gone.poll(_FATE_SECONDS * 1000)
        os.close(self.process)
        self.board.close()
        self.fate.close()


@dataclass
class ForkServer:
    """The warm parent of this process's workers: started when first needed, and anew when it was killed."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _owner: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None

    def worker(self) -> Worker:
        """A fresh worker.

        Raises:
            Refused: none can be started.
        """
        for _ in range(2):
            with self._lock:
                try:
                    return self._fork()
                except (OSError, BrokenStream):
                    self._stop()
        raise Refused("no_worker")

    def warm_up(self) -> None:
        """Start the parent if it does not run; a failure is told to the first query."""
        with self._lock, suppress(OSError, BrokenStream):
            if self._process is None or self._owner != os.getpid():
                self._start()

    def stop(self) -> None:
        """End the parent and, with it, all its workers."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """The process id of the warm parent, where it runs."""
        return self._process.pid if self._process else None

    def _fork(self) -> Worker:
        if self._process is None or self._owner != os.getpid():
            self._start()
        assert self._control is not None
        with ExitStack() as ends:
            board, asked = map(ends.enter_context, socket.socketpair())
            fate, told = map(ends.enter_context, socket.socketpair())
            socket.send_fds(self._control, [b"w"], [asked.fileno(), told.fileno()])
            told.close()
            fate.settimeout(START_SECONDS)
            message, processes, _, _ = socket.recv_fds(fate, 1, 1)
            if message != b"p" or not processes:
                raise BrokenStream("no worker")
            asked.close()
            ends.pop_all()
        return Worker(board, fate, processes[0])

    def _start(self) -> None:
        """A new interpreter, without the board's environment, folders and descriptors."""
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            number = str(its.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-X", "utf8", "-c", _PROGRAM, number, str(ROOT)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT | _time_zone(),
                cwd="/",
                pass_fds=[its.fileno()],
                start_new_session=True,
            )
        self._control, self._owner = mine, os.getpid()
        mine.settimeout(START_SECONDS)
        if mine.recv(16) != b"ready":
            raise BrokenStream("the warm parent did not start")

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        # After a fork of the board the parent belongs to the other process.
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


def _time_zone() -> dict[str, str]:
    """The board's, so that today is the same day in SQL and on its pages."""
    return {"TZ": os.environ["TZ"]} if "TZ" in os.environ else {}


FORK_SERVER = ForkServer()
atexit.register(FORK_SERVER.stop)


def ask(request: Request, *, began: Callable[[Worker | None], None] = lambda _: None) -> Result:
    """Have one worker answer one request; `began` is told which, so that another thread may kill it.

    Raises:
        Refused, LimitExceeded: there is no answer; nothing else.
    """
    with _working(began) as worker:
        # The clock starts with the worker: the first query of a process waits for the warm parent.
        deadline = time.monotonic() + request.limits.seconds + GRACE_SECONDS
        try:
            send(worker.board, Kind.REQUEST, request.encode(), deadline=deadline)
            return _read(worker, request.limits, deadline)
        except NoAnswer:
            raise
        except TimeoutError as error:
            raise exceeded("time", request.limits) from error
        except TooLarge as error:
            raise exceeded("bytes", request.limits) from error
        except Exception as error:
            # Whatever a reader of JSON or Arrow raises at what a broken worker has sent.
            raise _how_it_ended(worker, request.limits) from error


@contextmanager
def _working(began: Callable[[Worker | None], None]) -> Iterator[Worker]:
    worker = FORK_SERVER.worker()
    try:
        began(worker)
        yield worker
    finally:
        began(None)
        worker.close()


def _read(worker: Worker, limits: Limits, deadline: float) -> Result:
    """All frames up to the last; what is announced larger than what may still come is not read."""
    left = limits.bytes + _OVERHEAD
    described: dict[str, Any] = {}
    schema: pa.Schema | None = None
    batches: list[pa.RecordBatch] = []
    while True:
        frame = receive(worker.board, most=left, deadline=deadline)
        left -= len(frame.body)
        if frame.kind is Kind.COLUMNS:
            described = frame.json()
        elif frame.kind is Kind.SCHEMA:
            schema = checked_schema(frame.body)
        elif frame.kind is Kind.BATCH and schema is not None:
            batches.append(checked_batch(frame.body, schema))
        elif frame.kind is Kind.DONE and schema is not None:
            return _result(described, frame, schema, batches)
        else:
            raise _told(frame, limits)


def _result(described: dict[str, Any], last: Frame, schema: pa.Schema, batches: list[pa.RecordBatch]) -> Result:
    done = last.json()
    columns, types = [str(name) for name in described["columns"]], [str(name) for name in described["types"]]
    cut: Literal["rows", "bytes"] | None = {"rows": "rows", "bytes": "bytes"}.get(done["truncated_by"])  # type: ignore[assignment]
    return make_result(columns, types, float(done["milliseconds"]), cut, schema, batches)


def _told(frame: Frame, limits: Limits) -> NoAnswer:
    """The refusal that a frame tells of; a frame that tells of none is a broken worker."""
    told = frame.json() if frame.kind in (Kind.REFUSED, Kind.EXCEEDED) else {}
    if frame.kind is Kind.EXCEEDED and told["which"] in ("time", "memory", "rows", "bytes"):
        return exceeded(told["which"], limits)
    if frame.kind is Kind.REFUSED and is_code(told["code"]):
        line, column = (int(told[name]) if told[name] is not None else None for name in ("line", "column"))
        values = {str(name): str(value)[:400] for name, value in told["values"].items()}
        return Refused(told["code"], line=line, column=column, **values)
    raise BrokenStream("unexpected frame")


def exceeded(which: Literal["time", "memory", "rows", "bytes"], limits: Limits) -> LimitExceeded:
    """The limit that was met, with its size in the sentence."""
    sizes = {
        "time": f"{limits.seconds:g}",
        "memory": limits.memory_bytes // MEGABYTE,
        "rows": limits.rows,
        "bytes": f"{limits.bytes / MEGABYTE:g}",
    }
    return LimitExceeded(which, limit=sizes[which])


def _how_it_ended(worker: Worker, limits: Limits) -> NoAnswer:
    """A worker that ended without a word: out of processor time, out of memory, or out of its depth."""
    status = worker.status()
    if status is None or not os.WIFSIGNALED(status):
        return Refused("worker_ended")
    ended_by = os.WTERMSIG(status)
    if ended_by == signal.SIGXCPU:
        return exceeded("time", limits)
    # Where memory ends, the engine aborts; SIGKILL without our doing is the kernel's, when memory is short.
    if ended_by in (signal.SIGABRT, signal.SIGKILL):
        return exceeded("memory", limits)
    return Refused("worker_ended")
