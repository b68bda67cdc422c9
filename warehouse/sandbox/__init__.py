"""Ad-hoc SQL for analysts: ask anything of a published warehouse; read no file, change nothing, slow nobody down.

    result = run_sql(generation.database, "from mart.visit_month select sum(visit_count)")

and for a page, which must not wait and must be able to stop:

    ticket = submit(generation.database, sql, user="anna", parameters={"station": "S1"})
    ticket.place     # 0 it runs, n it is the n-th in the queue
    ticket.is_done   # poll this from a fragment
    ticket.cancel()
    ticket.result()  # Result, or raises Refused / LimitExceeded

For a download: `submit(…, limits=DOWNLOAD)` and write `result.batches()`.
Queries on a generation (`…/generations/<id>/warehouse.duckdb`) are written to `data/audit/`, see `audit`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from warehouse.sandbox.asked import Asked
from warehouse.sandbox.client import FORK_SERVER
from warehouse.sandbox.limits import DOWNLOAD, SCREEN, Limits
from warehouse.sandbox.refusals import Language, LimitExceeded, NoAnswer, Refused
from warehouse.sandbox.result import Result
from warehouse.sandbox.tickets import DESK, Ticket
from warehouse.sandbox.values import Parameters

__all__ = [
    "DOWNLOAD",
    "PUBLISHED",
    "SCREEN",
    "Language",
    "LimitExceeded",
    "Limits",
    "NoAnswer",
    "Refused",
    "Result",
    "Ticket",
    "run_sql",
    "submit",
    "warm_up",
]

PUBLISHED = ("core", "mart", "metric", "ops")


def warm_up() -> None:
    """Start the warm parent of all workers, so that the first query need not wait for it; returns at once.

    A board calls this when it starts; without it the first query does.
    """
    threading.Thread(target=FORK_SERVER.warm_up, name="sandbox", daemon=True).start()


def run_sql(
    database: Path | str,
    sql: str,
    *,
    schemas: Sequence[str] = PUBLISHED,
    parameters: Parameters | None = None,
    limits: Limits = SCREEN,
    user: str | None = None,
) -> Result:
    """Ask one statement of a DuckDB file, in a process of its own, and wait for the answer.

    Args:
        database: the file; its catalogue name is the file's name without suffix.
        sql: one statement that only reads: SELECT, FROM, WITH, VALUES, PIVOT, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN.
        schemas: which schemas may be read; names without a schema are looked for in this order.
        parameters: values of `$name` (a mapping) or of `?` (a sequence).
        limits: what the query may take; time in the queue is not counted.
        user: who asks: one query of a user runs at a time. None is a user of its own each time.

    Raises:
        Refused: the guard or the engine said no: `.reason`, `.reason_in(language)`, `.code`, `.line`, `.column`.
        LimitExceeded: the query took too much: `.which`. Nothing else comes out.
    """
    return submit(database, sql, schemas=schemas, parameters=parameters, limits=limits, user=user).result()


def submit(
    database: Path | str,
    sql: str,
    *,
    schemas: Sequence[str] = PUBLISHED,
    parameters: Parameters | None = None,
    limits: Limits = SCREEN,
    user: str | None = None,
) -> Ticket:
    """Hand in a statement and return at once; never raises, also not for nonsense: `Ticket.result` does.

    Arguments as in `run_sql`.
    """
    asked = Asked(database, sql, schemas, parameters, limits, user)
    return DESK.hand_in(user, asked.answer)
