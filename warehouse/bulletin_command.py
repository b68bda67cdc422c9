"""The bulletin from the shell: written only after it reproduced, or an existing one checked."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from warehouse.bulletin_check import DEMO, Checked, DoesNotReproduce, check_bulletin
from warehouse.bulletin_page import build_bulletin
from warehouse.comparison import BadPeriod, NotAsked
from warehouse.connection import open_generation
from warehouse.generations import NoGeneration, current_generation
from warehouse.reference import Language


def write_bulletin(
    data: Path,
    out: Path,
    *,
    period: str = "latest-month",
    where: Mapping[str, tuple[str, ...]] | None = None,
    language: Language = "zh",
    is_public: bool = False,
) -> Checked:
    """Write a bulletin of the current generation, whole and only where it reproduces.

    Raises NoGeneration, BadPeriod, NotAsked, DoesNotReproduce; `out` is then what it was before.
    """
    generation = current_generation(data)
    if generation is None:
        raise NoGeneration(str(data))
    with open_generation(generation) as connection:
        html = build_bulletin(
            connection,
            period=period,
            where=where,
            language=language,
            is_public=is_public,
            is_demo=(data / DEMO).is_file(),
        )
    checked = check_bulletin(html, data)
    _replace(out, html)
    return checked


def check_file(path: Path, data: Path) -> Checked:
    """Check an existing bulletin. Raises DoesNotReproduce, NoGeneration, OSError."""
    return check_bulletin(path.read_text(encoding="utf-8", errors="replace"), data)


def _replace(out: Path, html: str) -> None:
    """Aside first, then in one move: nobody opens half a bulletin."""
    fresh = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        with fresh.open("w", encoding="utf-8", newline="\n") as handle:
            handle.write(html)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(fresh, out)
    finally:
        fresh.unlink(missing_ok=True)


def run(
    data: Path,
    *,
    out: Path | None,
    check: Path | None,
    period: str,
    where: Mapping[str, tuple[str, ...]],
    language: Language,
    is_public: bool,
) -> int:
    """What the command does, and its exit code: 0 written or reproduced, 1 refused, 2 asked for what there is not."""
    try:
        if check is not None:
            print(check_file(check, data).sentence)
        elif out is not None:
            checked = write_bulletin(data, out, period=period, where=where, language=language, is_public=is_public)
            print(f"{out}  {checked.sentence}")
    except NoGeneration:
        print("没有可用的数据版本 / no usable generation: python -m etl refresh", file=sys.stderr)
        return 1
    except (DoesNotReproduce, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except (BadPeriod, NotAsked) as error:
        print(error, file=sys.stderr)
        return 2
    return 0
