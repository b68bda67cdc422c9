"""The C library's converter says what Python's codec says, but for the characters that the standard moved since."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from etl.readers import encoding
from etl.readers.encoding import utf8_pieces
from etl.readers.iconv import Converter
from etl.readers.unpack import open_unpacked

# GB 18030-2000, which Python has, kept these places for private use; since 2005 and 2022 Unicode has the characters.
MOVED = {
    "a6d9": "︐", "a6da": "︒", "a6db": "︑", "a6dc": "︓", "a6dd": "︔", "a6de": "︕", "a6df": "︖", "a6ec": "︗",
    "a6ed": "︘", "a6f3": "︙", "a8bc": "ḿ", "fe51": "𠂇", "fe52": "𠂉", "fe53": "𠃌", "fe59": "龴", "fe61": "龵",
    "fe66": "龶", "fe67": "龷", "fe6c": "𡗗", "fe6d": "龸", "fe76": "𢦏", "fe7e": "龹", "fe90": "龺", "fe91": "𤇾",
    "fea0": "龻", "8135f437": "\ue7c7",
}  # fmt: skip


def by_python(text: bytes) -> bytes | None:
    try:
        return text.decode("gb18030").encode()
    except UnicodeDecodeError:
        return None


def one_and_two_bytes() -> Iterator[bytes]:
    yield from (bytes([one]) for one in range(256))
    yield from (bytes(pair) for pair in product(range(0x80, 256), range(256)))


def four_bytes() -> Iterator[bytes]:
    """Every place of four bytes in the planes that are in use, and some of the others."""
    lead, digit = range(0x81, 0xFF), range(0x30, 0x3A)
    yield from (bytes(four) for four in product(range(0x81, 0x85), digit, lead, digit))
    yield from (bytes(four) for four in product(range(0x85, 0xFF), digit, range(0x81, 0xFF, 25), (0x30, 0x39)))


@pytest.mark.parametrize("texts", [one_and_two_bytes, four_bytes])
def test_every_character_is_that_of_pythons_codec_or_left_to_it(texts: object) -> None:
    assert callable(texts)
    converter, told = Converter("gb18030"), 0
    for text in texts():
        found = converter.convert(text)
        if found is not None:
            told += 1
            moved = MOVED.get(text.hex())
            assert found == (moved.encode() if moved else by_python(text)), text.hex()
    assert told > 23_000


def test_what_is_no_text_is_told_and_does_not_spoil_what_follows() -> None:
    converter = Converter("gb18030")
    sound = "矛盾纠纷,走访\n".encode("gb18030")
    assert converter.convert(sound) == "矛盾纠纷,走访\n".encode()
    for broken in (sound + b"\xff", sound[:-3], b"\x81\x30\x81", "走访".encode()[:-1] + b"\n"):
        assert converter.convert(broken) is None or by_python(broken) is not None
        assert converter.convert(sound) == "矛盾纠纷,走访\n".encode()


def test_long_texts_that_grow_most_have_room() -> None:
    text = "访" * 200_000 + "\x00" + "𠮷" * 100_000
    converter = Converter("gb18030")
    assert converter.convert(b"") == b""
    assert converter.convert(text.encode("gb18030")) == text.encode()


@pytest.mark.parametrize("codec", ["utf-16-le", "cp950", "no such codec"])
def test_other_codecs_are_left_to_python(codec: str) -> None:
    with pytest.raises(LookupError):
        Converter(codec)


def refuse(codec: str) -> Converter:
    raise LookupError(codec)


@pytest.mark.parametrize("size", [1, 64, 1 << 20])
def test_a_file_reads_the_same_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Also where a line is in UTF-8, one is torn and the last is cut off."""
    lines = [
        "编号,类型".encode("gb18030"),
        "1,邻里纠纷".encode("gb18030"),
        "2,婚姻家".encode(),
        b"3,\xb5\xff",
        b"4,\xb5",
    ]
    path = tmp_path / "mixed.csv"
    path.write_bytes(b"\r\n".join(lines * 40))

    def read() -> bytes:
        with open_unpacked(path) as source:
            return b"".join(utf8_pieces(source, "gb18030", size))

    with_library = read()
    monkeypatch.setattr(encoding, "Converter", refuse)
    assert read() == with_library
    assert with_library.startswith("编号,类型\r\n1,邻里纠纷\r\n2,婚姻家\r\n3,".encode())
    assert with_library.count(encoding.MARK_BYTE) >= 80
