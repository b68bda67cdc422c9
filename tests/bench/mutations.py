"""Sound files of every kind with invented persons in them, and ways to spoil them by chance."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from tests.bad_inputs.books import xls, xlsx
from tests.bad_inputs.case import HEAD, REPLY, VISIT, Cells, csv, good, reply, visit
from tests.bad_inputs.contents import CARD, IDENTITY, PERSON, PHONE, PLATE, STORY

ROWS = 150
WINDOW = "20250301-20250331_20250403"
PERSONS = ("报警人姓名", "联系电话", "身份证号", "车牌号", "银行卡", "简要案情")
PERSON_CELLS = (PERSON, PHONE, IDENTITY, PLATE, CARD, STORY)
CODECS = ("utf-8", "gb18030", "utf-16", "utf-16-le", "cp950", "latin-1", "shift_jis")
DELIMITERS = (",", ";", "\t", "|", "，", "\x1f", "、")
LINE_ENDS = ("\n", "\r\n", "\r", "\n\n", "\x0b", "\u2028")
NASTY = (
    b"\0",
    b'"',
    b"\xff",
    b"\x1a",
    b"\n",
    b"\r",
    b",",
    "，".encode(),
    "合计".encode(),
    b"\xef\xbb\xbf",
    b"=1+1",
    b"\xe5",
)

TAGS = (
    *((b't="s"', b't="%s"' % kind) for kind in (b"n", b"e", b"d", b"b", b"str")),
    (b"<v>", b"<v>9999999"),
    (b'r="B', b'r="XFD'),
    (b'r="A', b'r="A1'),
    (b"<row ", b'<row hidden="1" '),
    (b"</c>", b""),
)


@dataclass(frozen=True)
class Seed:
    """A sound file: its name, its bytes, and for texts their codec."""

    name: str
    data: bytes
    codec: str | None = None


@cache
def seeds() -> tuple[Seed, ...]:
    """The sound files, made once."""
    incidents = [[*good("JQ", number), *PERSON_CELLS] for number in range(1, ROWS + 1)]
    head = [*HEAD, *PERSONS]
    visits = [[*visit("ZF", number), *PERSON_CELLS] for number in range(1, ROWS + 1)]
    replies = [[*reply("HF", "满意", number), PERSON, PHONE] for number in range(1, ROWS + 1)]
    months = [[f"20{number:02d}-03", "青山派出所", "户籍业务", "12", "10", PERSON] for number in range(1, 25)]
    plain = csv(*incidents, head=head)
    quoted = csv(*([f'"{cell}"' for cell in row] for row in incidents), head=head)
    texts = {
        f"接处警登记_a_{WINDOW}.csv": (plain, "utf-8"),
        f"接处警登记_b_{WINDOW}.csv": (csv(*incidents, head=head, newline="\r\n", encoding="gb18030"), "gb18030"),
        f"接处警登记_c_{WINDOW}.txt": (csv(*incidents, head=head, delimiter="\t", encoding="utf-16"), "utf-16"),
        f"接处警登记_d_{WINDOW}.csv": (quoted, "utf-8"),
        f"走访登记_e_{WINDOW}.csv": (csv(*visits, head=[*VISIT, *PERSONS], encoding="gb18030"), "gb18030"),
        f"满意度回访_f_{WINDOW}.csv": (csv(*replies, head=[*REPLY, "受访人姓名", "受访电话"]), "utf-8"),
        f"窗口业务月报_g_{WINDOW}.csv": (
            csv(*months, head=("月份", "派出所", "业务项目", "受理", "办结", "经办人")),
            "utf-8",
        ),
    }
    found = [Seed(name, data, codec) for name, (data, codec) in texts.items()]
    found += [
        Seed(f"接处警登记_h_{WINDOW}.csv.gz", gzip.compress(plain, mtime=0)),
        Seed(f"接处警登记_i_{WINDOW}.xlsx", xlsx(*incidents, head=head)),
        Seed(f"走访登记_j_{WINDOW}.xlsx", xlsx(*visits, head=[*VISIT, *PERSONS])),
        Seed(f"接处警登记_k_{WINDOW}.xls", xls(*incidents, head=head)),
        Seed(f"可信_l_{WINDOW}.parquet", _parquet(incidents, head)),
    ]
    return tuple(found)


def _parquet(rows: list[list[object]], head: Cells) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=[str(name) for name in head], orient="row").write_parquet(buffer)
    return buffer.getvalue()


def flip(data: bytes, _: Seed, chance: random.Random) -> bytes:
    """Change a few bytes."""
    changed = bytearray(data)
    for _i in range(chance.randrange(1, 9)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, _: Seed, chance: random.Random) -> bytes:
    """Lose the end, the beginning or a piece of the middle."""
    first, second = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    return chance.choice((data[:second], data[first:], data[:first] + data[second:]))


def duplicate(data: bytes, _: Seed, chance: random.Random) -> bytes:
    """Repeat a block."""
    start = chance.randrange(len(data) + 1)
    block = data[start : start + chance.randrange(1, 2000)]
    place = chance.randrange(len(data) + 1)
    return data[:place] + block * chance.randrange(1, 4) + data[place:]


def insert(data: bytes, _: Seed, chance: random.Random) -> bytes:
    """Put nasty bytes somewhere."""
    for _i in range(chance.randrange(1, 6)):
        place = chance.randrange(len(data) + 1)
        data = data[:place] + chance.choice(NASTY) * chance.randrange(1, 3) + data[place:]
    return data


def splice(data: bytes, _: Seed, chance: random.Random) -> bytes:
    """The beginning of one file and the end of another."""
    other = chance.choice(seeds()).data
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def recode(data: bytes, seed: Seed, chance: random.Random) -> bytes:
    """The text, or part of its lines, in another encoding."""
    if seed.codec is None:
        return flip(data, seed, chance)
    text, codec = data.decode(seed.codec, errors="replace"), chance.choice(CODECS)
    if chance.random() < 0.5:
        return text.encode(codec, errors=chance.choice(("replace", "ignore")))
    lines = text.splitlines(keepends=True)
    return b"".join(line.encode(codec if chance.random() < 0.3 else seed.codec, errors="replace") for line in lines)


def _on_text(change: Callable[[str, random.Random], str]) -> Callable[[bytes, Seed, random.Random], bytes]:
    def changed(data: bytes, seed: Seed, chance: random.Random) -> bytes:
        if seed.codec is None:
            return damage_part(data, seed, chance)
        text = change(data.decode(seed.codec, errors="replace"), chance)
        return text.encode(seed.codec, errors="replace")

    return changed


def _other_delimiter(text: str, chance: random.Random) -> str:
    old, new = chance.choice(DELIMITERS[:3]), chance.choice(DELIMITERS)
    share = chance.choice((1.0, 1.0, 0.1, 0.01))
    return "".join(line.replace(old, new) if chance.random() < share else line for line in text.splitlines(True))


def _other_line_end(text: str, chance: random.Random) -> str:
    end, share = chance.choice(LINE_ENDS), chance.choice((1.0, 0.1))
    return "".join(line.rstrip("\r\n") + end if chance.random() < share else line for line in text.splitlines(True))


def _header(text: str, chance: random.Random) -> str:
    head, _, rest = text.partition("\n")
    mark = "\t" if "\t" in head else ","
    cells = head.split(mark)
    first, second = chance.randrange(len(cells)), chance.randrange(len(cells))
    edit = chance.randrange(6)
    if edit == 0:
        cells[first], cells[second] = cells[second], cells[first]
    elif edit == 1:
        del cells[first]
    elif edit == 2:
        cells[first] = cells[second]
    elif edit == 3:
        cells[first] = "".join(chance.sample(cells[first] + "甲 \u3000　x", len(cells[first])))
    elif edit == 4:
        cells.insert(first, chance.choice(("", "备注", "派出所", "列1", "__line")))
    else:
        return "接处警登记表\n" * chance.randrange(1, 12) + text
    return mark.join(cells) + "\n" + rest


def _cells(text: str, chance: random.Random) -> str:
    """Cells of the same line change places, so that persons stand where codes should."""
    lines = text.split("\n")
    for _i in range(chance.randrange(1, 8)):
        number = chance.randrange(len(lines))
        cells = re.split(r"([,\t])", lines[number])
        first, second = chance.randrange(len(cells)), chance.randrange(len(cells))
        cells[first], cells[second] = cells[second], cells[first]
        lines[number] = "".join(cells)
    return "\n".join(lines)


def damage_part(data: bytes, seed: Seed, chance: random.Random) -> bytes:
    """Spoil what is inside a workbook or a gzip file, with sound packing around it."""
    if data.startswith(b"\x1f\x8b"):
        inner = gzip.decompress(data)
        return gzip.compress(chance.choice((flip, cut, insert))(inner, seed, chance), mtime=0)
    if not data.startswith(b"PK"):
        return flip(data, seed, chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hit = chance.choice([name for name in names if "sheet" in name or "String" in name] or names)
        for name in names:
            part = old.read(name)
            if name == hit:
                if chance.random() < 0.05:
                    continue
                part = chance.choice((flip, cut, insert, duplicate, _tags))(part, seed, chance)
            new.writestr(name, part)
    return buffer.getvalue()


def _tags(data: bytes, seed: Seed, chance: random.Random) -> bytes:
    """Types and places of cells change."""
    old, new = chance.choice(TAGS)
    places = [match.start() for match in re.finditer(re.escape(old), data)]
    if not places:
        return data
    place = chance.choice(places)
    return data[:place] + new + data[place + len(old) :]


MUTATIONS: dict[str, Callable[[bytes, Seed, random.Random], bytes]] = {
    "flip": flip,
    "cut": cut,
    "duplicate": duplicate,
    "insert": insert,
    "splice": splice,
    "recode": recode,
    "delimiter": _on_text(_other_delimiter),
    "line end": _on_text(_other_line_end),
    "header": _on_text(_header),
    "cells": _on_text(_cells),
    "part": damage_part,
}


def mutant(number: int, seed: int) -> tuple[str, str, bytes]:
    """The mutation, the file name and the bytes of one spoiled file; the same for the same numbers."""
    chance = random.Random(f"{seed} {number}")
    sound = chance.choice(seeds())
    name = chance.choice(list(MUTATIONS))
    data = MUTATIONS[name](sound.data, sound, chance)
    if chance.random() < 0.2:
        data = flip(data, sound, chance)
    return name, sound.name, data
