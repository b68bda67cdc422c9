"""Files that nobody here invented: their encodings, shapes and figures."""

from pathlib import Path

import polars as pl
import pytest

from etl.readers import Layout, open_table, sniff


@pytest.mark.parametrize(
    ("name", "words", "encoding", "rows"),
    [
        ("taipei/臺北市街頭隨機強盜案件點位資訊.csv", ("編號", "發生日期"), "cp950", 25),
        ("taipei/臺北市街頭隨機搶奪案件點位資訊.csv", ("編號", "發生日期"), "cp950", 54),
        ("sf_inspections/ins.csv", ("iid", "score"), "utf-8", 26_663),
        ("sf_inspections/bus.csv", ("business id column", "phone_number"), "utf-8", 6_253),
        ("calgary/crime.csv.gz", ("comm_code", "crime_count"), "utf-8", 77_135),
        ("calgary/population.csv.gz", ("comm_code", "population"), "utf-8", 10_448),
        ("london_mps/recorded-crime-ward.parquet", ("wardcode", "202402"), None, 18_688),
        ("london_mps/recorded-crime-borough.parquet", ("202403", "202602"), None, 1_032),
    ],
)
def test_every_row_of_the_public_sets_is_read_without_fault(
    name: str, words: tuple[str, ...], encoding: str | None, rows: int, realdata: Path
) -> None:
    path = realdata / name
    layout = Layout(tuple((word,) for word in words), trusted=True)
    table = open_table(path, sniff(path), layout)
    assert table is not None
    assert table.encoding == encoding
    frame = pl.concat(table.chunks())
    assert frame.height == rows
    assert frame["__fault"].null_count() == rows


def test_taipei_reads_in_right_chinese(realdata: Path) -> None:
    path = realdata / "taipei/臺北市街頭隨機強盜案件點位資訊.csv"
    table = open_table(path, sniff(path), Layout((("發生日期",),)))
    assert table is not None
    first = pl.concat(table.chunks()).row(0, named=True)
    assert (first["案類"], first["發生日期"]) == ("強盜", "1070130")
    assert first["發生地點"].startswith("台北市中山區")


def test_london_counts_add_up(realdata: Path) -> None:
    path = realdata / "london_mps/recorded-crime-ward.parquet"
    table = open_table(path, sniff(path), Layout((("wardcode",),), trusted=True))
    assert table is not None
    months = [header for header in table.headers if header.isdigit()]
    counts = pl.concat(table.chunks(months)).select(pl.col(months).cast(pl.Int64))
    assert len(months) == 25
    assert counts.sum().sum_horizontal().item() == 1_782_174
