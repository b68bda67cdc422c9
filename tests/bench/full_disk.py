"""Nights on a disk that is full: a small tmpfs filled up to ever less room, and a limit on the size of any file."""

from __future__ import annotations

import resource
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.fault_rig import Bureau, Tally, content, found, heal_and_check, in_child, is_whole

KILOBYTE = 1 << 10
# The largest file of a night is the warehouse, 4.9 MB; the smallest are the logs.
LIMITS = (1, 4, 16, 64, 256, 1024, 4096)


def run(root: Path, quick: bool, tally: Tally) -> None:
    """Each limit once; where this process may mount, each amount of room on a real, full file system too."""
    base = found(root / "base", nights=1)
    sound = base.copy(root / "sound")
    in_child(sound.night)
    before, expected = content(base), content(sound)
    limits = LIMITS[2::3] if quick else LIMITS
    for limit in limits:
        bureau = base.copy(root / f"limit{limit}")
        _case(bureau, partial(_limited, bureau, limit), f"files of {limit} KB at most", before, expected, tally)
    for limit in limits:
        mounted = root / f"room{limit}"
        mounted.mkdir()
        if not _mount(mounted, base.folder):
            tally.counts["not permitted to mount a tmpfs"] += 1
            break
        try:
            bureau = base.copy(mounted / "bureau")
            filler = mounted / "filler"
            _fill(filler, leave=limit)
            _case(bureau, bureau.night, f"{limit} KB of room", before, expected, tally, filler)
        finally:
            subprocess.run(["umount", str(mounted)], check=True)


def _case(
    bureau: Bureau, night: Any, what: str, before: Any, expected: Any, tally: Tally, filler: Path | None = None
) -> None:
    ended = in_child(night)
    tally.counts["full disks" if filler else "limits"] += 1
    if tally.check(ended.code == 0, f"{what}: ended in a traceback"):
        report = ended.told
        is_told = report["exit_code"] == 0 or bool(report["problems"])
        tally.check(is_told, f"{what}: exit {report['exit_code']} without a sentence")
        tally.counts["nights that said the disk is full"] += any(
            "磁盘" in text or "ulimit" in text for text in report["problems"]
        )
    tally.check(is_whole(bureau), f"{what}: the published generation is not whole")
    tally.check(content(bureau) in (before, expected), f"{what}: neither the old nor the new content")
    if filler:
        filler.unlink()
    heal_and_check(bureau, what, tally)
    tally.check(content(bureau) == expected, f"{what}: other content than without a fault")


def _limited(bureau: Bureau, kilobytes: int) -> dict[str, Any]:
    # Python ignores SIGXFSZ, so that a write beyond it fails with EFBIG.
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * KILOBYTE, kilobytes * KILOBYTE))
    return bureau.night()


def _mount(folder: Path, base: Path) -> bool:
    used = sum(path.stat().st_size for path in base.rglob("*") if path.is_file())
    size = f"size={used * 3 + (32 << 20)}"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False)
    return done.returncode == 0


def _fill(filler: Path, *, leave: int) -> None:
    """Take all room but so many kilobytes."""
    free = shutil.disk_usage(filler.parent).free
    with filler.open("wb") as handle:
        block = bytes(1 << 20)
        left = free - leave * KILOBYTE
        while left > 0:
            left -= handle.write(block[: min(left, len(block))])
