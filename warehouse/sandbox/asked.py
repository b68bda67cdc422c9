"""One query from the call to the audit: check the arguments, ask a worker, write down what came of it."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.sandbox import audit
from warehouse.sandbox.client import ask
from warehouse.sandbox.limits import Limits
from warehouse.sandbox.refusals import NoAnswer, Refused
from warehouse.sandbox.result import Result
from warehouse.sandbox.tickets import Ticket
from warehouse.sandbox.values import encode_parameters
from warehouse.sandbox.worker import Request

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Asked:
    """The arguments of `run_sql`, not yet checked."""

    database: Any
    sql: Any
    schemas: Any
    parameters: Any
    limits: Any
    user: Any

    def answer(self, ticket: Ticket) -> Result:
        """Ask a worker, and write down what came of it.

        Raises:
            Refused, LimitExceeded
        """
        began, result, error = time.perf_counter(), None, None
        try:
            result = ask(self.request(), began=ticket.began)
        except NoAnswer as caught:
            error = Refused("cancelled") if ticket.is_cancelled else caught
        self._record(result, error, (time.perf_counter() - began) * 1000)
        if result is None:
            raise error or Refused("worker_ended")
        return result

    def _record(self, result: Result | None, error: NoAnswer | None, milliseconds: float) -> None:
        try:
            database = Path(os.path.realpath(self.database))
        except (TypeError, ValueError):
            return
        folder = audit.folder_of(database)
        if folder is None:
            return
        now = datetime.now().astimezone()
        entry = audit.Entry(
            at=now.isoformat(timespec="milliseconds"),
            user=str(self.user or "")[:100],
            generation=database.parent.name,
            sql=audit.without_identifiers(self.sql),
            parameters=audit.without_identifiers("" if self.parameters is None else self.parameters),
            verdict="answered" if result else "refused" if isinstance(error, Refused) else "exceeded",
            code=error.code if error else None,
            rows=result.row_count if result else 0,
            bytes=result.byte_count if result else 0,
            milliseconds=round(result.milliseconds if result else milliseconds, 1),
        )
        try:
            audit.record(folder, entry, now)
        except OSError as failed:
            raise Refused("not_recorded") from failed

    def request(self) -> Request:
        """The checked request.

        Raises:
            Refused: an argument is not what it must be.
        """
        limits = _checked_limits(self.limits)
        return Request(
            _checked_path(self.database),
            _checked_sql(self.sql, limits),
            _checked_schemas(self.schemas),
            encode_parameters(self.parameters),
            limits,
        )


def _checked_sql(sql: object, limits: Limits) -> str:
    if not isinstance(sql, str):
        raise Refused("not_text")
    text = str.__str__(sql).removeprefix(_BYTE_ORDER_MARK)
    # The cheap look first: a text of many megabytes is refused before anything walks through it.
    if len(text) > limits.sql_bytes:
        raise Refused("too_long", length=len(text), most=limits.sql_bytes)
    if "\0" in text or not _is_utf8(text):
        raise Refused("bad_character")
    length = len(text.encode())
    if length > limits.sql_bytes:
        raise Refused("too_long", length=length, most=limits.sql_bytes)
    return text


def _checked_path(database: object) -> str:
    if not isinstance(database, (str, os.PathLike)):
        raise Refused("bad_request", what="database")
    path = os.fspath(database)
    if not isinstance(path, str) or "\0" in path or not _is_utf8(path) or not Path(path).is_file():
        raise Refused("no_database")
    return os.path.realpath(path)


def _checked_schemas(schemas: object) -> tuple[str, ...]:
    is_list = isinstance(schemas, Sequence) and not isinstance(schemas, (str, bytes))
    if not is_list or not all(isinstance(name, str) and name and _is_utf8(name) for name in schemas):  # type: ignore[attr-defined]
        raise Refused("bad_request", what="schemas")
    return tuple(schemas)  # type: ignore[arg-type]


def _checked_limits(limits: object) -> Limits:
    if not isinstance(limits, Limits):
        raise Refused("bad_request", what="limits")
    for name, value in vars(limits).items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or value < (0 if name == "rows" else 0.001):
            raise Refused("bad_request", what=f"limits.{name}")
    return limits


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
