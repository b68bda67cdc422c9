"""What needs a look in the morning, and the command that looks at it or puts it right."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from etl.healing import night_that_died
from warehouse.generations import (
    current_generation,
    is_being_written,
    is_intact,
    last_night,
    named_generation,
)

SILENT_HOURS = 36
# Clocks are set back by an hour in some places, and by seconds everywhere.
TOLERATED = timedelta(hours=2)
SENTENCES = {
    "no_generation": ("还没有可用的数据版本", "no usable generation yet", "refresh"),
    "dangling": (
        "data/current 指向的版本 {named} 已损坏或丢失，看板改用 {shown}；下一次 refresh 自动修复",
        "data/current dangles: {named} is damaged or gone, the board shows {shown}; the next refresh mends it",
        "refresh",
    ),
    "damaged": (
        "当前版本 {id} 已损坏；下一次 refresh 从归档重建",
        "the current generation {id} is damaged; the next refresh rebuilds it from the archive",
        "refresh",
    ),
    "died": (
        "{at} 开始的任务中途停止，数据未受影响",
        "the night begun at {at} stopped midway; the data are as before",
        "refresh",
    ),
    "silent": (
        "已 {hours} 小时没有运行夜间任务：请检查定时器",
        "no night has run for {hours} hours: check the timer",
        "refresh",
    ),
    "clock": (
        "系统时钟早于最近一次任务（{at}）：请校准时钟",
        "the clock is behind the last night ({at}): set it right",
        "doctor",
    ),
    "held": ("有 {count} 个批次被暂缓，请核对后放行", "{count} batch(es) held, check and accept", "accept {names}"),
    "refused": (
        "昨夜拒收 {count} 个文件，按原因改正后重新报送",
        "{count} file(s) refused last night, correct and send them again",
        "status --json",
    ),
    "problem": ("昨夜的问题", "last night: {text}", "doctor"),
    "unreadable": ("读不到", "cannot be read: {text}", "doctor"),
}


def advice(
    data: Path, *, held: Sequence[str] = (), unreadable: Sequence[str] = (), now: datetime | None = None
) -> list[str]:
    """Each thing that needs a look: Chinese / English: command. `unreadable`: what could not even be looked at."""
    found = [*_generation(data), *_night(data, now or datetime.now())]
    found += [("unreadable", {"text": text}) for text in unreadable]
    if held:
        found.append(("held", {"count": len(held), "names": " ".join(held)}))
    return [_sentence(data, name, fields) for name, fields in found]


def _sentence(data: Path, name: str, fields: dict[str, Any]) -> str:
    zh, en, command = SENTENCES[name]
    text = " / ".join(part.format_map(fields) for part in (zh, en) if part)
    words = ["python", "-m", "etl", *command.format_map(fields).split(), "--data", str(data)]
    return f"{text}: {shlex.join(words)}"


def _generation(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    current, named = current_generation(data), named_generation(data)
    if current is None:
        yield "no_generation", {}
        return
    if named != current.id:
        yield "dangling", {"named": named or "–", "shown": current.id}
    if not is_intact(current):
        yield "damaged", {"id": current.id}


def _night(data: Path, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    night, died = last_night(data), night_that_died(data)
    if died and not is_being_written(data):
        yield "died", {"at": died.get("started_at")}
    if night is None:
        return
    finished = datetime.fromisoformat(night["finished_at"])
    hours = int((now - finished) / timedelta(hours=1))
    # A synthetic bureau has no nights.
    if hours > SILENT_HOURS and not (data / "truth.json").is_file():
        yield "silent", {"hours": hours}
    if finished - now > TOLERATED:
        yield "clock", {"at": night["finished_at"]}
    if night["refused"]:
        yield "refused", {"count": len(night["refused"])}
    yield from (("problem", {"text": text}) for text in night["problems"])
