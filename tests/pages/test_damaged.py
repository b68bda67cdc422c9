"""A generation that breaks while the board runs: the page takes the one before, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pages.components.damage import damaged_generations
from tests.pages.app import first_line, open_page
from tests.pages.conftest import NEW, OLD
from warehouse.generations import DATABASE, MANIFEST


def break_blocks(generation: Path) -> None:
    """Every block of the file is another; its length is not, so that only who reads it can tell."""
    content = bytearray((generation / DATABASE).read_bytes())
    for place in range(20_000, len(content), 4_096):
        content[place] ^= 0xFF
    (generation / DATABASE).write_bytes(content)


def cut_off(generation: Path) -> None:
    """Half of the database."""
    content = (generation / DATABASE).read_bytes()
    (generation / DATABASE).write_bytes(content[: len(content) // 2])


def change_manifest(generation: Path) -> None:
    """A manifest that reads well, and was never written by a night."""
    content = (generation / MANIFEST).read_text("utf-8")
    (generation / MANIFEST).write_text(content.replace("2026-11", "2027-11"), "utf-8")


@pytest.mark.parametrize("damage", [break_blocks, cut_off, change_manifest])
def test_the_one_before_is_shown_with_a_sentence(own: Path, damage: Callable[[Path], None]) -> None:
    damage(own / "generations" / NEW)
    app = open_page("overview")
    assert not app.exception
    assert first_line(app).startswith("**2026年9月，全部单位接报纠纷警情40起")
    assert NEW in app.warning[0].value
    assert OLD in app.warning[0].value
    assert f"python -m etl refresh --data {own}" in app.warning[0].value
    assert open_page("overview", lang="en").warning[0].value.startswith(f"Generation {NEW} is damaged")


def test_a_generation_that_is_put_back_is_shown_again(own: Path) -> None:
    database = own / "generations" / NEW / DATABASE
    kept = database.read_bytes()
    break_blocks(database.parent)
    open_page("overview")
    assert damaged_generations(own) == {NEW}
    database.write_bytes(kept)
    app = open_page("overview")
    assert not app.warning
    assert "2026年10月" in first_line(app)


def test_where_nothing_is_left_the_page_says_so(own: Path) -> None:
    for name in (OLD, NEW):
        cut_off(own / "generations" / name)
    app = open_page("overview")
    assert not app.exception
    assert NEW in app.warning[0].value
