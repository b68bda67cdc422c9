"""Which generations a reader is told of, also while a night is publishing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from warehouse import generations
from warehouse.generations import DATABASE, KEPT, current_and_kept, point_current, publish


def names(count: int) -> list[str]:
    return [f"20261101T{number:06}" for number in range(count)]


def publish_empty(data: Path, name: str) -> None:
    building = data / "building" / name
    building.mkdir(parents=True)
    (building / DATABASE).touch()
    publish(data, building, name, {"id": name})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in names(KEPT + 2):
        publish_empty(tmp_path, name)
    return tmp_path


def test_no_generation_keeps_none(tmp_path: Path) -> None:
    assert current_and_kept(tmp_path) == (None, ())


def test_the_newest_seven_are_kept_newest_first(data: Path) -> None:
    current, kept = current_and_kept(data)
    assert current is not None
    assert current.id == kept[0]
    assert list(kept) == names(KEPT + 2)[:1:-1]


def test_the_eighth_that_is_about_to_go_is_not_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "remove_old", lambda data: None)
    publish_empty(data, "20261102T000000")
    assert len(list((data / "generations").iterdir())) == KEPT + 1
    current, kept = current_and_kept(data)
    assert (current and current.id, len(kept)) == ("20261102T000000", KEPT)


def test_one_that_is_in_place_but_not_yet_current_is_not_told(data: Path) -> None:
    before = current_and_kept(data)
    waiting = data / "building" / "20261103T000000"
    waiting.mkdir(parents=True)
    os.replace(waiting, data / "generations" / waiting.name)
    assert current_and_kept(data) == before


def test_after_going_back_the_newer_ones_are_still_told(data: Path) -> None:
    _, before = current_and_kept(data)
    point_current(data, before[2])
    current, kept = current_and_kept(data)
    assert (current and current.id, kept) == (before[2], before)


def test_a_flip_between_two_looks_is_looked_at_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    look = generations.current_generation

    def publish_once(data: Path) -> generations.Generation | None:
        if not looks:
            looks.append(1)
            publish_empty(data, "20261104T000000")
        return look(data)

    monkeypatch.setattr(generations, "current_generation", publish_once)
    current, kept = current_and_kept(data)
    assert current is not None
    assert current.id == kept[0] == "20261104T000000"
    assert len(kept) == KEPT
