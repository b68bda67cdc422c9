"""Prove that the walls stand on this machine: attack a worker that has only one of them, once per wall."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.sandbox.client import ask
from warehouse.sandbox.limits import SCREEN
from warehouse.sandbox.refusals import NoAnswer
from warehouse.sandbox.walls import Wall, WallFound, examine
from warehouse.sandbox.worker import Request

SECRET = "canary"


def prove() -> list[WallFound]:
    """What `examine` found, and whether a file stayed unread behind each wall alone.

    Raises:
        Refused: no worker can be started.
    """
    with _target() as (database, secret):
        return [
            WallFound(found.wall, found.stands and not _reads(database, secret, found.wall), found.found)
            for found in examine()
        ]


def _reads(database: Path, secret: Path, wall: Wall) -> bool:
    try:
        sql = f"select content from read_text('{secret}')"
        result = ask(Request(str(database), sql, ("main",), [], SCREEN, frozenset({wall})))
    except NoAnswer:
        return False
    return any(SECRET in str(row) for row in result.rows)


@contextmanager
def _target() -> Iterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        database, secret = Path(folder) / "target.duckdb", Path(folder) / "secret.txt"
        duckdb.connect(database).close()
        secret.write_text(SECRET)
        yield database, secret
