"""Compared rows come from the engine, cached by generation, to any number of readers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pages.components import data as board_data
from pages.components.data import compared, open_board
from tests.pages.conftest import NEW, OLD
from warehouse.comparison import NotAsked
from warehouse.generations import Generation, current_and_kept, list_generations, point_current, remove_generation
from warehouse.periods import BadPeriod

DISPUTES = "dispute_incident_count"


def test_a_question_is_answered_by_filter_and_split(small: Path) -> None:
    rows = compared(open_board(), DISPUTES, "2026-10", by=("station",), where={"branch": ("A",)}, language="zh")
    assert [(row.names["station"], row.value, row.base_value) for row in rows] == [
        ("城关派出所", 14, 10),
        ("东湖派出所", 12, 10),
    ]


def test_another_generation_has_other_answers(own: Path) -> None:
    assert compared(open_board(), DISPUTES, "2026-10", language="zh")[0].value == 47
    point_current(own, OLD)
    # Its data end in September.
    assert compared(open_board(), DISPUTES, "2026-10", language="zh") == ()
    assert compared(open_board(), DISPUTES, "2026-09", language="zh")[0].value == 40
    point_current(own, NEW)
    assert compared(open_board(), DISPUTES, "2026-10", language="zh")[0].value == 47


def test_a_night_that_ends_while_the_board_looks_is_the_one_looked_at(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest is removed by the night that flips, between the listing of the generations and the reading of them."""
    point_current(own, OLD)
    looks: list[tuple[Generation | None, tuple[str, ...]]] = []

    def look(folder: Path, **options: set[str]) -> tuple[Generation | None, tuple[str, ...]]:
        seen = current_and_kept(folder, **options)
        if not looks:
            point_current(own, NEW)
            remove_generation(own, own / "generations" / OLD)
        looks.append(seen)
        return seen

    monkeypatch.setattr(board_data, "current_and_kept", look)
    board = open_board()
    assert [one[0] and one[0].id for one in looks] == [OLD, NEW]
    assert (board.generation, board.kept) == (list_generations(own)[0], tuple(list_generations(own)))
    assert [one.id for one in board.kept] == [NEW]


def test_what_was_kept_when_a_run_began_is_told_after_it_is_removed(own: Path) -> None:
    board = open_board()
    remove_generation(own, own / "generations" / OLD)
    assert [one.id for one in board.kept] == [NEW, OLD]


def test_a_kept_generation_that_cannot_be_read_is_left_out(own: Path) -> None:
    (own / "generations" / OLD / "manifest.json").unlink()
    assert [one.id for one in open_board().kept] == [NEW]


def test_a_feed_that_never_came_has_no_rows(small: Path) -> None:
    assert compared(open_board(), "hukou_service_count", "2026-10", language="zh") == ()


def test_a_question_that_cannot_be_asked_is_refused(small: Path) -> None:
    with pytest.raises(NotAsked):
        compared(open_board(), "no_such_metric", "2026-10", language="zh")
    with pytest.raises(NotAsked):
        compared(open_board(), DISPUTES, "2026-10", by=("transport",), language="zh")
    with pytest.raises(BadPeriod):
        compared(open_board(), DISPUTES, "October", language="zh")


def test_many_readers_at_once_get_the_right_answers(own: Path) -> None:
    board = open_board()
    days = [f"2026-10-{day:02}..2026-10-31" for day in range(1, 29)]

    def ask(period: str) -> float | None:
        return compared(board, DISPUTES, period, language="zh")[0].value

    with ThreadPoolExecutor(8) as readers:
        # All of them fell on 3 October.
        assert list(readers.map(ask, days)) == [47] * 3 + [0] * 25
