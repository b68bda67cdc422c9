"""Which functions of the engine a statement may call: the reviewed list of functions.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_IN_FROM = "tables"


@dataclass(frozen=True)
class Functions:
    """Names in lower case: those that compute a value, and those that stand in FROM."""

    values: frozenset[str]
    tables: frozenset[str]


@cache
def allowed() -> Functions:
    """The list, read once."""
    with (Path(__file__).parent / "functions.toml").open("rb") as file:
        groups = {name: _names(text) for name, text in tomllib.load(file).items()}
    values = frozenset().union(*(names for group, names in groups.items() if group != _IN_FROM))
    return Functions(values, groups[_IN_FROM])


def _names(text: str) -> frozenset[str]:
    """A blank inside a name is written as an underscore between capitals: IS_DISTINCT_FROM."""
    return frozenset((name.replace("_", " ") if name.isupper() else name).lower() for name in text.split())
