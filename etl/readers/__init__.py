"""Bytes to text frames: what a file really is, and its rows with sheet and line."""

from pathlib import Path

from etl.readers.columnar import open_parquet
from etl.readers.delimited import open_delimited
from etl.readers.headers import clean_header
from etl.readers.sniff import FileKind, sniff
from etl.readers.table import ROW_COLUMNS, Layout, Table, Unreadable
from etl.readers.workbook import UNREAD_SHEET, open_workbook

__all__ = [
    "ROW_COLUMNS",
    "UNREAD_SHEET",
    "FileKind",
    "Layout",
    "Table",
    "Unreadable",
    "clean_header",
    "open_table",
    "sniff",
]


def open_table(path: Path, kind: FileKind, layout: Layout) -> Table | None:
    """The table that `layout` describes; None: its header words are not in this file, another may fit.

    Raises Unreadable for a file that is broken whatever the mapping.
    """
    if kind is FileKind.DELIMITED:
        return open_delimited(path, layout)
    if kind is FileKind.PARQUET:
        return open_parquet(path, layout)
    return open_workbook(path, layout)
