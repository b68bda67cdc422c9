"""Prove that the demo works: build a small bureau, serve it, ask the running board for every page, stop."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEMO_SIZE = ("--years", "2", "--incidents-per-year", "4000")
START_SECONDS = 90.0
PAGE_SECONDS = 120.0


def main() -> int:
    """Run every step in a temporary directory; the exit code is 0 only if each held."""
    with tempfile.TemporaryDirectory(prefix="fengqiao-check-") as folder:
        data = Path(folder) / "data"
        environment = os.environ | {
            "FENGQIAO_DATA": str(data),
            "FENGQIAO_KEY_FILE": str(Path(folder) / "key"),
        }
        subprocess.run(
            [sys.executable, "-m", "etl", "demo", "--data", str(data), *DEMO_SIZE],
            check=True,
            env=environment,
        )
        with serve(Path(folder) / "board.log", environment) as port:
            probe(port)
    print("demo check: passed")
    return 0


@contextmanager
def serve(log: Path, environment: dict[str, str]) -> Iterator[int]:
    """The board on a free port; it ends with the block, and its log is shown if the block failed."""
    port = free_port()
    with log.open("wb") as output:
        child = subprocess.Popen(server_command(port), env=environment, stdout=output, stderr=output)
    try:
        wait_until_healthy(port, child)
        yield port
    except BaseException:
        sys.stderr.write(log.read_text(encoding="utf-8", errors="replace"))
        raise
    finally:
        stop(child)


def server_command(port: int) -> list[str]:
    """As `./run demo` starts it, plus the one door through which a page can be read without a browser.

    That door, Streamlit's agent API, is shut in .streamlit/config.toml; it opens for this child alone.
    """
    options = {"port": port, "address": "127.0.0.1", "enableAgentApi": "true"}
    flags = [f"--server.{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *flags]


def probe(port: int) -> None:
    """Fetch the shell of the board, then run its first page and every other page in a real session."""
    status, body = request(port, "GET", "/")
    if status != 200 or b"<html" not in body:
        raise SystemExit(f"GET / answered {status}")
    first = page(port, {})
    # The first page has no path of its own.
    for path in filter(None, (entry["url_path"] for entry in first["pages"])):
        page(port, {"page": path})


def page(port: int, question: dict[str, str]) -> dict[str, Any]:
    """The finished page as Streamlit's snapshot; an uncaught exception on the page ends the check."""
    name = question.get("page", "(first page)")
    deadline = time.monotonic() + PAGE_SECONDS
    while time.monotonic() < deadline:
        status, body = request(port, "POST", "/_stcore/agent/interact", question)
        snapshot: dict[str, Any] = json.loads(body)
        if status == 202:
            # Still running: ask again for the same session instead of starting a second one.
            question = {"session_id": snapshot["session_id"]}
            continue
        if status != 200 or snapshot["status"] != "ready":
            raise SystemExit(f"page {name} failed: {status} {body[:2000].decode(errors='replace')}")
        print(f"page {name}: ready")
        return snapshot
    raise SystemExit(f"page {name} was not ready after {PAGE_SECONDS:.0f} s")


def wait_until_healthy(port: int, child: subprocess.Popen[bytes]) -> None:
    """Return once /_stcore/health says ok; fail when the child ends or the time is up."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if request(port, "GET", "/_stcore/health") == (200, b"ok"):
                print("health: ok")
                return
        except ConnectionError:
            time.sleep(0.2)
    raise SystemExit(f"the board did not start (exit code {child.poll()})")


def request(port: int, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, bytes]:
    """One HTTP exchange with this machine; never through a proxy, whatever the environment says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PAGE_SECONDS)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def stop(child: subprocess.Popen[bytes]) -> None:
    """End the child, politely first."""
    child.terminate()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


if __name__ == "__main__":
    sys.exit(main())
