"""Which generations a reader is told of, also while a night is publishing."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from warehouse import generations
from warehouse.generations import (
    DATABASE,
    KEPT,
    MANIFEST,
    Busy,
    current_and_kept,
    current_generation,
    is_being_written,
    is_intact,
    list_generations,
    named_generation,
    new_generation_id,
    point_current,
    publish,
    writer_lock,
)
from warehouse.seal import SEAL


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


def cut_off(data: Path, name: str) -> None:
    (data / "generations" / name / DATABASE).write_bytes(b"rest")


def test_a_seal_tells_a_changed_byte(data: Path) -> None:
    current = current_generation(data)
    assert current is not None
    assert is_intact(current)
    assert f"  {DATABASE}\n" in (current.directory / SEAL).read_text("ascii")
    current.database.write_bytes(b"1")
    assert not is_intact(current)


def test_a_generation_of_an_earlier_release_has_no_seal_and_is_opened(data: Path) -> None:
    (data / "current" / SEAL).unlink()
    current = current_generation(data)
    assert current is not None
    assert current.id == names(KEPT + 2)[-1]
    assert is_intact(current)


def test_for_a_damaged_generation_the_newest_good_one_before_it_is_shown(data: Path) -> None:
    kept = list(current_and_kept(data)[1])
    cut_off(data, kept[0])
    cut_off(data, kept[1])
    assert [one.id for one in list_generations(data)] == kept[2:]
    current = current_generation(data)
    assert (current and current.id, named_generation(data)) == (kept[2], kept[0])


def test_what_was_rolled_back_does_not_come_in_for_a_damaged_one(data: Path) -> None:
    kept = list(current_and_kept(data)[1])
    point_current(data, kept[2])
    cut_off(data, kept[2])
    current = current_generation(data)
    assert (current and current.id) == kept[3]


def test_where_nothing_older_is_left_a_newer_one_is_better_than_none(data: Path) -> None:
    kept = list(current_and_kept(data)[1])
    point_current(data, kept[-1])
    cut_off(data, kept[-1])
    current = current_generation(data)
    assert (current and current.id) == kept[0]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"id": 1}', b"\xff"])
def test_a_changed_manifest_is_none(data: Path, content: bytes) -> None:
    kept = list(current_and_kept(data)[1])
    (data / "generations" / kept[0] / MANIFEST).write_bytes(content)
    current = current_generation(data)
    assert (current and current.id) == kept[1]


def test_a_new_name_sorts_after_all_others_although_the_clock_went_back(tmp_path: Path) -> None:
    now, ids = datetime(2026, 11, 1, 2, 10), []
    for day in (now, now - timedelta(days=400), now - timedelta(days=1), now, now + timedelta(seconds=1)):
        ids.append(new_generation_id(tmp_path, day))
        publish_empty(tmp_path, ids[-1])
    assert ids == sorted(set(ids))
    current = current_generation(tmp_path)
    assert (current and current.id) == "20261101T021001"


def test_a_question_whether_somebody_writes_hinders_nobody(tmp_path: Path) -> None:
    assert not is_being_written(tmp_path)
    with writer_lock(tmp_path):
        assert is_being_written(tmp_path)
        with pytest.raises(Busy), writer_lock(tmp_path):
            pass
    assert not is_being_written(tmp_path)


def test_a_flip_between_two_looks_is_looked_at_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    look = generations.current_generation

    def publish_once(data: Path, *, passed_over: Collection[str] = ()) -> generations.Generation | None:
        if not looks:
            looks.append(1)
            publish_empty(data, "20261104T000000")
        return look(data, passed_over=passed_over)

    monkeypatch.setattr(generations, "current_generation", publish_once)
    current, kept = current_and_kept(data)
    assert current is not None
    assert current.id == kept[0] == "20261104T000000"
    assert len(kept) == KEPT
