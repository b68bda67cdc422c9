"""The inbox: which files there are, whether they are complete, what they really are, whether we know them."""

from __future__ import annotations

import hashlib
import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from etl.mapping import Mapping
from etl.readers import FileKind, Layout, Table, Unreadable, open_table, sniff
from warehouse.generations import read_json, write_json

DATA_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsm", ".parquet")
FRESH_SECONDS = 10
LOOK_AGAIN_SECONDS = 1
# Control, direction, private-use and half characters, and ends of lines and paragraphs.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@dataclass(frozen=True)
class InboxFile:
    """One data file of the inbox; `name` is its path below the inbox."""

    path: Path
    name: str
    size: int
    modified_ns: int
    inode: int = 0

    @property
    def modified_at(self) -> datetime:
        """Local time of the last change."""
        return datetime.fromtimestamp(self.modified_ns / 1e9)

    @property
    def base_name(self) -> str:
        """The name without its folders."""
        return self.name.rpartition("/")[2]


def list_files(inbox: Path, *, on_error: Callable[[OSError], None] | None = None) -> Iterator[InboxFile]:
    """Data files of the inbox and its folders, by name; hidden files and office lock files are left alone.

    A folder that cannot be listed, or a file that cannot be looked at, is told to `on_error`.
    """
    names = [Path(folder, name) for folder, _, files in os.walk(inbox, onerror=on_error) for name in files]
    for path in sorted(names):
        parts = path.relative_to(inbox).parts
        is_hidden = any(part.startswith((".", "~$")) for part in parts)
        suffix = Path(path.name.casefold().removesuffix(".gz")).suffix
        if is_hidden or suffix not in DATA_SUFFIXES:
            continue
        try:
            if path.is_file():
                stat = path.stat()
                name = readable_name(path.relative_to(inbox))
                yield InboxFile(path, name, stat.st_size, stat.st_mtime_ns, stat.st_ino)
        except FileNotFoundError:
            continue
        except OSError as error:
            if on_error:
                on_error(error)


def readable_name(path: Path) -> str:
    """A file's name as text: archives packed on Windows leave names in GBK; control characters would move a cursor."""
    raw = os.fsencode(path.as_posix())
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("gb18030", errors="replace")
    is_seen = {character: unicodedata.category(character) not in UNSEEN for character in set(name)}
    return "".join(character if is_seen[character] else "\ufffd" for character in name)


def complete_files(files: Sequence[InboxFile]) -> tuple[list[InboxFile], list[InboxFile]]:
    """Split into complete files and files still being written: what changed just now is looked at twice."""
    newest = time.time_ns() - FRESH_SECONDS * 10**9
    fresh = [file for file in files if file.modified_ns > newest]
    if not fresh:
        return list(files), []
    time.sleep(LOOK_AGAIN_SECONDS)
    growing = [file for file in fresh if not is_unchanged(file)]
    return [file for file in files if file not in growing], growing


def is_unchanged(file: InboxFile) -> bool:
    """Whether a file is still there as it was listed."""
    try:
        stat = file.path.stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (file.size, file.modified_ns)


class Fingerprints:
    """sha256 of inbox files, remembered by inode, size and time, so that a quiet night reads nothing again.

    Not by name: stations put names and numbers of persons into file names, and this index is a file like any other.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / "inbox_index.json"
        index = read_json(self._path)
        self._known: dict[str, list[object]] = index if isinstance(index, dict) else {}
        self._seen: dict[str, list[object]] = {}

    def of(self, file: InboxFile) -> str:
        """The sha256 of the file's bytes, as hex."""
        mark = [file.size, file.modified_ns]
        place = str(file.inode)
        known = self._known.get(place)
        if known and known[:2] == mark:
            digest = str(known[2])
        else:
            with file.path.open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
        self._seen[place] = [*mark, digest]
        return digest

    def save(self) -> None:
        """Remember what was seen tonight; files that are gone are forgotten."""
        write_json(self._path, self._seen)


def identify(path: Path, mappings: Sequence[Mapping]) -> tuple[Mapping, Table]:
    """The one mapping that fits a file by name and header words, and the opened table.

    Raises:
        Unreadable: broken bytes, no mapping fits, or two of equal rank do.
    """
    kind = sniff(path)
    name = readable_name(Path(path.name))
    fitting: list[tuple[Mapping, Table]] = []
    broken: list[Unreadable] = []
    for mapping in mappings:
        if not mapping.fits_name(name):
            continue
        try:
            table = open_table(path, kind, layout_of(mapping))
        except Unreadable as error:
            broken.append(error)
            continue
        if table is not None:
            fitting.append((mapping, table))
    best = [pair for pair in fitting if pair[0].rank == max(mapping.rank for mapping, _ in fitting)]
    if len(best) == 1:
        return best[0]
    if best:
        names = ", ".join(mapping.name for mapping, _ in best)
        raise Unreadable("mapping_conflict", sheet=None, line=None, found=names, expected="1 mapping")
    if broken:
        raise broken[0]
    raise _unfitting(path, kind, [mapping for mapping in mappings if mapping.fits_name(name)])


def _unfitting(path: Path, kind: FileKind, named: Sequence[Mapping]) -> Unreadable:
    """Why no mapping fits: the one header word that is missing, or none of all layouts."""
    for mapping in named:
        layout = layout_of(mapping)
        groups = layout.header_words
        for missing in groups if len(groups) > 1 else ():
            rest = tuple(group for group in groups if group is not missing)
            table = open_table(path, kind, replace(layout, header_words=rest))
            if table is not None:
                found, wanted = "、".join(mapping.shown(table.headers)), " | ".join(missing)
                line = table.header_line or None
                return Unreadable("missing_column", sheet=table.sheet, line=line, found=found, expected=wanted)
    words = "；".join(f"{one.name}: {'、'.join(group[0] for group in one.match.headers)}" for one in named)
    tried = ", ".join(mapping.name for mapping in named)
    return Unreadable("unknown_layout", found=tried or "0", expected=words or "match.files")


def layout_of(mapping: Mapping) -> Layout:
    """What a mapping says about reading, in the readers' words."""
    read = mapping.read
    return Layout(
        header_words=mapping.match.headers,
        encoding=read.encoding,
        delimiter=read.delimiter,
        sheet=read.sheet,
        header_row=None if read.header_row == "auto" else read.header_row,
        known_headers=mapping.known_headers | {word for group in mapping.match.headers for word in group},
        fill_down=read.fill_down,
        trusted=read.trusted,
        footnote=_no_data_line(mapping),
    )


def _no_data_line(mapping: Mapping) -> str | None:
    """Lines with too few fields that are printed totals or footnotes, not torn records; None where there are none."""
    words = "|".join(re.escape(word) for word in (*mapping.read.total_words, *mapping.read.footnote_words))
    return rf"^[\s\"',;，\t]*({words})" if words else None
