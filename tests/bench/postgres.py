"""A PostgreSQL server for the length of a benchmark, where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("initdb", "pg_ctl", "psql")
# Debian keeps the programs of each version there and puts only the client's on the path.
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
OWNER = "postgres"
SETTINGS = "-c shared_buffers=1GB -c work_mem=256MB -c fsync=off -c max_wal_size=8GB -c jit=off -c listen_addresses="


@dataclass(frozen=True)
class Server:
    """A server of this run's own, in a folder that goes with it; it listens on a socket there and on no port."""

    folder: Path
    as_user: tuple[str, ...]

    def control(self, *command: str) -> None:
        """Run one of its programs as the user that may."""
        _run([*self.as_user, *command], self.folder)

    def sql(self, *statements: str) -> str:
        """Run statements, and return what psql prints."""
        options = ("-h", str(self.folder), "-U", OWNER, "-d", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1")
        # Not as the server's user, who may not see the files to be copied.
        return _run(["psql", *options], self.folder, "\n".join(statements))

    def value(self, query: str) -> str:
        """The one value that a query gives, as text."""
        return self.sql("\\t on", f"{query};").strip()

    def milliseconds(self, *statements: str) -> list[float]:
        """How long each statement takes, without what it prints."""
        printed = self.sql("\\timing on", "\\o /dev/null", *statements)
        return [float(found) for found in re.findall(r"^Time: ([\d.]+) ms", printed, re.MULTILINE)]


def why_not() -> str | None:
    """Why no server can be started here, None where one can."""
    if missing := [name for name in PROGRAMS if _found(name) is None]:
        return f"not installed (no {', '.join(missing)})"
    try:
        with started_server():
            return None
    except RuntimeError as error:
        return str(error)


def _found(program: str) -> str | None:
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, FOLDERS)]))


def _run(command: Sequence[str], folder: Path, text: str | None = None) -> str:
    found = [_found(part) or part if part in PROGRAMS else part for part in command]
    done = subprocess.run(found, input=text, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)[:80]}: {(done.stdout + done.stderr)[-500:]}")
    return done.stdout


@contextmanager
def started_server() -> Iterator[Server]:
    """A server that is stopped, and its folder removed, at the end.

    Raises:
        RuntimeError: one of its programs failed; what it said is in the message.
    """
    # Root may not run a server: then its own user does.
    as_user = ("runuser", "-u", OWNER, "--") if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if as_user:
            shutil.chown(folder, OWNER)
        server = Server(folder, as_user)
        server.control(
            "initdb", "-D", str(folder / "data"), "-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale=C", "--no-sync"
        )
        options = f"{SETTINGS} -c unix_socket_directories={folder}"
        control = ("pg_ctl", "-D", str(folder / "data"), "-w", "-s", "-l", str(folder / "log"))
        server.control(*control, "-o", options, "start")
        try:
            yield server
        finally:
            server.control(*control, "-m", "immediate", "stop")
