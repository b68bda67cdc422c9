"""Files are whole or as they were before, whichever step fails."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from tests.etl.faulty_disk import FAULTS, faulty
from warehouse.durable import append_lines, fresh_name, move, point, read_entries, write_new, write_whole


def steps_of_a_write(path: Path) -> int:
    with faulty() as disk:
        write_whole(path, "before")
    return len(disk.steps)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_is_the_old_or_the_new_one_whichever_step_fails(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "file"
    steps = steps_of_a_write(path)
    assert steps == 4
    for number in range(steps):
        with faulty(number, fault), pytest.raises(OSError, match="file"):
            write_whole(path, f"after {number}")
        assert path.read_text("utf-8") in ("before", *(f"after {n}" for n in range(number + 1)))
    write_whole(path, "last")
    assert path.read_text("utf-8") == "last"
    assert not fresh_name(path).exists()


def test_a_full_disk_leaves_half_a_line_which_the_next_one_does_not_continue(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append_lines(path, ["one"])
    with faulty(0, "ENOSPC"), pytest.raises(OSError, match="log") as told:
        append_lines(path, ["twotwo"])
    assert told.value.errno == errno.ENOSPC
    append_lines(path, ["three", "four"])
    assert path.read_text("utf-8").splitlines() == ["one", "two", "three", "four"]


def test_lines_are_read_whichever_byte_the_one_before_was_cut_off_at(tmp_path: Path) -> None:
    torn = json.dumps({"zh": "表头\u2028不认得"}, ensure_ascii=False).encode()
    for length in range(1, len(torn)):
        path = tmp_path / str(length)
        append_lines(path, ['{"a": "行\u2028一"}'])
        path.write_bytes(path.read_bytes() + torn[:length])
        append_lines(path, ['{"b": 2}'])
        assert read_entries(path) == [{"a": "行\u2028一"}, {"b": 2}]
    assert read_entries(tmp_path / "missing") == []


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_new(path, "first", mode=0o600)
    with pytest.raises(FileExistsError):
        write_new(path, "second", mode=0o600)
    assert path.read_text("ascii") == "first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_link_names_the_old_target_until_it_names_the_new_one(tmp_path: Path) -> None:
    link = tmp_path / "current"
    point(link, Path("a"))
    with faulty() as disk:
        point(link, Path("b"))
    for number in range(len(disk.steps)):
        with faulty(number, "EIO"), pytest.raises(OSError, match=r"current|test"):
            point(link, Path("c"))
        assert str(link.readlink()) in ("b", "c")


def test_a_file_is_on_the_disk_before_it_gets_its_name(tmp_path: Path) -> None:
    (tmp_path / "fresh").write_text("content")
    with faulty() as disk:
        move(tmp_path / "fresh", tmp_path / "final")
    assert disk.steps == ["sync fresh", "replace fresh", f"sync {tmp_path.name}"]
