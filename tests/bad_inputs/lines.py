"""Rows 33 to 40 of the catalogue: quotes, NUL bytes, torn and ragged lines, line ends, empty files."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable

from tests.bad_inputs.case import HEAD, Case, Report, csv, good, loaded, refused, text

NOTED = (*HEAD, "备注")


def noted(note: str) -> Callable[[str], bytes]:
    """A row with a quoted remark, and one after it."""
    return lambda key: csv([*good(key), f'"{note}"'], [*good(key, 2), "无"], head=NOTED)


def broken(line: str, *, after: int = 3, end: str = "\n") -> Callable[[str], bytes]:
    """A line as it stands, then sound rows; `{key}` is the fixture's key."""
    return lambda key: (
        text(good(key)) + line.format(key=key) + end + text(*(good(key, n) for n in range(3, 3 + after)), head=())
    ).encode()


def ending(line: str) -> Callable[[str], bytes]:
    """A last line as it stands."""
    return lambda key: (text(good(key)) + line.format(key=key)).encode()


def ended_by(mark: str) -> Callable[[str], bytes]:
    return lambda key: csv(good(key), good(key, 2), newline=mark)


def open_quote(line: int) -> Report:
    return refused("unclosed_quote", line=line)


SOUND = "{key}2,青山派出所,2025-03-02 08:03,邻里纠纷,调解成功"
SHORT = loaded(5, quarantined={"short_row": 1}, lines=(3,))
LONG = loaded(5, quarantined={"extra_fields": 1}, lines=(3,))
NUL = loaded(5, quarantined={"undecodable": 1}, lines=(3,))

CASES = (
    Case(33, "line_end_in_a_cell", noted("一行\n二行\r\n三行"), loaded(2)),
    Case(33, "quote_in_a_cell", noted('称""不服""'), loaded(2)),
    Case(33, "delimiter_in_a_cell", noted("甲,乙，丙;丁"), loaded(2)),
    Case(
        33, "quoted_header_and_key", lambda k: csv([f'"{k}1"', *good(k)[1:]], head=('"警情编号"', *HEAD[1:])), loaded(1)
    ),
    Case(33, "inches", lambda k: csv([*good(k), '5" 管'], [*good(k, 2), "无"], head=NOTED), loaded(2)),
    Case(34, "never_closed", lambda k: csv(good(k), [*good(k, 2)[:4], '"调解成功'], good(k, 3)), open_quote(3)),
    Case(34, "in_the_first_cell", lambda k: csv(good(k), ['"' + f"{k}2", *good(k, 2)[1:]], good(k, 3)), open_quote(3)),
    Case(34, "on_the_last_line", lambda k: csv(good(k), [*good(k, 2)[:4], '"调解成功']), open_quote(3)),
    Case(
        34,
        "closed_lines_later",
        lambda k: csv([*good(k)[:4], '"调解'], good(k, 2), [*good(k, 3)[:4], '成"功']),
        open_quote(2),
    ),
    Case(34, "in_gbk", lambda k: csv(good(k), [*good(k, 2)[:4], '"调解成功'], encoding="gbk"), open_quote(3)),
    Case(35, "in_a_key", broken(SOUND.replace("2,", "2\0,", 1)), NUL),
    Case(35, "in_an_unread_place", broken(SOUND + "\0"), NUL),
    Case(
        35,
        "many_rows",
        lambda k: csv(*(good(k, n, type="邻里\0纠纷") for n in range(1, 4)), good(k, 4)),
        loaded(4, quarantined={"undecodable": 3}),
    ),
    Case(35, "padding_at_the_end", lambda k: csv(good(k)) + bytes(512), refused("truncated", line=3)),
    Case(36, "last_line_cut", ending("{key}2,青山派出所,2025-03"), refused("truncated", line=3)),
    Case(36, "last_line_cut_in_a_key", ending("JQ"), refused("truncated", line=3)),
    Case(
        36, "last_line_short_but_ended", ending("{key}2,青山派出所,2025-03\n"), loaded(2, quarantined={"short_row": 1})
    ),
    Case(36, "last_line_whole_without_end", ending(SOUND), loaded(2)),
    Case(36, "cut_inside_a_character", lambda k: csv(good(k), good(k, 2))[:-2], refused("undecodable", line=3)),
    Case(
        36,
        "gzip_cut",
        lambda k: gzip.compress(csv(*(good(k, n) for n in range(1, 99))), mtime=0)[:-30],
        refused("truncated"),
        suffix="csv.gz",
    ),
    Case(37, "one_field_less", broken("{key}2,青山派出所,2025-03-02 08:03,邻里纠纷"), SHORT),
    Case(37, "one_cell", broken("{key}2"), SHORT),
    Case(37, "other_delimiter", broken(SOUND.replace(",", ";")), SHORT),
    Case(38, "comma_in_a_remark", broken(SOUND + ",多一格"), LONG),
    Case(38, "trailing_commas", broken(SOUND + ",,"), LONG),
    Case(38, "two_lines_run_together", broken(SOUND + SOUND.replace("2,", "9,", 1)), LONG),
    Case(39, "cr", ended_by("\r"), loaded(2)),
    Case(39, "crlf", ended_by("\r\n"), loaded(2)),
    Case(39, "cr_of_gbk", lambda k: csv(good(k), good(k, 2), newline="\r", encoding="gbk"), loaded(2)),
    Case(
        39,
        "mixed",
        lambda k: (
            text(good(k))
            + text(good(k, 2), head=(), newline="\r\n")
            + text(good(k, 3), head=(), newline="\r")
            + text(good(k, 4), head=())
        ).encode(),
        loaded(4),
    ),
    Case(39, "dos_end_mark", lambda k: csv(good(k), newline="\r\n") + b"\x1a", loaded(1)),
    Case(40, "no_bytes", lambda _: b"", refused("empty_file")),
    Case(40, "only_a_mark", lambda _: codecs.BOM_UTF8, refused("empty_file")),
    Case(40, "only_blanks", lambda _: b" \r\n\r\n\t\n", refused("empty_file")),
    Case(40, "empty_gz", lambda _: gzip.compress(b"", mtime=0), refused("empty_file"), suffix="csv.gz"),
    Case(40, "named_xlsx", lambda _: b"\n", refused("empty_file"), suffix="xlsx"),
)
