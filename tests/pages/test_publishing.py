"""Twenty nights published one after another under eight readers: no error, no page of two generations, none too old."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from pathlib import Path
from threading import Condition

import polars as pl
import pytest

from tests.pages.app import PAGES, path_of
from tests.pages.small_bureau import MONTHS, archive, batches, incidents, month_end, publish_generation, write_night
from tests.served.server import Server, serve
from tests.served.session import PageRun, Session, open_session
from warehouse.generations import KEPT, publish, read_json

pytestmark = pytest.mark.long

PUBLISHES, READERS = 20, 8
# Three kinds of night in turn, so that a night differs from the one before, the one after and the ones next to them.
KINDS = 3
# Nights before anybody looks; from then on as many are kept as ever will be.
BEFORE = 3 * KINDS
# A run in hand meets some nights, but not the removal of its own, which comes a week after it was published.
NIGHTS_IN_HAND = KEPT - 2
# No more nights than these follow each other without a page that names one of them.
NIGHTS_UNNAMED = 2
WAIT_SECONDS = 120.0
# Page and parameters; one definition is open, so that its latest month is asked for.
View = tuple[str, tuple[tuple[str, str], ...]]
VIEWS: list[View] = [*((page, ()) for page in PAGES), ("definitions", (("q", "dispute_incident_count"),))]
RANDOM = re.compile(r"\b[0-9a-f]{32}\b|^[0-9a-f]{5}$|\"revision\": \d+")
GENERATION = re.compile(r"\b20261106T(\d{6})\b")


def generation_of(number: int) -> str:
    """The name of a night's generation."""
    return f"20261106T{number:06}"


@dataclass(frozen=True)
class Bureau:
    """Three built warehouses with figures of their own, published in turn under ever new names."""

    data: Path
    kinds: Path

    def publish(self, number: int) -> None:
        """The next night."""
        name = generation_of(number)
        building = self.data / "building" / name
        shutil.copytree(self.kinds / str(number % KINDS), building)
        publish(self.data, building, name, {**read_json(building / "manifest.json"), "id": name})
        write_night(self.data, generation=name)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    """The small bureau, in whose second and third kind of night A1 has ten and twenty disputes a month more."""
    built, folder = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("kinds")
    delivered = [batch for batch in batches(built / "archive") if not batch.name.startswith("incident-A1")]
    for kind in range(KINDS):
        own = []
        for first in MONTHS:
            rows = incidents("A1", first) if first <= date(2026, 10, 1) else []
            window = [first.isoformat(), month_end(first).isoformat()]
            more = [rows[0]] * (10 * kind) if rows else []
            name = f"incident-A1-{kind}-{first:%Y%m}"
            own.append(archive(built / "archive", "incident", name, rows + more, window=window, reports_for=["A1"]))
        generation = publish_generation(built, generation_of(kind), [*delivered, *own])
        generation.directory.rename(folder / str(kind))
    return Bureau(tmp_path_factory.mktemp("publishing") / "data", folder)


@pytest.fixture(scope="module")
def board(bureau: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The board, from when it has had its first nights."""
    for number in range(BEFORE):
        bureau.publish(number)
    log = tmp_path_factory.mktemp("board") / "log"
    with serve(log, environment={"FENGQIAO_DATA": str(bureau.data)}) as server:
        yield server


@dataclass(frozen=True)
class Read:
    """One run of a page, and when it was asked for and over.

    `night`: the newest that it names, None where it names none; in `shown` nights are told by how far before it.
    """

    view: View
    began: float
    ended: float
    shown: frozenset[str]
    night: int | None
    problems: tuple[str, ...]


def read(session: Session, view: View) -> Read:
    """Run a page, and keep every text and every point that it shows."""
    began = time.monotonic()
    run = session.run(path_of(view[0]), dict(view[1]))
    # Without the names that a run gives to files to download and to tables, and its count of texts for the editor.
    ended, texts = time.monotonic(), [RANDOM.sub("", text) for text in (*run.texts(), *points(run))]
    night = max((int(number) for text in texts for number in GENERATION.findall(text)), default=None)
    shown = frozenset(GENERATION.sub(lambda name: str(int(name[1]) - (night or 0)), text) for text in texts)
    return Read(view, began, ended, shown, night, (*run.problems,))


def points(run: PageRun) -> Iterator[str]:
    """The rows behind every chart."""
    for chart in run.elements("vega_lite_chart"):
        for data in [chart.data, *(dataset.data for dataset in chart.datasets)]:
            if data.data:
                yield str(pl.read_ipc_stream(data.data).rows())


class Readers:
    """Which night each run in hand began in, which was the newest that one named, and whether there will be more."""

    def __init__(self, server: Server, night: int) -> None:
        self.server, self.night, self.named, self.is_last = server, night, night, False
        self.in_hand: dict[int, int] = {}
        self.counted = Condition()

    def keep_reading(self, number: int) -> list[Read]:
        """One reader, who goes from page to page until the last night has been seen."""
        done: list[Read] = []
        views = cycle(VIEWS[number % len(VIEWS) :] + VIEWS[: number % len(VIEWS)])
        with open_session(self.server.port) as session:
            while not self.is_last:
                self.in_hand[number] = self.night
                done.append(read(session, next(views)))
                with self.counted:
                    self.named = max(self.named, done[-1].night or 0)
                    del self.in_hand[number]
                    self.counted.notify()
            return done

    def wait_before(self, night: int) -> None:
        """Return when a page has named one of the nights before, and no run in hand is too old."""
        with self.counted:
            is_time = self.counted.wait_for(
                lambda: (
                    self.named >= night - NIGHTS_UNNAMED
                    and min(self.in_hand.copy().values(), default=night) >= night - NIGHTS_IN_HAND
                ),
                WAIT_SECONDS,
            )
        assert is_time, "the readers stand still"


def expected(bureau: Bureau, server: Server) -> dict[View, list[frozenset[str]]]:
    """What each page shows of each kind of night, read while nothing moves."""
    found: dict[View, list[frozenset[str]]] = {view: [] for view in VIEWS}
    with open_session(server.port) as session:
        for number in range(BEFORE, BEFORE + KINDS):
            bureau.publish(number)
            assert number % KINDS == len(found[VIEWS[0]])
            for view in VIEWS:
                once = read(session, view)
                assert once.problems == (), server.log
                assert once.night in (number, None)
                found[view].append(once.shown)
    return found


def differences(run: Read, known: list[frozenset[str]]) -> dict[int, list[str]]:
    """What a run shows that each kind of night does not, and the other way round, shortened."""
    return {kind: sorted(text[:80] for text in run.shown ^ texts) for kind, texts in enumerate(known)}


def test_twenty_publishes_under_eight_readers_show_each_page_of_one_generation(bureau: Bureau, board: Server) -> None:
    known = expected(bureau, board)
    # Otherwise a mixture could not be told from either of the two.
    assert len(set(known[VIEWS[0]])) == KINDS
    readers, began, ended = Readers(board, BEFORE + KINDS - 1), {BEFORE + KINDS - 1: 0.0}, {BEFORE + KINDS - 1: 0.0}
    numbers = range(BEFORE + KINDS, BEFORE + KINDS + PUBLISHES)
    with ThreadPoolExecutor(READERS) as pool:
        jobs = [pool.submit(readers.keep_reading, number) for number in range(READERS)]
        try:
            for number in numbers:
                readers.wait_before(number)
                began[number] = time.monotonic()
                bureau.publish(number)
                ended[number] = time.monotonic()
                readers.night = number
            readers.wait_before(numbers[-1] + NIGHTS_UNNAMED)
        finally:
            readers.is_last = True
        runs = [run for job in jobs for run in job.result()]

    assert [run.problems for run in runs if run.problems] == [], board.log
    for run in runs:
        # Current at some moment while the page ran: not yet replaced when it began, published before it was over.
        possible = {n for n in began if began[n] <= run.ended and ended.get(n + 1, run.ended) >= run.began}
        # All of the page is of one of these, and so is the name that it gives.
        whole = {n for n in possible if run.shown == known[run.view][n % KINDS]}
        assert whole, f"{run.view}, night {run.night} of {sorted(possible)}: {differences(run, known[run.view])}"
        assert run.night is None or run.night in whole
    assert {run.view for run in runs} == set(VIEWS)
    seen = {run.night for run in runs} & set(numbers)
    assert numbers[-1] in seen
    assert len(seen) >= PUBLISHES / NIGHTS_UNNAMED
    assert [line for line in board.log.splitlines() if re.search("error|exception|traceback|warning", line, re.I)] == []


def test_a_fold_that_is_opened_after_a_night_draws_the_whole_page_anew(bureau: Bureau, board: Server) -> None:
    with open_session(board.port) as session:
        old = session.run("")
        fold = old.folds()[0]
        assert len(session.open_fold("", fold).messages) < len(old.messages) / 2
        bureau.publish(BEFORE + KINDS + PUBLISHES)
        new = session.open_fold("", fold)
    assert GENERATION.findall(" ".join(new.texts())) == [f"{BEFORE + KINDS + PUBLISHES:06}"]
    assert list(new.elements("heading")) != list(old.elements("heading"))
