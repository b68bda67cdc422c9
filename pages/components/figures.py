"""The counts of the overview: months of a selection, never a zero where nothing was delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

# The five counts of the overview and the feed that each comes from, in the order shown.
MEASURES = {
    "disputes": "incident",
    "sessions": "mediation",
    "visits": "visit",
    "answers": "satisfaction",
    "services": "activity",
}
SHOWN_MONTHS = 36
SHOWN_TYPES = 10


@dataclass(frozen=True)
class Selection:
    """An organisation and all below it; without a code, everybody."""

    code: str | None
    name: str
    members: tuple[str, ...] = ()

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of these organisations."""
        return frame if self.code is None else frame.filter(pl.col("org_code").is_in(self.members))


@dataclass(frozen=True)
class Count:
    """One count of one month: null where nothing was delivered; `full` of `units` delivered all of it."""

    measure: str
    value: int | None
    asked: int | None
    units: int
    full: int
    is_whole: bool


def headline_day(last_days: Mapping[str, date]) -> date | None:
    """The day the page speaks until: the incidents', or the latest of any feed."""
    return last_days.get("incident") or max(last_days.values(), default=None)


def latest_complete_month(until: date) -> date:
    """The first day of the last month that is over on that day."""
    following = until + timedelta(days=1)
    return (following.replace(day=1) - timedelta(days=1)).replace(day=1)


def monthly(coverage: pl.DataFrame, counts: pl.DataFrame, selection: Selection) -> pl.DataFrame:
    """One row per measure and month from the first delivered one to the last.

    Columns: measure, month_start, value (null = not delivered), asked, units, full, is_whole.
    """
    feeds = pl.DataFrame({"measure": list(MEASURES), "feed": list(MEASURES.values())})
    delivered = (
        selection.of(coverage)
        .group_by("feed", "month_start")
        .agg(
            units=pl.len(),
            full=(pl.col("days_covered") == pl.col("days_due")).sum(),
            some=(pl.col("days_covered") > 0).sum(),
            is_whole_month=pl.col("is_whole_month").all(),
        )
    )
    known = (
        selection.of(counts)
        .group_by("measure", "month_start")
        .agg(
            pl.col("value").sum(),
            asked=pl.when(pl.col("asked").is_not_null().any()).then(pl.col("asked").sum()),
            # Only a total of a longer period: its share of this month is not known.
            is_coarse=pl.col("value").is_null().any(),
        )
    )
    value = pl.when((pl.col("some") > 0) & ~pl.col("is_coarse").fill_null(False)).then(pl.col("value").fill_null(0))
    return (
        feeds.join(delivered, on="feed")
        .join(known, on=["measure", "month_start"], how="left")
        .with_columns(value=value, is_whole=(pl.col("full") == pl.col("units")) & pl.col("is_whole_month"))
        .select("measure", "month_start", "value", "asked", "units", "full", "is_whole")
        .sort("measure", "month_start")
    )


def count_of(months: pl.DataFrame, measure: str, month: date) -> Count:
    """One measure in one month."""
    rows = months.filter((pl.col("measure") == measure) & (pl.col("month_start") == month)).rows(named=True)
    if not rows:
        return Count(measure, None, None, 0, 0, False)
    row = rows[0]
    return Count(measure, row["value"], row["asked"], row["units"], row["full"], row["is_whole"])


def series(months: pl.DataFrame, measure: str, *, until: date, length: int) -> pl.DataFrame:
    """The months of one measure up to one month, a row for each, also for those that nobody delivered."""
    own = months.filter((pl.col("measure") == measure) & (pl.col("month_start") <= until))
    if own.is_empty():
        return own
    every = own.select(pl.date_range(pl.col("month_start").min(), until, "1mo").alias("month_start")).tail(length)
    return every.join(own, on="month_start", how="left", maintain_order="left")


def has_month(months: pl.DataFrame, month: date) -> bool:
    """Whether anything was due in that month."""
    return not months.filter(pl.col("month_start") == month).is_empty()


def types(counts: pl.DataFrame, selection: Selection, *, month: date, name: str) -> pl.DataFrame:
    """Dispute groups of a month by count, largest first: name (null = unknown type), value."""
    return (
        selection.of(counts)
        .filter(pl.col("month_start") == month)
        .group_by(pl.col(name).alias("name"))
        .agg(pl.col("value").sum())
        .filter(pl.col("value") > 0)
        .sort(["value", "name"], descending=[True, False])
    )


def units(
    coverage: pl.DataFrame,
    counts: pl.DataFrame,
    organisations: pl.DataFrame,
    selection: Selection,
    month: date,
) -> pl.DataFrame:
    """Dispute incidents of a month by unit, in their own order.

    Columns: name, value (null = not delivered), is_full.
    """
    own = counts.filter((pl.col("measure") == "disputes") & (pl.col("month_start") == month)).select(
        "org_code", "value"
    )
    due = coverage.filter((pl.col("feed") == "incident") & (pl.col("month_start") == month))
    delivered = pl.when(pl.col("days_covered") > 0).then(pl.col("value").fill_null(0))
    return (
        organisations.select("code", "name")
        .join(selection.of(due), left_on="code", right_on="org_code", maintain_order="left")
        .join(own, left_on="code", right_on="org_code", how="left", maintain_order="left")
        .select("name", value=delivered, is_full=pl.col("days_covered") == pl.col("days_due"))
    )
