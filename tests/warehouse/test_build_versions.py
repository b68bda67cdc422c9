"""Copies and versions in files so large that whole stretches of them are not looked at."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.small_archive import SmallArchive
from warehouse.versions import RANGES, STRETCH, rows_within

Row = dict[str, Any]


def test_rows_are_looked_for_in_runs_of_neighbouring_stretches() -> None:
    assert STRETCH == 16384
    assert rows_within([0, 2, 3]) == "(row_no between 0 and 16383 or row_no between 32768 and 65535)"
    assert rows_within([]) == "(false)"


def test_rows_that_stand_everywhere_are_looked_for_everywhere() -> None:
    assert rows_within(range(0, 2 * RANGES, 2)).count("between") == RANGES
    assert rows_within(range(0, 2 * RANGES + 2, 2)) == "true"


def published(deliveries: list[list[Row]]) -> tuple[dict[str, int], list[int]]:
    """The slow way: newest hour of each key, and of each delivery the rows that say what the one before said."""
    hours: dict[str, int] = {}
    copies: dict[int, int] = defaultdict(int)
    for number, rows in enumerate(deliveries):
        for row in rows:
            copies[number] += hours.get(row["key"]) == row["received_hour"]
            hours[row["key"]] = row["received_hour"]
    return hours, [copies[number] for number in range(len(deliveries))]


def build(folder: Path, deliveries: list[list[Row]]) -> tuple[dict[str, int], list[int]]:
    """The same from the warehouse; the key is told from the risk level, which carries it."""
    archive = SmallArchive(folder)
    for number, rows in enumerate(deliveries):
        carried = [row | {"line": line, "risk_level_code": row["key"]} for line, row in enumerate(rows, start=2)]
        archive.deliver("incident", *carried, at=f"2026-02-0{number + 1}", batch=f"b{number}")
    hours = archive.rows("select risk_level_code, received_hour from core.fct_incident")
    copies = archive.rows("select duplicates from ops.load_file order by batch")
    assert len(hours) == len(dict(hours))
    return dict(hours), [count for (count,) in copies]


def test_repeated_keys_at_both_ends_of_a_long_file_and_in_another_are_compared(tmp_path: Path) -> None:
    long = [{"key": str(number), "received_hour": number % 24} for number in range(2 * STRETCH + 10)]
    again = [long[3], long[5] | {"received_hour": 0}, long[STRETCH]]
    deliveries = [[*long, *again], [long[5], long[-1]]]
    found, copies = build(tmp_path, deliveries)
    assert copies == [2, 1]
    assert (found["3"], found["5"], len(found)) == (3, 5, len(long))


@pytest.mark.parametrize("seed", range(3))
def test_random_deliveries_come_out_as_the_slow_way_says(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    deliveries = [
        [{"key": str(rng.randrange(60)), "received_hour": rng.randrange(3)} for _ in range(rng.randrange(120))]
        for _ in range(4)
    ]
    assert build(tmp_path, deliveries) == published(deliveries)
