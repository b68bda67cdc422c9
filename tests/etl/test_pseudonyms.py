"""Pseudonyms against Python's own hmac, and what happens to a bureau's key."""

import hashlib
import hmac
import os
import stat
import string
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.pseudonyms import Key, KeyRefused, WrongKey, default_key_file, ensure_key, kept_half, published_half

SECRET = bytes(range(32))
KEY = Key(SECRET)


def by_hand(text: str, purpose: str) -> str:
    derived = hmac.new(SECRET, b"fengqiao purpose " + purpose.encode(), hashlib.sha256).hexdigest()
    return hmac.new(derived.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


@given(st.lists(st.none() | st.text()), st.sampled_from(["incident", "visit", "满意度"]))
def test_pseudonyms_are_hmac_sha256_under_the_key_of_their_purpose(cells: list[str | None], purpose: str) -> None:
    made = KEY.pseudonyms(pl.Series("id", cells, dtype=pl.String), purpose=purpose)
    assert made.to_list() == [None if cell is None else by_hand(cell, purpose) for cell in cells]


@given(st.text())
def test_what_is_published_is_the_other_half_of_the_digest(cell: str) -> None:
    derived = hmac.new(SECRET, b"fengqiao purpose incident", hashlib.sha256).hexdigest()
    digest = hmac.new(derived.encode(), cell.encode(), hashlib.sha256).hexdigest()
    digests = pl.DataFrame({"id": [cell]}).select(KEY.digest("id", purpose="incident"))
    halves = digests.select(kept_half("id").alias("kept"), published_half("id").alias("published"))
    assert halves.row(0) == (digest[:32], digest[32:])


def test_hmac_agrees_with_the_published_vector() -> None:
    # RFC 4231, test case 2, through Python's hmac: the oracle above is right.
    digest = hmac.new(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hexdigest()
    assert digest == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_pseudonym_is_32_hex_characters_and_keeps_the_name() -> None:
    made = KEY.pseudonyms(pl.Series("incident_key", ["JQ1"]), purpose="incident")
    assert made.name == "incident_key"
    assert len(made[0]) == 32
    assert set(made[0]) <= set(string.hexdigits.lower())


def test_purposes_and_keys_cannot_be_joined() -> None:
    text = pl.Series(["JQ1"])
    made = {
        KEY.pseudonyms(text, purpose="incident")[0],
        KEY.pseudonyms(text, purpose="dispute")[0],
        Key(bytes(32)).pseudonyms(text, purpose="incident")[0],
    }
    assert len(made) == 3


def test_the_same_key_gives_the_same_pseudonym_again() -> None:
    text = pl.Series(["370102199003071234"])
    assert Key(SECRET).pseudonyms(text, purpose="target")[0] == KEY.pseudonyms(text, purpose="target")[0]


def test_a_pseudonym_needs_a_purpose() -> None:
    with pytest.raises(ValueError, match="purpose"):
        KEY.pseudonyms(pl.Series(["a"]), purpose="")


def test_the_secret_is_in_no_representation() -> None:
    assert SECRET.hex() not in repr(KEY) + str(KEY)
    assert repr(SECRET) not in repr(KEY) + str(KEY)


def test_the_key_id_gives_nothing_away() -> None:
    assert KEY.key_id == hmac.new(SECRET, b"fengqiao key id", hashlib.sha256).hexdigest()[:12]
    assert KEY.key_id not in SECRET.hex()


def test_parts_are_joined_by_the_unit_separator() -> None:
    made = KEY.pseudonyms_of([pl.Series(["JQ1"]), pl.Series(["2"])], purpose="dispute")
    assert made[0] == by_hand("JQ1\x1f2", "dispute")


def test_a_missing_part_leaves_no_key() -> None:
    made = KEY.pseudonyms_of([pl.Series(["a", "a", None]), pl.Series(["b", None, "b"])], purpose="dispute")
    assert made.is_null().to_list() == [False, True, True]


def test_a_single_column_key_is_its_plain_pseudonym() -> None:
    text = pl.Series(["JQ1"])
    assert KEY.pseudonyms_of([text], purpose="visit")[0] == KEY.pseudonyms(text, purpose="visit")[0]


def test_a_key_of_no_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one column"):
        KEY.pseudonyms_of([], purpose="dispute")


PART = st.text("ab\\u\x1f", max_size=4)


@given(st.lists(st.tuples(PART, PART), min_size=2, max_size=30, unique=True))
def test_different_parts_never_make_the_same_key(rows: list[tuple[str, str]]) -> None:
    columns = [pl.Series([row[i] for row in rows], dtype=pl.String) for i in (0, 1)]
    assert KEY.pseudonyms_of(columns, purpose="dispute").n_unique() == len(rows)


def test_the_first_use_makes_a_key_that_only_its_owner_can_read(tmp_path: Path, key_file: Path) -> None:
    nested = key_file.parent / "config" / "fengqiao" / "key"
    key = ensure_key(tmp_path / "archive", key_file=nested)
    assert stat.S_IMODE(nested.stat().st_mode) == 0o600
    assert stat.S_IMODE(nested.parent.stat().st_mode) == 0o700
    assert bytes.fromhex(nested.read_text()) == key.secret
    assert len(key.secret) == 32
    assert (tmp_path / "archive" / "key_id").read_text() == f"{key.key_id}\n"


def test_what_a_crash_left_of_making_the_key_goes_with_the_next_night(tmp_path: Path, key_file: Path) -> None:
    key = ensure_key(tmp_path / "archive")
    leftover = key_file.with_name(f".{key_file.name}.new")
    leftover.hardlink_to(key_file)
    assert ensure_key(tmp_path / "archive") == key
    assert not leftover.exists()


def test_two_bureaus_get_two_keys(tmp_path: Path) -> None:
    first = ensure_key(tmp_path / "a", key_file=tmp_path / "key_a")
    second = ensure_key(tmp_path / "b", key_file=tmp_path / "key_b")
    assert first.secret != second.secret


def test_the_next_night_finds_the_same_key(tmp_path: Path, key_file: Path) -> None:
    assert ensure_key(tmp_path / "archive") == ensure_key(tmp_path / "archive")
    assert key_file.exists()


def test_a_second_archive_may_share_the_key(tmp_path: Path, key_file: Path) -> None:
    assert ensure_key(tmp_path / "one") == ensure_key(tmp_path / "two")


def test_an_archive_of_another_key_is_refused(tmp_path: Path, key_file: Path) -> None:
    made = ensure_key(tmp_path / "archive")
    key_file.unlink()
    key_file.touch(mode=0o600)
    key_file.write_text("ab" * 32)
    with pytest.raises(WrongKey) as refusal:
        ensure_key(tmp_path / "archive")
    assert made.key_id in str(refusal.value)
    assert "恢复备份" in refusal.value.zh
    assert "restore its backup" in refusal.value.en
    assert "ab" * 32 not in str(refusal.value)


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path, key_file: Path) -> None:
    ensure_key(tmp_path / "archive")
    key_file.unlink()
    with pytest.raises(WrongKey):
        ensure_key(tmp_path / "archive")
    assert not key_file.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, key_file: Path, mode: int) -> None:
    ensure_key(tmp_path / "archive")
    os.chmod(key_file, mode)
    with pytest.raises(KeyRefused, match="chmod 600"):
        ensure_key(tmp_path / "archive")


def test_a_read_only_key_is_welcome(tmp_path: Path, key_file: Path) -> None:
    made = ensure_key(tmp_path / "archive")
    os.chmod(key_file, 0o400)
    assert ensure_key(tmp_path / "archive") == made


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, "一把钥匙", "AB" * 32])
def test_a_damaged_key_is_refused_and_not_repeated(tmp_path: Path, key_file: Path, text: str) -> None:
    key_file.touch(mode=0o600)
    key_file.write_text(text)
    with pytest.raises(KeyRefused, match="损坏") as refusal:
        ensure_key(tmp_path / "archive")
    assert not text or text not in str(refusal.value)
    assert not (tmp_path / "archive").exists()


def test_the_key_file_may_be_named_or_stands_in_the_home(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_key_file() == key_file
    monkeypatch.delenv("FENGQIAO_KEY_FILE")
    assert default_key_file() == Path.home() / ".config" / "fengqiao" / "key"
