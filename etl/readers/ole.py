"""Just enough of the OLE2 container and of BIFF to know what an old Excel file is before it is parsed."""

from collections.abc import Iterator
from dataclasses import dataclass

OLE2_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SECTOR = 512
_BOF, _EOF, _FILEPASS, _DATEMODE = 0x0809, 0x000A, 0x002F, 0x0022
_GLOBALS = 0x0005


@dataclass(frozen=True)
class Ole:
    """What an OLE2 file turned out to hold."""

    is_workbook: bool
    is_encrypted: bool
    is_1904: bool


def look_into_ole(data: bytes) -> Ole:
    """Read stream names and the workbook's global records."""
    names = {name: name.encode("utf-16-le") in data for name in ("EncryptedPackage", "Workbook", "Book")}
    records = dict(_global_records(data))
    return Ole(
        is_workbook=names["Workbook"] or names["Book"],
        is_encrypted=names["EncryptedPackage"] or _FILEPASS in records,
        is_1904=records.get(_DATEMODE, b"")[:1] == b"\x01",
    )


def _global_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of the workbook globals, which begin at a sector boundary, first in their stream."""
    for at in range(_SECTOR, len(data) - 8, _SECTOR):
        if _short(data, at) == _BOF and _short(data, at + 6) == _GLOBALS:
            break
    else:
        return
    while at + 4 <= len(data):
        kind, size = _short(data, at), _short(data, at + 2)
        yield kind, data[at + 4 : at + 4 + size]
        if kind == _EOF:
            return
        at += 4 + size


def _short(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
