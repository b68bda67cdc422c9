"""Data directories for the pages: nothing, an empty warehouse, and the small bureau in two generations."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.pages.small_bureau import archive, batches, organisations, publish_generation, write_night
from tests.pages.working_bureau import publish_working_bureau

OLD, NEW = "20261005T021400", "20261106T021400"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bureau: a generation until September, and the current one until 5 November."""
    data = tmp_path_factory.mktemp("small")
    delivered = list(batches(data / "archive"))
    until_september = [batch for batch in delivered if not batch.name.endswith(("202610", "202611"))]
    publish_generation(data, OLD, until_september)
    publish_generation(data, NEW, delivered)
    write_night(data, generation=NEW)
    return data


@pytest.fixture
def small(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small bureau as what FENGQIAO_DATA names; shared, so that what one test has read is cached for the next."""
    monkeypatch.setenv("FENGQIAO_DATA", str(built))
    return built


@pytest.fixture
def own(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small bureau that a test may change."""
    data = tmp_path / "small"
    shutil.copytree(built, data, symlinks=True, ignore=shutil.ignore_patterns("archive"))
    monkeypatch.setenv("FENGQIAO_DATA", str(data))
    return data


@pytest.fixture(scope="session")
def built_empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that knows the organisations and no record."""
    data = tmp_path_factory.mktemp("empty")
    publish_generation(data, NEW, [archive(data / "archive", "org", "org", organisations())])
    return data


@pytest.fixture(scope="session")
def built_working(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bureau at work: visits, lists, answers and services of two Octobers."""
    data = tmp_path_factory.mktemp("working")
    publish_working_bureau(data, NEW)
    return data


@pytest.fixture
def working(built_working: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bureau at work as what FENGQIAO_DATA names."""
    monkeypatch.setenv("FENGQIAO_DATA", str(built_working))
    return built_working
