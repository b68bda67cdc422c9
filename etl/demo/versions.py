"""What the bureau knew of an incident on a given day: open, closed, corrected, withdrawn."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from etl.demo import bureau
from etl.demo.draw import as_text, draw
from etl.demo.plan import Window, belongs, incident_windows, silent_window, update_days, within
from etl.demo.scope import Scope

OPEN, CLOSED, CORRECTED, STRUCK_OUT = 0, 1, 2, 3
CORRECTED_SHARE, STRUCK_OUT_SHARE = 0.010, 0.006
STATES: dict[str | None, float] = {"withdrawn": 80, "duplicate": 12, "invalid": 8}
SUCCESSES = ("resolved_on_the_spot", "mediation_success", "self_settled")


def with_deliveries(scope: Scope, incidents: pl.DataFrame) -> pl.DataFrame:
    """Adds when each incident was first handed in and as what, and when and as what once more (null = never).

    The month that one station did not report is left out: its incidents are nowhere in the files.
    """
    random = scope.random("versions")
    first = incidents.with_columns(pl.Series("delivered", _first_deliveries(scope, incidents)))
    is_known_closed = (pl.col("closed_at").dt.date() < pl.col("delivered")).fill_null(False)
    lot = random.random(first.height)
    versioned = first.with_columns(
        pl.when(is_known_closed).then(CLOSED).otherwise(OPEN).alias("first_version"),
        pl.Series("lot", lot),
        as_text(draw(random, first.height, STATES)).alias("state_later"),
        pl.Series("has_status_word", random.random(first.height) < 0.1),
    ).with_columns(_later_version())
    updated = versioned.with_columns(pl.Series("updated", _update_days(scope, versioned)))
    silent = (pl.col("station") == bureau.SILENT) & within("received_at", silent_window(scope))
    return updated.filter(~silent).drop("lot")


def _first_deliveries(scope: Scope, incidents: pl.DataFrame) -> pl.Series:
    """The delivery of the window that an incident lies in, by sender."""
    found = pl.repeat(None, incidents.height, dtype=pl.Date, eager=True)
    days = incidents["received_at"].dt.date().to_numpy()
    for sender, spans in incident_windows(scope).items():
        ends = np.array([span.end for span in spans], dtype="datetime64[D]")
        delivered = pl.Series([span.delivered for span in spans], dtype=pl.Date)
        mine = incidents.select(belongs(sender)).to_series()
        found = found.zip_with(~mine, delivered.gather(np.searchsorted(ends, days)))
    return found


def _later_version() -> pl.Expr:
    """Open cases close; of the closed ones a few are corrected, a few struck out."""
    was_open = pl.col("first_version") == OPEN
    return (
        pl.when(was_open & pl.col("closed_at").is_not_null())
        .then(CLOSED)
        .when(~was_open & (pl.col("lot") < CORRECTED_SHARE))
        .then(CORRECTED)
        .when(~was_open & (pl.col("lot") > 1 - STRUCK_OUT_SHARE))
        .then(STRUCK_OUT)
        .alias("later_version")
    )


def _update_days(scope: Scope, versioned: pl.DataFrame) -> pl.Series:
    """The first update after the change and after the first delivery; none after the last update."""
    changed = versioned.select(
        pl.when(pl.col("later_version").is_not_null()).then(
            pl.max_horizontal(pl.col("closed_at").dt.date(), "delivered")
        )
    ).to_series()
    updates = update_days(scope)
    place = np.searchsorted(np.array(updates, "datetime64[D]"), changed.fill_null(scope.until).to_numpy(), side="right")
    day = pl.Series([*updates, None], dtype=pl.Date).gather(place)
    # An update would count as a report of the silent station for all the days it covers.
    is_too_late = (versioned["station"] == bureau.SILENT) & (day > silent_window(scope).start)
    return day.set(changed.is_null() | is_too_late.fill_null(False), None)


def first_rows(versioned: pl.DataFrame) -> pl.DataFrame:
    """Every incident as it was first handed in."""
    return as_of_version(versioned.with_columns(version=pl.col("first_version")))


def update_rows(versioned: pl.DataFrame, day: date) -> pl.DataFrame:
    """What one update hands in."""
    changed = versioned.filter(pl.col("updated") == day).with_columns(version=pl.col("later_version"))
    return as_of_version(changed).sort("received_at", "id")


def rows_known_on(versioned: pl.DataFrame, window: Window, sender: str, day: date) -> pl.DataFrame:
    """The rows of a window as they stood on a later day: what an export made then contains."""
    part = versioned.filter(belongs(sender), within("received_at", window))
    later = (pl.col("updated") < day).fill_null(False)
    return as_of_version(
        part.with_columns(pl.when(later).then("later_version").otherwise("first_version").alias("version"))
    )


def final_rows(versioned: pl.DataFrame) -> pl.DataFrame:
    """Every incident as it stands on the last day."""
    closed = pl.when(pl.col("closed_at").is_null()).then(OPEN).otherwise(CLOSED)
    return as_of_version(versioned.with_columns(closed.alias("version")))


def as_of_version(rows: pl.DataFrame) -> pl.DataFrame:
    """The fields of each incident in the version that `version` names."""
    version, outcome = pl.col("version"), pl.col("outcome_code")
    is_open, is_corrected = version == OPEN, version == CORRECTED
    was_success = outcome.is_in(SUCCESSES)
    shown = pl.when(pl.col("has_status_word")).then(pl.lit("corrected")).otherwise(pl.lit("active"))
    return rows.with_columns(
        pl.when(is_open)
        .then("open_outcome_code")
        .when(is_corrected & was_success)
        .then(pl.lit("mediation_failed"))
        .when(is_corrected)
        .then(pl.lit("mediation_success"))
        .otherwise(outcome)
        .alias("outcome_code"),
        pl.when(is_open | (is_corrected & was_success))
        .then(pl.lit("unsettled"))
        .when(is_corrected)
        .then(pl.lit("mediation"))
        .otherwise("settled_stage_code")
        .alias("settled_stage_code"),
        pl.when(is_open).then(pl.lit("none")).otherwise("mediation_kind_code").alias("mediation_kind_code"),
        pl.when(~is_open).then("closed_at").alias("closed_at"),
        pl.when(version == STRUCK_OUT)
        .then("state_later")
        .when(is_corrected)
        .then(shown)
        .otherwise(pl.lit("active"))
        .alias("record_status_code"),
    )
