"""Every wall by itself keeps files unread, nothing written and the network unreached."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse.sandbox.analyst import CANARY, Place
from warehouse.sandbox import SCREEN, NoAnswer, landlock, seccomp
from warehouse.sandbox.client import ROOT, ask
from warehouse.sandbox.proof import prove
from warehouse.sandbox.walls import Wall
from warehouse.sandbox.worker import Request

READS = (
    "select content from read_text('{canaries}/secret.txt')",
    "select * from read_csv('{canaries}/secret.txt', header = false)",
    "from '{canaries}/s.parquet'",
    "from read_json('{canaries}/s.json')",
    "from read_blob('/proc/self/environ')",
    "from read_duckdb('{canaries}/other.duckdb', table_name = 't')",
    "attach '{canaries}/other.duckdb' as o",
    "from glob('{canaries}/*')",
)
WRITES = (
    "copy (select 1) to '{out}/x.csv'",
    "copy (select 1) to '{out}/x.parquet' (format parquet)",
    "export database '{out}/x'",
    "attach '{out}/x.duckdb' as o",
    "create table mart.x as select 1",
)
OUTER = (Wall.SETTINGS, Wall.RESOURCES, Wall.LANDLOCK, Wall.SECCOMP)
KERNEL = (Wall.RESOURCES, Wall.LANDLOCK, Wall.SECCOMP)
# What a process behind a wall tries with Python's own means, past the engine.
ACTIONS = {
    "read": "open({secret!r}).read()",
    "list": "os.listdir({folder!r})",
    "write": "open({fresh!r}, 'w').write('x')",
    "connect": "socket.socket().connect(('127.0.0.1', {port}))",
}
PROGRAM = """
import os, resource, socket, sys
from warehouse.sandbox.limits import SCREEN
from warehouse.sandbox.walls import Wall, close
close(frozenset({{Wall({wall!r})}}), SCREEN)
try:
    {action}
except OSError as error:
    os.write(1, str(error.errno).encode())
else:
    os.write(1, b"done")
os._exit(0)
"""


@pytest.mark.parametrize("wall", OUTER)
@pytest.mark.parametrize("sql", READS)
def test_without_the_guard_one_wall_is_enough_against_reading(wall: Wall, sql: str, place: Place) -> None:
    told = _told(sql.format(canaries=place.canaries), place, wall)
    assert CANARY not in told
    assert told.startswith("NoAnswer") or told == "[]"


@pytest.mark.parametrize("wall", OUTER)
@pytest.mark.parametrize("sql", WRITES)
def test_without_the_guard_one_wall_is_enough_against_writing(
    wall: Wall, sql: str, place: Place, tmp_path: Path
) -> None:
    assert _told(sql.format(out=tmp_path), place, wall).startswith("NoAnswer")
    left = list(tmp_path.iterdir())
    # No limit of resources forbids an empty folder: EXPORT makes one before it fails. The other walls do.
    assert left == [] or (
        wall is Wall.RESOURCES and [one for one in left if one.is_file() or list(one.iterdir())] == []
    )


def test_without_any_wall_the_same_attack_succeeds(place: Place) -> None:
    sql = READS[0].format(canaries=place.canaries)
    result = ask(Request(str(place.database), sql, ("mart",), [], SCREEN, frozenset()))
    assert result.rows == [(f"{CANARY}_TEXT\n",)]


def _told(sql: str, place: Place, wall: Wall) -> str:
    try:
        return repr(ask(Request(str(place.database), sql, ("mart",), [], SCREEN, frozenset({wall}))).rows)
    except NoAnswer as error:
        return f"NoAnswer {error.code}"


@pytest.mark.parametrize("wall", KERNEL)
@pytest.mark.parametrize("action", ACTIONS)
def test_the_kernel_refuses_a_process_behind_one_wall(wall: Wall, action: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(CANARY)
    with listening() as port:
        code = ACTIONS[action].format(
            secret=str(tmp_path / "secret"), folder=str(tmp_path), fresh=str(tmp_path / "fresh"), port=port
        )
        told = run_program(PROGRAM.format(wall=wall.value, action=code))
    assert told.isdigit(), told
    assert not (tmp_path / "fresh").exists()


@pytest.mark.parametrize(
    "action", ["os.fork()", "os.execv('/bin/true', ['true'])", "os.kill(os.getppid(), 0)", "os.unlink({secret!r})"]
)
def test_seccomp_lets_nothing_be_started_signalled_or_removed(action: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(CANARY)
    code = action.format(secret=str(tmp_path / "secret"))
    assert run_program(PROGRAM.format(wall="seccomp", action=code)) == "1"
    assert (tmp_path / "secret").exists()


def run_program(program: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout or done.stderr


class listening:  # noqa: N801  (used as a verb)
    """A port of this machine that accepts connections."""

    def __enter__(self) -> int:
        import socket

        self.socket = socket.create_server(("127.0.0.1", 0))
        return int(self.socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def test_every_wall_that_this_kernel_offers_is_proven() -> None:
    found = {wall.wall: wall.stands for wall in prove()}
    assert found == {
        Wall.GUARD: True,
        Wall.SETTINGS: True,
        Wall.RESOURCES: True,
        Wall.LANDLOCK: landlock.version() > 0,
        Wall.SECCOMP: seccomp.is_offered(),
    }
