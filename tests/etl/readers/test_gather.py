"""Pieces are put together to chunks that are neither small nor too large, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow as pa
import pytest

from etl.readers import gather as module
from etl.readers.gather import Piece, gather


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENOUGH_ROWS", 100)


def piece(numbers: Sequence[int], *, is_arrow: bool = False) -> Piece:
    """A row for each number, which stands in its text and in what is told of it."""
    texts = [f"第{number}行" for number in numbers]
    cells = pa.table({"text": pa.array(texts, pa.string())}) if is_arrow else pl.DataFrame({"text": texts})
    return Piece(cells, pl.DataFrame({"number": numbers}, schema={"number": pl.Int64}))


def pieces(heights: Sequence[int]) -> Iterator[Piece]:
    """Rows numbered through all pieces; every other two come from Arrow."""
    start = 0
    for place, height in enumerate(heights):
        yield piece(range(start, start + height), is_arrow=place % 4 < 2)
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
def test_small_pieces_are_put_together_and_large_ones_cut(heights: Sequence[int], expected: Sequence[int]) -> None:
    found = list(gather(pieces(heights)))
    assert [frame.height for frame in found] == expected
    assert all(frame.schema == {"text": pl.String(), "number": pl.Int64()} for frame in found)
    rows = [row for frame in found for row in frame.rows()]
    assert rows == [(f"第{number}行", number) for number in range(sum(heights))]
    assert all(frame.n_chunks() == 1 for frame in found if frame.height)


@pytest.mark.parametrize("is_arrow", [False, True])
def test_where_no_cells_are_asked_for_the_rows_are_still_told(is_arrow: bool) -> None:
    made = [piece(range(at, at + 10), is_arrow=is_arrow) for at in (0, 10)]
    (first, second) = gather(Piece(one.cells.select([]), one.told) for one in made)
    assert (first["number"].to_list(), second["number"].to_list()) == ([*range(10)], [*range(10, 20)])


def test_many_columns_are_enough_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pieces of ten rows are enough, one is not, by the texts that they hold."""
    (ten,) = pieces([10])
    monkeypatch.setattr(module, "ENOUGH_BYTES", ten.bytes * 1.5)
    made = (piece(range(at, at + 10), is_arrow=True) for at in range(0, 80, 10))
    assert [frame.height for frame in gather(made)] == [10, 10, 20, 20, 20]


def test_no_frame_is_kept_while_the_next_is_waited_for() -> None:
    """What is handed over is the caller's alone."""
    given: list[int] = []

    def one_by_one() -> Iterator[Piece]:
        for number in range(3):
            given.append(number)
            yield piece([number])

    chunks = gather(one_by_one())
    assert next(chunks)["number"].to_list() == [0]
    assert given == [0]
