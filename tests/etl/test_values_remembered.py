"""What is remembered of a column is what its parser says, whatever came before."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from etl.values.parsed import Parsed
from etl.values.remembered import MOST_CELLS, Remembered

Cells = list[str | None]


def parse(text: pl.Series) -> Parsed:
    """Words are codes of their capitals, an empty cell is `none`, and words with a 0 are bad."""
    is_bad = text.str.contains("0").fill_null(False)
    values = pl.select(pl.when(~is_bad).then(text.str.to_uppercase().fill_null("none"))).to_series()
    return Parsed(values.cast(pl.Categorical), pl.select(pl.when(is_bad).then(pl.lit("bad_code"))).to_series())


def by_hand(cell: str | None) -> tuple[str | None, str | None]:
    if cell is None:
        return "none", None
    return (None, "bad_code") if "0" in cell else (cell.upper(), None)


@given(st.lists(st.lists(st.none() | st.text("ab0", max_size=3), max_size=30), max_size=5))
def test_every_chunk_reads_as_if_it_were_the_first(chunks: list[Cells]) -> None:
    remembered = Remembered()
    for cells in chunks:
        values, fault = remembered.parse(pl.Series(cells, dtype=pl.String), parse)
        read = zip(values.cast(pl.String).to_list(), fault.to_list(), strict=True)
        assert list(read) == [by_hand(cell) for cell in cells]


def test_known_cells_are_not_read_again() -> None:
    remembered = Remembered()
    seen: list[Cells] = []

    def counted(text: pl.Series) -> Parsed:
        seen.append(text.to_list())
        return parse(text)

    remembered.parse(pl.Series(["a", "b", "a"]), counted)
    remembered.parse(pl.Series(["b", None, "a"]), counted)
    remembered.parse(pl.Series(["b", "c"]), counted)
    assert [set(cells) for cells in seen] == [{"a", "b", None}, {"c", None}]


def test_a_column_of_ever_new_cells_is_read_but_not_kept() -> None:
    remembered = Remembered()
    cells = [f"w{number}" for number in range(1, MOST_CELLS + 2) if "0" not in str(number)] * 2
    more = [f"v{number}" for number in range(1, MOST_CELLS + 2)]
    for chunk in (cells, more, cells):
        values, _ = remembered.parse(pl.Series(chunk), parse)
        assert values.cast(pl.String).to_list() == [by_hand(cell)[0] for cell in chunk]
