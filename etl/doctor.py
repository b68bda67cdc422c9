"""Is this machine fit to run the nightly job: key, disk, permissions, versions, clock."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from etl.pseudonyms import default_key_file
from warehouse.archive import read_batches

FREE_SHARE = 3
PACKAGES = {"duckdb": 2, "polars": 2}


def examine(data: Path) -> list[dict[str, Any]]:
    """One entry per check: its name, whether all is well, what was found and what to do."""
    return [_key(), _space(data), _writable(data), *_versions(), _clock(data)]


def _finding(check: str, ok: bool, found: str) -> dict[str, Any]:
    return {"check": check, "ok": ok, "found": found}


def _key() -> dict[str, Any]:
    path = default_key_file()
    if not path.exists():
        return _finding("密钥 key", True, "首次运行时生成 / will be made on first use")
    mode = stat.S_IMODE(path.stat().st_mode)
    return _finding("密钥 key", mode & 0o077 == 0, f"{mode:04o}; 应为 / expected 0600")


def _space(data: Path) -> dict[str, Any]:
    folder = next(path for path in (data.resolve(), *data.resolve().parents) if path.exists())
    newest = max((path.stat().st_size for path in data.glob("generations/*/*.duckdb")), default=0)
    free = shutil.disk_usage(folder).free
    enough = free > max(FREE_SHARE * newest, 1 << 30)
    return _finding(
        "磁盘 disk",
        enough,
        f"{free >> 20:,} MB 可用 / free; 最新版本 / newest generation {newest >> 20:,} MB",
    )


def _writable(data: Path) -> dict[str, Any]:
    folder = next(path for path in (data.resolve(), *data.resolve().parents) if path.exists())
    return _finding("权限 permissions", os.access(folder, os.W_OK), "数据目录可写 / data directory writable")


def _versions() -> list[dict[str, Any]]:
    return [
        _finding(name, int(version(name).split(".")[0]) == major, f"{version(name)}; 应为 / expected {major}.x")
        for name, major in PACKAGES.items()
    ]


def _clock(data: Path) -> dict[str, Any]:
    """A clock behind the last delivery would make every new record look as if it came from the future."""
    latest = max((batch.info["loaded_at"] for batch in read_batches(data / "archive")), default="")
    now = datetime.now().isoformat(timespec="seconds")
    return _finding("时钟 clock", now >= latest, f"{now}; 最近加载 / last load {latest or '–'}")
