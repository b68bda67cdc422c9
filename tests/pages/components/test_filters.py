"""Names of organisations in the URL tell all of them apart; text from data is never read as formatting."""

from __future__ import annotations

import polars as pl

from pages.components.cards import plain
from pages.components.filters import unique_names


def test_organisations_of_one_name_are_told_apart_by_their_parent_and_then_by_code() -> None:
    known = pl.DataFrame(
        {
            "code": ["1", "2", "3", "4"],
            "name": ["城关派出所", "城关派出所", "东湖派出所", "城关派出所"],
            "parent_name": ["甲分局", "乙分局", "甲分局", "乙分局"],
        }
    )
    assert unique_names(known) == {
        "城关派出所 (甲分局)": "1",
        "城关派出所 (乙分局)": "2",
        "东湖派出所": "3",
        "城关派出所 (4)": "4",
    }


def test_text_from_data_is_not_formatting() -> None:
    assert plain("a_b [x](http://y) <b> :red[z] $1$") == r"a\_b \[x\]\(http\://y\) \<b\> \:red\[z\] \$1\$"
