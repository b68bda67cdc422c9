"""The desk of one reader: the text in the editor, the query that runs or ran, the file that is being made of it.

Kept in the session, apart from any drawing, so that a page left in the middle finds everything as it was. Nothing runs
by opening a page or a link: only `start` hands a query in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread
from typing import Any

from pages.components.result_files import DoesNotFit, Stamp, Suffix, write
from pages.components.sql_editor import Mark
from pages.components.sql_link import query_of
from pages.components.sql_parameters import names_in, values_of
from pages.components.sql_presence import Presence, watch
from pages.components.sql_store import Past
from warehouse.generations import Generation
from warehouse.sandbox import DOWNLOAD, NoAnswer, Refused, Result, Ticket, submit

# A query that takes no longer is answered in the run that asks it, without a page that says "wait".
AT_ONCE_SECONDS = 1.0


@dataclass
class Run:
    """One query that was handed in, pinned to the generation it reads."""

    number: int
    sql: str
    typed: Mapping[str, str]
    generation: Generation
    ticket: Ticket
    # Of the text in the editor, to which a mark belongs.
    revision: int
    asked_at: datetime = field(default_factory=lambda: datetime.now().replace(microsecond=0))
    began: float = field(default_factory=time.monotonic)
    result: Result | None = None
    problem: NoAnswer | None = None

    @property
    def is_finished(self) -> bool:
        """Whether there is an answer, or a reason why there is none."""
        return self.result is not None or self.problem is not None

    @property
    def seconds(self) -> float:
        """Since it was handed in."""
        return time.monotonic() - self.began

    def settle(self, *, timeout: float = 0.0) -> bool:
        """Take the answer where there is one by now; whether this was the moment."""
        if self.is_finished:
            return False
        try:
            self.result = self.ticket.result(timeout=timeout)
        except NoAnswer as none:
            self.problem = none
        except TimeoutError:
            return False
        return True

    @property
    def mark(self) -> Mark | None:
        """Where in the text the problem is, where that is known."""
        if isinstance(self.problem, Refused) and self.problem.line:
            return Mark(self.number, self.problem.line, self.problem.column)
        return None

    def past(self) -> Past:
        """What the history says of it."""
        rows = self.result.row_count if self.result else None
        took = round(self.result.milliseconds) if self.result else None
        problem = self.problem.code if self.problem else ""
        return Past(self.sql, self.asked_at.isoformat(), dict(self.typed), rows, problem, took)


@dataclass
class Job:
    """The whole answer of a run as a file, made beside the page: asked again with wider limits, then written."""

    suffix: Suffix
    run: Run
    content: bytes | None = None
    rows: int = 0
    is_cut: bool = False
    # A file that would be too large, or could not be written.
    failure: Exception | None = None
    thread: Thread | None = None

    @property
    def is_finished(self) -> bool:
        """Whether there is a file, or a reason why there is none."""
        return self.content is not None or self.failure is not None or self.run.problem is not None

    def begin(self, stamp: Stamp) -> None:
        """Wait for the answer and write it, in a thread that ends with either."""

        def make() -> None:
            try:
                result = self.run.ticket.result()
            except NoAnswer as none:
                self.run.problem = none
                return
            try:
                self.rows, self.is_cut = result.row_count, result.is_truncated
                content = write(result, self.suffix, stamp)
            except Exception as error:
                # Whatever it is, the page must not wait for a file that will never be there.
                self.failure = error
                if not isinstance(error, DoesNotFit):
                    logging.getLogger(__name__).exception("%s of a query", self.suffix)
            else:
                self.run.result = result
                self.content = content

        self.thread = Thread(target=make, name="sql-download", daemon=True)
        self.thread.start()

    @property
    def does_not_fit(self) -> bool:
        """Whether another kind of file could hold the answer."""
        return isinstance(self.failure, DoesNotFit)


@dataclass
class Desk:
    """Everything on the desk; `revision` changes where the page gives the editor another text."""

    text: str = ""
    loaded: str = ""
    revision: int = 0
    link: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    # A link was opened and its query has not been run yet; a link could not be read.
    is_unread: bool = False
    is_damaged: bool = False
    wants_run: bool = False
    run: Run | None = None
    job: Job | None = None
    runs: int = 0

    def load(self, text: str, typed: Mapping[str, str] | None = None) -> None:
        """Put another query on the desk."""
        self.text = self.loaded = text
        self.typed = dict(typed or {})
        self.revision += 1
        self.is_unread = self.is_damaged = False

    def arrive(self) -> None:
        """Give the editor of a page that is opened anew what the desk holds."""
        is_unread, is_damaged = self.is_unread, self.is_damaged
        self.load(self.text, self.typed)
        self.is_unread, self.is_damaged = is_unread, is_damaged

    @property
    def mark(self) -> Mark | None:
        """Where the last run found a mistake; the editor drops it itself when its text is changed."""
        return self.run.mark if self.run and self.run.revision == self.revision else None

    def open_link(self, link: str | None, typed: Mapping[str, str]) -> None:
        """Take over the query that the address names, where it is another one than before."""
        if not link or link == self.link:
            return
        self.link = link
        query = query_of(link)
        if query is None:
            self.is_damaged = True
        elif query != self.text:
            self.load(query, typed)
            self.is_unread = True

    def note(self, text: str) -> None:
        """What the editor says it holds."""
        self.text = text

    def ask(self, text: str | None = None) -> None:
        """Run the query as soon as everything that belongs to it has been read."""
        if text is not None:
            self.text = text
        self.wants_run = True

    def start(self, generation: Generation, *, user: str | None, is_here: Presence) -> Run:
        """Hand the query in, in the place of the one before; it stops when the reader goes."""
        self.wants_run = self.is_unread = False
        self.stop()
        self.runs += 1
        self.job = None
        typed = {name: self.typed.get(name, "") for name in names_in(self.text)}
        self.run = _run(self, self.text, typed, generation, user=user)
        self.run.settle(timeout=AT_ONCE_SECONDS)
        if not self.run.is_finished:
            watch(self.run.ticket, is_here)
        return self.run

    def stop(self) -> None:
        """Cancel what still runs."""
        if self.run and not self.run.is_finished:
            self.run.ticket.cancel()

    def make_file(self, suffix: Suffix, stamp: Stamp, *, user: str | None, is_here: Presence) -> None:
        """Ask the query of the answer that is shown once more, whole, and write it to a file."""
        if self.run is None:
            return
        self.runs += 1
        again = _run(self, self.run.sql, self.run.typed, self.run.generation, user=user, limits=DOWNLOAD)
        self.job = Job(suffix, again)
        self.job.begin(stamp)
        watch(again.ticket, is_here)


def _run(
    desk: Desk, sql: str, typed: Mapping[str, str], generation: Generation, *, user: str | None, **limits: Any
) -> Run:
    parameters = values_of(typed, tuple(typed)) or None
    ticket = submit(generation.database, sql, parameters=parameters, user=user, **limits)
    return Run(desk.runs, sql, typed, generation, ticket, desk.revision)
