"""Who may ask now: at most two queries at a time, one of a user, the others in the order in which they came."""

from __future__ import annotations

from warehouse.sandbox.result import Result


class Ticket:
    """One query that was handed in: where it stands, its answer, and the way to stop it. Safe from any thread.

    Whoever hands in a query looks at the ticket (`place`, `is_done`, `result`): one that waits and is not looked at
    for 15 seconds belongs to a closed browser, and is dropped unasked when its turn comes.
    """

    @property
    def place(self) -> int:
        """0: running or done. n: the n-th in the queue."""
        raise NotImplementedError

    @property
    def is_done(self) -> bool:
        """Whether `result` returns, or raises, at once."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Stop it, running or not: the worker is killed, `result` raises Refused with code `cancelled`."""
        raise NotImplementedError

    def result(self, timeout: float | None = None) -> Result:
        """The answer; waits for it.

        Raises:
            Refused, LimitExceeded: there is none.
            TimeoutError: only with a timeout, when it has passed; the query goes on.
        """
        raise NotImplementedError
