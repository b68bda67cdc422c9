"""The bytes of a file, with gzip taken off and a bomb stopped while it unpacks."""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from etl.readers.table import Unreadable

MEGABYTE = 1 << 20
SUSPICIOUS_BYTES = 200 * MEGABYTE
SUSPICIOUS_RATIO = 100
MAX_BYTES = 4096 * MEGABYTE
_NEAR_BYTES = 64 << 10
GZIP_MAGIC = b"\x1f\x8b"
_DATE_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"')


class Unpacked:
    """Sequential reading of a plain or gzipped file; reading raises Unreadable for bombs and broken gzip."""

    def __init__(self, path: Path, stream: IO[bytes], *, is_packed: bool) -> None:
        self._stream = stream
        self._is_packed = is_packed
        self._packed_bytes = path.stat().st_size
        self._read_bytes = 0

    def read(self, size: int) -> bytes:
        if not self._is_packed:
            return self._stream.read(size)
        try:
            data = self._stream.read(size)
        except EOFError as error:
            raise Unreadable("truncated", found="gzip", expected="end of gzip stream") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise Unreadable("not_what_it_says", found="broken gzip", expected="gzip") from error
        self._read_bytes += len(data)
        self._refuse_bomb()
        return data

    def read_lines(self, size: int) -> bytes:
        """At most `size` bytes, up to a line end where one is near: a line cut in two costs a copy of the rest."""
        if self._is_packed or size <= _NEAR_BYTES:
            return self.read(size)
        start = self._stream.tell()
        self._stream.seek(start + size - _NEAR_BYTES)
        near = self._stream.read(_NEAR_BYTES)
        self._stream.seek(start)
        end = near.rfind(b"\n") + 1 if len(near) == _NEAR_BYTES else 0
        return self._stream.read(size - _NEAR_BYTES + end if end else size)

    def _refuse_bomb(self) -> None:
        is_swollen = self._read_bytes > max(SUSPICIOUS_BYTES, SUSPICIOUS_RATIO * self._packed_bytes)
        if is_swollen or self._read_bytes > MAX_BYTES:
            raise Unreadable(
                "too_large",
                found=f"{self._packed_bytes} -> {self._read_bytes} bytes",
                expected=f"<= {SUSPICIOUS_BYTES} bytes or ratio <= {SUSPICIOUS_RATIO}",
            )


@contextmanager
def open_unpacked(path: Path) -> Iterator[Unpacked]:
    """The unpacked bytes of `path`, read from the start."""
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        stream: IO[bytes] = gzip.GzipFile(fileobj=file) if is_packed else file  # type: ignore[assignment]
        yield Unpacked(path, stream, is_packed=is_packed)


def read_head(path: Path, size: int) -> bytes:
    """The first `size` unpacked bytes."""
    with open_unpacked(path) as source:
        return source.read(size)


def open_seekable(path: Path) -> IO[bytes]:
    """A seekable file of the unpacked bytes; a gzipped one is held in memory."""
    with path.open("rb") as file:
        if file.read(2) != GZIP_MAGIC:
            return path.open("rb")
    with open_unpacked(path) as source:
        data = source.read(SUSPICIOUS_BYTES + 1)
    if len(data) > SUSPICIOUS_BYTES:
        raise Unreadable("too_large", found=f"> {SUSPICIOUS_BYTES} bytes", expected=f"<= {SUSPICIOUS_BYTES} bytes")
    return io.BytesIO(data)


def read_part(archive: zipfile.ZipFile, name: str, size: int = -1) -> bytes:
    """The first `size` bytes of one part of a workbook; whatever is wrong with the part refuses the file."""
    try:
        with archive.open(name) as part:
            return part.read(size)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise Unreadable("not_what_it_says", found=f"broken part {name}", expected="xlsx") from error


def is_1904_zip(data: bytes) -> bool:
    """Whether the dates of an xlsx count from 1904."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _DATE_1904.search(read_part(archive, "xl/workbook.xml")) is not None
