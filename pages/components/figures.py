"""Which months and units the overview shows, and how completely they were delivered."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl


@dataclass(frozen=True)
class Selection:
    """An organisation and all below it; without a code, everybody."""

    code: str | None
    name: str
    members: tuple[str, ...] = ()
    level: str | None = None

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of these organisations."""
        return frame if self.code is None else frame.filter(pl.col("org_code").is_in(self.members))

    @property
    def where(self) -> dict[str, tuple[str, ...]]:
        """The same as a filter of the comparison engine."""
        return {self.level: (self.code,)} if self.level and self.code else {}


@dataclass(frozen=True)
class Delivered:
    """How one month was delivered: `full` of `units` delivered every day of it."""

    units: int
    full: int
    is_whole: bool


NOBODY = Delivered(0, 0, False)


def headline_day(last_days: Mapping[str, date]) -> date | None:
    """The day the page speaks until: the incidents', or the latest of any feed."""
    return last_days.get("incident") or max(last_days.values(), default=None)


def latest_complete_month(until: date) -> date:
    """The first day of the last month that is over on that day."""
    following = until + timedelta(days=1)
    return (following.replace(day=1) - timedelta(days=1)).replace(day=1)


def months_before(month: date, count: int) -> date:
    """The first day of the month so many months before."""
    years, place = divmod(month.month - 1 - count, 12)
    return date(month.year + years, place + 1, 1)


def period_of(month: date) -> str:
    """What a month is compared as: itself, and February together with January, for Spring Festival moves in them."""
    return f"{month:%Y}-01..{month:%Y-%m}" if month.month == 2 else f"{month:%Y-%m}"


def ripe_month(month: date, *, until: date, follow_up_days: int) -> date:
    """The latest month, no later than that one, all of whose cases had their days of follow-up."""
    ripe_until = until - timedelta(days=follow_up_days)
    last = month.replace(day=monthrange(month.year, month.month)[1])
    return month if last <= ripe_until else latest_complete_month(ripe_until)


def delivered(coverage: pl.DataFrame, selection: Selection, feed: str) -> dict[date, Delivered]:
    """How each month of a feed was delivered, for the months in which anything was due."""
    months = (
        selection.of(coverage)
        .filter(pl.col("feed") == feed)
        .group_by("month_start")
        .agg(
            units=pl.len(),
            full=(pl.col("days_covered") == pl.col("days_due")).sum(),
            is_whole_month=pl.col("is_whole_month").all(),
        )
    )
    return {
        month: Delivered(units, full, is_whole and full == units) for month, units, full, is_whole in months.iter_rows()
    }


def units(
    coverage: pl.DataFrame,
    counts: Mapping[str | None, int],
    organisations: pl.DataFrame,
    selection: Selection,
    month: date,
) -> pl.DataFrame:
    """Dispute incidents of a month by unit, in their own order.

    `counts` by code. Columns: code, name, value (null = not delivered), is_full.
    """
    own = pl.DataFrame(
        [(code, value) for code, value in counts.items() if code is not None],
        schema={"org_code": pl.String, "value": pl.Int64},
        orient="row",
    )
    due = coverage.filter((pl.col("feed") == "incident") & (pl.col("month_start") == month))
    return (
        organisations.select("code", "name")
        .join(selection.of(due), left_on="code", right_on="org_code", maintain_order="left")
        .join(own, left_on="code", right_on="org_code", how="left", maintain_order="left")
        .with_columns(value=pl.when(pl.col("days_covered") > 0).then("value"))
        .select("code", "name", "value", is_full=pl.col("days_covered") == pl.col("days_due"))
    )


def lowest_level(coverage: pl.DataFrame, organisations: pl.DataFrame) -> str:
    """The level of the units that report: station, or where a source knows none the next one above."""
    due = organisations.filter(pl.col("code").is_in(coverage["org_code"].unique().to_list()))
    return str(due["level_code"][0]) if due.height else "station"
