"""What the board reads: the generation, once per run of a page, and its tables, cached by that generation."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar

import polars as pl
import streamlit as st

from pages.components.damage import damaged_generations, notices_damage, unreadable_generation
from warehouse.bulletin_check import check_bulletin
from warehouse.bulletin_page import build_bulletin
from warehouse.comparison import ask, compare, explain, read_facts
from warehouse.comparison_row import ComparisonRow
from warehouse.connection import open_generation
from warehouse.describe import TableDescription, describe
from warehouse.disclosure import suppress
from warehouse.facts import Facts
from warehouse.generations import (
    Generation,
    NoGeneration,
    current_and_kept,
    current_generation,
    last_night,
    read_generation,
    read_json,
)
from warehouse.metrics import METRICS
from warehouse.periods import Basis, PeriodNotCovered
from warehouse.reference import Language
from warehouse.standardisation import Standardised, standardise
from warehouse.survival_curve import Curve, survival_curves

QUERIES = Path(__file__).with_name("queries")
# Generations are immutable and named by when they were built: the id and the place say all there is to say.
BY_IDENTITY: dict[str | type[Any], Callable[[Any], Any]] = {
    Generation: lambda generation: (generation.id, str(generation.directory))
}

Filters = Mapping[str, tuple[str, ...]]
Built = TypeVar("Built")
Chosen = TypeVar("Chosen", bound="Selected")


@dataclass(frozen=True)
class Board:
    """What one run of a page looks at; resolved once, so that no page mixes two generations."""

    folder: Path
    generation: Generation | None
    night: dict[str, Any] | None
    is_demo: bool
    # The generations kept, newest first: read with the rest, since the next night removes the oldest.
    kept: tuple[Generation, ...] = ()
    # The generation that ought to be shown, where it is damaged and an older one is shown.
    unreadable: str | None = None

    @property
    def built_at(self) -> datetime | None:
        """When this generation was built."""
        text = self.generation.manifest.get("built_at") if self.generation else None
        return datetime.fromisoformat(text) if text else None


def data_folder() -> Path:
    """The data directory of the server."""
    return Path(os.environ.get("FENGQIAO_DATA", "data"))


def open_board() -> Board:
    """The data directory of the server and its current generation, as they are at this moment."""
    folder = data_folder()
    # The report first: it is written after the flip, so that it is never newer than the generation.
    night = last_night(folder)
    generation, kept = _published(folder)
    unreadable = unreadable_generation(folder)
    return Board(folder, generation, night, (folder / "truth.json").is_file(), kept, unreadable)


def _published(folder: Path) -> tuple[Generation | None, tuple[Generation, ...]]:
    """The current generation and all that are kept, newest first, as of one moment.

    One that is gone when its manifest is to be read was removed by a night that has published since: so another look.
    One that is still named then is a damaged one, and is left out.
    """
    before: tuple[str, ...] | None = None
    while True:
        generation, names = current_and_kept(folder, passed_over=damaged_generations(folder))
        found = [_kept(folder, name) for name in names]
        if None not in found or names == before:
            return generation, tuple(one for one in found if one)
        before = names


def _kept(folder: Path, name: str) -> Generation | None:
    try:
        return _manifest(folder, name)
    except NoGeneration:
        return None


@lru_cache(maxsize=20)
def _manifest(folder: Path, name: str) -> Generation:
    generation = read_generation(folder, name)
    if generation is None:
        raise NoGeneration(name)
    return generation


# Frames and rows that nobody changes are shared by all readers. A page asks for them a hundred times: st.cache_data
# would copy them for each, and what Streamlit's caches spend on finding a key was a sixth of a page.
@lru_cache(maxsize=200)
def _read(generation: Generation, query: str) -> pl.DataFrame:
    sql = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    with open_generation(generation) as connection:
        rows: pl.DataFrame = connection.sql(sql).pl()
    return rows


@notices_damage
def read(board: Board, query: str) -> pl.DataFrame:
    """The rows of one query of `queries/`."""
    if board.generation is None:
        raise ValueError(f"no generation to run {query} on")
    return _read(board.generation, query)


@dataclass(frozen=True)
class _Engine:
    """The facts of a generation and the right to use their connection, which serves one thread at a time."""

    facts: Facts
    lock: Lock


# Two, because some readers still look at the generation before while others have met the new one.
@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=BY_IDENTITY)
def _engine(generation: Generation) -> _Engine:
    return _Engine(read_facts(open_generation(generation)), Lock())


@lru_cache(maxsize=4000)
def _compared(
    generation: Generation,
    metric: str,
    period: str,
    basis: Basis,
    by: tuple[str, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...],
    is_public: bool,
    language: Language,
) -> tuple[ComparisonRow, ...]:
    engine = _engine(generation)
    with engine.lock:
        if metric in METRICS and METRICS[metric].feed not in engine.facts.data_until:
            return ()

        def rows(*split: str) -> list[ComparisonRow]:
            question = ask(engine.facts, metric, period, basis=basis, by=split, where=dict(where))
            return compare(engine.facts, question, language=language)

        try:
            found = rows(*by)
            if is_public:
                found = suppress(found, total=rows()[0] if by else None)
        except PeriodNotCovered:
            return ()
        return tuple(found)


@notices_damage
def compared(
    board: Board,
    metric: str,
    period: str,
    *,
    basis: Basis = "yoy",
    by: tuple[str, ...] = (),
    where: Filters | None = None,
    is_public: bool = False,
    language: Language,
) -> tuple[ComparisonRow, ...]:
    """The rows of the comparison engine, cached by generation and question; `is_public` withholds small counts.

    No rows where nothing of the metric's feed has been delivered, or not yet for that period. Raises NotAsked for a
    metric, dimension or code that there is not, and BadPeriod for a text that is no period.
    """
    if board.generation is None:
        raise ValueError(f"no generation to compare {metric} in")
    filters = tuple(sorted((where or {}).items()))
    return _compared(board.generation, metric, period, basis, by, filters, is_public, language)


@notices_damage
def explained(
    board: Board,
    metric: str,
    period: str,
    *,
    basis: Basis = "yoy",
    by: tuple[str, ...] = (),
    where: Filters | None = None,
) -> str:
    """The SQL of a question: the macro's call, and what the engine itself runs."""
    if board.generation is None:
        raise ValueError(f"no generation to explain {metric} in")
    engine = _engine(board.generation)
    with engine.lock:
        return explain(engine.facts, ask(engine.facts, metric, period, basis=basis, by=by, where=where))


@st.cache_resource(max_entries=400, show_spinner=False, hash_funcs=BY_IDENTITY)
def _standardised(
    generation: Generation,
    metric: str,
    period: str,
    unit: str,
    where: tuple[tuple[str, tuple[str, ...]], ...],
    language: Language,
) -> tuple[Standardised, ...]:
    engine = _engine(generation)
    with engine.lock:
        question = ask(engine.facts, metric, period, where=dict(where))
        return tuple(standardise(engine.facts, question, unit=unit, language=language))


@notices_damage
def standardised(
    board: Board, metric: str, period: str, *, unit: str, where: Filters | None = None, language: Language = "zh"
) -> tuple[Standardised, ...]:
    """A share of every unit against what the bureau's rates would give it; raises as `compared` does."""
    if board.generation is None:
        raise ValueError(f"no generation to standardise {metric} in")
    return _standardised(board.generation, metric, period, unit, tuple(sorted((where or {}).items())), language)


@st.cache_resource(max_entries=500, show_spinner=False, hash_funcs=BY_IDENTITY)
def _curved(
    generation: Generation,
    metric: str,
    period: str,
    basis: Basis,
    where: tuple[tuple[str, tuple[str, ...]], ...],
    last_day: int,
) -> tuple[Curve | None, Curve | None]:
    engine = _engine(generation)
    with engine.lock:
        question = ask(engine.facts, metric, period, basis=basis, where=dict(where))
        return survival_curves(engine.facts, question, last_day=last_day)


@notices_damage
def curved(
    board: Board, metric: str, period: str, *, basis: Basis, where: Filters, last_day: int
) -> tuple[Curve | None, Curve | None]:
    """The survival curves behind a question's period and base, cached as the question is; errors as `compared`."""
    if board.generation is None:
        raise ValueError(f"no generation to draw {metric} of")
    return _curved(board.generation, metric, period, basis, tuple(sorted(where.items())), last_day)


@notices_damage
def bulletin(board: Board, period: str, *, where: Filters | None = None, is_public: bool, language: Language) -> str:
    """The bulletin of a period as HTML, built and then reproduced; raises DoesNotReproduce where a figure differs."""
    if board.generation is None:
        raise ValueError("no generation to write a bulletin of")
    engine = _engine(board.generation)
    with engine.lock:
        html = build_bulletin(
            engine.facts, period=period, where=where, language=language, is_public=is_public, is_demo=board.is_demo
        )
    check_bulletin(html, board.folder)
    return html


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_IDENTITY)
def _described(generation: Generation) -> tuple[TableDescription, ...]:
    with open_generation(generation) as connection:
        return tuple(describe(connection))


def described(board: Board) -> tuple[TableDescription, ...]:
    """Every table of the generation, its grain and its columns."""
    if board.generation is None:
        raise ValueError("no generation to describe")
    return _described(board.generation)


class Selected(Protocol):
    """What a page's content depends on, as the key it is cached by."""

    @property
    def identity(self) -> tuple[object, ...]:
        """Plain values: generation, folder, language and everything a reader has chosen."""

    @property
    def builders(self) -> list[Callable[[Any], Any]]:
        """What the page was built by, noted by `built`."""


@st.cache_resource(max_entries=200, show_spinner=False)
def _built(name: str, identity: tuple[object, ...], _view: object, _build: Callable[[Any], Any]) -> Any:
    return _build(_view)


def built(view: Chosen, build: Callable[[Chosen], Built]) -> Built:
    """What a builder makes of a view, made once for a generation and selection and shared by all readers.

    So it must be immutable, and the builder may depend on nothing but the view: neither on `t()` nor on session state.
    """
    if build not in view.builders:
        view.builders.append(build)
    found: Built = _built(f"{build.__module__}.{build.__qualname__}", view.identity, view, build)
    return found


def is_current(board: Board) -> bool:
    """Whether the generation that a run was pinned to is still the one that the nightly job points at."""
    newest = current_generation(board.folder, passed_over=damaged_generations(board.folder))
    return (newest.id if newest else None) == (board.generation.id if board.generation else None)


def newest_generation(board: Board) -> Generation | None:
    """The generation that the nightly job points at now."""
    return current_generation(board.folder)


def last_days(board: Board) -> dict[str, date]:
    """The last day of every feed that was delivered."""
    known = read(board, "data_until")
    return {feed: day for feed, day in zip(known["feed"], known["data_until"], strict=True) if day is not None}


def held_batches(board: Board) -> dict[str, dict[str, str]]:
    """Batches that wait for a decision, with since when."""
    states = read_json(board.folder / "batches.json") or {}
    held: dict[str, dict[str, str]] = states.get("held", {})
    return held
