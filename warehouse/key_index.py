"""Where in the archive a key stands: sorted hashes beside it, so that few keys are found without a scan.

The index is made from the archive alone. New files get a small piece; where there are many pieces of one size, they are
merged, so that a night opens few of them however many batches there are. What is missing, damaged or of other files
than the archive has by now is made again. It holds hashes of pseudonyms and row numbers.
"""

from __future__ import annotations

import math
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import numpy.typing as npt

from warehouse.archive import ArchiveBatch
from warehouse.index_piece import ROW_BITS, ROW_MASK, ArchiveFile, DamagedPiece, Hashes, Piece, Places, merge
from warehouse.key_expressions import fingerprint, index_expressions

Rows = npt.NDArray[np.int64]
Result = TypeVar("Result")

# So many pieces of one size are merged: every entry is written about log(entries) / log(MERGED) times in all.
MERGED = 8
# Of entries: pieces below count as equally large.
SMALLEST = 4096
# Of archive files read at once to make a piece: a few million records.
MOST_BYTES = 64 << 20
# More damaged pieces than there ever are of one index: what the disk spoils at once is not made again for ever.
ATTEMPTS = 100


@dataclass(frozen=True)
class Found:
    """Rows of archive files: the place of the file among those asked for, and the row in it."""

    files: Rows
    rows: Rows


@dataclass(frozen=True)
class KeyIndex:
    """The indexes of an archive, kept in a folder of their own: `<feed>/<what is looked up>/<piece>`."""

    folder: Path
    _ready: dict[tuple[str, str], list[Piece]] = field(default_factory=dict)

    def find(
        self,
        connection: duckdb.DuckDBPyConnection,
        feed: str,
        name: str,
        files: Mapping[ArchiveFile, Path],
        wanted: Hashes,
    ) -> Found:
        """Rows of these files of a feed whose hash `name` is one of `wanted` (sorted, without repetition).

        Raises:
            DamagedPiece: what has just been made cannot be read.
        """

        def look() -> Found:
            pieces = self._open(connection, feed, name, files)
            return _among(files, [(piece, piece.find(wanted)) for piece in pieces])

        return self._without_damaged(look)

    def make_all(self, batches: Iterable[ArchiveBatch]) -> None:
        """Write what is missing of the indexes of these batches, while they are warm."""
        held: dict[str, list[Path]] = defaultdict(list)
        for batch in batches:
            if batch.records:
                held[batch.feed].append(batch.parquet)
        with duckdb.connect(":memory:") as connection:
            for feed, paths in sorted(held.items()):
                files = list_files(paths)
                for name in index_expressions(feed):
                    self._without_damaged(partial(self._open, connection, feed, name, files))

    def _without_damaged(self, work: Callable[[], Result]) -> Result:
        """Do something; what of the index proves damaged meanwhile is thrown away, so that it is made again."""
        for _ in range(ATTEMPTS):
            try:
                return work()
            except DamagedPiece as found:
                found.piece.remove()
                self._ready.clear()
                damaged = found
        raise damaged

    def _open(
        self, connection: duckdb.DuckDBPyConnection, feed: str, name: str, files: Mapping[ArchiveFile, Path]
    ) -> list[Piece]:
        """The pieces that cover these files, a few of each size; opened once."""
        if (feed, name) not in self._ready:
            pieces, missing = self._covering(feed, name, files)
            for group in _groups(missing):
                pieces.append(self._make(connection, feed, name, group))
            self._ready[feed, name] = self._merge(feed, name, pieces, files.keys())
        return self._ready[feed, name]

    def _covering(
        self, feed: str, name: str, wanted: Mapping[ArchiveFile, Path]
    ) -> tuple[list[Piece], dict[ArchiveFile, Path]]:
        """Pieces such that each covers something that no larger one does, and what none covers; others are removed."""
        self._clear(feed)
        missing, pieces = dict(wanted), []
        for piece in sorted(_pieces_in(self._folder(feed, name)), key=_size, reverse=True):
            if missing.keys().isdisjoint(piece.files):
                # Merged by a night that then died, or of files that are there no more.
                piece.remove()
            else:
                pieces.append(piece)
                missing = {file: path for file, path in missing.items() if file not in set(piece.files)}
        return pieces, missing

    def _make(
        self, connection: duckdb.DuckDBPyConnection, feed: str, name: str, files: Mapping[ArchiveFile, Path]
    ) -> Piece:
        expression = index_expressions(feed)[name]
        found = connection.execute(
            f"select {expression} as hash, file_index as file, file_row_number as row_no"
            f" from read_parquet($files) where {expression} is not null",
            {"files": [str(file) for file in files.values()]},
        ).fetchnumpy()
        hashes, file, row = (np.asarray(found[column], np.uint64) for column in ("hash", "file", "row_no"))
        return Piece.write(self._folder(feed, name), list(files), hashes, file << ROW_BITS | row)

    def _merge(self, feed: str, name: str, pieces: Sequence[Piece], wanted: Collection[ArchiveFile]) -> list[Piece]:
        """The same with less than `MERGED` pieces of every size."""
        by_level: dict[int, list[Piece]] = defaultdict(list)
        for piece in pieces:
            by_level[_level(piece)].append(piece)
        for alike in by_level.values():
            if len(alike) >= MERGED:
                merged = merge(self._folder(feed, name), alike, wanted)
                # A night that dies here leaves both, and the next one removes what is covered twice.
                for piece in alike:
                    piece.remove()
                others = [piece for piece in pieces if piece not in alike]
                return self._merge(feed, name, [*others, merged], wanted)
        return list(pieces)

    def _clear(self, feed: str) -> None:
        """Remove indexes of other expressions or engines, and of releases that kept them elsewhere."""
        own = {self._folder(feed, name) for name in index_expressions(feed)}
        for path in (self.folder / feed).glob("*"):
            if path not in own:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _folder(self, feed: str, name: str) -> Path:
        return self.folder / feed / f"{name}-{fingerprint(feed, name)}"


def list_files(paths: Iterable[Path]) -> dict[ArchiveFile, Path]:
    """Archive files by what they are."""
    return {(path.stem, path.stat().st_size): path for path in paths}


def _groups(files: Mapping[ArchiveFile, Path]) -> Iterator[dict[ArchiveFile, Path]]:
    """Files to make one piece of."""
    group: dict[ArchiveFile, Path] = {}
    for file, path in files.items():
        if group and sum(size for _, size in (*group, file)) > MOST_BYTES:
            yield group
            group = {}
        group[file] = path
    if group:
        yield group


def _pieces_in(folder: Path) -> list[Piece]:
    """The pieces in a folder; whatever else is there is a leftover, and removed."""
    pieces = [piece for path in folder.glob("[!.]*.json") if (piece := Piece.open(path))]
    known = {path for piece in pieces for path in piece.paths}
    for path in folder.glob("*"):
        if path not in known:
            path.unlink()
    return pieces


def _size(piece: Piece) -> tuple[int, int]:
    return piece.rows, len(piece.files)


def _level(piece: Piece) -> int:
    return int(math.log(max(piece.rows, SMALLEST), MERGED))


def _among(files: Iterable[ArchiveFile], found: Iterable[tuple[Piece, Places]]) -> Found:
    """What pieces say, of these files only."""
    place_of = {file: place for place, file in enumerate(files)}
    numbers, rows = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for piece, places in found:
        if places.size:
            place = np.array([place_of.get(file, -1) for file in piece.files])[places >> ROW_BITS]
            numbers.append(place[place >= 0])
            rows.append((places & ROW_MASK).astype(np.int64)[place >= 0])
    return Found(np.concatenate(numbers), np.concatenate(rows))
