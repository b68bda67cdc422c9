"""One browser, one small bureau and one server for all tests of this folder; a profile of its own for each visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.served.chromium import open_browser, why_not
from tests.served.server import Server, serve


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests are skipped and say so."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with open_browser() as started:
        yield started


@pytest.fixture(scope="session")
def bureau(browser: Browser, request: pytest.FixtureRequest) -> Path:
    """The data directory of a small bureau with every feed; without a browser it is not even built."""
    data: Path = request.getfixturevalue("demo")
    return data


@pytest.fixture(scope="session")
def board(bureau: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The board that shows the bureau."""
    log = tmp_path_factory.mktemp("board") / "log"
    with serve(log, environment={"FENGQIAO_DATA": str(bureau)}) as server:
        yield server
