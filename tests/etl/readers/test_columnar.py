"""Parquet where a mapping trusts it: the same text frame as from any other file."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.exceptions import PanicException

from etl.readers import FileKind, Layout, Unreadable, open_table, sniff
from etl.readers.columnar import open_parquet
from etl.readers.parquet_batches import read_batches
from tests.bench.mutations import mutant

LAYOUT = Layout((("编号",),), trusted=True)


def test_values_come_as_text(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame(
        {
            "编号": ["1", "", None],
            "整": [3, -4, None],
            "小": [3.0, 0.25, 1e16],
            "日": [dt.date(2026, 1, 31), None, None],
            "时": [dt.datetime(2026, 1, 31, 8, 5), dt.datetime(2026, 1, 31), None],
            "是": [True, False, None],
            "嵌": [[1], [2], [3]],
        }
    ).write_parquet(path)
    table = open_table(path, sniff(path), LAYOUT)
    assert table is not None
    assert (table.header_line, table.encoding, table.sheet) == (0, None, None)
    assert pl.concat(table.chunks()).rows() == [
        ("1", "3", "3", "2026-01-31", "2026-01-31 08:05:00", "TRUE", None, 1, None, False, None),
        (None, "-4", "0.25", None, "2026-01-31 00:00:00", "FALSE", None, 2, None, False, None),
        (None, None, "10000000000000000", None, None, None, None, 3, None, False, ["小"]),
    ]


def test_only_a_trusting_mapping_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"编号": ["1"]}).write_parquet(path)
    assert sniff(path) is FileKind.PARQUET
    with pytest.raises(Unreadable) as caught:
        open_table(path, FileKind.PARQUET, Layout((("编号",),)))
    assert caught.value.code == "not_what_it_says"


def test_other_words_leave_it_to_another_mapping(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"编号": ["1"]}).write_parquet(path)
    assert open_table(path, FileKind.PARQUET, Layout((("警情编号",),), trusted=True)) is None


def test_batches_are_bounded_and_numbered_through(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"编号": pl.int_range(200_001, eager=True), "空": None}).write_parquet(path)
    table = open_table(path, FileKind.PARQUET, LAYOUT)
    assert table is not None
    chunks = [chunk for chunk in table.chunks(["空"]) if chunk.height]
    assert [chunk.height for chunk in chunks] == [150_000, 50_001]
    assert chunks[1].row(-1) == (None, 200_001, None, False, None)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"编号": ["1"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(Unreadable) as caught:
        sniff(path)
    assert caught.value.code == "truncated"


def test_a_file_that_brings_the_engine_down_is_refused_and_the_next_one_is_read(tmp_path: Path) -> None:
    """A spoiled count in the 8,362nd file of the fuzz lets polars 2.1 ask for 2 EB, and abort."""
    _, _, data = mutant(8362, 1)
    fatal, sound = tmp_path / "fatal.parquet", tmp_path / "sound.parquet"
    fatal.write_bytes(data)
    pl.DataFrame({"编号": ["1"], "类型": ["邻里"]}).write_parquet(sound)
    for _ in range(2):
        with pytest.raises(Unreadable) as caught:
            open_parquet(fatal, Layout((("警情编号",), ("接警时间",)), trusted=True))
        assert caught.value.code == "not_what_it_says"
        assert open_parquet(sound, Layout((("编号",), ("类型",)), trusted=True)) is not None


def test_what_the_engine_panics_of_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(*_: object) -> None:
        raise PanicException("assertion failed")

    path = tmp_path / "in.parquet"
    pl.DataFrame({"编号": ["1"]}).write_parquet(path)
    monkeypatch.setattr(pl, "scan_parquet", panic)
    with pytest.raises(Unreadable) as caught:
        list(read_batches(path))
    assert (caught.value.code, caught.value.found) == ("not_what_it_says", "broken Parquet")
