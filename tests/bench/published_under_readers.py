"""Publishes under readers in two other processes: no reader sees two generations in one, or an older one again."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from tests.bench.fault_rig import Tally, start
from warehouse.connection import open_generation
from warehouse.generations import DATABASE, KEPT, current_generation, publish

PROCESSES, READERS, FEW_READERS = 2, 10, 2
LAST = "last"


def run(root: Path, quick: bool, tally: Tally) -> None:
    """Five hundred publishes of tiny generations under twenty readers."""
    publishes = 50 if quick else 500
    data = root / "data"
    start(lambda: publish_tiny(data, 0)).end()
    readers = [start(partial(read_on, data, FEW_READERS if quick else READERS)) for _ in range(PROCESSES)]
    writer = start(lambda: publish_on(data, publishes))
    told = writer.end()
    tally.check(told.code == 0, f"the publisher ended with {told.code}")
    tally.counts["publishes"] = publishes
    (root / LAST).touch()
    for reader in readers:
        ended = reader.end()
        if tally.check(ended.code == 0, f"a reader ended with {ended.code}"):
            tally.add(ended.told)


def publish_on(data: Path, publishes: int) -> None:
    """One after the other, a little apart, as readers need time to be in the midst of one."""
    for number in range(1, publishes + 1):
        publish_tiny(data, number)
        time.sleep(0.01)


def publish_tiny(data: Path, number: int) -> None:
    """A generation whose two tables, manifest and name all hold one number."""
    name = f"20261101T{number:06}"
    building = data / "building" / name
    building.mkdir(parents=True)
    with duckdb.connect(str(building / DATABASE)) as connection:
        connection.execute(f"create table first as select {number} as number")
        connection.execute(f"create table second as select {number} as number from range(3000)")
    publish(data, building, name, {"id": name, "number": number})


def read_on(data: Path, readers: int) -> dict[str, Any]:
    """So many readers until there is nothing more to come; each then reads once more."""
    own = Tally()
    threads = [threading.Thread(target=read_until_last, args=(data, own)) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"counts": own.counts, "bad": own.bad}


def read_until_last(data: Path, tally: Tally) -> None:
    """Resolve, open, read both tables twice: all must say what the name says, and never less than before."""
    before, is_last = -1, False
    while not is_last:
        is_last = (data.parent / LAST).exists()
        generation = current_generation(data)
        if not tally.check(generation is not None, "no generation"):
            return
        assert generation is not None
        try:
            with open_generation(generation) as connection:
                query = "select min(number), max(number) from (from first union all from second)"
                seen = {number for _ in range(2) for number in connection.execute(query).fetchall()[0]}
        except duckdb.IOException:
            # Seven nights passed between looking up and opening: the file is gone, and the reader looks again.
            newest = current_generation(data)
            passed = newest.manifest["number"] - generation.manifest["number"] if newest else 0
            tally.check(passed >= KEPT, f"{generation.id} could not be opened, {passed} behind")
            tally.counts["looked again"] += 1
            continue
        number = generation.manifest["number"]
        tally.check(seen == {number} and generation.id == f"20261101T{number:06}", f"mixed: {generation.id} {seen}")
        tally.check(number >= before, f"backward: {number} after {before}")
        before = number
        tally.counts["reads"] += 1
