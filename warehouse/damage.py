"""Whether an error of the engine says that a generation is damaged, and the sentence for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from warehouse.generations import Generation, is_intact
from warehouse.seal import SEAL

SENTENCE = (
    "数据版本 {id} 已损坏，无法读取：请运行 python -m etl refresh 重建 / "
    "generation {id} is damaged and cannot be read: python -m etl refresh rebuilds it"
)


class DamagedGeneration(Exception):
    """A generation's file is not what was published; the text says so in both languages."""


def is_damaged(generation: Generation, error: duckdb.Error) -> bool:
    """Whether the file is to blame. One of an earlier release has no seal: there the engine's word is all there is."""
    if isinstance(error, duckdb.ProgrammingError):
        return False
    if (generation.directory / SEAL).exists():
        return not is_intact(generation)
    return isinstance(error, duckdb.IOException) or "corrupt" in str(error).lower()


@contextmanager
def telling_damage(generation: Generation) -> Iterator[None]:
    """Read a generation inside of this.

    Raises:
        DamagedGeneration: instead of what the engine said of a damaged file.
    """
    try:
        yield
    except duckdb.Error as error:
        if is_damaged(generation, error):
            raise DamagedGeneration(SENTENCE.format(id=generation.id)) from error
        raise
