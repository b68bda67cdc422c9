"""One query on its way: handed in, waited for, answered or refused; and the file that is made of its whole answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread

from pages.components.result_files import DoesNotFit, Stamp, Suffix, write
from pages.components.sql_editor import Mark
from pages.components.sql_parameters import values_of
from pages.components.sql_store import Past
from warehouse.generations import Generation
from warehouse.sandbox import SCREEN, Limits, NoAnswer, Refused, Result, Ticket, submit


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


def hand_in(
    sql: str,
    typed: Mapping[str, str],
    generation: Generation,
    *,
    number: int,
    revision: int,
    user: str | None,
    limits: Limits = SCREEN,
) -> Run:
    """Hand a query in; returns at once, whatever the query is."""
    parameters = values_of(typed, tuple(typed)) or None
    ticket = submit(generation.database, sql, parameters=parameters, limits=limits, user=user)
    return Run(number, sql, typed, generation, ticket, revision)
