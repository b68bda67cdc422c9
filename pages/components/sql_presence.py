"""Stop a query whose reader has closed the browser: nobody would ever read its answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from warehouse.sandbox import Ticket

LOOK_SECONDS = 1.0
# A connection that is lost for a moment comes back.
PATIENCE = 4

Presence = Callable[[], bool]


def presence() -> Presence:
    """A way to ask, from any thread, whether the reader of this run is still connected."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    session, board = context.session_id, runtime.get_instance()
    return lambda: bool(board.is_active_session(session))


def watch(ticket: Ticket, is_here: Presence) -> Thread:
    """Cancel the query when its reader has been away for `PATIENCE` looks; ends with the query."""

    def look() -> None:
        away = 0
        while not ticket.is_done:
            away = 0 if is_here() else away + 1
            if away >= PATIENCE:
                ticket.cancel()
                return
            time.sleep(LOOK_SECONDS)

    thread = Thread(target=look, name="sql-presence", daemon=True)
    thread.start()
    return thread
