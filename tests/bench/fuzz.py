"""What chance can do: ten thousand spoiled files."""

from __future__ import annotations

from typing import Any

from tests.bench import file_fuzz


def run(*, quick: bool) -> dict[str, Any]:
    """All fuzzers, one after the other."""
    return file_fuzz.run(quick=quick)
