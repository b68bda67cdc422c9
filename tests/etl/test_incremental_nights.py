"""Whatever files the nights bring, they end in the warehouse that `refresh --full` makes of the same archive."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from etl.status import status
from tests.etl.nights import HEADER, MAPPING, night, write_rows
from warehouse import deliveries
from warehouse.generations import current_generation

pytestmark = pytest.mark.long

DAILY, SNAPSHOT = "daily", "snapshot"
OUTCOMES = ("调解成功", "调解不成", "调处中")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Daily files of what is new or corrected, and snapshots of the days that they hold."""
    folder = tmp_path / "sources"
    folder.mkdir()
    for name, delivery in ((DAILY, "delta"), (SNAPSHOT, "snapshot")):
        text = MAPPING.format(delivery=delivery, window='"data"')
        (folder / f"{name}.toml").write_text(text.replace('"*.csv", "*.xlsx"', f'"{name}*.csv"'), "utf-8")
    return folder


def deliver(inbox: Path, chance: random.Random, number: int) -> None:
    """The files of one night: new and corrected cases, some withdrawn, some late, some delivered before."""
    for file in range(chance.choice([1, 2, 3]) if number else 1):
        kind = chance.choice([DAILY, DAILY, SNAPSHOT]) if number else DAILY
        late = chance.choice([0, 0, 2]) if number else 0
        rows = [
            (
                f"A{chance.randrange(80)}",
                chance.choice(["甲所", "乙所"]),
                f"2026-09-{chance.randrange(1, 29):02} {chance.randrange(24):02}:30",
                chance.choice(OUTCOMES),
                chance.choice(["有效"] * 5 + ["撤销"]),
            )
            for _ in range(chance.randrange(3, 12) if number else 60)
        ]
        write_rows(inbox, f"{kind}{number}{file}_202610{10 + number - late}.csv", rows, header=f"{HEADER},状态")
    if number:
        known = sorted(inbox.glob(f"{DAILY}*.csv"))
        again = chance.choice(known)
        # The same bytes under another name, and all of its rows among others.
        shutil.copy2(again, inbox / f"{DAILY}{number}x_202610{10 + number}.csv")
        old = [line.split(",") for line in again.read_text("utf-8").splitlines()[1:]]
        extra = [f"B{number}", "甲所", "2026-09-30 08:30", "调解成功", "有效"]
        write_rows(inbox, f"{DAILY}{number}y_202610{10 + number}.csv", [*old, extra], header=f"{HEADER},状态")


def told(data: Path) -> dict[str, Any]:
    """What the operator is told of the current generation, and what its tables hold."""
    current, report = current_generation(data), status(data)
    assert current is not None
    files = [{name: file[name] for name in ("batch", "rows_in", "loaded", "duplicates")} for file in report["files"]]
    hashes, rows = (current.manifest[name] for name in ("content_hash", "tables"))
    return {name: report[name] for name in ("data_until", "feeds", "held")} | {
        "files": files,
        "hashes": hashes,
        "rows": rows,
    }


def test_random_nights_end_where_building_everything_ends(
    data: Path, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SMALL_BYTES", 0)
    monkeypatch.setattr(deliveries, "MOST_GROWTH", 1000)
    chance = random.Random(20261110)
    built = []
    for number in range(3):
        deliver(data / "inbox", chance, number)
        report = night(data, sources)
        assert report.exit_code == 0, report
        built.append(report.built)
    whole = tmp_path / "whole"
    shutil.copytree(data, whole, symlinks=True)
    assert night(whole, sources, full=True).built == "full"
    assert told(data) == told(whole)
    assert built == ["full", *["incremental"] * 2]
    feed = status(data)["feeds"]["incident"]
    assert feed["duplicates"] > 0
    assert (feed["quarantined"], feed["rows_in"]) == (0, feed["loaded"] + feed["duplicates"])
