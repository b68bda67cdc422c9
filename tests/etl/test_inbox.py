"""Names of files are text for people: whatever bytes they are, nothing in them moves a cursor or a page."""

from __future__ import annotations

import os
from pathlib import Path

from etl.inbox import list_files, readable_name
from tests.etl.nights import write_bytes


def test_names_packed_on_windows_are_read_as_gbk(tmp_path: Path) -> None:
    name = os.fsdecode("接处警登记.csv".encode("gbk"))
    write_bytes(tmp_path, name, b"x")
    (file,) = list_files(tmp_path)
    assert file.name == file.base_name == "接处警登记.csv"


def test_control_and_direction_characters_are_not_kept() -> None:
    assert readable_name(Path("a\x1b[2Jb\n\u202ec\u200bd　e.csv")) == "a\ufffd[2Jb\ufffd\ufffdc\ufffdd　e.csv"
