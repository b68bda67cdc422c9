"""Text files against slow and boring readings of the same text."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.readers import Layout, Unreadable
from etl.readers.delimited import open_delimited

pytestmark = pytest.mark.long

HEADER = ("编号", "类型", "备注")


def write(folder: Path, text: str) -> Path:
    path = folder / "in.csv"
    path.write_bytes(text.encode())
    return path


@st.composite
def written_tables(draw: st.DrawFn) -> tuple[str, str]:
    """A well-formed file and its delimiter."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", "，"]))
    cell = st.text(st.sampled_from("ab 中文\"'\n\r1，,;|\t\u3000"), max_size=6)
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=12))
    text = io.StringIO()
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    csv.writer(text, delimiter=delimiter, lineterminator=ending).writerow([f"列名{i}" for i in range(width)])
    for row in rows:
        # Bare or all quoted; a CR or LF that is not the line end at hand the csv module would leave bare.
        is_plain = not {"\r", "\n"} & set("".join(row)) and draw(st.booleans())
        plain = csv.writer(text, delimiter=delimiter, lineterminator=ending)
        quoted = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
        (plain if is_plain else quoted).writerow(row)
    written = text.getvalue()
    has_last_end = draw(st.booleans()) or not rows
    return (written if has_last_end else written.removesuffix(ending)), delimiter


@settings(max_examples=200)
@given(table=written_tables(), block_bytes=st.integers(1, 40))
def test_a_well_formed_file_reads_as_the_csv_module_reads_it(
    table: tuple[str, str], block_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text, delimiter = table
    path = write(tmp_path_factory.mktemp("table"), text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(reader)
    expected: list[tuple[object, ...]] = []
    line = reader.line_num + 1
    for row in reader:
        expected.append((*(cell or None for cell in row), line))
        line = reader.line_num + 1
    found = open_delimited(path, Layout((("列名0",),), delimiter=delimiter), block_bytes=block_bytes)
    assert found is not None
    frame = pl.concat(found.chunks())
    assert found.headers == tuple(header)
    assert frame.select(*header, "__line").rows() == expected
    assert frame["__fault"].null_count() == frame.height


@dataclass(frozen=True)
class Record:
    text: str
    cells: list[str]
    line: int


def walk_records(text: str, delimiter: str) -> list[Record] | int:
    """Character by character: the records of a CSV text, or the line of a quote that was forgotten."""
    records: list[Record] = []
    line = 1
    at = 0
    while at < len(text):
        start, first, cell, opened = at, line, "", 0
        fields: list[str] = []
        while True:
            here = text[at : at + 1]
            if opened:
                if not here:
                    return opened
                if here == '"' and text[at + 1 : at + 2] == '"':
                    cell, at = cell + '"', at + 2
                elif here == '"':
                    behind = text[at + 1 : at + 2]
                    if behind and behind not in (delimiter, "\n", "\r") and line > opened:
                        return opened
                    opened, at = 0, at + 1
                else:
                    if here == "\n" or (here == "\r" and text[at + 1 : at + 2] != "\n"):
                        line += 1
                    cell, at = cell + here, at + 1
            elif here == '"' and (at == start or text[at - 1] == delimiter):
                opened, at = line, at + 1
            elif here == delimiter:
                fields, cell, at = [*fields, cell], "", at + 1
            elif here in ("", "\n", "\r"):
                break
            else:
                cell, at = cell + here, at + 1
        records.append(Record(text[start:at], [*fields, cell], first))
        at += 2 if text[at : at + 2] == "\r\n" else 1
        line += 1
    return records


@settings(max_examples=400)
@given(
    body=st.text(st.sampled_from('a"",,\n\r 中'), max_size=40),
    block_bytes=st.integers(1, 20),
    only_last=st.booleans(),
)
def test_a_broken_file_reads_as_a_slow_walk_through_it(
    body: str, block_bytes: int, only_last: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write(tmp_path_factory.mktemp("broken"), "一,二\n" + body)
    table = open_delimited(path, Layout((("一",), ("二",)), delimiter=","), block_bytes=block_bytes)
    assert table is not None
    wanted = ("二",) if only_last else ("一", "二")
    walked = walk_records("一,二\n" + body, ",")
    if isinstance(walked, int):
        with pytest.raises(Unreadable) as caught:
            list(table.chunks(wanted))
        assert (caught.value.code, caught.value.line) == ("unclosed_quote", walked)
        return
    records = walked[1:]
    if records and is_short(records[-1]) and not body.endswith(("\n", "\r")):
        with pytest.raises(Unreadable) as caught:
            list(table.chunks(wanted))
        assert (caught.value.code, caught.value.line) == ("truncated", records[-1].line)
        return
    frame = pl.concat(table.chunks(wanted))
    expected = [expected_row(record, wanted) for record in records]
    assert frame.select(*wanted, "__line", "__fault", "__blank").rows() == expected


def is_short(record: Record) -> bool:
    return len(record.cells) < 2 and record.text.strip() != ""


def expected_row(record: Record, wanted: tuple[str, ...]) -> tuple[object, ...]:
    blank = (*(None for _ in wanted), record.line)
    if len(record.cells) != 2 and not record.text.strip():
        return (*blank, None, True)
    if len(record.cells) != 2:
        return (*blank, "short_row" if len(record.cells) < 2 else "extra_fields", False)
    shown = [cell or None for cell in record.cells][-len(wanted) :]
    return (*shown, record.line, None, not any(cell.strip() for cell in record.cells))


def test_quoted_line_ends_survive_parallel_parsing(tmp_path: Path) -> None:
    """The parser cuts large blocks into pieces for its threads, and line ends in quotes could mislead it."""
    rows = [(str(i), '甲"\n,乙\n' * (i % 7), "x," * (i % 3)) for i in range(120_000)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *rows])
    table = open_delimited(write(tmp_path, text.getvalue()), Layout((("编号",),)))
    assert table is not None
    frame = pl.concat(table.chunks())
    assert frame.select(HEADER).rows() == [(n, kind or None, note or None) for n, kind, note in rows]
    starts = 2 + (2 * (frame["编号"].cast(pl.Int64) % 7) + 1).cum_sum().shift(1, fill_value=0)
    assert (frame["__line"].cast(pl.Int64) == starts).all()
