"""Text files: every row arrives once, at its line, cell for cell as Python's csv module reads it."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from etl.readers import FileKind, Layout, Table, Unreadable, open_table, sniff
from etl.readers.delimited import open_delimited

HEADER = ("编号", "类型", "备注")
LAYOUT = Layout((("编号",), ("类型",)))
Rows = list[tuple[object, ...]]


def write(folder: Path, content: bytes | str, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def open_file(path: Path, layout: Layout = LAYOUT) -> Table:
    table = open_table(path, sniff(path), layout)
    assert table is not None
    return table


def read(path: Path, layout: Layout = LAYOUT) -> pl.DataFrame:
    return pl.concat(open_file(path, layout).chunks())


def cells(frame: pl.DataFrame) -> Rows:
    return frame.select(pl.exclude("^__.*$")).rows()


def faults(frame: pl.DataFrame) -> list[tuple[int, str | None]]:
    return frame.select("__line", "__fault").rows()


def refusal(path: Path, layout: Layout = LAYOUT) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(path, layout)
    return caught.value


# --- encodings (bad_inputs 1-6) ---

TEXT = "编号,类型,备注\r\n1,邻里纠纷,“楼上漏水”\r\n2,婚姻家庭纠纷,\r\n"
EXPECTED: Rows = [("1", "邻里纠纷", "“楼上漏水”"), ("2", "婚姻家庭纠纷", None)]


@pytest.mark.parametrize(
    ("encoded", "codec"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("gbk"), "gb18030"),
        (TEXT.replace("1,", "㐀,").encode("gb18030"), "gb18030"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
    ],
    ids=["utf8", "utf8_bom", "gbk", "gb18030", "utf16_bom", "utf16be_bom", "utf16", "utf16be"],
)
def test_the_encoding_is_found(encoded: bytes, codec: str, tmp_path: Path) -> None:
    table = open_file(write(tmp_path, encoded))
    assert (table.encoding, table.headers) == (codec, HEADER)
    frame = pl.concat(table.chunks())
    assert cells(frame)[1:] == EXPECTED[1:]
    assert cells(frame)[0][1:] == EXPECTED[0][1:]


def test_excel_unicode_text_is_utf16_with_tabs(tmp_path: Path) -> None:
    path = write(tmp_path, ("\ufeff" + TEXT.replace(",", "\t")).encode("utf-16-le"), "Unicode 文本.txt")
    assert cells(read(path)) == EXPECTED


def test_header_words_tell_big5_from_gb18030(tmp_path: Path) -> None:
    text = "編號,類型,備註\n1,強盜,發生於台北市\n"
    encoded = text.encode("cp950")
    assert encoded.decode("gb18030") != text  # no error, but garbage
    table = open_file(write(tmp_path, encoded), Layout((("編號",), ("類型",))))
    assert table.encoding == "cp950"
    assert cells(pl.concat(table.chunks())) == [("1", "強盜", "發生於台北市")]


def test_a_fixed_encoding_is_obeyed(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,強盜\n".encode("cp950"))
    assert cells(read(path, Layout((("id",),), encoding="cp950"))) == [("1", "強盜")]


def test_words_that_no_encoding_shows_leave_the_file_to_another_mapping(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT.encode("shift_jis", errors="replace"))
    assert open_table(path, FileKind.DELIMITED, Layout((("警情编号",),))) is None


def many_lines(count: int, bad: dict[int, bytes], codec: str = "utf-8") -> bytes:
    """A header and `count` lines, of which some are given."""
    lines = [bad.get(i, f"{i},类型{i},无".encode(codec)) for i in range(1, count + 1)]
    return b"\n".join(["编号,类型,备注".encode(codec), *lines]) + b"\n"


@pytest.mark.parametrize(
    ("codec", "bad"),
    [("utf-8", b"50,\xff\xff,x"), ("utf-8", "50,类型,无".encode()[:-1]), ("gb18030", b"50,\xff\xff,x")],
)
def test_one_line_that_does_not_decode_is_one_fault(codec: str, bad: bytes, tmp_path: Path) -> None:
    frame = read(write(tmp_path, many_lines(200, {50: bad}, codec)))
    assert frame.height == 200
    assert [each for each in faults(frame) if each[1]] == [(51, "undecodable")]
    assert cells(frame)[49] == (None, None, None)
    assert cells(frame)[50] == ("51", "类型51", "无")


@pytest.mark.parametrize(("codec", "other"), [("utf-8", "gbk"), ("gb18030", "utf-8")])
def test_lines_in_the_other_codec_are_read_in_it(codec: str, other: str, tmp_path: Path) -> None:
    lines = {number: f"{number},调解不成,第{number}件其他系统导出的纠纷".encode(other) for number in range(50, 120, 7)}
    frame = read(write(tmp_path, many_lines(200, lines, codec)))
    assert not [each for each in faults(frame) if each[1]]
    assert cells(frame)[49] == ("50", "调解不成", "第50件其他系统导出的纠纷")
    assert cells(frame)[50] == ("51", "类型51", "无")


def test_an_undecodable_line_is_found_in_a_column_that_nobody_reads(tmp_path: Path) -> None:
    table = open_file(write(tmp_path, many_lines(200, {50: b"50,a,\xff"})))
    frame = pl.concat(table.chunks(["编号"]))
    assert frame.filter(pl.col("__fault").is_not_null()).rows() == [(None, 51, "undecodable", False, None)]


def test_more_than_one_in_a_hundred_undecodable_lines_refuse_the_file(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, many_lines(200, dict.fromkeys((7, 50, 90), b"1,\xff,x"))))
    assert (error.code, error.line, error.found) == ("undecodable", 8, "3 / 200")


def test_a_nul_byte_is_a_fault_of_its_row_alone(tmp_path: Path) -> None:
    frame = read(write(tmp_path, "编号,类型,备注\n1,a,b\n2\0,a,b\n3,a,b\n"))
    assert faults(frame) == [(2, None), (3, "undecodable"), (4, None)]


def test_a_multibyte_character_across_the_head_is_no_error(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'纠纷' * 40},无\n" for i in range(2_000))  # > 256 KiB in every codec
    for shift in range(3):
        path = write(tmp_path, ("编号,类型,备注\n" + "x" * shift + rows).encode("gb18030"))
        assert read(path).height == 2_000


# --- shape (bad_inputs 22, 23, 33-41, 46, 47, 64) ---


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_end_separates_rows(ending: str, tmp_path: Path) -> None:
    frame = read(write(tmp_path, ending.join(["编号,类型,备注", "1,a,b", "2,c,d", ""])))
    assert cells(frame) == [("1", "a", "b"), ("2", "c", "d")]
    assert frame["__line"].to_list() == [2, 3]


def test_mixed_line_ends_are_one_kind(tmp_path: Path) -> None:
    frame = read(write(tmp_path, '编号,类型,备注\r\n1,a,b\r2,"c\r\nd",e\n3,f,g\n\r4,h,i'))
    assert cells(frame) == [
        ("1", "a", "b"),
        ("2", "c\r\nd", "e"),
        ("3", "f", "g"),
        (None, None, None),
        ("4", "h", "i"),
    ]
    assert frame["__line"].to_list() == [2, 3, 5, 6, 7]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_the_delimiter_is_found(delimiter: str, tmp_path: Path) -> None:
    text = "编号,类型,备注\n1,a,b\n".replace(",", delimiter)
    assert cells(read(write(tmp_path, text))) == [("1", "a", "b")]


def test_a_quoted_wide_comma_is_text_where_it_delimits(tmp_path: Path) -> None:
    assert cells(read(write(tmp_path, '编号，类型，备注\n1，"a，b"，c\n'))) == [("1", "a，b", "c")]


def test_short_and_long_rows_are_faults_and_the_rest_stays_aligned(tmp_path: Path) -> None:
    frame = read(write(tmp_path, "编号,类型,备注\n1,a\n2,a,b\n3,a,b,c\n4,a,b,\n5,,\n"))
    assert faults(frame) == [(2, "short_row"), (3, None), (4, "extra_fields"), (5, "extra_fields"), (6, None)]
    assert cells(frame) == [(None,) * 3, ("2", "a", "b"), (None,) * 3, (None,) * 3, ("5", None, None)]


def test_short_and_long_rows_that_cancel_out_are_both_seen(tmp_path: Path) -> None:
    frame = read(write(tmp_path, "编号,类型,备注\n1,a\n2,a,b,c\n"))
    assert faults(frame) == [(2, "short_row"), (3, "extra_fields")]


def test_blank_lines_are_rows_without_fault(tmp_path: Path) -> None:
    frame = read(write(tmp_path, "编号,类型,备注\n\n1,a,b\n  \n,,\n\n"))
    assert frame["__blank"].to_list() == [True, False, True, True, True]
    assert faults(frame) == [(2, None), (3, None), (4, None), (5, None), (6, None)]


def test_a_row_is_not_blank_where_only_unread_columns_have_text(tmp_path: Path) -> None:
    table = open_file(write(tmp_path, "编号,类型,备注\n,,b\n,,\n"))
    assert pl.concat(table.chunks(["编号"]))["__blank"].to_list() == [False, True]


def test_a_footnote_is_a_blank_row_where_the_mapping_knows_it(tmp_path: Path) -> None:
    path = write(tmp_path, "编号,类型,备注\n1,a,b\n填表人：王某,审核：李某")
    assert refusal(path).code == "truncated"
    frame = read(path, Layout(LAYOUT.header_words, footnote="^(填表人|制表)"))
    assert cells(frame) == [("1", "a", "b"), (None, None, None)]
    assert frame["__blank"].to_list() == [False, True]


def test_a_last_row_cut_off_refuses_the_file(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, "编号,类型,备注\n1,a,b\n2,a"))
    assert (error.code, error.line) == ("truncated", 3)


def test_a_short_last_row_with_its_line_end_is_a_fault(tmp_path: Path) -> None:
    assert faults(read(write(tmp_path, "编号,类型,备注\n1,a,b\n2,a\n"))) == [(2, None), (3, "short_row")]


def test_a_full_last_row_needs_no_line_end(tmp_path: Path) -> None:
    assert cells(read(write(tmp_path, "编号,类型,备注\n1,a,b"))) == [("1", "a", "b")]


def test_a_dos_end_mark_is_no_row(tmp_path: Path) -> None:
    assert read(write(tmp_path, "编号,类型,备注\r\n1,a,b\r\n\x1a")).height == 1


def test_an_unclosed_quote_is_refused_with_the_line_where_it_opened(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, '编号,类型,备注\n1,"a\n甲",b\n2,"c,d\n3,e,f\n'))
    assert (error.code, error.line) == ("unclosed_quote", 4)


def test_a_forgotten_quote_that_a_later_one_seems_to_close_is_refused_too(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, '编号,类型,备注\n1,"a,b\n2,c,d\n3,"e",f\n'))
    assert (error.code, error.line) == ("unclosed_quote", 2)


def test_an_unclosed_quote_does_not_swallow_a_large_file(tmp_path: Path) -> None:
    rows = "3,类型类型类型类型类型类型,备注\n" * 250_000
    error = refusal(write(tmp_path, '编号,类型,备注\n1,"a,b\n' + rows))
    assert (error.code, error.line) == ("unclosed_quote", 2)


def test_stray_quotes_in_a_cell_are_text(tmp_path: Path) -> None:
    frame = read(write(tmp_path, '编号,类型,备注\n1,5" 管,b\n2,"a"b,"c"\n'))
    assert cells(frame) == [("1", '5" 管', "b"), ("2", "ab", "c")]


def test_cells_keep_their_blanks(tmp_path: Path) -> None:
    assert cells(read(write(tmp_path, "编号,类型,备注\n 1 ,\u3000a,'b\n"))) == [(" 1 ", "\u3000a", "'b")]


def test_duplicate_headers_refuse_the_file(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, "编号,类型,类 型\n1,a,b\n"))
    assert (error.code, error.line, error.found) == ("duplicate_headers", 1, "类型")


def test_empty_headers_get_a_name_that_nobody_matches(tmp_path: Path) -> None:
    assert open_file(write(tmp_path, "编号,,类型,,列2\n1,a,b,c,d\n")).headers == (
        "编号",
        "列2'",
        "类型",
        "列4",
        "列2",
    )


def test_the_header_is_found_below_titles(tmp_path: Path) -> None:
    table = open_file(write(tmp_path, "2026年1月矛盾纠纷台账\n\n单位：青山\n编号,类型,备注\n1,a,b\n"))
    assert table.header_line == 4
    assert pl.concat(table.chunks())["__line"].to_list() == [5]


def test_a_header_below_the_tenth_row_is_found_only_where_the_mapping_says(tmp_path: Path) -> None:
    path = write(tmp_path, "题\n" * 10 + "编号,类型,备注\n1,a,b\n")
    assert open_table(path, FileKind.DELIMITED, LAYOUT) is None
    assert cells(read(path, Layout(LAYOUT.header_words, header_row=11))) == [("1", "a", "b")]


def test_two_header_levels_are_joined(tmp_path: Path) -> None:
    text = "单位,2025年,,备注,\n,受理,化解,,\n青山,3,2,无,\n"
    table = open_file(write(tmp_path, text), Layout((("单位",),), header_row=(1, 2)))
    assert table.headers == ("单位", "2025年/受理", "2025年/化解", "备注", "列5")
    assert table.header_line == 2
    assert cells(pl.concat(table.chunks())) == [("青山", "3", "2", "无", None)]


def test_a_header_alone_is_a_table_of_no_rows(tmp_path: Path) -> None:
    for text in ("编号,类型,备注", "编号,类型,备注\r\n", "编号,类型,备注\r"):
        frame = read(write(tmp_path, text))
        assert (frame.height, tuple(frame.columns[:3])) == (0, HEADER)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content: bytes, tmp_path: Path) -> None:
    assert refusal(write(tmp_path, content)).code == "empty_file"


def test_too_many_columns_refuse_the_file(tmp_path: Path) -> None:
    wide = ",".join(["编号", "类型", *(f"c{i}" for i in range(1_999))])
    assert refusal(write(tmp_path, wide + "\n")).code == "too_large"
    assert len(open_file(write(tmp_path, wide.removesuffix(",c1998") + "\n")).headers) == 2_000


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_vast_cell_is_a_fault_of_its_row(quote: str, tmp_path: Path) -> None:
    fitting, vast = "长" * 100_000, f"{quote}{'长' * 1_000_000}{quote}"
    frame = read(write(tmp_path, f"编号,类型,备注\n1,{fitting},a\n2,{vast},b\n3,c,d\n"))
    assert faults(frame) == [(2, None), (3, "too_large"), (4, None)]
    assert cells(frame)[1] == (None, None, None)


def test_gzip_is_looked_through(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(TEXT.encode("gbk")), "in.csv.gz")
    assert cells(read(path)) == EXPECTED


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT.encode() + bytes(str(list(range(20_000))), "ascii"))
    assert refusal(write(tmp_path, packed[: len(packed) // 2], "in.csv.gz")).code == "truncated"


def test_a_gzip_bomb_is_stopped(tmp_path: Path) -> None:
    member = gzip.compress((b"1,a," + b"b" * 90_000 + b"\n") * 100)
    bomb = gzip.compress("编号,类型,备注\n".encode()) + member * 24  # 200 KB -> 216 MB
    table = open_file(write(tmp_path, bomb, "in.csv.gz"))
    with pytest.raises(Unreadable) as caught:
        list(table.chunks([]))
    assert caught.value.code == "too_large"


# --- the contract of chunks ---


def test_only_the_wanted_columns_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    table = open_file(write(tmp_path, "编号,类型,备注\n1,a,b\n2,a\n"))
    frame = pl.concat(table.chunks(["备注", "编号"]))
    assert frame.columns == ["编号", "备注", "__line", "__fault", "__blank", "__lossy"]
    assert frame.rows() == [("1", "b", 2, None, False, None), (None, None, 3, "short_row", False, None)]
    with pytest.raises(ValueError, match="没有"):
        table.chunks(["没有"])


def test_no_wanted_column_still_counts_rows(tmp_path: Path) -> None:
    table = open_file(write(tmp_path, "编号,类型,备注\n1,a,b\n,,\n"))
    assert pl.concat(table.chunks([])).rows() == [(2, None, False, None), (3, None, True, None)]


def test_chunks_are_bounded_and_lines_go_on_across_them(tmp_path: Path) -> None:
    count = 400_000
    path = write(tmp_path, "编号,类型\n" + "".join(f"{i},a\n" for i in range(count)))
    chunks = list(open_file(path).chunks())
    assert max(chunk.height for chunk in chunks) <= 150_000
    assert len(chunks) < 10
    frame = pl.concat(chunks)
    assert (frame["__line"] == pl.int_range(2, count + 2, dtype=pl.UInt32, eager=True)).all()
    assert frame["编号"].to_list() == [str(i) for i in range(count)]


def test_filling_down_goes_across_blocks_and_leaves_faults_and_blanks_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "编号,类型,备注\n1,a,b\n,,c\n,,\n,x\n,,d\n2,,e\n")
    table = open_delimited(path, Layout(LAYOUT.header_words, fill_down=("编号",)), block_bytes=4)
    assert table is not None
    frame = pl.concat(table.chunks())
    assert frame["编号"].to_list() == ["1", "1", None, None, "1", "2"]
    assert frame["__fault"].to_list() == [None, None, None, "short_row", None, None]


@pytest.mark.parametrize("block_bytes", [64 << 10, 100_000, 1 << 20])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    ("odd_row", "fault"),
    [
        ("", None),
        ("9,z,\n", None),
        ("9,z\n", "short_row"),
        ("9\n9,z,y,x\n", "short_row"),
        ("9,z,y,x,w\n", "extra_fields"),
        (",,\n", None),
        ("\n", None),
        ("9,z,\0\n", "undecodable"),
    ],
)
def test_one_odd_row_changes_nothing_around_it(
    odd_row: str, fault: str | None, codec: str, block_bytes: int, tmp_path: Path
) -> None:
    """Blocks in which nothing is wrong take a shorter way than the one with the odd row and those behind it."""
    before = "".join(f"{i},纠纷{i},{'备注' * (i % 9 + 1)}\n" for i in range(9_000))
    behind = "".join(f"{i},纠纷,x\n" for i in range(9_000, 18_000))
    path = write(tmp_path, ("编号,类型,备注\n" + before + odd_row + behind).encode(codec))
    table = open_delimited(path, LAYOUT, block_bytes=block_bytes)
    assert table is not None
    frame = pl.concat(table.chunks(["编号", "类型"]))
    odd = odd_row.count("\n")
    assert frame["__line"].to_list() == list(range(2, 18_002 + odd))
    assert frame["编号"].head(9_000).to_list() == [str(i) for i in range(9_000)]
    assert frame["编号"].tail(9_000).to_list() == [str(i) for i in range(9_000, 18_000)]
    assert frame["类型"].head(9_000).to_list() == [f"纠纷{i}" for i in range(9_000)]
    faults_found = frame["__fault"].to_list()
    assert faults_found[:9_000] + faults_found[9_000 + odd :] == [None] * 18_000
    assert faults_found[9_000 : 9_000 + min(odd, 1)] == [fault] * min(odd, 1)
    assert frame["__blank"].sum() == (odd_row in (",,\n", "\n"))
