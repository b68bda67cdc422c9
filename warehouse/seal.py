"""The seal of a generation: the digests of its two files, as `sha256sum -c SHA256SUMS` reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from warehouse.durable import write_whole

SEAL = "SHA256SUMS"


def seal(directory: Path, names: Iterable[str]) -> None:
    """Write down what these files of a folder are."""
    write_whole(directory / SEAL, "".join(f"{digest_of(directory / name)}  {name}\n" for name in names))


def is_sealed(directory: Path, name: str, *, content: bytes | None = None) -> bool:
    """Whether a file is, byte for byte, what was sealed; `content` where it has been read already.

    True in a folder without a seal, which generations of earlier releases are: only reading their tables can tell.
    """
    path = directory / SEAL
    if not path.exists():
        return True
    digest = digest_of(directory / name) if content is None else hashlib.sha256(content).hexdigest()
    return f"{digest}  {name}" in path.read_text("ascii", errors="replace").splitlines()


def digest_of(path: Path) -> str:
    """The sha256 of a file, as hex; one pass, about a second a gigabyte."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
