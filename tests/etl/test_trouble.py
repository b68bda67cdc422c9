"""What stopped a night is told in words, and whether the machine is to blame, so that no batch is held for it."""

from __future__ import annotations

import errno
import os

import duckdb
import pytest
from polars.exceptions import ComputeError

from etl.trouble import errno_of, is_of_machine, tell

MACHINE = ["ENOSPC", "EIO", "EROFS", "EACCES", "ENOMEM", "EMFILE", "EUCLEAN", "ESTALE", "ETIMEDOUT", "ENXIO", "EBUSY"]


@pytest.mark.parametrize("name", MACHINE)
def test_the_system_is_believed_in_its_own_words_and_in_those_of_the_engines(name: str) -> None:
    """DuckDB and polars only quote the system: IO Error: Could not read from file "…": Stale file handle."""
    number = getattr(errno, name)
    said = f'IO Error: Could not read from file "/data/current/warehouse.duckdb": {os.strerror(number)}'
    errors = (OSError(number, os.strerror(number)), duckdb.IOException(said), ComputeError(os.strerror(number).lower()))
    for error in errors:
        assert errno_of(error) == number
        assert is_of_machine(error)
        assert "/" in tell(error)
    assert len({tell(error) for error in errors}) == 1


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)),
        # A damaged file of the archive is no fault of the disk that anybody could mend by running again.
        duckdb.IOException("IO Error: No magic bytes found at end of file"),
        duckdb.ConversionException("Conversion Error: Could not convert string"),
        ValueError("a model has no grain"),
    ],
)
def test_everything_else_is_not_blamed_on_the_machine(error: Exception) -> None:
    assert not is_of_machine(error)


def test_what_is_told_of_a_file_is_its_name_without_a_person_in_it() -> None:
    error = OSError(errno.EMFILE, os.strerror(errno.EMFILE), "/inbox/接处警_13800000000.csv")
    assert tell(error).startswith("打开的文件太多：请检查 ulimit -n / too many open files: check ulimit -n (")
    assert "13800000000" not in tell(error)
