"""The analyst's database, built once; a canary in the environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.sandbox.analyst import CANARY, Place, make_place


@pytest.fixture(scope="session", autouse=True)
def _secret_in_the_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_TOKEN", f"{CANARY}_ENVIRONMENT")
        yield


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Database and canaries."""
    return make_place(tmp_path_factory.mktemp("analyst"))


@pytest.fixture(scope="session")
def database(place: Place) -> Path:
    """The analyst's database: allow schema mart only."""
    return place.database
