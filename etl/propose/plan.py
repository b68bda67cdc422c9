"""What a draft says, before it is written: entries of the mapping with the doubts that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Entry:
    """How one field is filled: the keys of a column entry; `doubt`: why a human should look; `words`: to be mapped."""

    keys: dict[str, Any]
    doubt: str | None = None
    words: list[str] = field(default_factory=list)

    @property
    def headers(self) -> list[str]:
        """The headers it reads."""
        return list(self.keys.get("concat", ())) or ([self.keys["from"]] if "from" in self.keys else [])


@dataclass
class Plan:
    """A mapping in the making; `registers`: blocks of [[register.org]] and [[register.dispute_type]]."""

    feed: str = "none"
    columns: dict[str, Entry] = field(default_factory=dict)
    unpivot: dict[str, str] = field(default_factory=dict)
    key: list[str] = field(default_factory=list)
    key_doubt: str | None = None
    registers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def used(self) -> set[str]:
        """Headers that some entry reads."""
        read = {header for entry in self.columns.values() for header in entry.headers}
        for _, block in self.registers:
            for value in block.values():
                read |= {value} if isinstance(value, str) else set(value.get("concat", [value.get("from")])) - {None}
        return read
