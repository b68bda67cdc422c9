"""Every metric, asked in SQL through the sandbox, gives what the engine of the pages gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse import small_bureau
from tests.warehouse.small_archive import SmallArchive
from warehouse.comparison import ask, compare, read_facts
from warehouse.connection import open_generation
from warehouse.facts import Facts
from warehouse.metric_definition import Metric
from warehouse.metrics import METRICS
from warehouse.sandbox import run_sql

PERIOD = "2024-02"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bureau's warehouse file."""
    return Path()


