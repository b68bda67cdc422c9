"""Is this machine fit to run the nightly job and the board: key, disk, permissions, versions, clock, fonts, walls."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from etl.pseudonyms import ID_FILE, KeyRefused, default_key_file, ensure_key
from etl.trouble import ROOT
from warehouse.archive import NOTE, ArchiveDamaged, read_batches
from warehouse.connection import open_generation
from warehouse.generations import current_generation, last_night

FREE_SHARE = 3
LEAST_FREE = 1 << 30
PACKAGES = {"duckdb": 2, "polars": 2}
PYTHON = (3, 11)
SECONDS = 30
# Prints what the walls around ad-hoc SQL are on this machine; exit 0 where all of them stand.
WALLS = [sys.executable, "-m", "warehouse", "sandbox-check"]


def examine(data: Path) -> list[dict[str, Any]]:
    """One entry per check: its name, whether all is well, what was found and what to do."""
    return [
        _key(data),
        _space(data),
        *_permissions(data),
        *_versions(data),
        _clock(data),
        _archive(data),
        _fonts(),
        _walls(),
    ]


def _finding(check: str, ok: bool, found: str) -> dict[str, Any]:
    return {"check": check, "ok": ok, "found": found}


def _key(data: Path) -> dict[str, Any]:
    """The key's mode, and that it is the one of this archive."""
    path, name = default_key_file(), "密钥 key"
    if not path.exists() and not (data / "archive" / ID_FILE).exists():
        return _finding(name, True, "首次运行时生成 / will be made on first use")
    try:
        # It writes only where there is neither a key nor an archive.
        key_id = ensure_key(data / "archive").key_id if (data / "archive" / ID_FILE).exists() else "–"
    except (KeyRefused, OSError) as error:
        return _finding(name, False, str(error))
    mode = stat.S_IMODE(path.stat().st_mode)
    return _finding(name, mode & 0o077 == 0, f"{path} {mode:04o}; 应为 / expected 0600; 编号 / id {key_id}")


def _existing(data: Path) -> Path:
    return next(path for path in (data.resolve(), *data.resolve().parents) if path.exists())


def _space(data: Path) -> dict[str, Any]:
    """Room for the next generation, its scratch files and the archive of its night."""
    newest = max((path.stat().st_size for path in data.glob("generations/*/*.duckdb")), default=0)
    free, wanted = shutil.disk_usage(_existing(data)).free, max(FREE_SHARE * newest, LEAST_FREE)
    return _finding("磁盘 disk", free > wanted, f"{free >> 20:,} MB 可用 / free; 需要 / wanted {wanted >> 20:,} MB")


def _permissions(data: Path) -> list[dict[str, Any]]:
    """Written by the job's own user, and read by nobody outside its group: the inbox holds personal data."""
    folder = _existing(data)
    found = [_finding("权限 permissions", os.access(folder, os.W_OK), f"{folder}: 应可写 / to be writable")]
    for path in (data / "inbox", data / "archive", data / "quarantine"):
        if path.is_dir():
            mode = stat.S_IMODE(path.stat().st_mode) & stat.S_IMODE(data.stat().st_mode)
            text = f"{mode:04o}; 其他用户应无权限 / nothing for others: chmod o-rwx {data}"
            found.append(_finding(f"权限 permissions {path.name}", mode & 0o007 == 0, text))
    return found


def _versions(data: Path) -> list[dict[str, Any]]:
    found = [
        _finding("python", sys.version_info >= PYTHON, f"{platform.python_version()}; 应为 / expected ≥ 3.11"),
        *(
            _finding(name, int(version(name).split(".")[0]) == major, f"{version(name)}; 应为 / expected {major}.x")
            for name, major in PACKAGES.items()
        ),
    ]
    current = current_generation(data)
    if current is not None:
        try:
            with open_generation(current) as connection:
                row = connection.execute("select duckdb_version from ops.generation").fetchone()
            written = str(row[0]) if row else "–"
        except duckdb.Error:
            return [*found, _finding("数据版本 generation", False, f"{current.id}: 打不开 / cannot be opened")]
        # A file of an older engine opens; one of a newer engine need not.
        is_older = _numbers(written) <= _numbers(duckdb.__version__)
        text = f"{current.id}: duckdb {written}; 本机 / here {duckdb.__version__}"
        found.append(_finding("数据版本 generation", is_older, text))
    return found


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(".") if part.isdigit()]


def _clock(data: Path) -> dict[str, Any]:
    """A clock behind the last delivery would make every new record look as if it came from the future."""
    try:
        batches = read_batches(data / "archive")
    except ArchiveDamaged:
        batches = []
    known = [str(batch.info["loaded_at"]) for batch in batches]
    current, night = current_generation(data), last_night(data) or {}
    known += [str(text) for text in (current and current.manifest.get("built_at"), night.get("finished_at")) if text]
    latest, now = max(known, default=""), datetime.now().isoformat(timespec="seconds")
    return _finding("时钟 clock", now >= latest, f"{now}; 最近记录 / newest entry {latest or '–'}")


def _archive(data: Path) -> dict[str, Any]:
    """Every sidecar has its records, and every file of records its sidecar."""
    try:
        batches = read_batches(data / "archive")
    except ArchiveDamaged as error:
        return _finding("归档 archive", False, str(error))
    records = {batch.parquet for batch in batches if batch.feed != NOTE}
    there = {path for path in data.glob("archive/*/*.parquet") if not path.name.startswith(".")}
    torn = sorted(path.name for path in records ^ there)
    text = f"{len(batches)} 个批次 / batches"
    return _finding("归档 archive", not torn, f"{text}; 不成对，请恢复 / torn, restore: {torn[0]}" if torn else text)


def _fonts() -> dict[str, Any]:
    """Exported pictures need a Chinese font: without one their texts are left out."""
    try:
        told = subprocess.run(
            ["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return _finding("字体 fonts", False, "无 fc-list / no fc-list: apt install fontconfig fonts-noto-cjk")
    names = sorted(line for line in told.stdout.splitlines() if line)
    return _finding("字体 fonts", bool(names), names[0] if names else "无中文字体 / none: apt install fonts-noto-cjk")


def _walls() -> dict[str, Any]:
    """The walls around ad-hoc SQL (Landlock, seccomp), as the warehouse's own check finds them."""
    try:
        done = subprocess.run(WALLS, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return _finding("沙箱 sandbox", False, type(error).__name__)
    told = [line for line in (done.stdout or done.stderr).splitlines() if line.strip()]
    return _finding("沙箱 sandbox", done.returncode == 0, told[-1] if told else "–")
