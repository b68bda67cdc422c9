"""Small invented nights: files in an inbox, a mapping of their own, and what the warehouse says afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.night import NightReport
from etl.refresh import refresh
from tests.etl.deliveries import HEADER, MAPPING, incidents, write_bytes, write_mapping, write_rows
from warehouse.connection import open_generation
from warehouse.generations import current_generation

__all__ = [
    "HEADER",
    "MAPPING",
    "ask",
    "incident_count",
    "incidents",
    "night",
    "write_bytes",
    "write_mapping",
    "write_rows",
]


def night(data: Path, sources: Path, **options: Any) -> NightReport:
    """One refresh."""
    return refresh(data, sources=sources, **options)


def ask(data: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query on the current generation."""
    generation = current_generation(data)
    assert generation is not None
    with open_generation(generation) as connection:
        return connection.execute(sql).fetchall()


def incident_count(data: Path) -> int:
    """Incidents that stand in the current generation."""
    return int(ask(data, "select count(*) from core.fct_incident")[0][0])
