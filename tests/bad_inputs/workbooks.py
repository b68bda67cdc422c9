"""Rows 48 to 54 and 64 of the catalogue: disguised, encrypted, poisoned and outsized files."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import cache

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.bad_inputs.books import book, edited, write, xls, xlsx
from tests.bad_inputs.case import HEAD, Case, csv, good, loaded, refused

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOTED = (*HEAD, "备注")
FOREIGN = refused("not_what_it_says")
BOMB = refused("too_large")
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HTML = "<html><head><meta charset='gbk'></head><body><table><tr><td>警情编号</td></tr></table></body></html>"
SPREADSHEET_ML = '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook></Workbook>'
LAUGHS = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 10))
DTD = b'<!DOCTYPE sst [<!ENTITY e0 "ha">' + LAUGHS + b"]><sst "
EXTERNAL = b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst '


def parts(entries: dict[str, bytes]) -> bytes:
    """A zip of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@cache
def zeros(megabytes: int) -> bytes:
    """A part of a workbook that unpacks to very much of nothing."""
    return bytes(megabytes << 20)


def understated(data: bytes) -> bytes:
    """A workbook whose directory says that its sheet has ten bytes."""
    place = data.rindex(SHEET.encode()) - 46
    return data[: place + 24] + struct.pack("<I", 10) + data[place + 28 :]


def locked_zip(data: bytes) -> bytes:
    """A workbook whose parts are marked as encrypted, as archivers do it."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


def locked_xls(key: str) -> bytes:
    """An old workbook with a password record."""
    return xls(good(key)).replace(b"\x5c\x00\x70\x00", b"\x2f\x00\x70\x00", 1)


def wide(columns: int) -> list[str]:
    return [*HEAD, *(f"c{i}" for i in range(columns - len(HEAD)))]


def formulas(workbook: Workbook, sheet: Worksheet, key: str) -> None:
    """Cells that are formulas: only what they last gave is read."""
    write(sheet, [HEAD, good(key), good(key, 2), good(key, 3), good(key, 4)])
    sheet.write_formula(1, 4, '=IF(1,"调解成功")', None, "调解成功")
    sheet.write_formula(2, 4, "=VLOOKUP(A1,#REF!,2)", None, "#REF!")
    sheet.write_formula(3, 2, "=B1/0", None, "#DIV/0!")
    sheet.write_formula(4, 0, "=VLOOKUP(A1,B1,2)", None, "#N/A")


def linked(workbook: Workbook, sheet: Worksheet, key: str) -> None:
    """A link to another workbook and a DDE call, with what they last gave."""
    write(sheet, [HEAD, good(key), good(key, 2)])
    sheet.write_formula(1, 4, "='[其他.xlsx]表'!A1", None, "调解成功")
    sheet.write_formula(2, 3, "=cmd|'/C calc'!A0", None, "邻里纠纷")


CASES = (
    Case(
        48,
        "two_hundred_megabytes",
        lambda _: parts({"xl/workbook.xml": b"<x/>", SHEET: zeros(201)}),
        BOMB,
        suffix="xlsx",
    ),
    Case(48, "ratio", lambda _: parts({"xl/workbook.xml": b"<x/>", SHEET: zeros(11)}), BOMB, suffix="xlsx"),
    Case(
        48,
        "thousand_parts",
        lambda _: parts({"xl/workbook.xml": b"<x/>"} | {f"xl/media/{i}": b"" for i in range(1000)}),
        BOMB,
        suffix="xlsx",
    ),
    Case(
        48,
        "vast_sheet",
        lambda k: edited(xlsx(good(k)), {SHEET: (b'ref="A1:E2"', b'ref="A1:XFD1048576"')}),
        BOMB,
        suffix="xlsx",
    ),
    Case(48, "understated_size", lambda k: understated(xlsx(good(k))), FOREIGN, suffix="xlsx"),
    Case(49, "xlsx_named_xls", lambda k: xlsx(good(k)), loaded(1), suffix="xls"),
    Case(49, "xls_named_xlsx", lambda k: xls(good(k)), loaded(1), suffix="xlsx"),
    Case(49, "csv_named_xlsx", lambda k: csv(good(k), encoding="gbk"), loaded(1), suffix="xlsx"),
    Case(49, "csv_named_xls", lambda k: csv(good(k), delimiter="\t", encoding="utf-16"), loaded(1), suffix="xls"),
    Case(49, "xlsx_named_csv", lambda k: xlsx(good(k)), loaded(1), suffix="csv"),
    Case(49, "docx", lambda _: parts({"word/document.xml": b"<x/>"}), FOREIGN, suffix="xlsx"),
    Case(49, "zip", lambda k: parts({"接处警.csv": csv(good(k))}), FOREIGN, suffix="xlsx"),
    Case(49, "pdf", lambda _: b"%PDF-1.7\n%\xe2\xe3\n", FOREIGN, suffix="xls"),
    Case(49, "picture", lambda _: b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(99), FOREIGN, suffix="xlsx"),
    Case(49, "parquet", lambda _: b"PAR1" + bytes(40) + b"PAR1", FOREIGN, suffix="parquet"),
    Case(50, "html", lambda _: HTML.encode("gbk"), FOREIGN, suffix="xls"),
    Case(50, "html_utf8", lambda _: ("\ufeff<!DOCTYPE html>\n" + HTML).encode(), FOREIGN, suffix="xls"),
    Case(
        50,
        "html_table_only",
        lambda _: "<table><tr><td>警情编号</td></tr></table>".encode("gbk"),
        FOREIGN,
        suffix="xlsx",
    ),
    Case(50, "spreadsheet_xml", lambda _: SPREADSHEET_ML.encode(), FOREIGN, suffix="xls"),
    Case(
        50,
        "web_archive",
        lambda _: b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related\r\n",
        FOREIGN,
        suffix="xls",
    ),
    Case(
        51,
        "password",
        lambda _: OLE2 + bytes(2000) + "EncryptedPackage".encode("utf-16-le"),
        refused("encrypted"),
        suffix="xlsx",
    ),
    Case(51, "password_of_xls", locked_xls, refused("encrypted"), suffix="xls"),
    Case(51, "password_of_the_zip", lambda k: locked_zip(xlsx(good(k))), refused("encrypted"), suffix="xlsx"),
    Case(
        52,
        "macros",
        lambda k: edited(xlsx(good(k)), {}, {"xl/vbaProject.bin": OLE2 + bytes(64)}),
        loaded(1),
        suffix="xlsm",
    ),
    Case(
        52,
        "formulas_and_errors",
        lambda k: book(lambda w, s: formulas(w, s, k)),
        loaded(4, quarantined={"bad_code": 1, "bad_date": 1, "missing_required": 1}, lines=(3, 4, 5)),
        suffix="xlsx",
    ),
    Case(52, "links_and_dde", lambda k: book(lambda w, s: linked(w, s, k)), loaded(2), suffix="xlsx"),
    Case(
        52,
        "errors_in_csv",
        lambda k: csv(good(k, outcome="#REF!"), good(k, 2, at="#VALUE!"), good(k, 3, id="#N/A")),
        loaded(3, quarantined={"bad_code": 1, "bad_date": 1, "missing_required": 1}, lines=(2, 3, 4)),
    ),
    Case(53, "biff", lambda k: xls(good(k), good(k, 2)), loaded(2), suffix="xls"),
    Case(53, "biff_cut", lambda k: xls(*(good(k, n) for n in range(1, 300)))[:9000], FOREIGN, suffix="xls"),
    Case(54, "billion_laughs", lambda k: edited(xlsx(good(k)), {STRINGS: (b"<sst ", DTD)}), loaded(1), suffix="xlsx"),
    Case(
        54,
        "laughing_cell",
        lambda k: edited(edited(xlsx(good(k)), {STRINGS: (b"<sst ", DTD)}), {STRINGS: ("邻里纠纷".encode(), b"&e9;")}),
        FOREIGN,
        suffix="xlsx",
    ),
    Case(
        54,
        "external_entity",
        lambda k: edited(
            edited(xlsx(good(k)), {STRINGS: (b"<sst ", EXTERNAL)}), {STRINGS: ("邻里纠纷".encode(), b"&x;")}
        ),
        FOREIGN,
        suffix="xlsx",
    ),
    Case(
        64,
        "cell_of_a_million",
        lambda k: csv([*good(k), "长" * 1_000_000], [*good(k, 2), "短"], head=NOTED),
        loaded(2, quarantined={"too_large": 1}, lines=(2,)),
    ),
    Case(
        64,
        "cell_just_too_large",
        lambda k: csv([*good(k), "x" * 100_001], [*good(k, 2), "x" * 100_000], head=NOTED),
        loaded(2, quarantined={"too_large": 1}, lines=(2,)),
    ),
    Case(
        64,
        "key_of_a_million",
        lambda k: csv(good(k, id="9" * 1_000_000), good(k, 2)),
        loaded(2, quarantined={"too_large": 1}, lines=(2,)),
    ),
    Case(64, "cell_of_semicolons", lambda k: csv([*good(k), ";" * 5000], head=NOTED), loaded(1)),
    Case(
        64,
        "sixteen_thousand_columns",
        lambda k: csv([*good(k), *[""] * 15_995], head=wide(16_000)),
        refused("too_large", line=1),
    ),
    Case(64, "columns_of_a_workbook", lambda _: xlsx(head=wide(2_001)), BOMB, suffix="xlsx"),
    Case(64, "two_thousand_columns", lambda k: csv([*good(k), *[""] * 1_995], head=wide(2_000)), loaded(1)),
)
