"""What is wrong in a cell is said as exactly as it can be, and the same at every meeting."""

from __future__ import annotations

import polars as pl
import pytest

from etl import explain as module
from etl.explain import Explained, explain

CELLS = ["不详", "2025-02-30", "13800000000", "锟斤拷", None, "不详", "2025-01-01", "2025-02-30"]
FAULTS = ["bad_date", "bad_date", "bad_date", "bad_date", "missing_required", "bad_date", None, "out_of_range"]
EXPECTED = [None, "bad_date", "misplaced_identifier", "mojibake", "missing_required", None, None, "out_of_range"]


def explained(known: Explained, cells: list[str | None] = CELLS, faults: list[str | None] = FAULTS) -> list[str | None]:
    text, fault = pl.Series(cells, dtype=pl.String), pl.Series(faults, dtype=pl.String)
    found = explain(text, fault, ("不详", "无"), known)
    assert fault.to_list() == faults
    return found.to_list()


def test_a_fault_is_said_more_exactly_and_the_same_once_it_is_known() -> None:
    known: Explained = {}
    assert explained(known) == EXPECTED
    assert explained(known) == EXPECTED
    assert known["13800000000", "bad_date"] == "misplaced_identifier"
    assert ("2025-01-01", None) not in known


def test_what_is_known_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known: Explained = {}
    explained(known)
    looked: list[int] = []
    real = module._look_closer

    def counting(cells: pl.Series, faults: pl.Series, tokens: tuple[str, ...]) -> pl.Series:
        looked.append(len(cells))
        return real(cells, faults, tokens)

    monkeypatch.setattr(module, "_look_closer", counting)
    assert explained(known, [*CELLS, "无"], [*FAULTS, "bad_date"]) == [*EXPECTED, None]
    assert looked == [1]


def test_many_faulty_cells_are_explained_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EXPLAINED", 3)
    known: Explained = {}
    assert explained(known) == EXPECTED
    assert known == {}
    assert explained({}, CELLS[:3], FAULTS[:3]) == EXPECTED[:3]
