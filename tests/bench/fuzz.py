"""./run bench fuzz: input that nobody would write, into every door that takes input from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench import file_fuzz, fuzz_sql

PARTS: dict[str, Callable[..., dict[str, Any]]] = {"files": file_fuzz.run, "statements": fuzz_sql.run}


def run(*, quick: bool) -> dict[str, Any]:
    """All parts, one after the other."""
    lines: list[str] = []
    failures: list[str] = []
    for name, part in PARTS.items():
        result = part(quick=quick)
        lines += [f"{name}:", *result["lines"]]
        failures += [f"{name}: {failure}" for failure in result["failures"]]
    return {"lines": lines, "failures": failures}
