"""All that is fixed for a file while its chunks are worked through."""

from __future__ import annotations

from dataclasses import dataclass

from etl.feeds import Feed
from etl.fields import Context
from etl.mapping import Mapping
from etl.pseudonyms import Key


@dataclass(frozen=True)
class Recipe:
    """Mapping, lookups, the headers of this file and the bureau's key."""

    context: Context
    headers: dict[str, tuple[str, ...]]
    first_header: str
    key: Key
    all_headers: tuple[str, ...]

    @property
    def mapping(self) -> Mapping:
        """The mapping of the file."""
        return self.context.mapping

    @property
    def feed(self) -> Feed:
        """The feed that the file fills."""
        return self.context.mapping.target
