"""What a reader keeps of their queries: the saved ones by name and the last that were run, one small file a reader.

The file is named by a hash of the reader's name and holds queries only, with identifiers of persons taken out: an ID or
a telephone number in a query is kept as its marker, so that such a query must be completed before it runs again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from warehouse.redaction import redact

HISTORY = 200
SAVED = 200
LONGEST_QUERY = 64 * 1024
LONGEST_NAME = 80
# One board writes; two windows of one reader take turns.
_WRITING = Lock()


@dataclass(frozen=True)
class Saved:
    """A query that a reader gave a name."""

    name: str
    sql: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """A query that was run: when, what came of it (`rows`, or the code of what went wrong), and how long it took."""

    sql: str
    ran_at: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None
    problem: str = ""
    milliseconds: int | None = None


@dataclass(frozen=True)
class Notebook:
    """Everything a reader keeps; saved queries by name, history with the newest first."""

    saved: tuple[Saved, ...] = ()
    history: tuple[Past, ...] = ()


class CannotKeep(OSError):
    """The file of a reader cannot be written; nothing was changed."""


class Store:
    """The notebook of one reader in a folder of the data directory."""

    def __init__(self, folder: Path, reader: str) -> None:
        self.path = folder / "users" / f"{sha256(reader.encode()).hexdigest()[:32]}.json"

    def read(self) -> Notebook:
        """What is kept; nothing where there is no file, or one that cannot be understood."""
        return self._read() or Notebook()

    def save(self, query: Saved) -> None:
        """Keep a query under its name, in the place of another of that name; the oldest gives way to the 201st."""
        kept = replace(query, name=redact(query.name.strip())[:LONGEST_NAME], **_cleaned(query))
        self._change(
            lambda book: replace(book, saved=(kept, *(one for one in book.saved if one.name != kept.name))[:SAVED])
        )

    def forget(self, name: str) -> None:
        """Take a saved query out."""
        self._change(lambda book: replace(book, saved=tuple(one for one in book.saved if one.name != name)))

    def remember(self, past: Past) -> None:
        """Enter a query that was run; the same one again in a row is one entry."""
        kept = replace(past, **_cleaned(past))

        def entered(book: Notebook) -> Notebook:
            rest = book.history
            if rest and (rest[0].sql, rest[0].parameters) == (kept.sql, kept.parameters):
                rest = rest[1:]
            return replace(book, history=(kept, *rest)[:HISTORY])

        self._change(entered)

    def forget_history(self) -> None:
        """Empty the history."""
        self._change(lambda book: replace(book, history=()))

    def _read(self) -> Notebook | None:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return Notebook(
                tuple(Saved(**one) for one in found["saved"]), tuple(Past(**one) for one in found["history"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _change(self, change: Callable[[Notebook], Notebook]) -> None:
        with _WRITING:
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                before = self._read()
                if before is None and self.path.exists():
                    # What could not be understood is put aside, not written over.
                    os.replace(self.path, self.path.with_suffix(".damaged"))
                fresh = self.path.with_suffix(".new")
                with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                    json.dump(asdict(change(before or Notebook())), file, ensure_ascii=False)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(fresh, self.path)
            except OSError as error:
                raise CannotKeep(str(error)) from error


def _cleaned(query: Saved | Past) -> dict[str, Any]:
    return {
        "sql": redact(query.sql)[:LONGEST_QUERY],
        "parameters": {name: redact(value)[:LONGEST_QUERY] for name, value in query.parameters.items()},
    }
