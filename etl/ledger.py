"""What is known about files and batches: archived, held, staged past the gate, refused; and the code that judged."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from etl.inbox import InboxFile
from etl.mapping import Mapping
from etl.readers import Unreadable
from warehouse.durable import append_lines, read_entries
from warehouse.generations import read_json, write_json
from warehouse.redaction import redact
from warehouse.reference import reason_sentence, reference_fingerprint

ROOT = Path(__file__).resolve().parent.parent


@cache
def code_version() -> str:
    """Eight hex digits over all code and SQL that loading and building depend on."""
    digest = hashlib.sha256()
    for folder in ("etl", "warehouse"):
        for name in sorted(path for path in _files_below(ROOT / folder) if path.endswith((".py", ".sql", ".toml"))):
            digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return digest.hexdigest()[:8]


def _files_below(folder: Path) -> Iterator[str]:
    """Paths from the root of the code; the mappings in `sources` are no code."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("sources", "__pycache__")]
        yield from (os.path.relpath(os.path.join(parent, name), ROOT).replace(os.sep, "/") for name in files)


def judging_context(mappings: Sequence[Mapping]) -> str:
    """What a refusal depends on: mappings, code tables and code; while it stands a refused file is not tried again."""
    parts = sorted(mapping.fingerprint for mapping in mappings)
    return hashlib.sha256("".join([*parts, reference_fingerprint(), code_version()]).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class BatchStates:
    """Batches that are kept out of generations (held), and those let past the gate (staged)."""

    held: dict[str, dict[str, str]] = field(default_factory=dict)
    staged: tuple[str, ...] = ()

    def hold(self, batches: Iterable[str], reason: str, now: datetime) -> BatchStates:
        """Keep batches out until somebody accepts them."""
        entry = {"since": now.isoformat(timespec="seconds"), "reason": reason}
        kept = {**self.held, **{batch: entry for batch in batches if batch not in self.held}}
        return BatchStates(kept, tuple(batch for batch in self.staged if batch not in kept))

    def stage(self, batches: Iterable[str]) -> BatchStates:
        """Let held batches past the gate with the next refresh."""
        wanted = set(batches)
        kept = {batch: entry for batch, entry in self.held.items() if batch not in wanted}
        return BatchStates(kept, tuple(sorted({*self.staged, *wanted})))

    def published(self, batches: Iterable[str]) -> BatchStates:
        """Staged batches that are in a generation now need no state any more."""
        done = set(batches)
        return BatchStates(self.held, tuple(batch for batch in self.staged if batch not in done))


class StatesDamaged(Exception):
    """`batches.json` cannot be read: to go on without it would publish what somebody held."""


def read_states(data: Path) -> BatchStates:
    """The states of `data/batches.json`.

    Raises:
        StatesDamaged: it is there and not what was written.
    """
    content = read_json(data / "batches.json") if (data / "batches.json").exists() else {}
    if not isinstance(content, dict):
        raise StatesDamaged(
            "batches.json 已损坏，暂缓的批次不明：请从备份恢复，确认没有暂缓批次的可将其删除 / "
            "batches.json is damaged, nobody knows what is held: restore its backup, or remove it if nothing is"
        )
    return BatchStates(content.get("held", {}), tuple(content.get("staged", ())))


def write_states(data: Path, states: BatchStates) -> None:
    """Write `data/batches.json`."""
    write_json(data / "batches.json", {"held": states.held, "staged": list(states.staged)})


def refuse(data: Path, file: InboxFile, sha256: str, error: Unreadable, context: str, now: datetime) -> dict[str, Any]:
    """Enter a refused file in the refusal ledger, with what was found and what to do, redacted like any text."""
    texts = {}
    for language in ("zh", "en"):
        known = reason_sentence(
            error.code,
            language=language,
            level="file",
            found=redact(error.found),
            expected=redact(error.expected),
        )
        texts[language] = f"{known.sentence} {known.remedy}"
    entry = {
        "file": redact(file.name),
        "sha256": sha256,
        "context": context,
        "reason": error.code,
        "sheet": redact(error.sheet) if error.sheet else None,
        "line": error.line,
        "found": redact(error.found),
        "expected": redact(error.expected),
        "zh": texts["zh"],
        "en": texts["en"],
        "at": now.isoformat(timespec="seconds"),
    }
    append_lines(data / "ledger" / "refused.jsonl", [json.dumps(entry, ensure_ascii=False)])
    return entry


def read_refused(data: Path) -> list[dict[str, Any]]:
    """All refusals, oldest first; a line cut off by a crash is passed over."""
    return [entry for entry in read_entries(data / "ledger" / "refused.jsonl") if isinstance(entry, dict)]
