"""The incidents of the demo: what happened, when, where, and how each case ended."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from etl.demo import bureau
from etl.demo.days import HOURS, day_weights, draw_times, moments
from etl.demo.draw import Codes, as_text, draw, draw_by_group
from etl.demo.incident_mix import (
    ARRIVAL_MINUTES,
    CHANNELS,
    DIFFERENT_FACTOR,
    FAILURES,
    KIND_ORDER,
    NON_POLICE,
    PROGRAMMES,
    REFERRAL_TARGETS,
    RESPONDERS,
    RISING_GROWTH,
    RISKS,
    SETTLED_OTHERWISE,
    SETTLED_SHARE,
    STAGES,
    STAGES_WITH_PRACTICE,
    TYPES,
)
from etl.demo.scope import LAW_IN_FORCE, Scope


def make_incidents(scope: Scope) -> pl.DataFrame:
    """All incidents in their last state, in order of receipt; `open_outcome_code` holds until closing."""
    random = scope.random("incident")
    place = _where_and_when(scope, random)
    size = place.height
    station = place["station"].to_numpy()
    kind = kind_numbers()[station]
    received = place["received_at"].to_numpy()
    cause = place["dispute_type_code"].to_numpy()
    channel = draw_by_group(random, kind, CHANNELS)
    ended = _endings(scope, random, station, received, cause)
    stage = ended["settled_stage_code"].to_numpy()
    frame = place.with_columns(
        as_text(channel).alias("channel_code"),
        as_text(_responders(random, kind, stage)).alias("first_responder_code"),
        as_text(draw(random, size, RISKS)).alias("risk_level_code"),
        as_text(draw(random, size, PROGRAMMES)).alias("programme_code"),
        pl.Series("is_urgent", random.random(size) < 0.18),
        pl.Series("is_non_police", np.isin(cause, list(NON_POLICE)) & (random.random(size) < 0.7)),
        as_text(bureau.draw_beats(random, station)).alias("beat_code"),
        pl.Series("org_code", bureau.CODES[station]),
    ).hstack(ended)
    timed = frame.hstack(_times(random, kind, received, channel, stage))
    return _numbered(_closed(scope, random, timed), random)


def kind_numbers() -> np.ndarray:
    """The position of each station's kind in the tables by kind."""
    return np.array([KIND_ORDER.index(kind) for kind in bureau.KINDS])


def _where_and_when(scope: Scope, random: np.random.Generator) -> pl.DataFrame:
    """Station, type and moment of every incident, in order of time."""
    station = random.choice(len(bureau.STATIONS), scope.incidents, p=bureau.station_weights())
    mixes: list[dict[str | None, float]] = [
        {code: weights[kind] for code, (weights, *_) in TYPES.items()} for kind in range(len(KIND_ORDER))
    ]
    cause = draw_by_group(random, kind_numbers()[station], mixes)
    day = np.zeros(scope.incidents, dtype=int)
    rising = (station == bureau.RISING) & (cause == bureau.RISING_TYPE)
    for code, (_, trend, season, rush) in TYPES.items():
        weights = day_weights(scope, trend=trend, season=season, before_festival=rush)
        rows = np.flatnonzero((cause == code) & ~rising)
        day[rows] = random.choice(weights.size, rows.size, p=weights)
    growing = day_weights(scope, trend=RISING_GROWTH)
    day[rising] = random.choice(growing.size, rising.sum(), p=growing)
    received = moments(scope, day, draw_times(random, day.size, HOURS))
    frame = pl.DataFrame({"station": station.astype(np.int8), "received_at": received.astype("datetime64[us]")})
    return frame.with_columns(as_text(cause).alias("dispute_type_code")).sort("received_at", "station")


def _endings(
    scope: Scope, random: np.random.Generator, station: np.ndarray, received: np.ndarray, cause: Codes
) -> pl.DataFrame:
    """How each case ends, as if there were no last day."""
    size = station.size
    settled = as_text(cause).replace_strict(SETTLED_SHARE, default=SETTLED_OTHERWISE, return_dtype=pl.Float64)
    share = settled.to_numpy() * np.where(station == bureau.DIFFERENT, DIFFERENT_FACTOR, 1.0)
    lot = random.random(size)
    is_referred = np.isin(cause, list(NON_POLICE)) & (lot < 0.16) | (lot < 0.02)
    fate = random.random(size)
    has_practice = bureau.IS_COUNTY[station] & (received >= np.datetime64(scope.practice_from))
    stage = draw_by_group(random, has_practice.astype(int), (STAGES, STAGES_WITH_PRACTICE))
    outcome = np.where(np.isin(stage, ["station", "mediation"]), "mediation_success", "resolved_on_the_spot").astype(
        object
    )
    is_new_law = received >= np.datetime64(LAW_IN_FORCE)
    is_self = random.random(size) < np.where(is_new_law, 0.17, 0.05)
    outcome[is_self] = "self_settled"
    failed = fate > share
    outcome[failed], stage[failed] = draw(random, failed.sum(), FAILURES), "unsettled"
    _set_aside(random, outcome, stage, is_referred)
    kind = _mediation_kinds(random, outcome, stage, is_new_law)
    target = np.full(size, None, dtype=object)
    target[is_referred] = draw(random, is_referred.sum(), REFERRAL_TARGETS)
    open_outcome = np.where(is_referred, "referred_out", "pending").astype(object)
    columns = {
        "settled_stage_code": stage,
        "outcome_code": outcome,
        "mediation_kind_code": kind,
        "referral_target_code": target,
        "open_outcome_code": open_outcome,
    }
    return pl.DataFrame({name: as_text(values) for name, values in columns.items()})


def _set_aside(random: np.random.Generator, outcome: Codes, stage: Codes, is_referred: np.ndarray) -> None:
    """Referred, withdrawn, invalid and never closed cases, in place."""
    lot = random.random(outcome.size)
    comes_back = is_referred & (lot < 0.55)
    outcome[comes_back] = draw(
        random, comes_back.sum(), {"mediation_success": 8, "mediation_failed": 1, "to_litigation": 1}
    )
    stage[comes_back] = "referral"
    away = is_referred & ~comes_back
    outcome[away], stage[away] = "referred_out", "unsettled"
    others = ~is_referred
    for code, low, high, where in (
        ("withdrawn", 0.0, 0.013, "unknown"),
        ("invalid", 0.02, 0.043, "unknown"),
        ("pending", 0.05, 0.056, "unsettled"),
    ):
        rows = others & (lot >= low) & (lot < high)
        outcome[rows], stage[rows] = code, where


def _mediation_kinds(random: np.random.Generator, outcome: Codes, stage: Codes, is_new_law: np.ndarray) -> Codes:
    """The kind of mediation that goes with the ending; the law of 2026 opens self-settlement."""
    kind = np.full(outcome.size, "none", dtype=object)
    tables: dict[str, dict[str | None, float]] = {
        "scene": {"on_scene": 62, "none": 30, "public_security": 8},
        "station": {"public_security": 58, "peoples": 32, "joint": 6, "none": 4},
        "mediation": {"peoples": 56, "public_security": 12, "joint": 18, "administrative": 8, "judicial": 6},
        "referral": {"peoples": 60, "administrative": 25, "judicial": 15},
        "unsettled": {"none": 55, "public_security": 20, "peoples": 25},
    }
    for where, table in tables.items():
        rows = np.flatnonzero(stage == where)
        kind[rows] = draw(random, rows.size, table)
    own = outcome == "self_settled"
    kind[own] = np.where(random.random(own.sum()) < np.where(is_new_law[own], 0.85, 0.25), "self_settlement", "none")
    kind[np.isin(outcome, ["pending", "invalid", "referred_out"])] = "none"
    return kind


def _responders(random: np.random.Generator, kind: np.ndarray, stage: Codes) -> Codes:
    """Who came first: nobody where a call settled it, not the police where it was settled before them."""
    first = draw_by_group(random, kind, RESPONDERS)
    first[stage == "phone"] = "none"
    early = np.flatnonzero(stage == "before_arrival")
    first[early] = draw(random, early.size, {"liaison": 60, "village_auxiliary": 25, "grid_worker": 15})
    return first


def _times(
    random: np.random.Generator, kind: np.ndarray, received: np.ndarray, channel: Codes, stage: Codes
) -> pl.DataFrame:
    """When somebody was sent and arrived; empty where nobody had to go."""
    dispatched = received + random.integers(0, 4, kind.size).astype("timedelta64[m]")
    minutes = np.clip(np.round(random.lognormal(np.log(ARRIVAL_MINUTES[kind]), 0.5)), 1, 600).astype(int)
    arrived = dispatched + minutes.astype("timedelta64[m]")
    stays = (stage == "phone") | ~np.isin(channel, ["call_110", "online", "hotline_12345", "grid_report"])
    stays |= random.random(kind.size) < 0.02
    frame = pl.DataFrame({"dispatched_at": dispatched, "arrived_at": arrived, "stays": stays})
    return frame.select(
        pl.when(~pl.col("stays")).then(pl.col(name)).alias(name) for name in ("dispatched_at", "arrived_at")
    )


def _closed(scope: Scope, random: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """When each case was closed; what would close after the last day is still open."""
    stage, outcome = frame["settled_stage_code"].to_numpy(), frame["outcome_code"].to_numpy()
    mean_days = np.select(
        [stage == "referral", stage == "mediation", stage == "unsettled", stage == "station"],
        [24.0, 5.0, 11.0, 0.6],
        0.0,
    )
    days = random.gamma(1.6, np.maximum(mean_days, 1e-9) / 1.6)
    # A few old quarrels take months: their petitions end only when a mediation holds.
    days *= np.where((mean_days > 1) & (random.random(days.size) < 0.02), 18, 1)
    minutes = np.round(days * 1440).astype(int) + random.integers(12, 95, days.size)
    begun = frame.select(pl.coalesce("arrived_at", "received_at")).to_series().to_numpy()
    closed = begun.astype("datetime64[m]") + minutes.astype("timedelta64[m]")
    is_open = np.isin(outcome, ["pending", "referred_out"])
    last = np.datetime64(scope.until + timedelta(days=1))
    as_closed = pl.Series("closed_at", closed.astype("datetime64[us]")).set(pl.Series(is_open | (closed >= last)), None)
    return frame.with_columns(as_closed)


def _numbered(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Numbers: of the incident (unit, day, serial number), and of the dispute, which repeats share."""
    numbered = frame.with_row_index("id").with_columns(
        (
            pl.col("org_code").str.head(8)
            + pl.col("received_at").dt.strftime("%Y%m%d")
            + (pl.col("id") % 1_000_000).cast(pl.String).str.zfill(6)
        ).alias("source_key"),
        pl.Series("lot", random.random(frame.height)),
        pl.Series("has_number", random.random(frame.height) < 0.9),
    )
    group = ("station", "dispute_type_code")
    gap = pl.col("received_at").diff().over(group)
    soon = (gap < pl.duration(days=90)).fill_null(False)
    repeat = soon & (pl.col("lot") < pl.when(pl.col("station") == bureau.DIFFERENT).then(0.09).otherwise(0.05))
    first = pl.when(~repeat).then(pl.col("id"))
    number = "JF" + first.forward_fill().over(group).cast(pl.String).str.zfill(8)
    return numbered.with_columns(pl.when("has_number").then(number).alias("dispute_key")).drop("lot", "has_number")
