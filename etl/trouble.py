"""What stopped a night, in words an operator can act on; never the value of a cell."""

from __future__ import annotations

import errno
import os
import re
import traceback
from pathlib import Path

import duckdb
from polars.exceptions import PolarsError

from etl.ledger import StatesDamaged
from warehouse.archive import ArchiveDamaged
from warehouse.redaction import redact

ROOT = Path(__file__).resolve().parent.parent


def _numbers(names: str) -> list[int]:
    """Those of them that this system knows."""
    return [getattr(errno, name) for name in names.split() if hasattr(errno, name)]


DAMAGED = _numbers("EUCLEAN EBADMSG")
AWAY = _numbers(
    "ENXIO ENODEV EREMOTEIO ENOTCONN ESTALE ETIMEDOUT EHOSTDOWN EHOSTUNREACH ENETDOWN ENETUNREACH ECONNRESET ENOLINK"
)
SENTENCES = {
    errno.ENOSPC: ("磁盘已满：腾出空间后再运行 refresh", "the disk is full: free some space, then run refresh again"),
    errno.EDQUOT: (
        "磁盘配额已满：腾出空间后再运行 refresh",
        "the disk quota is full: free some space, then run refresh",
    ),
    errno.EFBIG: ("文件大小受限：请检查 ulimit -f", "a file would be larger than allowed: check ulimit -f"),
    errno.EIO: ("磁盘读写错误：请检查磁盘和 dmesg", "the disk failed to read or write: check it, and dmesg"),
    errno.EROFS: ("磁盘只读：请检查挂载", "the disk is read-only: check how it is mounted"),
    errno.EACCES: ("没有权限：请检查属主和权限", "no permission: check owner and mode"),
    errno.EPERM: ("没有权限：请检查属主和权限", "no permission: check owner and mode"),
    errno.ENOENT: ("文件或目录不见了", "a file or folder is gone"),
    errno.ENOMEM: ("内存不足", "not enough memory"),
    errno.EMFILE: ("打开的文件太多：请检查 ulimit -n", "too many open files: check ulimit -n"),
    errno.ENFILE: ("系统打开的文件太多", "the system has too many open files"),
    **dict.fromkeys(
        DAMAGED,
        ("文件系统已损坏：请检查磁盘（fsck）和 dmesg", "the file system is damaged: check it (fsck), and dmesg"),
    ),
    **dict.fromkeys(
        AWAY,
        ("磁盘或网络存储连接不上：请检查挂载", "a disk or network storage does not answer: check its mount"),
    ),
    errno.EBUSY: ("文件或设备被占用：稍后再运行 refresh", "a file or device is busy: run refresh again later"),
}
# What DuckDB and polars say in a text only.
TOLD = {os.strerror(number): number for number in SENTENCES}
# Only of a file that is gone the one who put it there may know.
OF_MACHINE = SENTENCES.keys() - {errno.ENOENT}


def errno_of(error: BaseException) -> int | None:
    """The number of the system's error behind an exception, also where the engines only quote its text."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return errno.ENOMEM
    if isinstance(error, OSError | duckdb.Error | PolarsError):
        return next((number for text, number in TOLD.items() if text.lower() in str(error).lower()), None)
    return None


def is_of_machine(error: BaseException) -> bool:
    """Whether disk, memory or permissions stopped the work: then nothing is wrong with the files, and nothing held."""
    return errno_of(error) in OF_MACHINE or isinstance(error, ChildProcessError)


def tell(error: BaseException) -> str:
    """One line, Chinese and English where we know what to do; of what nobody foresaw only its kind and the place."""
    if isinstance(error, ArchiveDamaged | StatesDamaged):
        return str(error)
    known = SENTENCES.get(errno_of(error) or 0)
    if known:
        file = getattr(error, "filename", None)
        where = f" ({redact(Path(file).name)})" if file else ""
        return f"{known[0]} / {known[1]}{where}"
    # The engines' errors quote what they met; only their first line, and redacted.
    if isinstance(error, duckdb.Error | OSError | PolarsError):
        return redact(f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")
    what = f"{type(error).__name__} {_place(error)}"
    return f"程序错误，请报告开发人员 / an error of the program, tell the developers: {what}"


def _place(error: BaseException) -> str:
    """The innermost line of our own."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(ROOT))]
    own = [frame for frame in frames if not re.search(r"site-packages|\.venv", frame.filename)]
    return f"{Path(own[-1].filename).relative_to(ROOT)}:{own[-1].lineno}" if own else "?"
