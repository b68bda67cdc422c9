"""Every wall by itself keeps files unread, nothing written and the network unreached."""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse.sandbox.analyst import CANARY, Place
from warehouse.sandbox import SCREEN, NoAnswer, landlock, seccomp
from warehouse.sandbox.client import ROOT, ask
from warehouse.sandbox.proof import prove
from warehouse.sandbox.walls import Wall, examine
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
# Those that this kernel has: an old one lacks Landlock, or its part for TCP.
KERNEL = tuple(found.wall for found in examine() if found.stands and found.wall not in (Wall.GUARD, Wall.SETTINGS))
OUTER = (Wall.SETTINGS, *KERNEL)
LANDLOCK_TCP = 4
# What a process behind a wall tries with Python's own means, past the engine.
ACTIONS = {
    "read": "open({secret!r}).read()",
    "list": "os.listdir({folder!r})",
    "write": "open({fresh!r}, 'w').write('x')",
    "connect": "socket.socket().connect(('127.0.0.1', {port}))",
}
# What seccomp alone keeps shut.
MORE_ACTIONS = {
    "start": "os.fork() or os._exit(0)",
    "execute": "os.execv('/bin/true', ['true'])",
    "signal": "os.kill(os.getppid(), 0)",
    "remove": "os.unlink({secret!r})",
    "make": "os.mkdir({fresh!r})",
}
PROGRAM = """
import json, os, resource, socket, sys
from warehouse.sandbox.limits import SCREEN
from warehouse.sandbox.walls import Wall, close
actions, told = json.loads(sys.argv[2]), {}
programs = {name: compile(action, name, "exec") for name, action in actions.items()}
close(frozenset({Wall(sys.argv[1])}), SCREEN)
for name, program in programs.items():
    try:
        exec(program)
    except OSError as error:
        told[name] = error.errno
    else:
        told[name] = "done"
os.write(1, json.dumps(told).encode())
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
def test_the_kernel_refuses_a_process_behind_one_wall(wall: Wall, tmp_path: Path) -> None:
    refused = {
        Wall.RESOURCES: dict.fromkeys(ACTIONS, errno.EMFILE),
        Wall.LANDLOCK: dict.fromkeys(ACTIONS, errno.EACCES),
        Wall.SECCOMP: dict.fromkeys(ACTIONS | MORE_ACTIONS, errno.EPERM),
    }
    if landlock.version() < LANDLOCK_TCP:
        del refused[Wall.LANDLOCK]["connect"]
    (tmp_path / "secret").write_text(CANARY)
    with socket.create_server(("127.0.0.1", 0)) as server:
        places = {
            "secret": str(tmp_path / "secret"),
            "folder": str(tmp_path),
            "fresh": str(tmp_path / "fresh"),
            "port": server.getsockname()[1],
        }
        actions = {name: (ACTIONS | MORE_ACTIONS)[name].format(**places) for name in refused[wall]}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, wall.value, json.dumps(actions)],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    assert json.loads(done.stdout) == refused[wall]
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_every_wall_that_this_kernel_offers_is_proven() -> None:
    found = {wall.wall: wall.stands for wall in prove()}
    assert found == {
        Wall.GUARD: True,
        Wall.SETTINGS: True,
        Wall.RESOURCES: True,
        Wall.LANDLOCK: landlock.version() > 0,
        Wall.SECCOMP: seccomp.is_offered(),
    }
