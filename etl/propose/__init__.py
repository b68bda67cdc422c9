"""Draft a mapping for an unknown file: a start that loads, with everything doubtful marked for a human."""

from __future__ import annotations

from pathlib import Path

from etl.propose.draft import write_draft
from etl.propose.guess import guess
from etl.propose.sample import read_sample
from etl.propose.trial import try_draft

__all__ = ["propose"]


def propose(path: Path) -> str:
    """The text of a mapping (TOML) that `etl.mapping.read_mapping` accepts for this file.

    No cell of a text column stands in it, only words of short lists without anything personal.

    Raises:
        Unreadable: the file is no table, encrypted, broken …
    """
    sample = read_sample(path)
    plan = guess(sample)
    text = write_draft(plan, sample, trial=())
    return write_draft(plan, sample, trial=try_draft(text, path, sample))
