"""Who may ask now: at most two queries at a time, one of a user, the others in the order in which they came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from warehouse.sandbox.client import Worker
from warehouse.sandbox.refusals import NoAnswer, Refused
from warehouse.sandbox.result import Result

RUNNING_AT_ONCE = 2
WAITING_AT_MOST = 20
# A page looks at its ticket every second or so; who has not for this long has closed the browser.
FORGOTTEN_SECONDS = 15.0

Work = Callable[["Ticket"], Result]


class Ticket:
    """One query that was handed in: where it stands, its answer, and the way to stop it. Safe from any thread.

    Whoever hands in a query looks at the ticket (`place`, `is_done`, `result`): one that waits and is not looked at
    for 15 seconds belongs to a closed browser, and is dropped unasked when its turn comes.
    """

    def __init__(self, desk: Desk, user: str | None, work: Work) -> None:
        self.user = user
        self._desk = desk
        self._work = work
        self._done = threading.Event()
        self._cancelled = threading.Event()
        self._seen = time.monotonic()
        self._waiting_threads = 0
        self._worker: Worker | None = None
        self._result: Result | None = None
        self._error: NoAnswer | None = None

    @property
    def place(self) -> int:
        """0: running or done. n: the n-th in the queue."""
        self._seen = time.monotonic()
        return self._desk.place_of(self)

    @property
    def is_done(self) -> bool:
        """Whether `result` returns, or raises, at once."""
        self._seen = time.monotonic()
        return self._done.is_set()

    def cancel(self) -> None:
        """Stop it, running or not: the worker is killed, `result` raises Refused with code `cancelled`."""
        self._cancelled.set()
        with self._desk.lock:
            worker = self._worker
            if worker is not None:
                worker.kill()
        self._desk.drop(self)

    def result(self, timeout: float | None = None) -> Result:
        """The answer; waits for it.

        Raises:
            Refused, LimitExceeded: there is none.
            TimeoutError: only with a timeout, when it has passed; the query goes on.
        """
        with self._desk.lock:
            self._waiting_threads += 1
        try:
            if not self._done.wait(timeout):
                raise TimeoutError
        finally:
            with self._desk.lock:
                self._waiting_threads -= 1
            self._seen = time.monotonic()
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    def began(self, worker: Worker | None) -> None:
        """Which worker is at it; None when it has been closed and its descriptors may be anybody's."""
        with self._desk.lock:
            self._worker = worker
            if worker is not None and self._cancelled.is_set():
                worker.kill()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has stopped it."""
        return self._cancelled.is_set()

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody waits for it any more."""
        return not self._waiting_threads and time.monotonic() - self._seen > FORGOTTEN_SECONDS

    def run(self) -> None:
        """Do the work, in a thread of its own; whatever goes wrong is the answer."""
        try:
            if self.is_cancelled or self.is_forgotten:
                raise Refused("cancelled")
            result = self._work(self)
            if self.is_cancelled:
                raise Refused("cancelled")
            self._result = result
        except NoAnswer as error:
            self._error = Refused("cancelled") if self.is_cancelled else error
        except Exception:
            # Never a traceback into a page: it may quote a value.
            self._error = Refused("worker_ended")
        finally:
            self._desk.leave(self)
            self._done.set()

    def refuse(self, error: NoAnswer) -> None:
        """Answer it without any work."""
        self._error = error
        self._done.set()


@dataclass
class Desk:
    """The queue of one process (the board, or one command in the shell): in order, two at a time, one of a user."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    _waiting: list[Ticket] = field(default_factory=list)
    _running: list[Ticket] = field(default_factory=list)

    def hand_in(self, user: str | None, work: Work) -> Ticket:
        """Queue the work; it begins at once where it may."""
        ticket = Ticket(self, user, work)
        with self.lock:
            self._waiting = [one for one in self._waiting if not self._is_dropped(one)]
            if len(self._waiting) >= WAITING_AT_MOST:
                ticket.refuse(Refused("queue_full", waiting=len(self._waiting)))
            else:
                self._waiting.append(ticket)
                self._begin_next()
        return ticket

    def place_of(self, ticket: Ticket) -> int:
        """0 where it does not wait."""
        with self.lock:
            return self._waiting.index(ticket) + 1 if ticket in self._waiting else 0

    def drop(self, ticket: Ticket) -> None:
        """Take a cancelled ticket out of the queue; a running one ends by itself."""
        with self.lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                ticket.refuse(Refused("cancelled"))

    def leave(self, ticket: Ticket) -> None:
        """A running ticket is done: the next may begin."""
        with self.lock:
            self._running.remove(ticket)
            self._begin_next()

    @staticmethod
    def _is_dropped(ticket: Ticket) -> bool:
        if ticket.is_forgotten:
            ticket.refuse(Refused("cancelled"))
        return ticket.is_forgotten

    def _begin_next(self) -> None:
        for ticket in list(self._waiting):
            if len(self._running) >= RUNNING_AT_ONCE:
                return
            if ticket.user is not None and any(ticket.user == one.user for one in self._running):
                continue
            self._waiting.remove(ticket)
            self._running.append(ticket)
            threading.Thread(target=ticket.run, name="sandbox", daemon=True).start()


DESK = Desk()
