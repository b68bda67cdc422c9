"""What a file really is, by its bytes and never by its name, and what is refused before it is parsed."""

import codecs
import re
import zipfile
from enum import Enum
from pathlib import Path

from etl.readers.ole import OLE2_MAGIC, look_into_ole
from etl.readers.table import MAX_COLUMNS, Unreadable
from etl.readers.unpack import MEGABYTE, open_seekable, read_head, read_part

MAX_UNZIPPED = 200 * MEGABYTE
MAX_RATIO = 100
HARMLESS_UNZIPPED = 10 * MEGABYTE
MAX_ENTRIES = 1_000
MAX_SHEET_CELLS = 60_000_000
READABLE = "csv, xlsx, xls"

_FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip in gzip",
    b"SQLite format 3": "SQLite",
    b"\xfd7zXZ": "xz",
    b"{\\rtf": "RTF",
    b"MIME-Version:": "MHTML",
}
_HTML = re.compile(rb"<\s*(!doctype html|html|head|body|meta|table|style)\b", re.IGNORECASE)
_ZIP_CONTENT = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.bin": "xlsb"}
_IS_LOCKED = 0x1
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')


class FileKind(Enum):
    """The readers there are."""

    DELIMITED = "delimited"
    XLSX = "xlsx"
    XLS = "xls"
    PARQUET = "parquet"


def sniff(path: Path) -> FileKind:
    """The kind of a file by its content, gzip looked through; raises Unreadable for what nobody reads."""
    head = read_head(path, 8192)
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise Unreadable("empty_file", found="0 lines", expected=READABLE)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable("undecodable", found="UTF-32", expected="UTF-8, GB18030, UTF-16")
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise Unreadable("not_what_it_says", found=name, expected=READABLE)
    if head.startswith(b"PK"):
        return _sniff_zip(path)
    if head.startswith(OLE2_MAGIC):
        return _sniff_ole(path)
    if head.startswith(b"PAR1"):
        return _sniff_parquet(path)
    return _sniff_text(head)


def _sniff_zip(path: Path) -> FileKind:
    with open_seekable(path) as file:
        try:
            archive = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise Unreadable("truncated", found="zip without its directory", expected="xlsx") from error
        except (NotImplementedError, ValueError) as error:
            # A version of the format that nobody writes, or names that are no text.
            raise Unreadable("not_what_it_says", found="broken zip", expected="xlsx") from error
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            found = next((kind for name, kind in _ZIP_CONTENT.items() if name in names), "zip")
            raise Unreadable("not_what_it_says", found=found, expected=READABLE)
        if any(entry.flag_bits & _IS_LOCKED for entry in archive.infolist()):
            raise Unreadable("encrypted", found="password", expected="no password")
        _refuse_zip_bomb(archive)
        _refuse_vast_sheets(archive)
    return FileKind.XLSX


def _refuse_zip_bomb(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    is_bomb = unpacked > HARMLESS_UNZIPPED and unpacked > MAX_RATIO * packed
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNZIPPED or is_bomb:
        raise Unreadable(
            "too_large",
            found=f"{len(entries)} entries, {packed} -> {unpacked} bytes",
            expected=f"<= {MAX_ENTRIES} entries, <= {MAX_UNZIPPED} bytes, ratio <= {MAX_RATIO}",
        )


def _refuse_vast_sheets(archive: zipfile.ZipFile) -> None:
    """The parser allocates the whole rectangle of a sheet: one cell far out would exhaust memory."""
    for entry in archive.infolist():
        if not entry.filename.startswith("xl/worksheets/"):
            continue
        match = _DIMENSION.search(read_part(archive, entry.filename, 4096))
        if match is None:
            continue
        columns, rows = _column_number(match[1]), int(match[2])
        if columns > MAX_COLUMNS or columns * rows > MAX_SHEET_CELLS:
            raise Unreadable(
                "too_large",
                found=f"{rows} rows x {columns} columns",
                expected=f"<= {MAX_COLUMNS} columns, <= {MAX_SHEET_CELLS} cells",
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sniff_ole(path: Path) -> FileKind:
    with open_seekable(path) as file:
        data = file.read(MAX_UNZIPPED + 1)
    if len(data) > MAX_UNZIPPED:
        raise Unreadable("too_large", found=f"> {MAX_UNZIPPED} bytes", expected=f"<= {MAX_UNZIPPED} bytes")
    ole = look_into_ole(data)
    if ole.is_encrypted:
        raise Unreadable("encrypted", found="password", expected="no password")
    if not ole.is_workbook:
        raise Unreadable("not_what_it_says", found="OLE2", expected=READABLE)
    return FileKind.XLS


def _sniff_parquet(path: Path) -> FileKind:
    with open_seekable(path) as file:
        file.seek(-4, 2)
        if file.read(4) != b"PAR1":
            raise Unreadable("truncated", found="Parquet without its end", expected="PAR1")
    return FileKind.PARQUET


def _sniff_text(head: bytes) -> FileKind:
    text = head.replace(b"\0", b"") if b"\0" in head else head
    opening = text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if opening.startswith(b"<"):
        found = "HTML" if _HTML.search(text) else "XML"
        raise Unreadable("not_what_it_says", found=found, expected=READABLE)
    # Tab, line feed, carriage return and the DOS end mark occur in text, other control characters hardly;
    # in UTF-16 (which begins with a mark or holds NUL bytes) they are halves of Chinese characters.
    controls = sum(head.count(bytes([code])) for code in {*range(1, 32)} - {9, 10, 13, 26, 31})
    if controls * 20 > len(head) and b"\0" not in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("not_what_it_says", found="binary", expected=READABLE)
    return FileKind.DELIMITED
