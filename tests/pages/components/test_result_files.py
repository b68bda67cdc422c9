"""Answers as files: all rows, nothing that a spreadsheet would run, and for whom it is meant."""

from __future__ import annotations

from io import BytesIO, StringIO

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pages.components.result_files import SUFFIXES, XLSX_ROWS, DoesNotFit, Stamp, file_name, write
from warehouse.sandbox import Result

STAMP = Stamp(("来源：枫桥看板", "内部资料，未作小数隐去"), "select 1\nfrom t", sheet="结果", about="说明")
FRAME = pl.DataFrame(
    {
        "name": ["=1+1", "城东", None],
        "day": ["2026-10-01", "1850-01-01", None],
        "n": [1, -2, None],
        "share": [0.5, float("nan"), None],
        "ok": [True, False, None],
        "many": [[1, 2], [], None],
        "@head": ["-1", "+1", 'a,"b"\nc'],
    }
).with_columns(pl.col("day").str.to_date())


def result_of(frame: pl.DataFrame) -> Result:
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    return Result(frame.columns, [], table.schema, 1.0, None, table.to_batches(max_chunksize=2))


def test_parquet_holds_every_value_and_type_and_says_what_it_is() -> None:
    stream = BytesIO(write(result_of(FRAME), "parquet", STAMP))
    assert pl.read_parquet(stream).equals(FRAME)
    notes = pq.read_schema(stream).metadata
    assert notes[b"fengqiao"].decode() == "来源：枫桥看板\n内部资料，未作小数隐去"
    assert notes[b"fengqiao.query"].decode() == STAMP.query


def test_csv_has_the_mark_crlf_and_no_formula() -> None:
    content = write(result_of(FRAME), "csv", STAMP)
    assert content.startswith(b"\xef\xbb\xbf")
    found = pl.read_csv(StringIO(content.decode("utf-8-sig")), infer_schema=False)
    assert found.columns == ["name", "day", "n", "share", "ok", "many", "'@head"]
    assert found["name"].to_list() == ["'=1+1", "城东", None]
    assert found["'@head"].to_list() == ["'-1", "'+1", 'a,"b"\nc']
    # A negative number is a number.
    assert found["n"].to_list() == ["1", "-2", None]
    assert found["many"].to_list() == ["[1, 2]", "[]", None]
    assert content.count(b"\r\n") == 4


def test_a_workbook_has_numbers_as_numbers_texts_as_texts_and_a_sheet_about_itself() -> None:
    book = fastexcel.read_excel(write(result_of(FRAME), "xlsx", STAMP))
    assert book.sheet_names == ["结果", "说明"]
    sheet = book.load_sheet("结果").to_polars()
    assert sheet["name"].to_list() == ["=1+1", "城东", None]
    assert sheet["n"].to_list() == [1, -2, None]
    assert str(sheet["day"][0]).startswith("2026-10-01")
    about = book.load_sheet("说明", header_row=None).to_polars().to_series().to_list()
    assert about == [*STAMP.lines, "select 1", "from t"]


def test_a_workbook_of_too_many_rows_is_refused_before_it_is_written() -> None:
    batch = pa.record_batch({"n": pa.array(range(1000))})
    large = Result(["n"], ["BIGINT"], batch.schema, 1.0, None, [batch] * (XLSX_ROWS // 1000 + 1))
    with pytest.raises(DoesNotFit):
        write(large, "xlsx", STAMP)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_answer_without_rows_is_a_file_with_its_head(suffix: str) -> None:
    assert write(result_of(FRAME.head(0)), suffix, STAMP)  # type: ignore[arg-type]


def test_file_names_are_taken_by_every_system() -> None:
    assert file_name(["查询结果_内部", "2026/10:1"], "csv") == "查询结果_内部_2026-10-1.csv"
