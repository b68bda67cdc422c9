"""What the board reads: the generation, once per run of a page, and its tables, cached by that generation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from warehouse.connection import open_generation
from warehouse.generations import Generation, current_generation, last_night, list_generations, read_json

QUERIES = Path(__file__).with_name("queries")


@dataclass(frozen=True)
class Board:
    """What one run of a page looks at; resolved once, so that no page mixes two generations."""

    folder: Path
    generation: Generation | None
    night: dict[str, Any] | None
    is_demo: bool

    @property
    def built_at(self) -> datetime | None:
        """When this generation was built."""
        text = self.generation.manifest.get("built_at") if self.generation else None
        return datetime.fromisoformat(text) if text else None


def open_board() -> Board:
    """The data directory of the server and its current generation, as they are at this moment."""
    folder = Path(os.environ.get("FENGQIAO_DATA", "data"))
    return Board(folder, current_generation(folder), last_night(folder), (folder / "truth.json").is_file())


# Generations are immutable and named by when they were built: the id and the place say all there is to say.
@st.cache_data(max_entries=200, show_spinner=False, hash_funcs={Generation: lambda g: (g.id, str(g.directory))})
def _read(generation: Generation, query: str) -> pl.DataFrame:
    sql = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    with open_generation(generation) as connection:
        rows: pl.DataFrame = connection.sql(sql).pl()
    return rows


def read(board: Board, query: str) -> pl.DataFrame:
    """The rows of one query of `queries/`."""
    if board.generation is None:
        raise ValueError(f"no generation to run {query} on")
    return _read(board.generation, query)


def last_days(board: Board) -> dict[str, date]:
    """The last day of every feed that was delivered."""
    known = read(board, "data_until").drop_nulls("data_until")
    return dict(zip(known["feed"], known["data_until"], strict=True))


def kept_generations(board: Board) -> list[Generation]:
    """All complete generations, newest first."""
    return list_generations(board.folder)


def held_batches(board: Board) -> dict[str, dict[str, str]]:
    """Batches that wait for a decision, with since when."""
    states = read_json(board.folder / "batches.json") or {}
    held: dict[str, dict[str, str]] = states.get("held", {})
    return held
