"""Rows 1 to 8 of the catalogue: how the bytes of a text become characters."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable

from tests.bad_inputs.books import xlsx
from tests.bad_inputs.case import HEAD, VISIT, Case, csv, good, loaded, refused, text, visit

BIG5_HEAD = ("編號", "案類", "發生日期", "發生時段", "發生地點", "備註")
NOTED = (*HEAD, "备注")


def two(key: str) -> str:
    """Two sound rows as text."""
    return text(good(key, 1), good(key, 2))


def mixed(key: str, *, codec: str, other: bytes | str, lines: int, count: int = 200) -> bytes:
    """`count` rows of one codec, of which the last `lines` are in another one, or end in bytes of none."""
    rows = [text(good(key, number), head=()) for number in range(1, count + 1)]
    whole = [row.encode(codec) for row in rows[: count - lines]]
    for row in rows[count - lines :]:
        whole.append(row.encode(other) if isinstance(other, str) else row.encode(codec)[:-1] + other + b"\n")
    return text().encode(codec) + b"".join(whole)


def households(word: str) -> Callable[[str], bytes]:
    """One visit with this number of households."""
    return lambda key: csv(visit(key, households=word), head=VISIT)


def widened(ascii_text: str) -> str:
    """Full-width letters and digits."""
    return ascii_text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


TWO = loaded(2)
GARBLED_IN_LATIN = "青山派出所".encode().decode("cp1252", errors="replace")

CASES = (
    Case(1, "utf8", lambda k: two(k).encode(), loaded(2, encoding="utf-8")),
    Case(1, "utf8_bom", lambda k: codecs.BOM_UTF8 + two(k).encode(), loaded(2, encoding="utf-8")),
    Case(1, "utf8_bom_crlf", lambda k: codecs.BOM_UTF8 + two(k).replace("\n", "\r\n").encode(), TWO),
    Case(1, "utf8_gz", lambda k: gzip.compress(two(k).encode(), mtime=0), TWO, suffix="csv.gz"),
    Case(2, "gbk", lambda k: two(k).encode("gbk"), loaded(2, encoding="gb18030")),
    Case(2, "gbk_crlf_gz", lambda k: gzip.compress(two(k).encode("gbk"), mtime=0), TWO, suffix="csv.gz"),
    Case(
        2,
        "gb18030_four_bytes",
        lambda k: csv([*good(k), "㐀𠀀"], head=NOTED, encoding="gb18030"),
        loaded(1, encoding="gb18030"),
    ),
    Case(3, "utf16_tab", lambda k: two(k).replace(",", "\t").encode("utf-16"), TWO, suffix="txt"),
    Case(3, "utf16be", lambda k: codecs.BOM_UTF16_BE + two(k).encode("utf-16-be"), loaded(2, encoding="utf-16-be")),
    Case(3, "utf16le_no_mark", lambda k: two(k).encode("utf-16-le"), loaded(2, encoding="utf-16-le")),
    Case(3, "utf16be_no_mark", lambda k: two(k).encode("utf-16-be"), TWO),
    Case(
        3,
        "utf16_cut_inside_a_character",
        lambda k: text(*(good(k, n) for n in range(1, 201))).encode("utf-16")[:-3],
        loaded(200, quarantined={"undecodable": 1}),
    ),
    Case(3, "utf32", lambda k: two(k).encode("utf-32"), refused("undecodable")),
    Case(4, "gbk_lines_in_utf8", lambda k: mixed(k, codec="utf-8", other="gbk", lines=40), loaded(200)),
    Case(4, "utf8_lines_in_gbk", lambda k: mixed(k, codec="gbk", other="utf-8", lines=40), loaded(200)),
    Case(4, "one_gbk_line_in_utf8", lambda k: mixed(k, codec="utf-8", other="gbk", lines=1), loaded(200)),
    Case(4, "half_and_half", lambda k: mixed(k, codec="utf-8", other="gbk", lines=100), loaded(200)),
    Case(
        4,
        "one_line_in_neither",
        lambda k: mixed(k, codec="utf-8", other=b"\xff\xfe", lines=1),
        loaded(200, quarantined={"undecodable": 1}, lines=(201,)),
    ),
    Case(
        4,
        "two_lines_in_neither_of_gbk",
        lambda k: mixed(k, codec="gbk", other=b"\xff\xfe", lines=2),
        loaded(200, quarantined={"undecodable": 2}, lines=(200, 201)),
    ),
    Case(
        4,
        "three_lines_in_neither",
        lambda k: mixed(k, codec="utf-8", other=b"\xff\xfe", lines=3),
        refused("undecodable", line=199),
    ),
    Case(5, "garbled_unit", lambda k: csv(good(k, org="锟斤拷锟斤拷所")), loaded(1, quarantined={"mojibake": 1})),
    Case(5, "garbled_unit_latin", lambda k: csv(good(k, org=GARBLED_IN_LATIN)), loaded(1, quarantined={"mojibake": 1})),
    Case(5, "garbled_key", lambda k: csv(good(k, id=f"æ–‡æ¡£{k}")), loaded(1, quarantined={"mojibake": 1})),
    Case(5, "garbled_type", lambda k: csv(good(k, type="é‚»é‡Œ\ufffd")), loaded(1, quarantined={"mojibake": 1})),
    Case(5, "garbled_unread_column", lambda k: csv([*good(k), "锟斤拷锟斤拷"], head=NOTED), loaded(1)),
    Case(
        5,
        "garbled_free_text",
        lambda k: csv(["2025-03-01", "", "备注", "锟斤拷口径调整"], head=("日期", "单位", "类别", "中文说明")),
        loaded(1, warnings=("mojibake: text_zh 1",)),
        stem="大事标注",
    ),
    Case(
        6,
        "big5_of_the_bureau",
        lambda k: csv(["1", "竊盜", "2025-03-01", "16~18", "松山區"], head=BIG5_HEAD[:5], encoding="cp950"),
        refused("unknown_layout"),
    ),
    Case(
        6,
        "big5_with_a_mapping",
        lambda k: csv(
            ["1", "強盜", "1140105", "16~18", "臺北市中山區林森北路1~30號", ""], head=BIG5_HEAD, encoding="cp950"
        ),
        loaded(1, encoding="cp950"),
        name="強盜案件.csv",
    ),
    Case(6, "shift_jis", lambda k: "警情,所属,日付\n1,あ,2025-03-01\n".encode("shift_jis"), refused("unknown_layout")),
    Case(6, "euc_kr", lambda k: "번호,경찰서,날짜\n1,서울,2025-03-01\n".encode("euc_kr"), refused("unknown_layout")),
    Case(
        7,
        "wide_key_and_date",
        lambda k: csv(good(k, id=widened(k), at=widened("2025-03-05") + "　" + widened("08:03"))),
        loaded(1, values={"received_hour": [8]}),
    ),
    Case(
        7,
        "wide_key_is_the_narrow_one",
        lambda k: csv(good(k, id=f"{k}Ａ１"), good(k, id=f"{k}A1")),
        loaded(2, duplicates=1),
    ),
    Case(
        7,
        "wide_brackets",
        lambda k: csv([*good(k), "蓝色（一般）"], [*good(k, 2), "蓝色(一般)"], head=(*HEAD, "风险等级")),
        loaded(2, values={"risk_level_code": ["low", "low"]}),
    ),
    Case(
        7,
        "wide_count",
        lambda k: csv(visit(k, households="１２"), head=VISIT),
        loaded(1, values={"households_count": [12]}),
        stem="走访登记",
    ),
    Case(7, "wide_cells_of_a_workbook", lambda k: xlsx(good(k, at="２０２５／３／５")), loaded(1), suffix="xlsx"),
    *(
        Case(8, slug, households(word), loaded(1, quarantined={"bad_number": 1}), stem="走访登记")
        for slug, word in {"twelve": "一十二", "capital": "叁", "two": "两", "ten_households": "十户"}.items()
    ),
)
