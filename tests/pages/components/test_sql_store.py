"""What a reader keeps: found again, bounded, theirs alone, and never lost by a broken file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pages.components.sql_store import HISTORY, SAVED, CannotKeep, Notebook, Past, Saved, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, "zhao")


def past(number: int) -> Past:
    return Past(f"select {number}", "2026-11-06T09:00:00", {}, 1, "", 12)


def test_a_saved_query_is_there_for_the_next_session_with_its_parameters(store: Store, tmp_path: Path) -> None:
    query = Saved("逐月", "select $a", {"a": "2026-10-01"})
    store.save(query)
    assert Store(tmp_path, "zhao").read() == Notebook((query,), ())


def test_a_name_is_one_query_and_the_newest_stands_first(store: Store) -> None:
    for name, sql in [("a", "select 1"), ("b", "select 2"), ("a", "select 3")]:
        store.save(Saved(name, sql))
    assert store.read().saved == (Saved("a", "select 3"), Saved("b", "select 2"))
    store.forget("a")
    assert store.read().saved == (Saved("b", "select 2"),)


def test_history_holds_the_last_and_a_repeated_query_once(store: Store) -> None:
    full = Notebook(history=tuple(past(number) for number in range(HISTORY)))
    store._change(lambda _: full)
    for number in (1000, 1001, 1001):
        store.remember(past(number))
    history = store.read().history
    assert len(history) == HISTORY
    assert [one.sql for one in history[:3]] == ["select 1001", "select 1000", "select 0"]
    store.forget_history()
    assert store.read().history == ()


def test_saved_queries_are_bounded(store: Store) -> None:
    book = Notebook(tuple(Saved(f"{number}", "select 1") for number in range(SAVED)))
    store._change(lambda _: book)
    store.save(Saved("new", "select 2"))
    assert len(store.read().saved) == SAVED
    assert store.read().saved[0].name == "new"


def test_readers_do_not_see_each_other_and_files_do_not_name_them(store: Store, tmp_path: Path) -> None:
    store.save(Saved("mine", "select 1"))
    other = Store(tmp_path, "sun")
    assert other.read() == Notebook()
    assert "zhao" not in store.path.name
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_identifiers_are_not_kept(store: Store) -> None:
    sql = "select * from t where phone = '13800138000'"
    store.save(Saved("call 13800138000", sql, {"id": "110105199003078888"}))
    store.remember(Past(sql, "2026-11-06T09:00:00", {"id": "110105199003078888"}))
    kept = store.path.read_text(encoding="utf-8")
    assert "13800138000" not in kept
    assert "110105199003078888" not in kept
    assert store.read().saved[0].sql == "select * from t where phone = '‹phone›'"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"saved": [{"nme": 1}], "history": []}'])
def test_a_file_that_cannot_be_understood_is_put_aside_and_not_lost(content: str, store: Store) -> None:
    store.path.parent.mkdir()
    store.path.write_text(content, encoding="utf-8")
    assert store.read() == Notebook()
    store.save(Saved("a", "select 1"))
    assert store.read().saved == (Saved("a", "select 1"),)
    assert store.path.with_suffix(".damaged").read_text(encoding="utf-8") == content


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(CannotKeep):
        Store(tmp_path, "zhao").save(Saved("a", "select 1"))


def test_a_write_that_fails_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(Saved("a", "select 1"))

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotKeep):
        store.save(Saved("b", "select 2"))
    assert store.read().saved == (Saved("a", "select 1"),)
