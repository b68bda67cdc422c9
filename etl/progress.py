"""How far a night has come: bars on a terminal, plain lines elsewhere; labels of files and counts, never a name."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

# A plain line for a file in work at most this often.
EVERY_SECONDS = 10.0


class Watcher(Protocol):
    """Told what a night does, step by step."""

    def begin(self, files: int) -> None:
        """So many files are to be loaded."""

    def file(self, label: str) -> None:
        """The next file is begun; `label` names its mapping and the beginning of its hash."""

    def rows(self, count: int) -> None:
        """So many more rows of it are done."""


class Silent:
    """Nobody watches."""

    def begin(self, files: int) -> None:
        """Nothing."""

    def file(self, label: str) -> None:
        """Nothing."""

    def rows(self, count: int) -> None:
        """Nothing."""


class Shown:
    """Bars where `console` is a terminal, else lines on standard error."""

    def __init__(self, console: Console) -> None:
        self._bars = None
        if console.is_terminal:
            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
            self._bars = Progress(
                *columns, TextColumn("{task.fields[rows]:,} 行 rows"), console=console, transient=True
            )
        self._files = self._done = self._rows = 0
        self._label = ""
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
            self._task = self._bars.add_task("加载 loading", total=None, rows=0)
        return self

    def begin(self, files: int) -> None:
        """So many files are to be loaded."""
        self._files = files
        if self._bars:
            self._bars.update(self._task, total=files)

    def file(self, label: str) -> None:
        """The next file is begun."""
        self._done, self._label, self._rows = self._done + 1, label, 0
        if self._bars:
            self._bars.update(self._task, completed=self._done, description=label, rows=0)
        else:
            self._tell()

    def rows(self, count: int) -> None:
        """So many more rows of it are done."""
        self._rows += count
        if self._bars:
            self._bars.update(self._task, rows=self._rows)
        elif time.monotonic() - self._told >= EVERY_SECONDS:
            self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        print(f"{self._done}/{self._files} {self._label}: {self._rows:,} 行 rows", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()
