"""A small synthetic bureau with every feed, as `python -m etl demo` makes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.served.server import ROOT

# Three years, so that there is a year before every month of a year; the size matters little, for reading files takes
# the time.
SIZE = ("--years", "3", "--incidents-per-year", "2000", "--seed", "7")


def make_bureau(data: Path) -> Path:
    """Write the bureau's files and publish a generation from them.

    Raises:
        subprocess.CalledProcessError: the job failed; its output went to this process's own.
    """
    subprocess.run([sys.executable, "-m", "etl", "demo", "--data", str(data), *SIZE], cwd=ROOT, check=True)
    return data


def selection() -> dict[str, str]:
    """Something other than the first choice of everything in the filter bar: a branch, a quarter, a basis, a type."""
    return {"org": "990121000000", "period": "2026-Q2", "basis": "previous", "type": "neighbour"}
