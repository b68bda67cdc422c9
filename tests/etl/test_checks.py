"""What is found to break no rule of a record schema is what the schema itself calls valid."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import polars as pl
import pytest

from etl.checks import breaks_no_rule
from etl.feeds import FEEDS, Feed

FRAMES = 400
# Columns whose bounds leave out the small numbers.
USUAL = {"year": 2026, "scale_points": 5, "level": 2}
DAYS = [date(2026, 1, day) for day in (1, 2, 3)]


def some_records(feed: Feed, chance: random.Random) -> pl.DataFrame:
    """One or two records, of which some break a rule or two: a gap, a number below nought, days in disorder."""
    empty = feed.record.create_empty()
    gaps, rows = chance.choice((0.0, 0.2)), chance.choice((1, 2))

    def cell(name: str, dtype: pl.DataType) -> object:
        if chance.random() < gaps:
            return None
        if dtype == pl.Date:
            return chance.choice(DAYS)
        if dtype == pl.Boolean:
            return chance.random() < 0.5
        if dtype == pl.String:
            return chance.choice("ab")
        if name in USUAL and chance.random() < 0.9:
            return USUAL[name]
        return chance.choices((0, 1, 2, 40, -1), (20, 20, 2, 1, dtype != pl.UInt32))[0]

    return pl.DataFrame(
        {name: pl.Series([cell(name, dtype) for _ in range(rows)], dtype=dtype) for name, dtype in empty.schema.items()}
    )


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)
def test_it_says_what_the_schema_says(feed: Feed) -> None:
    chance, told = random.Random(1), Counter[bool]()
    for _ in range(FRAMES):
        records = some_records(feed, chance)
        is_valid = feed.record.is_valid(records)
        told[is_valid] += 1
        categories = records.with_columns(pl.col(pl.String).cast(pl.Categorical))
        assert breaks_no_rule(records, feed.record) == breaks_no_rule(categories, feed.record) == is_valid, records
    assert min(told[True], told[False]) > FRAMES / 100


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)
def test_a_column_of_another_type_or_none_at_all_is_an_alarm(feed: Feed) -> None:
    empty = feed.record.create_empty()
    assert breaks_no_rule(empty, feed.record)
    for name, dtype in empty.schema.items():
        other = pl.Date() if dtype != pl.Date else pl.Int8()
        assert not breaks_no_rule(empty.with_columns(pl.lit(None, other).alias(name)), feed.record)
        assert not breaks_no_rule(empty.drop(name), feed.record)
