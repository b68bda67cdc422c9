"""The commands that the board tells an operator to run, on the data directory the board itself reads."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from pages.components.data import Board


def refresh(board: Board) -> str:
    """Run a night."""
    return _etl(board, "refresh")


def status(board: Board) -> str:
    """See what the last night did."""
    return _etl(board, "status")


def quarantine(board: Board) -> str:
    """List the rows that were set aside."""
    return _etl(board, "quarantine")


def accept(board: Board, batches: Iterable[str]) -> str:
    """Let held batches past the gate, and publish them."""
    return f"{_etl(board, 'accept', *batches)}\n{refresh(board)}"


def rollback(board: Board) -> str:
    """Go back to the generation before the current one."""
    return _etl(board, "rollback")


def _etl(board: Board, *words: str) -> str:
    return shlex.join(["python", "-m", "etl", *words, "--data", str(board.folder)])
