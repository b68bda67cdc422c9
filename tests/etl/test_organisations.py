"""Units as file names name them."""

from __future__ import annotations

from datetime import date

import polars as pl

from etl.organisations import NAMED, organisations_of

UNITS = organisations_of(
    pl.DataFrame(
        [
            ("B1", "棠沚分局", "棠沚", None, None),
            ("S1", "青山派出所", None, "B1", date(2020, 7, 1)),
            ("S2", "青山北派出所", None, "B1", None),
            ("K", "甲", None, None, None),
        ],
        schema=NAMED,
        orient="row",
    )
)


def test_the_longest_name_counts_and_a_branch_stands_for_its_stations() -> None:
    assert UNITS.named_in("接处警登记_青山北派出所_20250301.csv") == ["S2"]
    assert UNITS.named_in("接处警登记_棠 沚分局_20250301.csv") == ["B1", "S1", "S2"]
    assert UNITS.named_in("甲_20250301.csv") == []


def test_first_days_are_known_where_they_are_told() -> None:
    assert UNITS.opened == {"S1": date(2020, 7, 1)}
    assert UNITS.parents == {"S1": "B1", "S2": "B1"}
