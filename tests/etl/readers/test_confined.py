"""Workbooks are parsed by a child with limits: what brings it down refuses one file, and the next is read."""

import os
import signal
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from etl.readers import Unreadable
from etl.readers.confined import Child, Workbook, load_workbook
from etl.readers.parse_child import MAX_ADDRESS_BYTES


def workbook(folder: Path, name: str = "in.xlsx", text: str = "甲") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("台账").write_row(0, 0, ["编号", text])
    return path


def repeated(folder: Path, *, characters: int, cells: int) -> Path:
    """A small file whose one shared string stands in very many cells."""
    source, target = workbook(folder, "small.xlsx", "甲乙"), folder / "in.xlsx"
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>' for row in range(2, cells + 2))
    edits = {
        "xl/sharedStrings.xml": ("甲乙", "甲" * characters),
        "xl/worksheets/sheet1.xml": ("</sheetData>", rows + "</sheetData>"),
    }
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, text.replace(*edits[name]) if name in edits else text)
    return target


def child_of(child: Child) -> int:
    assert child._process is not None
    return child._process.pid


def first_cells(book: Workbook) -> list[str]:
    return [str(sheet.text.row(0)[0]) for sheet in book.sheets]


def test_one_child_reads_many_files(tmp_path: Path) -> None:
    child = Child()
    assert first_cells(child.parse(workbook(tmp_path))) == ["编号"]
    first = child_of(child)
    assert first_cells(child.parse(workbook(tmp_path, "b.xlsx"))) == ["编号"]
    assert child_of(child) == first
    child.close()


def test_a_workbook_that_needs_too_much_memory_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    child = Child()
    bomb = repeated(tmp_path, characters=1 << 20, cells=60_000)  # 180 GB as text
    assert bomb.stat().st_size < 1 << 20
    with pytest.raises(Unreadable) as caught:
        child.parse(bomb)
    assert (caught.value.code, caught.value.found) == ("too_large", f"> {MAX_ADDRESS_BYTES >> 20} MB")
    assert first_cells(child.parse(workbook(tmp_path, "b.xlsx"))) == ["编号"]
    child.close()


def test_a_child_that_was_killed_is_replaced(tmp_path: Path) -> None:
    child = Child()
    path = workbook(tmp_path)
    child.parse(path)
    os.kill(child_of(child), signal.SIGKILL)
    assert child._process is not None
    child._process.wait()
    assert first_cells(child.parse(path)) == ["编号"]
    child.close()


def test_a_file_that_was_refused_is_not_parsed_again(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    path.write_bytes(b"PK no workbook")
    with pytest.raises(Unreadable) as first:
        load_workbook(path)
    with pytest.raises(Unreadable) as second:
        load_workbook(path)
    assert first.value is second.value


def test_a_child_ends_with_its_input(tmp_path: Path) -> None:
    child = Child()
    child.parse(workbook(tmp_path))
    process = child._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    child.close()
