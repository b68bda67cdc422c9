"""Content decides what a file is; what no reader takes is refused before it is parsed."""

import io
import random
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt

from etl.readers import FileKind, Layout, Unreadable, open_table, sniff

LAYOUT = Layout((("编号",),))
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def xlsx(folder: Path) -> Path:
    path = folder / "good.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "类型"])
        sheet.write_row(1, 0, ["1", "邻里纠纷"])
    return path


def xls(folder: Path) -> Path:
    path = folder / "good.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    sheet.write(0, 0, "编号")
    sheet.write(1, 0, "1")
    book.save(str(path))
    return path


def rename(path: Path, name: str) -> Path:
    return path.rename(path.with_name(name))


def write(folder: Path, content: bytes, name: str = "in.bin") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zipped(folder: Path, entries: dict[str, bytes]) -> Path:
    path = folder / "in.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(Unreadable) as caught:
        sniff(path)
    return caught.value.code, caught.value.found


def replace_entry(path: Path, name: str, old: bytes, new: bytes) -> Path:
    """The workbook with one part edited."""
    target = path.with_name("edited.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as edited:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == name:
                assert old in content
                content = content.replace(old, new)
            edited.writestr(entry, content)
    return target


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    assert sniff(rename(xlsx(tmp_path), "a.xls")) is FileKind.XLSX
    assert sniff(rename(xls(tmp_path), "b.xlsx")) is FileKind.XLS
    csv_as_xlsx = write(tmp_path, "编号,类型\n1,a\n".encode("gbk"), "c.xlsx")
    assert sniff(csv_as_xlsx) is FileKind.DELIMITED
    for path in (tmp_path / "a.xls", tmp_path / "b.xlsx", csv_as_xlsx):
        table = open_table(path, sniff(path), LAYOUT)
        assert table is not None
        assert pl.concat(table.chunks())["编号"].to_list() == ["1"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 \n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"<html><body><table><tr><td>\xb1\xe0\xba\xc5</td></tr></table>", "HTML"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML>\n<html>", "HTML"),
        (b"\xff\xfe" + "<html><table>".encode("utf-16-le"), "HTML"),
        (b'<meta charset="gbk"><table>', "HTML"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML"),
        (b"Rar!\x1a\x07\x01\0", "RAR"),
        (bytes(range(1, 32)) * 100, "binary"),
        (OLE2 + bytes(2000) + "WordDocument".encode("utf-16-le"), "OLE2"),
    ],
    ids=["pdf", "png", "jpeg", "html", "html_bom", "html_utf16", "html_meta", "xml", "rar", "binary", "doc"],
)
def test_foreign_content_is_refused_by_what_it_is(content: bytes, found: str, tmp_path: Path) -> None:
    assert refusal(write(tmp_path, content, "in.xls")) == ("not_what_it_says", found)


def test_zip_files_that_are_no_workbook_are_refused(tmp_path: Path) -> None:
    assert refusal(zipped(tmp_path, {"word/document.xml": b"<x/>"})) == ("not_what_it_says", "docx")
    assert refusal(zipped(tmp_path, {"data.csv": b"a,b"})) == ("not_what_it_says", "zip")


def test_password_protection_is_named(tmp_path: Path) -> None:
    package = OLE2 + bytes(2000) + "EncryptedPackage".encode("utf-16-le")
    assert refusal(write(tmp_path, package))[0] == "encrypted"


def test_a_password_in_an_old_workbook_is_named(tmp_path: Path) -> None:
    data = xls(tmp_path).read_bytes()
    write_access = b"\x5c\x00\x70\x00"  # a record of the workbook globals; FILEPASS stands in its place
    assert data.count(write_access) == 1
    protected = write(tmp_path, data.replace(write_access, b"\x2f\x00\x70\x00"))
    assert refusal(protected)[0] == "encrypted"


def test_a_zip_bomb_is_refused_before_parsing(tmp_path: Path) -> None:
    bomb = zipped(tmp_path, {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(11 << 20)})
    assert bomb.stat().st_size < 100_000
    assert refusal(bomb)[0] == "too_large"


def test_small_parts_may_shrink_a_lot(tmp_path: Path) -> None:
    assert sniff(zipped(tmp_path, {"xl/workbook.xml": b"<x/>", "xl/styles.xml": bytes(9 << 20)})) is FileKind.XLSX


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    entries = {"xl/workbook.xml": b"<x/>"} | {f"xl/media/{i}": b"" for i in range(1_000)}
    assert refusal(zipped(tmp_path, entries))[0] == "too_large"


def test_a_sheet_that_claims_to_be_vast_is_refused_before_parsing(tmp_path: Path) -> None:
    path = replace_entry(xlsx(tmp_path), "xl/worksheets/sheet1.xml", b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert refusal(path) == ("too_large", "1048576 rows x 16384 columns")


def test_a_cut_workbook_is_refused(tmp_path: Path) -> None:
    data = xlsx(tmp_path).read_bytes()
    assert refusal(write(tmp_path, data[: len(data) // 2]))[0] == "truncated"


def test_nested_entities_are_not_expanded(tmp_path: Path) -> None:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 10))
    laughs = b'<!DOCTYPE sst [<!ENTITY e0 "ha">' + entities + b"]><sst "
    path = replace_entry(xlsx(tmp_path), "xl/sharedStrings.xml", b"<sst ", laughs)
    path = replace_entry(path.rename(tmp_path / "dtd.xlsx"), "xl/sharedStrings.xml", b"<t>1</t>", b"<t>&e9;</t>")
    with pytest.raises(Unreadable) as caught:
        open_table(path, sniff(path), LAYOUT)
    assert caught.value.code == "not_what_it_says"


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b""),
        ("xl/worksheets/sheet1.xml", b'r="A2"', b'r="!!"'),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/none.xml"),
    ],
)
def test_a_broken_part_inside_a_workbook_is_refused(part: str, old: bytes, new: bytes, tmp_path: Path) -> None:
    path = replace_entry(xlsx(tmp_path), part, old, new)
    with pytest.raises(Unreadable) as caught:
        open_table(path, sniff(path), LAYOUT)
    assert caught.value.code == "not_what_it_says"


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv", "parquet"])
def test_flipped_and_cut_files_are_read_or_refused_and_never_crash(kind: str, tmp_path: Path) -> None:
    parquet = io.BytesIO()
    pl.DataFrame({"编号": ["1", "2"], "数": [1, 2]}).write_parquet(parquet)
    good = {
        "xlsx": lambda: xlsx(tmp_path).read_bytes(),
        "xls": lambda: xls(tmp_path).read_bytes(),
        "csv": lambda: ("编号,类型\n" + '1,"邻里,纠纷"\n' * 50).encode(),
        "parquet": parquet.getvalue,
    }[kind]()
    chance = random.Random(7)
    outcomes = set()
    for _ in range(150):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        broken = write(tmp_path, bytes(data[: chance.choice([len(data), chance.randrange(1, len(data))])]))
        try:
            table = open_table(broken, sniff(broken), Layout((("编号",),), trusted=True))
            outcomes.add("none" if table is None else f"rows {pl.concat(table.chunks()).height}")
        except Unreadable as error:
            outcomes.add(error.code)
    assert len(outcomes) > 1
