"""A Streamlit script served by a process of its own on a free port: the board, or what is measured beside it."""

from __future__ import annotations

import ctypes
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOARD = ROOT / "app.py"
START_SECONDS = 90.0


@dataclass(frozen=True)
class Server:
    """A running server; `log` is everything it has said."""

    port: int
    pid: int
    log_file: Path

    @property
    def url(self) -> str:
        """The address of the first page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def cpu_seconds(self) -> float:
        """What all threads of the server have used of the processors, to the nanosecond (POSIX clock_getcpuclockid)."""
        clock = ctypes.c_int()
        error = ctypes.CDLL(None).clock_getcpuclockid(self.pid, ctypes.byref(clock))
        if error:
            raise ProcessLookupError(f"no clock of process {self.pid}: {os.strerror(error)}")
        return time.clock_gettime(clock.value)


@contextmanager
def serve(
    log: Path,
    *,
    script: Path = BOARD,
    environment: Mapping[str, str] | None = None,
    module: Sequence[str] = ("streamlit",),
) -> Iterator[Server]:
    """Serve a script until the block ends, with the repository's own settings.

    `module`: what is run instead of Streamlit, with its first arguments.

    Raises:
        RuntimeError: it did not start; its log is in the message.
    """
    port = free_port()
    given = {"server.port": str(port), "server.address": "127.0.0.1", "server.headless": "true"}
    flags = [f"--{name}={value}" for name, value in given.items()]
    with log.open("wb") as output:
        child = subprocess.Popen(
            # -m puts the working directory on the path: the scripts import `pages` and `tests` as they do everywhere.
            [sys.executable, "-m", *module, "run", str(script), *flags],
            cwd=ROOT,
            env=os.environ | dict(environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(port, child.pid, log)
    try:
        _wait_until_healthy(server, child)
        yield server
    finally:
        _stop(child)


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_healthy(server: Server, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        if _is_healthy(server.port):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start (exit code {child.poll()})\n{server.log[-3000:]}")


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        connection.close()


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
