"""What every test gets: settings of its own, never the machine's; real public data where there is some."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.served.bureau import make_bureau

# The same examples on every machine and no deadline: two shared cores make slow examples, not wrong ones.
settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")


# Whoever needs one of these takes long: Chromium with a board and a bureau behind it, files of a hundred megabytes.
LONG = {"browser", "realdata"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `./run test` leaves to `./run test --long`, before pytest chooses by mark."""
    for item in items:
        if LONG & set(getattr(item, "fixturenames", ())):
            item.add_marker("long")


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Key, data directory and language of the suite, for this process and every child it starts."""
    home = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENGQIAO_KEY_FILE", str(home / "key"))
        patch.setenv("FENGQIAO_DATA", str(home / "data"))
        patch.delenv("FENGQIAO_LANG", raising=False)
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a small synthetic bureau with every feed, to be read: built once for all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "demo.lock").open("w") as lock:
        # Whoever comes second waits here until the first has built it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        data = shared / "demo"
        return data if (data / "current").exists() else make_bureau(data)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this one test's key will be; nothing is there yet."""
    path = tmp_path / "key"
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(path))
    return path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with an empty inbox, also the one that FENGQIAO_DATA names."""
    path = tmp_path / "data"
    (path / "inbox").mkdir(parents=True)
    monkeypatch.setenv("FENGQIAO_DATA", str(path))
    return path


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder with the real public data sets; the test is skipped on a machine without them."""
    folder = os.environ.get("FENGQIAO_REALDATA")
    if not folder:
        pytest.skip("FENGQIAO_REALDATA is not set: the real public data sets are not part of the repository")
    path = Path(folder)
    assert path.is_dir(), f"FENGQIAO_REALDATA names no folder: {folder}"
    return path
