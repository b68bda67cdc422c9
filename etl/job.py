"""What every file of a night shares."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from etl.fields import remember_nothing
from etl.organisations import Organisations
from etl.progress import Silent, Watcher
from etl.pseudonyms import Key
from etl.values import Remembered


@dataclass(frozen=True)
class Job:
    """What every file of a night shares.

    By mapping, begun at its first file: `lookups`, the words of its codes; `words`, what cells of words gave so far.
    """

    data: Path
    key: Key
    organisations: Organisations
    now: datetime
    context: str
    code_version: str
    watcher: Watcher = field(default_factory=Silent, repr=False)
    lookups: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict, repr=False)
    words: dict[str, dict[str, Remembered]] = field(default_factory=lambda: defaultdict(remember_nothing), repr=False)

    def knowing(self, organisations: Organisations) -> Job:
        """The same with other organisations, in whose light no word has been read yet."""
        return replace(self, organisations=organisations, words=defaultdict(remember_nothing))
