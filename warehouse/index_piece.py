"""A piece of a key index: sorted hashes and where they stand, in pages that are checked whenever they are read.

Two files: the numbers, and beside them what the piece covers, written last. Whatever else lies there is not a piece.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
# A row of an archive file: which of the listed files, row in that file, as one number.
Places = npt.NDArray[np.uint64]
# An archive file is never changed: its name and its bytes are what it is.
ArchiveFile = tuple[str, int]
ROW_BITS, ROW_MASK = np.uint64(32), np.uint64(2**32 - 1)
# Of entries. A look-up reads as many pages as it has keys: 16 KiB of each, whatever else there is.
PAGE = 1024


class DamagedPiece(Exception):
    """A page of `piece` that is read does not hold what was written."""

    def __init__(self, piece: Piece) -> None:
        super().__init__(f"{piece.path.name} of the key index is damaged")
        self.piece = piece


@dataclass(frozen=True, eq=False)
class Piece:
    """One piece: the archive files it covers, and of every page its first hash and its checksum."""

    path: Path
    files: tuple[ArchiveFile, ...]
    rows: int
    firsts: Hashes
    checks: tuple[int, ...]

    @classmethod
    def write(cls, folder: Path, files: Sequence[ArchiveFile], hashes: Hashes, places: Places) -> Piece:
        """Write a piece of these entries, in any order; whole, or not there at all."""
        order = np.argsort(hashes, kind="stable")
        numbers = np.stack([hashes[order], places[order]])
        path = folder / f"{sha256(json.dumps(files).encode()).hexdigest()[:16]}.json"
        starts = range(0, order.size, PAGE)
        checks = tuple(_check(numbers[:, start : start + PAGE]) for start in starts)
        piece = cls(path, tuple(files), order.size, numbers[0, ::PAGE], checks)
        folder.mkdir(parents=True, exist_ok=True)
        _write(piece._numbers_path, lambda fresh: _save(fresh, numbers))
        _write(path, lambda fresh: fresh.write_text(json.dumps(piece._listing), "utf-8"))
        return piece

    @classmethod
    def open(cls, path: Path) -> Piece | None:
        """The piece that a listing tells of; None where it is not what was written."""
        try:
            told = json.loads(path.read_text("utf-8"))
            files = tuple((str(name), int(size)) for name, size in told["files"])
            firsts = np.array(told["firsts"], np.uint64)
            return cls(path, files, int(told["rows"]), firsts, tuple(told["checks"]))
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None

    @property
    def _listing(self) -> dict[str, object]:
        return {
            "files": self.files,
            "rows": self.rows,
            "firsts": self.firsts.tolist(),
            "checks": self.checks,
        }

    @property
    def _numbers_path(self) -> Path:
        return self.path.with_suffix(".npy")

    @property
    def paths(self) -> tuple[Path, Path]:
        """The files that it consists of."""
        return self.path, self._numbers_path

    def find(self, wanted: Hashes) -> Places:
        """Where hashes stand that are one of `wanted` (sorted, without repetition).

        Raises:
            DamagedPiece: a page that may hold them cannot be read.
        """
        # Equal hashes may fill several pages: from the one before the first that begins with it to the last.
        first = np.maximum(np.searchsorted(self.firsts, wanted), 1) - 1
        last = np.searchsorted(self.firsts, wanted, side="right")
        ends = np.zeros(len(self.checks) + 1, np.int64)
        np.add.at(ends, first, 1)
        np.add.at(ends, last, -1)
        pages = np.flatnonzero(np.cumsum(ends)[:-1] > 0)
        if not pages.size:
            return np.empty(0, np.uint64)
        hashes, places = self._read(pages.tolist())
        start, stop = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, side="right")
        (hit,) = np.nonzero(stop > start)
        found = [places[one:other] for one, other in zip(start[hit], stop[hit], strict=True)]
        return np.concatenate([np.empty(0, np.uint64), *found])

    def entries(self) -> tuple[Hashes, Places]:
        """All its hashes, and their places.

        Raises:
            DamagedPiece: not all of them can be read.
        """
        return self._read(range(len(self.checks)))

    def remove(self) -> None:
        """Take it away: the listing first, without which it is none."""
        for path in self.paths:
            path.unlink(missing_ok=True)

    def _read(self, pages: Sequence[int]) -> tuple[Hashes, Places]:
        if not pages:
            return np.empty(0, np.uint64), np.empty(0, np.uint64)
        try:
            numbers = np.load(self._numbers_path, mmap_mode="r")
        except (OSError, EOFError, ValueError) as error:
            raise DamagedPiece(self) from error
        read = []
        for number in pages:
            page = numbers[..., number * PAGE : (number + 1) * PAGE]
            if numbers.shape != (2, self.rows) or _check(page) != self.checks[number]:
                raise DamagedPiece(self)
            read.append(page)
        hashes, places = np.concatenate(read, axis=1)
        return hashes, places


def merge(folder: Path, pieces: Sequence[Piece], wanted: Collection[ArchiveFile]) -> Piece:
    """Write one piece of several, without what they hold of other files than those that are wanted.

    Raises:
        DamagedPiece: one of them cannot be read.
    """
    files = sorted({file for piece in pieces for file in piece.files if file in wanted})
    number = {file: place for place, file in enumerate(files)}
    hashes, places = [], []
    for piece in pieces:
        own_hashes, own_places = piece.entries()
        file = np.array([number.get(file, -1) for file in piece.files], np.int64)[own_places >> ROW_BITS]
        hashes.append(own_hashes[file >= 0])
        places.append((file[file >= 0].astype(np.uint64) << ROW_BITS) | (own_places[file >= 0] & ROW_MASK))
    return Piece.write(folder, files, np.concatenate(hashes), np.concatenate(places))


def _check(page: npt.NDArray[np.uint64]) -> int:
    return crc32(page[1].tobytes(), crc32(page[0].tobytes()))


def _save(path: Path, numbers: npt.NDArray[np.uint64]) -> None:
    with path.open("wb") as handle:
        np.save(handle, numbers)


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Aside, then moved. Nobody waits for the disk: what a crash garbles fails its check, and is made again."""
    fresh = path.with_name(f".{path.name}.new")
    write(fresh)
    os.replace(fresh, path)
