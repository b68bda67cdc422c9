"""The key index finds what a scan of the archive finds, with few files opened, whatever has happened to its pieces."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from warehouse import index_piece, key_index
from warehouse.key_expressions import DISPUTE, KEY
from warehouse.key_index import MERGED, KeyIndex, list_files

FEED = "incident"
Row = tuple[int, int]


@pytest.fixture(autouse=True)
def _small_pages_and_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    # A few dozen rows then fill what millions do.
    monkeypatch.setattr(index_piece, "PAGE", 4)
    monkeypatch.setattr(key_index, "SMALLEST", 8)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        yield connection


class Archive:
    """Files of a feed, with few keys, so that they come again; the index beside them as a night opens it anew."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder, self.connection = folder / "archive", connection
        self.folder.mkdir()
        self.index_folder = folder / "key_index"
        self.chance = random.Random(1)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.parquet"))

    @property
    def pieces(self) -> list[Path]:
        return sorted(self.index_folder.rglob("*.npy"))

    def deliver(self, rows: int, *, name: str | None = None) -> None:
        frame = pl.DataFrame(
            {
                "record_key": [f"k{self.chance.randrange(90)}" for _ in range(rows)],
                "dispute_key": [self.chance.choice([None, None, "d1", "d2"]) for _ in range(rows)],
            },
            schema={"record_key": pl.String, "dispute_key": pl.String},
        )
        frame.write_parquet(self.folder / f"{name or f'{len(self.files):03}'}.parquet")

    def find(self, name: str, keys: list[str]) -> set[Row]:
        """What a night's index tells: numbers of files and of rows in them."""
        hashes = self.connection.execute("select hash(unnest($keys)) as hash", {"keys": keys}).fetchnumpy()["hash"]
        index = KeyIndex(self.index_folder)
        found = index.find(self.connection, FEED, name, list_files(self.files), np.unique(hashes))
        return set(zip(found.files.tolist(), found.rows.tolist(), strict=True))

    def scan(self, name: str, keys: list[str]) -> set[Row]:
        """The same, read row by row."""
        column = {KEY: "record_key", DISPUTE: "dispute_key"}[name]
        return {
            (number, row)
            for number, file in enumerate(self.files)
            for row, key in enumerate(pl.read_parquet(file)[column])
            if key in keys
        }

    def check(self) -> None:
        """Both say the same of keys that occur and of some that do not."""
        for name, kind in ((KEY, "k"), (DISPUTE, "d")):
            for count in (1, 9, 60):
                keys = [f"{kind}{self.chance.randrange(99)}" for _ in range(count)] + [f"{kind}1"]
                assert self.find(name, keys) == self.scan(name, keys)


@pytest.fixture
def archive(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Archive:
    return Archive(tmp_path, connection)


def test_pieces_stay_few_however_many_batches_there_are(archive: Archive) -> None:
    for night in range(80):
        archive.deliver(archive.chance.choice([0, 1, 3, 30 if night % 20 == 0 else 2]))
        archive.find(KEY, ["k1"])
    archive.check()
    rows = sum(pl.read_parquet(file).height for file in archive.files)
    sizes = 1 + len(f"{rows // key_index.SMALLEST:o}")
    folders = {path.parent for path in archive.pieces}
    assert {folder.name.partition("-")[0] for folder in folders} == {KEY, DISPUTE}
    assert all(len(list(folder.glob("*.npy"))) <= (MERGED - 1) * sizes < 50 for folder in folders)


def test_an_index_made_at_once_is_that_of_many_nights(archive: Archive, tmp_path: Path) -> None:
    for _ in range(30):
        archive.deliver(archive.chance.randrange(12))
        archive.find(KEY, ["k1"])
    archive.check()
    shutil.rmtree(archive.index_folder)
    archive.check()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink,
    "cut off": _cut,
    "one bit": _flip,
    "empty": _empty,
}


@pytest.mark.parametrize("suffix", [".npy", ".json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_piece_is_made_again(archive: Archive, damage: str, suffix: str) -> None:
    for _ in range(20):
        archive.deliver(archive.chance.randrange(1, 12))
        archive.find(KEY, ["k1"])
    archive.check()
    for piece in archive.pieces:
        DAMAGES[damage](piece.with_suffix(suffix))
    archive.check()
    assert not list(archive.index_folder.rglob(".*"))
    archive.check()


def test_a_night_that_died_while_merging_leaves_nothing_wrong(archive: Archive, tmp_path: Path) -> None:
    for _ in range(MERGED - 1):
        archive.deliver(3)
        archive.find(KEY, ["k1"])
    before = tmp_path / "before"
    shutil.copytree(archive.index_folder, before)
    archive.deliver(3)
    archive.find(KEY, ["k1"])
    assert len(archive.pieces) == 1
    # What was merged is still there beside it, and half of what was to come next.
    shutil.copytree(before, archive.index_folder, dirs_exist_ok=True)
    (archive.pieces[0].parent / ".0123.npy.new").write_bytes(b"half")
    archive.check()
    assert len(list(archive.pieces[0].parent.glob("*"))) == 2


def test_pieces_of_files_that_are_others_now_are_made_again(archive: Archive) -> None:
    for _ in range(12):
        archive.deliver(6)
        archive.find(KEY, ["k1"])
    archive.check()
    # Restored from a backup of other days: one file is another, and two are gone.
    archive.deliver(40, name="003")
    for gone in ("000", "011"):
        (archive.folder / f"{gone}.parquet").unlink()
    archive.check()
    archive.deliver(6, name="012")
    archive.check()


def test_indexes_of_earlier_releases_are_removed(archive: Archive) -> None:
    archive.deliver(6)
    old = archive.index_folder / FEED / "000-1234.key-01234567.npy"
    of_other_engine = archive.index_folder / FEED / "key-76543210"
    of_other_engine.mkdir(parents=True)
    old.write_bytes(b"old")
    archive.check()
    assert not old.exists()
    assert not of_other_engine.exists()
