"""Generations that turn out to be damaged while they are read: from then on this server passes them over."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import duckdb
import streamlit as st

from warehouse.damage import is_damaged
from warehouse.generations import DATABASE, Generation, named_generation, read_generation

Options = ParamSpec("Options")
Answer = TypeVar("Answer")
# Folders of generations, and the time of the file that could not be read: one put back from a backup is another.
_damaged: dict[Path, int] = {}


class Pinned(Protocol):
    """What a run looks at."""

    @property
    def generation(self) -> Generation | None:
        """The generation that all of the run reads."""


Board = TypeVar("Board", bound=Pinned)


def notices_damage(
    read: Callable[Concatenate[Board, Options], Answer],
) -> Callable[Concatenate[Board, Options], Answer]:
    """Where what `read` reads is damaged, remember it and run the page again, which then takes another generation."""

    @wraps(read)
    def guarded(board: Board, /, *arguments: Options.args, **options: Options.kwargs) -> Answer:
        try:
            return read(board, *arguments, **options)
        except duckdb.Error as error:
            # An error that has nothing to do with the file would only come again with an older one.
            if board.generation is not None and is_damaged(board.generation, error):
                _damaged[board.generation.directory] = _changed_at(board.generation.directory)
                st.rerun()
            raise

    return guarded


def damaged_generations(folder: Path) -> set[str]:
    """The generations of a data directory that this server cannot read, as long as their files stay as they are."""
    place = (folder / "generations").resolve()
    known = _damaged.copy().items()
    return {one.name for one, changed in known if one.parent == place and _changed_at(one) == changed}


def unreadable_generation(folder: Path) -> str | None:
    """The generation that ought to be shown, where it cannot be."""
    named = named_generation(folder)
    if named is None or (named not in damaged_generations(folder) and read_generation(folder, named)):
        return None
    # Not one that a night has just replaced and removed.
    return named if named_generation(folder) == named else None


def _changed_at(directory: Path) -> int:
    try:
        return (directory / DATABASE).stat().st_mtime_ns
    except OSError:
        return 0
