"""Frames are put together to chunks that are neither small nor too large, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
import pytest

from etl.readers import gather as module
from etl.readers.gather import gather


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENOUGH_ROWS", 100)


def frames(heights: Sequence[int]) -> Iterator[pl.DataFrame]:
    """Rows numbered through all frames."""
    start = 0
    for height in heights:
        yield pl.DataFrame({"number": range(start, start + height)}, schema={"number": pl.Int64})
        start += height


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([], []),
        ([0], []),
        ([5], [5]),
        # As many as came before, until there are enough of them.
        ([10] * 30, [10, 10, 20, 40, 80, 100, 40]),
        # One that is far too large is cut.
        ([250], [100, 100, 50]),
        ([10, 95, 95, 95], [10, 95, 190]),
    ],
)
def test_small_frames_are_put_together_and_large_ones_cut(heights: Sequence[int], expected: Sequence[int]) -> None:
    found = list(gather(frames(heights)))
    assert [frame.height for frame in found] == expected
    rows = [number for frame in found for number in frame["number"]]
    assert rows == list(range(sum(heights)))
    assert all(frame.n_chunks() == 1 for frame in found if frame.height)


def test_many_columns_are_enough_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENOUGH_BYTES", 30 * 8)
    assert [frame.height for frame in gather(frames([10] * 8))] == [10, 10, 20, 30, 10]


def test_no_frame_is_kept_while_the_next_is_waited_for() -> None:
    """What is handed over is the caller's alone."""
    given: list[int] = []

    def one_by_one() -> Iterator[pl.DataFrame]:
        for number in range(3):
            given.append(number)
            yield pl.DataFrame({"number": [number]})

    chunks = gather(one_by_one())
    assert next(chunks)["number"].to_list() == [0]
    assert given == [0]
