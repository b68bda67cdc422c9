"""The fast reading of fixed layouts agrees with Python's own calendar, and leaves alone what is not one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.values import parse_datetimes
from etl.values.fixed_width import read_fixed

STYLES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S")


@pytest.mark.parametrize("style", STYLES)
def test_every_day_of_four_centuries_reads_back(style: str) -> None:
    days = [datetime(1800, 1, 1, 23, 59, 58) + timedelta(days=number) for number in range(0, 146_097)]
    text = [f"{day.year:04d}" + day.strftime(style[2:]) for day in days]
    expected = [datetime.strptime(cell, style) for cell in text[::97]]
    assert read_fixed(pl.Series(text))[::97].to_list() == expected


@given(st.lists(st.one_of(st.none(), st.text(max_size=20), st.datetimes().map(lambda day: f"{day:%Y-%m-%d %H:%M}"))))
def test_anything_else_is_null_and_never_an_error(cells: list[str | None]) -> None:
    def slowly(cell: str | None) -> datetime | None:
        for width, style in ((16, "%Y-%m-%d %H:%M"), (10, "%Y-%m-%d"), (19, "%Y-%m-%d %H:%M:%S")):
            if cell and len(cell) == width and cell.isascii():
                try:
                    return datetime.strptime(cell, style)
                except ValueError:
                    return None
        return None

    found = read_fixed(pl.Series(cells, dtype=pl.String)).to_list()
    assert all(read is None or read == slowly(cell) for cell, read in zip(cells, found, strict=True))


@pytest.mark.parametrize(
    "cell",
    [
        "2025-02-29 08:00",
        "2025-13-01 08:00",
        "2025-00-10 08:00",
        "2025-01-00 08:00",
        "2025-01-01 24:00",
        "2025-01-01 08:60",
        "2025-01/01 08:00",
        "+025-01-01 08:00",
        "２025-1-1 8:00",
    ],
)
def test_impossible_and_odd_cells_are_left_to_the_parser(cell: str) -> None:
    sound, moment = "2025-01-01 08:00", datetime(2025, 1, 1, 8)
    assert read_fixed(pl.Series([sound, cell, sound])).to_list() == [moment, None, moment]


def test_leap_days_are_days() -> None:
    found = read_fixed(pl.Series(["2024-02-29", "2000-02-29", "1900-02-29"])).to_list()
    assert found == [datetime(2024, 2, 29), datetime(2000, 2, 29), None]


@pytest.mark.parametrize("cell", ["2025-01-01T08:00", "2025-01-01 24:00", "2025-01-01 08Z00", "2025-01-01+08:00"])
def test_a_column_with_one_odd_cell_reads_as_cell_by_cell(cell: str) -> None:
    found = parse_datetimes(pl.Series(["2025-01-01 08:00", cell, None]), latest=date(2026, 1, 1))
    alone = parse_datetimes(pl.Series([cell]), latest=date(2026, 1, 1))
    assert found.values.to_list() == [datetime(2025, 1, 1, 8), alone.values[0], None]
    assert found.fault.to_list() == [None, alone.fault[0], None]
