"""Replace keys that could lead to a person by keyed pseudonyms, and keep the bureau's one key.

Threat model. An 18-digit ID number has few free digits (area, birthday, three serial digits): whoever holds
plain or salted hashes tries them all in minutes and reads every number back. HMAC-SHA-256 stops this as
long as the key is not known, so the key never enters the archive, the warehouse, a log or an error; only
its id does. The key stands in one file that only the job's user can read. Whoever has the archive *and* the
key can test guesses: back both up, never together. Each kind of key has its own derived key (`purpose`), so
that pseudonyms of one kind cannot be joined to those of another. The first half of a digest stays in the
archive, the second is what may be published: halves of an HMAC tell as little of each other as two HMACs.
Pseudonyms hide values, not patterns: equal inputs stay equal, which is what counting repeats needs. A lost
key cannot be replaced: later deliveries would no longer match what is archived.
"""

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import polars_hash

from warehouse.durable import fresh_name, make_folder, remove, write_new

KEY_FILE_VARIABLE = "FENGQIAO_KEY_FILE"
# 128 bits: among 10^9 keys a collision has a chance of about 10^-21.
PSEUDONYM_LENGTH = 32
_KEY_ID_LENGTH = 12
_KEY_BYTES = 32
ID_FILE = "key_id"


class KeyRefused(Exception):
    """The key file cannot be used; the text says why and what to do, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


class WrongKey(KeyRefused):
    """The archive was written with another key."""


@dataclass(frozen=True)
class Key:
    """The bureau's master key. Its secret is in no representation of it."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Tells keys apart without giving anything away of them."""
        return self._hmac(b"fengqiao key id")[:_KEY_ID_LENGTH]

    def digest(self, column: str, *, purpose: str) -> pl.Expr:
        """64 hex characters per cell of a text column, null in null out; the caller has cleaned the cells."""
        made: pl.Expr = polars_hash.col(column).chash.hmac_sha256(key=self._derived(purpose))
        return made

    def pseudonyms(self, text: pl.Series, *, purpose: str) -> pl.Series:
        """32 hex characters per cell of a text column, as the archive keeps them."""
        digest = text.to_frame("text").select(self.digest("text", purpose=purpose))
        return digest.select(kept_half("text").alias(text.name)).to_series()

    def pseudonyms_of(self, columns: Sequence[pl.Series], *, purpose: str) -> pl.Series:
        """The same for keys of several columns; null where any part is null."""
        if not columns:
            raise ValueError("a key needs at least one column")
        parts = pl.DataFrame([_escaped(column).alias(str(i)) for i, column in enumerate(columns)])
        joined = parts.select(pl.concat_str(pl.all(), separator="\x1f", ignore_nulls=False))
        return self.pseudonyms(joined.to_series().alias(columns[0].name), purpose=purpose)

    def _derived(self, purpose: str) -> str:
        if not purpose:
            raise ValueError("a pseudonym needs a purpose")
        return self._hmac(b"fengqiao purpose " + purpose.encode())

    def _hmac(self, message: bytes) -> str:
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()


def kept_half(digest: str) -> pl.Expr:
    """The pseudonym that stays in the archive, of a column of digests."""
    return pl.col(digest).str.head(PSEUDONYM_LENGTH)


def published_half(digest: str) -> pl.Expr:
    """The pseudonym that may be published, of a column of digests."""
    return pl.col(digest).str.tail(PSEUDONYM_LENGTH)


def ensure_key(archive: Path, *, key_file: Path | None = None) -> Key:
    """The key that belongs to `archive`, made where there is neither a key nor an archive yet.

    Raises `WrongKey` where the archive was written with another one, or `KeyRefused`; it writes nothing then.
    """
    path = key_file or default_key_file()
    _remove_leftover(path)
    known = archive / ID_FILE
    if known.exists():
        return _matching(path, archive, known.read_text("ascii").strip())
    key = _read(path) if path.exists() else _make(path)
    make_folder(archive)
    write_new(known, f"{key.key_id}\n", mode=0o644)
    return key


def default_key_file() -> Path:
    named = os.environ.get(KEY_FILE_VARIABLE)
    return Path(named) if named else Path.home() / ".config" / "fengqiao" / "key"


def _remove_leftover(path: Path) -> None:
    """What making the key left under another name when it died: it is the key itself, or one that was never used."""
    leftover = fresh_name(path)
    # Where the folder is not ours to write in, it can be no leftover of ours.
    if path.exists() and leftover.exists():
        with suppress(PermissionError):
            remove(leftover)


def _matching(path: Path, archive: Path, expected: str) -> Key:
    """The key in `path` if it has the expected id; a missing one is not made anew, it could never match."""
    if path.exists() and (key := _read(path)).key_id == expected:
        return key
    raise WrongKey(
        f"密钥文件 {path} 不存在,或不是写入归档 {archive} 的密钥(编号 {expected}):请恢复备份的密钥文件",
        f"key file {path} is missing or not the one of {archive} (key id {expected}): restore its backup",
    )


def _read(path: Path) -> Key:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyRefused(
            f"密钥文件 {path} 的权限是 {mode:04o},其他用户可以读取:请执行 chmod 600",
            f"key file {path} has mode {mode:04o}, others can read it: chmod 600 it",
        )
    text = path.read_text("ascii", errors="replace").strip()
    if not re.fullmatch(rf"[0-9a-f]{{{2 * _KEY_BYTES}}}", text):
        raise KeyRefused(
            f"密钥文件 {path} 已损坏(应为 {2 * _KEY_BYTES} 位十六进制):请恢复备份",
            f"key file {path} is damaged (expected {2 * _KEY_BYTES} hex digits): restore its backup",
        )
    return Key(bytes.fromhex(text))


def _make(path: Path) -> Key:
    secret = secrets.token_bytes(_KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_new(path, f"{secret.hex()}\n", mode=0o600)
    return Key(secret)


def _escaped(column: pl.Series) -> pl.Series:
    r"""Keep the separator out of the parts: ("a", "b\x1fc") and ("a\x1fb", "c") are different keys."""
    text = column.cast(pl.String).str.replace_all("\\", "\\\\", literal=True)
    return text.str.replace_all("\x1f", "\\u", literal=True)
